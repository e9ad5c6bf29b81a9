"""Comparing stage: what the programmes of two rulebooks decide otherwise, each difference with a profile that shows it.

Every programme is compared, touched by an edit or not: that one is not touched is what the search says, and not only
that no edit was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum

from relief_engine.comparing.edit import AnyEdit, Home, Part, Reach
from relief_engine.comparing.uses import Reads
from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.explanation.build import Explanation, explain
from relief_engine.profile.words import plain
from relief_engine.proving import Limits, Region, Side, Transition, Verdict, compare
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record
from relief_engine.text import Text

__all__ = ["Case", "Decided", "Effects", "Verdict", "Weight", "effects"]

_BENEFIT = ("amount", "ceiling", "payable", "rate", "until")


class Weight(IntEnum):
    """What a difference comes to.

    Cases are granted now, or no longer; they go another way; they get something else; they are decided alike for other
    reasons; or only figures on the way to the same answer differ.
    """

    GRANTED = 0
    LOST = 1
    OUTCOME = 2
    BENEFIT = 3
    REASON = 4
    ON_THE_WAY = 5


class Decided(Record):
    """What one side decides for a witness, and why."""

    decision: Decision
    explanation: Explanation
    engine: Engine


class Case(Record):
    """One way in which cases of a programme change: on which days, what of them, and a minimal profile that shows it.

    ``yaml`` is that profile as a file and ``profile`` as data, as the new rulebook reads it, or the old one where only
    that has the programme; ``old_yaml`` the same for the old one where that reads it otherwise: it may lack a fact or a
    choice, or have another unit. A side is None where its rulebook does not have the programme.
    """

    period: Period
    transition: Transition
    yaml: str
    old_yaml: str | None
    profile: dict[str, object]
    old: Decided | None
    new: Decided | None

    @property
    def weight(self) -> Weight:
        """How much it matters; the heaviest are the least, and come first."""
        transition = self.transition
        if transition.old is not transition.new:
            if transition.new is Outcome.ELIGIBLE:
                return Weight.GRANTED
            return Weight.LOST if transition.old is Outcome.ELIGIBLE else Weight.OUTCOME
        if any(name in _BENEFIT for name in transition.figures):
            return Weight.BENEFIT
        return Weight.REASON if transition.criteria or transition.referrals or transition.notes else Weight.ON_THE_WAY


class Effects(Record):
    """What becomes of one programme.

    ``verdict`` NONE means that it is proven that there are no differences but those listed. With OPEN there may be
    more, on days of the ``undecided`` periods. ``touched_by`` are the edits that can reach the programme.
    """

    programme: str
    title: Text
    differences: tuple[Case, ...]
    verdict: Verdict
    undecided: tuple[Period, ...]
    touched_by: tuple[AnyEdit, ...]

    @property
    def none(self) -> bool:
        """Whether it is proven that nothing changes."""
        return self.verdict is Verdict.NONE and not self.differences


def effects(
    old: Rulebook, new: Rulebook, edits: Sequence[AnyEdit], limits: Limits, programmes: Sequence[str] | None = None
) -> Iterator[Effects]:
    """What becomes of each programme of both rulebooks, or of those named, one after another in the new one's order.

    ``limits`` are those of the search in one programme.
    """
    engines = Engine(old), Engine(new)
    for identity in dict.fromkeys((*new.programmes, *old.programmes)):
        if programmes is None or identity in programmes:
            sides = [
                None if (programme := engine.rulebook.programmes.get(identity)) is None else Side(engine, programme)
                for engine in engines
            ]
            yield _effects(identity, sides[0], sides[1], edits, limits)


def _effects(identity: str, old: Side | None, new: Side | None, edits: Iterable[AnyEdit], limits: Limits) -> Effects:
    known = [side for side in (new, old) if side is not None]
    pairs: list[tuple[Side | None, Side | None]] = [(old, new)]
    if old is not None and new is not None and old.programme.subject != new.programme.subject:
        # What decides for each lease and what decides for the applicant once are two programmes of one name.
        pairs = [(old, None), (None, new)]
    found = [(compare(*pair, limits), *pair) for pair in pairs]
    differences = [_difference(region, *pair) for compared, *pair in found for region in compared.regions]
    open_ = any(compared.verdict is not Verdict.NONE for compared, *_ in found)
    return Effects(
        identity,
        known[0].programme.title,
        tuple(sorted(differences, key=lambda case: case.weight)),
        Verdict.OPEN if open_ else Verdict.NONE,
        tuple(dict.fromkeys(period for compared, *_ in found for period in compared.undecided)),
        _touching(identity, edits, [(side.programme, side.engine.rulebook) for side in known]),
    )


def _difference(region: Region, old: Side | None, new: Side | None) -> Case:
    witness = region.witness
    shown = new or old
    if shown is None:
        raise ValueError("a difference between nothing and nothing")
    yaml = witness.yaml(shown)
    old_yaml = None if old is None else witness.yaml(old)
    return Case(
        region.period,
        region.transition,
        yaml,
        None if old_yaml == yaml else old_yaml,
        plain(witness.profile(shown), shown.engine.rulebook),
        *(None if side is None else _decided(witness.decision(side), side.engine) for side in (old, new)),
    )


def _decided(decision: Decision, engine: Engine) -> Decided:
    return Decided(decision, explain(decision, engine), engine)


def _touching(
    identity: str, edits: Iterable[AnyEdit], sides: Sequence[tuple[Programme, Rulebook]]
) -> tuple[AnyEdit, ...]:
    """The edits that can reach a programme, other than by its words."""
    read = [Reads(programme, rulebook.standards) for programme, rulebook in sides]
    facts = frozenset[str]().union(*(reads.facts for reads in read))
    standards = frozenset[str]().union(*(reads.standards for reads in read))
    subjects = {"applicant", *(programme.subject for programme, _ in sides)}
    found = []
    for edit in edits:
        match edit.owner.home:
            case Home.PROGRAMME:
                touches = edit.owner.id == identity
            case Home.STANDARD:
                touches = edit.owner.id in standards
            case Home.FACTS if edit.part in (Part.SUBJECT, Part.RELATION):
                touches = edit.owner.id in subjects
            case Home.FACTS:
                name = edit.id.rpartition(".")[0] if edit.part is Part.CHOICE else edit.id
                touches = name in facts
            case _:
                touches = False
        if touches and edit.reach is not Reach.WORDING:
            found.append(edit)
    return tuple(found)
