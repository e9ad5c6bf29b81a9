"""Interview stage, the door: from what is known so far to the next question, or to the end of the questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from relief_engine.decision import Outcome
from relief_engine.engine import Engine, Report
from relief_engine.explanation import say
from relief_engine.explanation.answer import number_text
from relief_engine.interview.matter import BUDGET, completed, matters
from relief_engine.interview.open import Asked, Case, cases, in_full
from relief_engine.interview.order import Open, open_facts, settles
from relief_engine.interview.prompts import SUBJECTS, FactPrompt, Offered, Prompt, SubjectsPrompt, other_forms, path_of
from relief_engine.profile.model import Profile
from relief_engine.profile.words import code_list
from relief_engine.rulebook.facts import Fact, SubjectKind
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT

#: So many evaluations are first spent on each question: mostly a few dozens tell.
_SHORT = 400


class Step:
    """Where an interview stands.

    ``prompt`` is the next question; None where no answer could change anything any more. ``decisions`` are those of the
    profile as it is, without what is missing; :meth:`report` gives them in full. ``identity`` are questions that decide
    nothing and say who is meant, as far as they are open.
    """

    def __init__(
        self,
        engine: Engine,
        profile: Profile,
        as_of: dt.date,
        programmes: tuple[str, ...] | None,
        prompt: Prompt | None,
        found: Sequence[Case],
        unnamed: tuple[Offered, ...],
        identity: tuple[FactPrompt, ...],
    ) -> None:
        self.engine: Final = engine
        self.profile: Final = profile
        self.as_of: Final = as_of
        self.programmes: Final = programmes
        self.prompt: Final = prompt
        # Whether people decide beside figures that do not exist takes long to tell while much else is open.
        self.decisions: Final = tuple(
            case.decision if prompt is not None and case.candidates else in_full(case) for case in found
        )
        self.identity: Final = identity
        self._cases = found
        self._unnamed = unnamed

    @cached_property
    def waiting(self) -> tuple[Prompt, ...]:
        """The questions that were passed on and that still matter: without them some decisions stay undetermined."""
        kinds = (SubjectsPrompt(self._unnamed),) if self._unnamed else ()
        return (*kinds, *_waiting(self.engine, self._cases))

    @property
    def done(self) -> bool:
        """Whether every decision is certain: no question is open, and none that matters was passed on."""
        return self.prompt is None and not self.waiting

    @property
    def undetermined(self) -> int:
        """How many decisions are still undetermined."""
        return sum(decision.outcome is Outcome.UNDETERMINED for decision in self.decisions)

    @property
    def decided(self) -> int:
        """How many decisions are certain."""
        return len(self.decisions) - self.undetermined

    def report(self, engine: Engine | None = None) -> Report:
        """The report of the profile as it is, with all that is missing; by another engine, such as a verifying one."""
        return (engine or self.engine).decide(self.profile, as_of=self.as_of, programmes=self.programmes)


def step(
    engine: Engine,
    profile: Mapping[str, object],
    *,
    as_of: dt.date | None = None,
    programmes: Iterable[str] | None = None,
    passed: Collection[Asked] = (),
) -> Step:
    """The next question for a profile as far as it is known, and how the decisions stand.

    Nothing is remembered between two steps: the same arguments give the same step.

    Args:
        engine: decides; a second route it may have is not asked here, but by :meth:`Step.report`.
        profile: a plain mapping of the shape of a profile file; may be empty.
        as_of: the day of the decisions; else the profile's own, else today.
        programmes: the ids of those that are asked about; all of the rulebook if left out.
        passed: questions that nobody can answer, as pairs of a fact's id and a subject (``applicant``, ``leases[0]``).

    Raises:
        ProfileError: the mapping can't be used.
        UnknownName: a programme that the rulebook does not have.
    """
    known = engine.profile({APPLICANT: {}, **profile})
    day = as_of or known.as_of or dt.date.today()
    named = None if programmes is None else tuple(dict.fromkeys(programmes))
    rulebook = engine.rulebook
    chosen = list(rulebook.programmes.values()) if named is None else [rulebook.programme(one) for one in named]
    passed = frozenset(passed)
    found = cases(engine, known, day, chosen, named is not None, passed)
    offered = _offered(chosen, known, day, named is not None)
    unnamed: tuple[Offered, ...] = ()
    prompt: Prompt | None = None
    if offered and SUBJECTS in passed:
        unnamed = offered
    elif offered:
        prompt = SubjectsPrompt(offered)
    if prompt is None:
        one = _next(found, open_facts(found, rulebook))
        prompt = None if one is None else _prompt(engine, one)
    return Step(engine, known, day, named, prompt, found, unnamed, _identity(engine, known, passed))


def _offered(programmes: Sequence[Programme], profile: Profile, day: dt.date, named: bool) -> tuple[Offered, ...]:
    """The kinds of subject that the programmes in force are about and that the profile does not mention."""
    found: dict[str, list[Programme]] = {}
    for programme in programmes:
        if programme.period.holds(day) and profile.subjects(programme.subject) is None:
            found.setdefault(programme.subject, []).append(programme)
    usual = 1 if named and len(found) == 1 else 0
    return tuple(Offered(about[0].kind, tuple(about), usual) for about in found.values())


def _next(found: Sequence[Case], facts: Sequence[Open]) -> Open | None:
    """The first question, in their order, whose answer can change a decision."""
    unclear: list[Open] = []
    for one in facts:
        told = _matters(one, _SHORT)
        if told:
            return one
        if told is None:
            unclear.append(one)
    for one in unclear:
        if (
            _matters(one, BUDGET) is not False
        ):  # what even the long search can't tell is asked, as it is listed elsewhere
            return one
    # Of what is left nothing is known to change an answer by itself, and yet the rules wait for it.
    needed = {id(case) for case in found if case.candidates and completed(case)}
    return next((one for one in facts if any(id(case) in needed for case, _ in one.places)), None)


def _matters(one: Open, budget: int) -> bool | None:
    """Whether a fact matters to one of its cases; None where that is not known."""
    unclear = False
    for case, slot in one.places:
        told = matters(case, slot, budget)
        if told:
            return True
        unclear = unclear or told is None
    return None if unclear else False


def _prompt(engine: Engine, one: Open) -> FactPrompt:
    """The question in full."""
    case, slot = one.places[0]
    decision, fact = case.decision, one.fact
    value, codes = decision.slots[slot], code_list(engine.rulebook)
    about = _kind_of(engine, fact) if fact.subject == APPLICANT else decision.programme.kind
    return FactPrompt(
        fact,
        one.subject,
        say.subject(about, decision.index) if about.list is None else number_text(decision),
        path_of(fact, decision.programme.kind, decision.index),
        tuple(dict.fromkeys(case.decision.programme for case, _ in one.places)),
        settles(one),
        codes.codes[value].id if isinstance(value, int) and codes is not None else None,
        other_forms(engine.rulebook, fact),
    )


def _kind_of(engine: Engine, fact: Fact) -> SubjectKind:
    """The kind of subject that a fact is about."""
    return engine.rulebook.subjects[fact.subject].kind


def _waiting(engine: Engine, found: Sequence[Case]) -> tuple[FactPrompt, ...]:
    """The questions that were passed on and whose answers could still change a decision."""
    places: dict[Asked, list[tuple[Case, int]]] = {}
    for case in found:
        told = {slot: matters(case, slot, _SHORT) is not False for slot in sorted(case.passed)}
        for slot, matter in told.items():
            if matter or not any(told.values()):
                places.setdefault(case.asked(slot), []).append((case, slot))
    return tuple(
        _prompt(engine, Open(at[0][0].fact(at[0][1]), subject, tuple(at))) for (_, subject), at in places.items()
    )


def _identity(engine: Engine, profile: Profile, passed: Collection[Asked]) -> tuple[FactPrompt, ...]:
    """The questions for what identifies the applicant, as far as they are open."""
    known = engine.rulebook.subjects.get(APPLICANT)
    facts = [fact for fact in (known.facts if known else ()) if fact.identifies]
    return tuple(
        FactPrompt(fact, APPLICANT, say.subject(known.kind, None), (APPLICANT, fact.name), (), (0, 0))
        for fact in facts
        if known is not None and fact.id not in profile.applicant.values and (fact.id, APPLICANT) not in passed
    )
