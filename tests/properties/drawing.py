"""Profiles made from a rulebook's own facts, with unknown facts, values beside every limit, and days on every border.

One code draws them for Hypothesis (which shrinks) and for plain ``random`` (which is fast): both are a `Chooser`. What
is drawn are *answers*: encoded values by fact id. From them come the plain mapping that a user writes and the vector of
slots that the engine works on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Final, Protocol, TypeVar

from hypothesis import strategies as st

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine import Engine
from relief_engine.rulebook.expressions import Expr, FactRef, Flag, walk
from relief_engine.rulebook.facts import (
    FIRST_DAY,
    OPEN_END,
    AmongStepsRelation,
    AnyFact,
    ClassFact,
    ExtremeFact,
    Fact,
    NotBeforeRelation,
    OneFormRelation,
    SizeFact,
)
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.standards import CodeList

T = TypeVar("T")

#: What a figure that is known not to exist is drawn as.
ABSENT: Final = "not_available"
Steps = tuple[tuple[int, int], ...]
Answer = int | Steps | str
Answers = dict[str, Answer]

#: How many of a hundred facts are unknown: none, a few, some.
UNKNOWN_SHARES = (0, 0, 0, 3, 8, 8, 20)
#: How far around the days that rules name any other day is drawn from.
MARGIN = 400


class Chooser(Protocol):
    """Where choices come from."""

    def of(self, options: Sequence[T]) -> T:
        """One of some options."""

    def between(self, low: int, high: int) -> int:
        """A whole number in a range, both ends included."""


class ByHypothesis:
    """Choices that Hypothesis makes, remembers and shrinks."""

    def __init__(self, draw: Callable[[st.SearchStrategy[int]], int]) -> None:
        self.draw = draw

    def of(self, options: Sequence[T]) -> T:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def between(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))


class ByChance:
    """Choices from a seed, thousands of profiles a second."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def of(self, options: Sequence[T]) -> T:
        return options[int(self.random.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        return self.random.randint(low, high)


def one_in(chooser: Chooser, number: int) -> bool:
    """True once in so many times; False is the simple case."""
    return chooser.between(0, number - 1) == number - 1


@dataclass
class World:
    """What a rulebook says about the values of its facts, and how to draw them."""

    engine: Engine
    rulebook: Rulebook = field(init=False)
    codes: CodeList = field(init=False)
    #: Codes that no classification tells apart, coarse ones apart from fine ones.
    kinds_of_code: Sequence[Sequence[int]] = field(init=False)
    indicators: dict[str, list[tuple[SizeFact, str]]] = field(init=False)
    #: The days that rules name.
    days: Sequence[int] = field(init=False)
    read: dict[str, list[Fact]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rulebook = rules = self.engine.rulebook
        self.codes = next(iter(rules.standards.code_lists.values()))
        self.indicators = {}
        classes = list(rules.standards.class_maps.values())
        for fact in rules.facts.values():
            if isinstance(fact, SizeFact):
                for indicator, figure in fact.indicators:
                    self.indicators.setdefault(figure, []).append((fact, indicator))
                classes += [table.sectors for table in rules.standards.size_tables[fact.standard].values()]
        kinds: dict[object, list[int]] = {}
        for position in range(len(self.codes.codes)):
            kinds.setdefault(tuple(table.of(position) for table in classes), []).append(position)
        self.kinds_of_code = list(kinds.values())
        days: set[int] = set()
        for derived in rules.facts.values():
            if isinstance(derived, ExtremeFact):
                days |= {derived.first_day, derived.last_day}
        for programme in rules.programmes.values():
            days |= {day.toordinal() for day in programme.change_days()}
            for parameter in programme.parameters.values():
                for _, version in parameter.versions.versions:
                    named = version.value.values() if isinstance(version.value, Mapping) else [version.value]
                    days |= {day.toordinal() for day in named if isinstance(day, dt.date)}
        self.days = sorted(days)

    # --- all facts of one decision ------------------------------------------------------------------------------

    def draw(
        self, programme: Programme, as_of: dt.date, chooser: Chooser, *, unknown: int | None = None,
        absent: bool = True, favoured: bool | None = None,
    ) -> Answers:  # fmt: skip
        """Answers to the facts that a programme reads.

        Args:
            programme: the programme.
            as_of: the day of the decision.
            chooser: where choices come from.
            unknown: of a hundred facts so many are left out; drawn if None.
            absent: whether figures may be known not to exist.
            favoured: whether few facts are changed so that the criteria are met; drawn if None.
        """
        share = chooser.of(UNKNOWN_SHARES) if unknown is None else unknown
        favoured = one_in(chooser, 2) if favoured is None else favoured
        skipped = self._other_forms(programme, chooser)
        answers: Answers = {}
        for fact in self.read_by(programme):
            if fact.id in skipped or (share and chooser.between(1, 100) > 100 - share):
                continue
            if fact.not_available and absent and one_in(chooser, 12):
                answers[fact.id] = ABSENT
            else:
                answers[fact.id] = self.value(fact, answers, as_of.toordinal(), chooser)
        if not favoured or not programme.period.holds(as_of):
            return answers
        return self.favoured(programme, answers, as_of, chooser)

    def _other_forms(self, programme: Programme, chooser: Chooser) -> set[str]:
        """The facts that stay empty because another form of the same figure is given."""
        read = {fact.id for fact in self.read_by(programme)}
        skipped: set[str] = set()
        for subject in self.rulebook.subjects.values():
            for relation in subject.relations:
                if isinstance(relation, OneFormRelation) and read & {f for group in relation.groups for f in group}:
                    kept = chooser.of(relation.groups)
                    skipped |= {name for group in relation.groups if group is not kept for name in group}
            for relation in subject.relations:
                if isinstance(relation, AmongStepsRelation) and relation.value not in skipped:
                    skipped.add(chooser.of((relation.steps, relation.value)))
        return skipped

    def read_by(self, programme: Programme) -> list[Fact]:
        """The facts that a programme reads, in the order in which they are drawn: limits depend on the industry."""
        known = self.read.get(programme.id)
        if known is None:
            known = self.behind(named(expressions(programme)))
            self.read[programme.id] = known
        return known

    def behind(self, facts: Iterable[AnyFact]) -> list[Fact]:
        """Facts, and those that derived ones come from."""
        found: dict[str, Fact] = {}
        waiting = list(facts)
        while waiting:
            names: Iterable[str]
            match waiting.pop():
                case Fact() as fact:
                    found[fact.id] = fact
                    continue
                case ExtremeFact(of=steps, start=start, end=end):
                    names = (steps, start, end)
                case ClassFact(code=code):
                    names = (code,)
                case SizeFact(code=code, indicators=indicators):
                    names = (code, *(name for _, name in indicators))
                case form:
                    names = (name for name, _ in form.given_by)
            waiting += [self.rulebook.facts[name] for name in names]
        return sorted(found.values(), key=_order)

    # --- one fact -----------------------------------------------------------------------------------------------

    def value(self, fact: Fact, answers: Answers, as_of: int, chooser: Chooser) -> Answer:
        """One value of a fact that is possible beside the others."""
        match fact.type:
            case "yes_no":
                return chooser.of((1, 0))
            case "choice":
                return chooser.between(0, len(fact.domain.ids) - 1) if fact.domain else 0
            case "industry_code":
                # Every combination of classes and of coarseness is as likely.
                return chooser.of(chooser.of(self.kinds_of_code))
            case "date":
                if fact.open_ended and one_in(chooser, 8):
                    return OPEN_END
                return self.day(as_of, *self.span(fact, answers), chooser)
            case "steps":
                return self.steps(fact, answers, as_of, chooser)
            case _:
                return self.figure(fact, answers, chooser)

    def limits(self, fact: Fact, answers: Answers) -> list[int]:
        """The limits of the size standard for a figure, in the rows that the industry leaves possible."""
        found: list[int] = []
        for size, indicator in self.indicators.get(fact.id, ()):
            code = answers.get(size.code)
            for table in self.rulebook.standards.size_tables[size.standard].values():
                for candidate in table.sectors.of(code if isinstance(code, int) else None):
                    row = table.row(candidate)
                    found += [b for r in (row.limits if row else ()) if r.indicator == indicator for b in r.bounds]
        return found

    def figure(self, fact: Fact, answers: Answers, chooser: Chooser) -> int:
        """A figure: beside a limit, beside or twelve times another figure of the profile, small, largest, or any."""
        limits = self.limits(fact, answers)
        if limits and not one_in(chooser, 4):
            return max(0, chooser.of(limits) + chooser.of((0, -1, 1)))
        rivals = [v for name, v in answers.items() if isinstance(v, int) and self.is_rival(fact, name)]
        if rivals and not one_in(chooser, 3):
            rival = chooser.of(rivals)
            return min(max(0, chooser.of((rival, rival * 12, rival // 12)) + chooser.of((0, -1, 1))), fact.highest)
        kind = chooser.between(0, 9)
        if kind == 9:
            return chooser.of((0, fact.highest, 1, 2))
        if kind == 8:
            return chooser.between(0, fact.highest)
        return min(
            chooser.between(1, 10 ** chooser.between(1, 7)) * (fact.denominator if kind < 4 else 1), fact.highest
        )

    def is_rival(self, fact: Fact, name: str) -> bool:
        """Whether a rule may compare a fact with another: both are money per some time."""
        other = self.rulebook.facts[name]
        if not isinstance(other, Fact) or other.unit is None or fact.unit is None:
            return False
        dimensions = [{name for name, _ in unit.dimensions} for unit in (fact.unit, other.unit)]
        return other.type == fact.type == "amount" and all("元" in names and len(names) > 1 for names in dimensions)

    def day(self, as_of: int, low: int, high: int, chooser: Chooser) -> int:
        """A day on or beside a border, or any day of the years around; in the given range."""
        borders = [d for day in (*self.days, as_of) for d in (day, day - 1, day + 1) if low <= d <= high]
        if borders and not one_in(chooser, 3):
            return chooser.of(borders)
        first, last = max(low, self.days[0] - MARGIN), min(high, self.days[-1] + MARGIN)
        return chooser.of((low, high)) if first > last or one_in(chooser, 20) else chooser.between(first, last)

    def span(self, fact: Fact, answers: Answers) -> tuple[int, int]:
        """The days that a date may be beside the other dates and the rent steps of the profile."""
        low, high = fact.lowest, fact.highest
        for relation in self.rulebook.subjects[fact.subject].relations:
            if isinstance(relation, NotBeforeRelation):
                other = answers.get(relation.earlier if relation.later == fact.id else relation.later)
                if relation.later == fact.id and isinstance(other, int):
                    low = max(low, other)
                elif relation.earlier == fact.id and isinstance(other, int):
                    high = min(high, other)
        for derived in self.rulebook.facts.values():
            if isinstance(derived, ExtremeFact) and fact.id in (derived.start, derived.end):
                steps = answers.get(derived.of)
                if isinstance(steps, tuple) and steps[0][0] > derived.first_day:
                    low = max(low, steps[0][0])
        return low, high

    def steps(self, fact: Fact, answers: Answers, as_of: int, chooser: Chooser) -> Steps:
        """Rent steps of which the first holds on the first day that counts."""
        derived = next(f for f in self.rulebook.facts.values() if isinstance(f, ExtremeFact) and f.of == fact.id)
        start = answers.get(derived.start)
        days = {self.day(as_of, FIRST_DAY, max(start if isinstance(start, int) else 0, derived.first_day), chooser)}
        for _ in range(chooser.between(0, 3)):
            days.add(self.day(as_of, min(days), self.days[-1] + MARGIN, chooser))
        amounts = [self.figure(fact, answers, chooser) for _ in range(2)]
        return tuple((day, chooser.of(amounts)) for day in sorted(days))

    # --- towards a grant ----------------------------------------------------------------------------------------

    def favoured(self, programme: Programme, answers: Answers, as_of: dt.date, chooser: Chooser) -> Answers:
        """The answers with few changes, of one fact each, that mend unmet criteria and avoid referrals.

        Almost every profile drawn at random fails some criterion, and what an eligible one gets would go untested.
        """
        answers = dict(answers)
        program = self.engine.program(programme, as_of)
        evaluate = self.engine.evaluator(program)

        def value(node: int, changed: Answers) -> int | None:
            return evaluate(self.vector(programme, changed, as_of))[node]

        avoided = [(c.node, c.wording, ir.UNMET) for c in program.criteria]
        avoided += [(r.node, r.wording, ir.MET) for r in program.referrals if not r.replaces]
        for node, wording, bad in avoided:
            if value(node, answers) != bad:
                continue
            options = [
                changed
                for fact in self.behind(named([wording.condition]))
                for option in self.options(fact, answers)
                if value(node, changed := {**answers, fact.id: option}) != bad
            ]
            if options:
                answers = chooser.of(options)
        return answers

    def options(self, fact: Fact, answers: Answers) -> list[int]:
        """The values of a known fact that a search can go through: choices, kinds of codes, days that rules name."""
        if fact.id not in answers:
            return []
        match fact.type:
            case "yes_no":
                return [0, 1]
            case "choice":
                return list(range(len(fact.domain.ids))) if fact.domain else []
            case "industry_code":
                return [kind[0] for kind in self.kinds_of_code]
            case "date":
                low, high = self.span(fact, answers)
                return [day for day in self.days if low <= day <= high]
            case _:
                return []

    # --- what answers become ------------------------------------------------------------------------------------

    def vector(self, programme: Programme, answers: Answers, as_of: dt.date) -> list[Value]:
        """The slots that the engine works on."""
        layout = self.engine.layout(programme.subject)
        values: list[Value] = [None] * layout.size
        values[AS_OF_SLOT] = as_of.toordinal()
        for name, value in answers.items():
            if not isinstance(value, str):
                values[layout.slots[name]] = value
        layout.derive(values)
        return values

    def barred(self, programme: Programme, answers: Answers) -> frozenset[int]:
        """The slots of figures that do not exist."""
        slots = self.engine.layout(programme.subject).slots
        return frozenset(slots[name] for name, value in answers.items() if value == ABSENT)

    def mapping(self, as_of: dt.date, *subjects: Answers) -> dict[str, object]:
        """The profile that a user would write: one applicant (of the first answers) with the leases or loans of all."""
        applicant: dict[str, object] = {}
        lists: dict[str, list[dict[str, object]]] = {}
        names = {kind.id: name for name, kind in self.rulebook.lists.items()}
        for index, answers in enumerate(subjects):
            own: dict[str, dict[str, object]] = {"lease": {}}
            for name, value in answers.items():
                subject, _, key = name.partition(".")
                if subject != "applicant":
                    own.setdefault(subject, {})[key] = self.plain(name, value)
                elif index == 0:
                    applicant[key] = self.plain(name, value)
            for subject, facts in own.items():
                if facts or subject == "lease":
                    lists.setdefault(names[subject], []).append(facts)
        return {"as_of": as_of, "applicant": applicant, **lists}

    def plain(self, name: str, value: Answer) -> object:
        """A value as a user writes it."""
        fact = self.rulebook.facts[name]
        assert isinstance(fact, Fact)
        if isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return [{"from": dt.date.fromordinal(day), "monthly_rent": _figure(fact, rent)} for day, rent in value]
        match fact.type:
            case "yes_no":
                return bool(value)
            case "choice":
                return fact.domain.ids[value] if fact.domain else ""
            case "industry_code":
                return self.codes.codes[value].id
            case "date":
                return "open" if value == OPEN_END else dt.date.fromordinal(value)
            case "count":
                return value
            case _:
                return _figure(fact, value)


def expressions(programme: Programme) -> Iterator[Expr]:
    """Every expression on which a decision may depend."""
    yield from (let.value for let in programme.lets.values())
    for versions in [e.versions for e in programme.criteria] + [e.versions for e in programme.referrals]:
        yield from (wording.condition for _, wording in versions.versions)
    for _, benefit in programme.benefit.versions.versions:
        parts = (benefit.amount, benefit.ceiling, benefit.rate, benefit.payable, benefit.until)
        yield from (part for part in parts if part is not None)


def named(roots: Iterable[Expr]) -> Iterator[AnyFact]:
    """Every fact that expressions name, derived ones included."""
    for root in roots:
        for expr in walk(root):
            if isinstance(expr, FactRef | Flag):
                yield expr.fact


def _figure(fact: Fact, value: int) -> Decimal:
    scale = fact.unit.scale if fact.unit else 1
    return Decimal(value) / Decimal(int(scale * fact.denominator))


def _order(fact: Fact) -> tuple[int, str]:
    return ({"industry_code": 0, "choice": 1, "yes_no": 2, "date": 3, "steps": 5}.get(fact.type, 4), fact.id)
