"""Engine stage, the door: all programmes and subjects of a profile on a day.

The direct route answers. A second route, where one is given, evaluates the same vectors, and an answer is only given
if the values of all nodes are equal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Layout, Value, layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.decision import NOTHING_MISSING, Decision, MissingFact, MissingFacts, Outcome
from relief_engine.engine.cells import Cells, Evaluate
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import figure_answer, outcome_of
from relief_engine.engine.residue import residue
from relief_engine.engine.witness import Witnesses
from relief_engine.errors import Finding, Location, ProfileError, RoutesDisagree
from relief_engine.locks import ForkedLock
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.routes import Route
from relief_engine.routes.direct import Compiled, DirectRoute
from relief_engine.rulebook import record
from relief_engine.rulebook.facts import Fact, NotBeforeRelation
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.text import Text


class Skipped(record.Value):
    """A programme that was not decided, and why."""

    programme: Programme
    reason: Text


# Made for every question, so not `frozen` but Final (see relief_engine/decision/record.py).
@dataclass(slots=True)
class Report:
    """The decisions for one profile on one day."""

    as_of: Final[dt.date]
    rulebook: Final[Rulebook]
    profile: Final[Profile]
    routes: Final[tuple[str, ...]]
    decisions: Final[tuple[Decision, ...]]
    skipped: Final[tuple[Skipped, ...]]

    @property
    def total(self) -> Decimal:
        """The sum of the amounts of eligible entitlements, in yuan."""
        amounts = [d.amount for d in self.decisions if d.adds_up and d.amount is not None]
        return sum(amounts, Decimal("0.00"))

    @property
    def total_by_people(self) -> Decimal:
        """The sum of the amounts of entitlements that people granted where the rules left it to them, in yuan."""
        if not self.profile.resolutions:
            return Decimal("0.00")
        found = [d.resolution for d in self.decisions if d.adds_up]
        return sum([r.amount for r in found if r is not None and r.amount is not None], Decimal("0.00"))


_OTHER_RULEBOOK = Text(
    "这份资料是按另一个规则库读入的，请用本规则库重新读入",
    "this profile was read with another rulebook; read it again with this one",
)

# In Python 3.11 the members of an enumeration are looked up slowly, by a function.
_REFERRED, _UNDETERMINED = Outcome.REFERRED, Outcome.UNDETERMINED


class _Rules(record.Value):
    """A compiled programme with its function, and the days on which it may be used."""

    first: dt.date
    last: dt.date
    program: ir.Program
    run: Compiled


class Engine:
    """Decides by one rulebook. Safe to share between threads.

    Args:
        rulebook: the rules.
        verify_with: a second route; every answer is then compared node by node, and :class:`RoutesDisagree` is raised
            instead of an answer where they differ.
    """

    def __init__(self, rulebook: Rulebook, *, verify_with: Route | None = None) -> None:
        self.rulebook = rulebook
        self.reader = ProfileReader(rulebook)
        self._direct = DirectRoute()
        self._second = verify_with
        self._all = tuple(rulebook.programmes.values())
        self._layouts: dict[Subject, Layout] = {}
        self._rules: dict[str, tuple[_Rules, ...]] = {}
        self._cells: dict[ir.Program, Cells] = {}
        self._witnesses: dict[ir.Program, Witnesses] = {}
        self._lock = ForkedLock()
        #: The names of the routes that answer.
        self.routes: Final = (self._direct.name,) if verify_with is None else (self._direct.name, verify_with.name)

    # --- profiles -----------------------------------------------------------------------------------------------

    def profile(self, mapping: Mapping[str, object]) -> Profile:
        """Check a plain mapping of the shape of a profile file; raises :class:`ProfileError` with every mistake."""
        return self.reader.read_mapping(mapping)

    def read_profile(self, path: Path | str) -> Profile:
        """Read a profile file; raises :class:`ProfileError` with every mistake and its place."""
        return self.reader.read_file(Path(path))

    # --- decisions ----------------------------------------------------------------------------------------------

    def decide(
        self,
        profile: Profile | Mapping[str, object],
        *,
        as_of: dt.date | None = None,
        programmes: Iterable[str] | None = None,
    ) -> Report:
        """Decide all programmes, or the named ones, for every subject of a profile.

        Args:
            profile: a checked profile, or a plain mapping that is checked here.
            as_of: the day of the decision; else the profile's own, else today.
            programmes: ids; all programmes of the rulebook if left out.

        Raises:
            ProfileError: the mapping can't be used.
            UnknownName: a programme that the rulebook does not have.
            RoutesDisagree: the two routes differ; no answer is given.
        """
        known = profile if isinstance(profile, Profile) else self.profile(profile)
        if known.rulebook is not self.rulebook and known.rulebook.digest != self.rulebook.digest:
            raise ProfileError([Finding("other-rulebook", Location(known.source), _OTHER_RULEBOOK)])
        if isinstance(programmes, str):
            raise TypeError("programmes: expected a list of ids, not one text")
        if as_of is not None and type(as_of) is not dt.date:
            raise TypeError(f"as_of: expected a datetime.date, not {type(as_of).__name__}")
        day = as_of or known.as_of or dt.date.today()
        asked = programmes is not None
        chosen = self._all if programmes is None else [self.rulebook.programme(i) for i in dict.fromkeys(programmes)]
        decisions: list[Decision] = []
        skipped: list[Skipped] = []
        for programme in chosen:
            self._decide(programme, known, day, asked, decisions, skipped)
        return Report(day, self.rulebook, known, self.routes, tuple(decisions), tuple(skipped))

    def _decide(self, programme: Programme, profile: Profile, day: dt.date, asked: bool,
                decisions: list[Decision], skipped: list[Skipped]) -> None:  # fmt: skip
        subject = programme.subject
        listed = profile.subjects(subject)
        if subject == APPLICANT:
            decisions.append(self.decide_one(programme, profile, None, day))
        elif listed:
            for index in range(len(listed)):
                decisions.append(self.decide_one(programme, profile, index, day))  # noqa: PERF401  # faster for one
        elif not asked and not programme.period.holds(day):
            reason = Text("当日无适用规定", "not in force on that day")
            skipped.append(Skipped(programme, reason))
        elif listed is None and asked:
            decisions.append(self.decide_one(programme, profile, None, day))
        else:
            name, label = programme.kind.name(None), programme.kind.label
            reason = Text(f"资料中没有{label.zh}（{name}）", f"the profile has no {label.en.lower()} ({name})")
            if listed is None:
                reason = Text(f"资料没有提到{label.zh}（{name}）", f"the profile does not mention {name}")
            skipped.append(Skipped(programme, reason))

    def decide_one(self, programme: Programme, profile: Profile, index: int | None, day: dt.date) -> Decision:
        """Decide one programme for one subject; ``index`` None for the applicant, or for a subject not described."""
        rules = self._rules_on(programme, day)
        if rules is None:
            return Decision(programme, index, day, Outcome.NOT_IN_FORCE, profile, None, (), (), NOTHING_MISSING, ())
        program = rules.program
        slots = profile.vector(program.layout, programme.subject, index, day)
        values = rules.run(slots)
        if self._second is not None:
            self._verify(program, slots, values)
        outcome = outcome_of(program, values)
        if index is None and programme.subject != APPLICANT and outcome is not _UNDETERMINED:
            # Nothing is known of the lease or loan that was asked about: nothing is refused, and it is asked for.
            asked = self.undescribed(program)
            return Decision(programme, index, day, _UNDETERMINED, profile, program, slots, values, asked, ())
        missing = NOTHING_MISSING
        absent: tuple[Fact, ...] = ()
        if outcome is _UNDETERMINED or (outcome is _REFERRED and None in figure_answer(program, values)):
            name = programme.kind.name(index)
            missing, absent = self.missing(program, slots, values, profile, index, name)
            # Of a lease or loan that is not described nothing is referred either: it is asked for.
            described = index is not None or programme.subject == APPLICANT
            unsure = bool(absent) or (not missing.exact and values[program.refer] == ir.MET)
            if (
                outcome is _UNDETERMINED
                and described
                and unsure
                and self.left_to_people(program, slots, profile, index)
            ):
                outcome = _REFERRED
        return Decision(programme, index, day, outcome, profile, program, slots, values, missing, absent)

    def evaluate(self, program: ir.Program, vector: Sequence[Value]) -> tuple[int | None, ...]:
        """The values of all nodes, by the direct route and, if there is one, checked by the second."""
        values = self._direct.run(program, vector)
        if self._second is not None:
            self._verify(program, vector, values)
        return values

    def _verify(self, program: ir.Program, vector: Sequence[Value], values: tuple[int | None, ...]) -> None:
        if self._second is not None:
            other = self._second.run(program, vector)
            if other != values:
                raise RoutesDisagree(_disagreement(program, self.routes, values, other))

    def program(self, programme: Programme, day: dt.date) -> ir.Program:
        """The compiled programme for the stretch of days around ``day``, made on first use."""
        rules = self._rules_on(programme, day)
        return self._compile(programme, day).program if rules is None else rules.program

    def _rules_on(self, programme: Programme, day: dt.date) -> _Rules | None:
        """The compiled programme for the stretch of days around ``day``; None where it is not in force."""
        for rules in self._rules.get(programme.id, ()):
            if rules.first <= day <= rules.last:
                return rules
        return self._compile(programme, day) if programme.period.holds(day) else None

    def _compile(self, programme: Programme, day: dt.date) -> _Rules:
        with self._lock:
            known = self._rules.get(programme.id, ())
            for rules in known:
                if rules.first <= day <= rules.last:
                    return rules
            program = compile_programme(programme, self.rulebook.standards, self.layout(programme.subject), day)
            made = _Rules(program.period.first, program.period.last, program, self._direct.compiled(program))
            self._rules[programme.id] = (*known, made)
            return made

    def layout(self, subject: Subject) -> Layout:
        """The layout of one kind of subject."""
        found = self._layouts.get(subject)
        if found is None:
            # Of threads that make it at the same time all take what the first one made; so below.
            found = self._layouts.setdefault(subject, layout_of(self.rulebook, subject))
        return found

    # --- what is missing ----------------------------------------------------------------------------------------

    def cells(self, program: ir.Program) -> Cells:
        """The cells of a program, made on first use."""
        found = self._cells.get(program)
        if found is None:
            layout = program.layout
            lists = self.rulebook.standards.code_lists
            codes: dict[int, CodeList] = {}
            if lists:
                listed = next(iter(lists.values()))
                codes = {
                    slot: listed
                    for slot, fact in enumerate(layout.facts)
                    if isinstance(fact, Fact) and fact.type == "industry_code"
                }
            relations = [
                r for s in self.rulebook.subjects.values() for r in s.relations
                if isinstance(r, NotBeforeRelation) and r.later in layout.slots
            ]  # fmt: skip
            found = self._cells.setdefault(program, Cells(program, codes, relations))
        return found

    def evaluator(self, program: ir.Program) -> Evaluate:
        """The direct route's function of a program, for searches that evaluate many vectors."""
        return self._direct.compiled(program)

    def witnesses(self, program: ir.Program) -> Witnesses:
        """What earlier questions of a program showed, made on first use."""
        found = self._witnesses.get(program)
        if found is None:
            made = Witnesses(program, self.cells(program), self.evaluator(program))
            found = self._witnesses.setdefault(program, made)
        return found

    def undescribed(self, program: ir.Program) -> MissingFacts:
        """What is asked about a subject that the profile does not describe: the facts that the criteria read."""
        cells = self.cells(program)
        slots = sorted(frozenset().union(*(cells.under[c.node] for c in program.criteria)))
        name = program.programme.kind.name(None)
        facts = [fact for slot in slots if isinstance(fact := program.layout.facts[slot], Fact)]
        return MissingFacts(tuple(MissingFact(f, name) for f in facts if f.subject == program.programme.subject), False)

    def left_to_people(self, program: ir.Program, vector: Sequence[Value], profile: Profile, index: int | None) -> bool:
        """Whether every completion of what can be had is referred, be it for figures that do not exist."""
        search = Search(
            program,
            self.cells(program),
            self.evaluator(program),
            self.barred(program, profile, index),
            outcome_only=True,
        )
        search.run(vector)
        return search.left_to_people

    def barred(self, program: ir.Program, profile: Profile, index: int | None) -> frozenset[int]:
        """The slots of figures that do not exist, which nobody is asked for."""
        slots = program.layout.slots
        return frozenset(slots[fact] for fact in profile.not_available(program.layout.subject, index) if fact in slots)

    def missing(self, program: ir.Program, vector: Sequence[Value], values: Sequence[int | None], profile: Profile,
                index: int | None, subject: str) -> tuple[MissingFacts, tuple[Fact, ...]]:  # fmt: skip
        """The missing facts, and the figures that do not exist and leave something open."""
        layout = program.layout
        barred = self.barred(program, profile, index)
        search = Search(program, self.cells(program), self._direct.compiled(program), barred)
        pruned = search.askable(residue(program, values, vector).slots, vector)
        witnesses = self.witnesses(program)
        if not barred:
            search.proven = witnesses.shown(pruned, vector)
        if pruned and search.proven == pruned:
            slots, exact = pruned, True
        else:
            slots, exact = search.run(vector)
            if exact and not barred:
                witnesses.learn(search, pruned)
        found = []
        for slot in sorted(slots):
            fact = layout.facts[slot]
            if isinstance(fact, Fact):
                where = APPLICANT if fact.subject == APPLICANT else subject
                found.append(MissingFact(fact, where, too_coarse=vector[slot] is not None))
        absent = tuple(
            fact
            for slot in sorted(barred & residue(program, values, vector).slots)
            if isinstance(fact := layout.facts[slot], Fact)
        )
        return MissingFacts(tuple(found), exact), absent


def _disagreement(
    program: ir.Program, routes: tuple[str, ...], a: Sequence[int | None], b: Sequence[int | None]
) -> Text:
    nodes = [index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    first = nodes[0] if nodes else -1
    named = next((c.criterion.id for c in program.criteria if c.node in nodes), "")
    place = f"{program.programme.id} {named} #{first}".strip()
    return Text(
        f"两条计算路径结果不一致（{'、'.join(routes)}；{place}），不出结论",
        f"the routes {' and '.join(routes)} disagree ({place}); no decision is given",
    )
