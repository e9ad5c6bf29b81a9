"""Profiles made from a rulebook's own facts, with unknown facts, values beside every limit, and days on every border.

One code draws them for Hypothesis (which shrinks) and for plain ``random`` (which is fast): both are a `Chooser`. What is
drawn are *answers*: encoded values by fact id. From them come the plain mapping that a user writes and the vector of
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
from relief_engine.rulebook.shapes import Subject
from relief_engine.rulebook.standards import CodeList

T = TypeVar("T")

#: What a figure that is known not to exist is drawn as.
ABSENT: Final = "not_available"
Steps = tuple[tuple[int, int], ...]
Answer = int | Steps | str
Answers = dict[str, Answer]

#: How many of a hundred facts are unknown: nothing, a little, much.
UNKNOWN_SHARES = (0, 0, 3, 8, 8, 20, 50, 90)


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
    """Choices from a seed, many thousands a second."""

    def __init__(self, seed: int | str) -> None:
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
    """What a rulebook says about the values of its facts."""

    engine: Engine
    rulebook: Rulebook = field(init=False)
    codes: CodeList = field(init=False)
    kinds_of_code: Sequence[Sequence[int]] = field(init=False)
    indicators: dict[str, list[tuple[SizeFact, str]]] = field(init=False)
    days: Sequence[int] = field(init=False)
    read: dict[str, list[Fact]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rulebook = rules = self.engine.rulebook
        self.codes = next(iter(rules.standards.code_lists.values()))
        self.indicators = {}
        classes = []
        for fact in rules.facts.values():
            if isinstance(fact, SizeFact):
                for indicator, figure in fact.indicators:
                    self.indicators.setdefault(figure, []).append((fact, indicator))
                classes.append(rules.standards.size_tables[fact.standard].sectors)
            elif isinstance(fact, ClassFact) and fact.standard in rules.standards.class_maps:
                classes.append(rules.standards.class_maps[fact.standard])
        kinds: dict[object, list[int]] = {}
        for position in range(len(self.codes.codes)):
            kinds.setdefault(tuple(table.of(position) for table in classes), []).append(position)
        self.kinds_of_code = list(kinds.values())
        days: set[int] = set()
        for fact in rules.facts.values():
            if isinstance(fact, ExtremeFact):
                days |= {fact.first_day, fact.last_day}
        for programme in rules.programmes.values():
            days |= {day.toordinal() for day in programme.change_days()}
            for parameter in programme.parameters.values():
                for _, version in parameter.versions.versions:
                    named = version.value.values() if isinstance(version.value, Mapping) else [version.value]
                    days |= {day.toordinal() for day in named if isinstance(day, dt.date)}
        self.days = sorted(days)

    # --- one fact -----------------------------------------------------------------------------------------------

    def limits(self, fact: Fact, answers: Answers) -> list[int]:
        """The limits of the size standard for a figure, in the rows that the drawn industry leaves possible."""
        found: list[int] = []
        for size, indicator in self.indicators.get(fact.id, ()):
            table = self.rulebook.standards.size_tables[size.standard]
            code = answers.get(size.code)
            for candidate in table.sectors.of(code if isinstance(code, int) else None):
                row = table.row(candidate)
                found += [b for r in (row.limits if row else ()) if r.indicator == indicator for b in r.bounds]
        return found

    def figure(self, fact: Fact, answers: Answers, chooser: Chooser) -> int:
        """A figure: beside a limit, beside or twelve times another figure of the profile, small, largest, or any."""
        limits = self.limits(fact, answers)
        if limits and not one_in(chooser, 4):
            return max(0, chooser.of(limits) + chooser.of((0, -1, 1)))
        unit = fact.unit
        rivals = [
            value
            for name, value in answers.items()
            if isinstance(value, int)
            and isinstance(other := self.rulebook.facts[name], Fact)
            and other.type == fact.type == "amount"
            and other.unit is not None and unit is not None
            and {n for n, _ in other.unit.dimensions} == {n for n, _ in unit.dimensions}
        ]  # fmt: skip
        if rivals and not one_in(chooser, 3):
            rival = chooser.of(rivals)
            value = chooser.of((rival, rival * 12, rival // 12)) + chooser.of((0, -1, 1))
            return min(max(0, value), fact.highest)
        kind = chooser.between(0, 9)
        if kind == 9:
            return chooser.of((0, fact.highest, 1, 2))
        if kind == 8:
            return chooser.between(0, fact.highest)
        size = chooser.between(1, 7)
        return min(chooser.between(1, 10**size) * (fact.denominator if kind < 4 else 1), fact.highest)

    def day(self, as_of: int, low: int, high: int, chooser: Chooser) -> int:
        """A day on or beside a border, or any day of the years around; in the given range."""
        borders = [d for day in (*self.days, as_of) for d in (day, day - 1, day + 1) if low <= d <= high]
        if borders and not one_in(chooser, 3):
            return chooser.of(borders)
        first, last = max(low, self.days[0] - 400), min(high, self.days[-1] + 400)
        if first > last:
            return chooser.of((low, high))
        return chooser.between(first, last) if not one_in(chooser, 20) else chooser.of((low, high))

    def code(self, chooser: Chooser) -> int:
        """An industry code, every combination of classes and of coarseness being as likely."""
        return chooser.of(chooser.of(self.kinds_of_code))

    def steps(self, fact: Fact, start: Answer | None, as_of: int, answers: Answers, chooser: Chooser) -> Steps:
        """Rent steps of which the first holds on the first day that counts."""
        derived = [f for f in self.rulebook.facts.values() if isinstance(f, ExtremeFact) and f.of == fact.id]
        first_day = derived[0].first_day if derived else as_of
        latest = max(start, first_day) if isinstance(start, int) else first_day
        days = {self.day(as_of, FIRST_DAY, latest, chooser)}
        for _ in range(chooser.between(0, 3)):
            days.add(self.day(as_of, min(days), self.days[-1] + 400, chooser))
        amounts = [self.figure(fact, answers, chooser) for _ in range(2)]
        return tuple((day, chooser.of(amounts)) for day in sorted(days))

    # --- all facts of one decision ------------------------------------------------------------------------------

    def groups(self, subject: Subject) -> list[tuple[tuple[str, ...], ...]]:
        """The facts of which a profile gives one form only."""
        found = self.rulebook.subjects[subject].relations
        return [relation.groups for relation in found if isinstance(relation, OneFormRelation)]

    def draw(
        self, programme: Programme, as_of: dt.date, chooser: Chooser, *, unknown: int | None = None,
        absent: bool = True, favoured: bool | None = None,
    ) -> Answers:  # fmt: skip
        """Answers to the facts that a programme reads. ``unknown`` of a hundred are left out (drawn if None).

        The industry comes first, because limits depend on it, and days before rents, because steps do.
        """
        share = chooser.of(UNKNOWN_SHARES) if unknown is None else unknown
        favoured = one_in(chooser, 2) if favoured is None else favoured
        facts = self.read_by(programme)
        skipped: set[str] = set()
        for subject in {fact.subject for fact in facts}:
            for groups in self.groups(subject):
                kept = chooser.of([g for g in groups if any(self.rulebook.facts[f] in facts for f in g)] or groups)
                skipped |= {name for group in groups if group is not kept for name in group}
            for relation in self.rulebook.subjects[subject].relations:
                if isinstance(relation, AmongStepsRelation) and relation.value not in skipped:
                    skipped.add(chooser.of((relation.steps, relation.value)))
        answers: Answers = {}
        for fact in facts:
            if fact.id in skipped or chooser.between(1, 100) > 100 - share:
                continue
            if fact.not_available and absent and one_in(chooser, 12):
                answers[fact.id] = ABSENT
            else:
                answers[fact.id] = self.value(fact, answers, as_of.toordinal(), chooser)
        if not favoured or not programme.period.holds(as_of):
            return answers
        return self.favoured(programme, answers, as_of, chooser)

    def value(self, fact: Fact, answers: Answers, as_of: int, chooser: Chooser) -> Answer:
        """One value of a fact that is possible beside the others."""
        match fact.type:
            case "yes_no":
                return chooser.of((1, 0))
            case "choice":
                return chooser.between(0, len(fact.domain.ids) - 1) if fact.domain else 0
            case "industry_code":
                return self.code(chooser)
            case "date":
                low, high = self.span(fact, answers)
                if fact.open_ended and one_in(chooser, 8):
                    return OPEN_END
                return self.day(as_of, low, high, chooser)
            case "steps":
                derived = [f for f in self.rulebook.facts.values() if isinstance(f, ExtremeFact) and f.of == fact.id]
                start = answers.get(derived[0].start) if derived else None
                return self.steps(fact, start, as_of, answers, chooser)
            case _:
                return self.figure(fact, answers, chooser)

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

        wanted = [(c.node, c.wording, ir.UNMET) for c in program.criteria]
        wanted += [(r.node, r.wording, ir.MET) for r in program.referrals if not r.replaces]
        for node, wording, avoided in wanted:
            if value(node, answers) != avoided:
                continue
            options = [
                changed
                for fact in self.behind(exprs_facts([wording.condition]))
                for option in self.options(fact, answers, as_of)
                if value(node, changed := {**answers, fact.id: option}) != avoided
            ]
            if options:
                answers = chooser.of(options)
        return answers

    def options(self, fact: Fact, answers: Answers, as_of: dt.date) -> list[int]:
        """The values of a fact that a search can go through: choices, kinds of codes, and border days."""
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

    def span(self, fact: Fact, answers: Answers) -> tuple[int, int]:
        """The days that a date may be beside the other dates of the profile."""
        low, high = fact.lowest, fact.highest
        for relation in self.rulebook.subjects[fact.subject].relations:
            if isinstance(relation, NotBeforeRelation):
                other = answers.get(relation.earlier if relation.later == fact.id else relation.later)
                if relation.later == fact.id and isinstance(other, int):
                    low = max(low, other)
                elif relation.earlier == fact.id and isinstance(other, int):
                    high = min(high, other)
        for derived in self.rulebook.facts.values():
            steps = answers.get(derived.of) if isinstance(derived, ExtremeFact) else None
            if isinstance(derived, ExtremeFact) and isinstance(steps, tuple) and steps[0][0] > derived.first_day:
                if fact.id in (derived.start, derived.end):
                    low = max(low, steps[0][0])
        return low, high

    def behind(self, named: Iterable[AnyFact]) -> list[Fact]:
        """Facts, and those that derived ones come from."""
        found: dict[str, Fact] = {}
        waiting = list(named)
        while waiting:
            fact = waiting.pop()
            names: Iterable[str]
            match fact:
                case Fact():
                    found[fact.id] = fact
                    continue
                case ExtremeFact():
                    names = (fact.of, fact.start, fact.end)
                case ClassFact():
                    names = (fact.code,)
                case SizeFact():
                    names = (fact.code, *(name for _, name in fact.indicators))
                case _:
                    names = (name for name, _ in fact.given_by)
            waiting += [self.rulebook.facts[name] for name in names]
        return sorted(found.values(), key=_order)

    def read_by(self, programme: Programme) -> list[Fact]:
        """The facts that a programme reads, those behind derived ones included."""
        known = self.read.get(programme.id)
        if known is None:
            known = self.behind(exprs_facts(_expressions(programme)))
            self.read[programme.id] = known
        return known

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
        """The profile that a user would write: the first answers' applicant, and all leases and loans."""
        profile: dict[str, object] = {"as_of": as_of, "applicant": {}}
        lists = {"lease": "leases", "loan": "loans"}
        for index, answers in enumerate(subjects):
            own: dict[str, dict[str, object]] = {}
            for name, value in answers.items():
                kind, _, key = name.partition(".")
                own.setdefault(kind, {})[key] = self.plain(name, value)
            if index == 0:
                profile["applicant"] = own.pop("applicant", {})
            own.pop("applicant", None)
            for kind, facts in own.items():
                listed = profile.setdefault(lists[kind], [])
                assert isinstance(listed, list)
                listed.append(facts)
        if len(profile) == 2:
            profile["leases"] = [{} for _ in subjects]
        return profile

    def plain(self, name: str, value: Answer) -> object:
        """A value as a user writes it."""
        fact = self.rulebook.facts[name]
        assert isinstance(fact, Fact)
        if isinstance(value, str):
            return value
        if isinstance(value, tuple):
            return [{"from": dt.date.fromordinal(day), "monthly_rent": _money(fact, rent)} for day, rent in value]
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
                return _money(fact, value)


def _money(fact: Fact, value: int) -> Decimal:
    scale = fact.unit.scale if fact.unit else 1
    return Decimal(value) / Decimal(int(scale * fact.denominator))


def _expressions(programme: Programme) -> Iterator[Expr]:
    """Every expression on which a decision may depend."""
    yield from (let.value for let in programme.lets.values())
    for element in (*programme.criteria, *programme.referrals):
        yield from (wording.condition for _, wording in element.versions.versions)
    for _, benefit in programme.benefit.versions.versions:
        parts = (benefit.amount, benefit.ceiling, benefit.rate, benefit.payable, benefit.until)
        yield from (part for part in parts if part is not None)


def exprs_facts(roots: Iterable[Expr]) -> Iterator[AnyFact]:
    """Every fact that expressions name, derived ones included."""
    for root in roots:
        for expr in walk(root):
            if isinstance(expr, FactRef | Flag):
                yield expr.fact


def _order(fact: Fact) -> tuple[int, str]:
    return ({"industry_code": 0, "choice": 1, "yes_no": 2, "date": 3, "steps": 5}.get(fact.type, 4), fact.id)
