"""Testing stage: what a rulebook says about the values of its facts, and where an answer may turn.

Values are encoded, as everywhere inside (see ``rulebook.facts``). *Answers* are encoded values by fact id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine import Engine
from relief_engine.profile.words import code_list
from relief_engine.rulebook.expressions import Expr, FactRef, Flag, walk
from relief_engine.rulebook.facts import AnyFact, ExtremeFact, Fact, NotBeforeRelation, SizeFact, behind
from relief_engine.rulebook.periods import FIRST
from relief_engine.rulebook.programme import Programme

#: What a figure that is known not to exist is drawn as, and written as.
ABSENT: Final = "not_available"
Answer = int | tuple[tuple[int, int], ...] | str
Answers = dict[str, Answer]

#: The day that a rulebook is tried around if none of its rules names one.
_SOME_DAY = dt.date(2022, 6, 1).toordinal()
_TEXTS = ("text", "credit_code")
#: Steps towards a turning point: one does where a comparison is linear in the fact, a few more where it has a bend.
_STEPS = 6


class Borders:
    """The facts of one rulebook, and the days, codes, limits and turning points that its rules make of them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rulebook = rules = engine.rulebook
        self.codes = code_list(rules)
        #: Which size tables read a figure: the derived fact and the indicator.
        self.indicators: dict[str, list[tuple[SizeFact, str]]] = {}
        self._classes = [*rules.standards.class_maps.values()]
        #: Codes that no classification tells apart; those that are too coarse to settle a class come last.
        self.kinds_of_code: Sequence[Sequence[int]] = self._kinds()
        #: The days that rules name.
        self.days: Sequence[int] = self._days()
        self._read: dict[str, list[Fact]] = {}
        self._ordered: dict[str, tuple[list[str], list[str]]] = {}

    def _kinds(self) -> list[list[int]]:
        standards, classes = self.rulebook.standards, self._classes
        for fact in self.rulebook.facts.values():
            if isinstance(fact, SizeFact):
                for indicator, figure in fact.indicators:
                    self.indicators.setdefault(figure, []).append((fact, indicator))
                classes.append(next(standards.size_tables[fact.standard].values()).sectors)
        kinds: dict[object, list[int]] = {}
        for position in range(len(self.codes.codes) if self.codes is not None else 0):
            kinds.setdefault(tuple(table.of(position) for table in classes), []).append(position)
        return sorted(kinds.values(), key=lambda kind: self.is_coarse(kind[0]))

    def is_coarse(self, code: int) -> bool:
        """Whether a code leaves open which class it is in, by any classification."""
        return any(len(table.of(code)) > 1 for table in self._classes)

    def leaves(self, code: int | None) -> Sequence[int]:
        """The finest codes at or below a code, or all of them; none where the rulebook lists no codes."""
        return () if self.codes is None else self.codes.leaves(code)

    def _days(self) -> list[int]:
        days: set[int] = set()
        for derived in self.rulebook.facts.values():
            if isinstance(derived, ExtremeFact):
                days |= {derived.first_day, derived.last_day}
        for programme in self.rulebook.programmes.values():
            days |= {day.toordinal() for day in programme.change_days() if day != FIRST}
            for parameter in programme.parameters.values():
                for _, version in parameter.versions.versions:
                    named_ = version.value.values() if isinstance(version.value, Mapping) else [version.value]
                    days |= {day.toordinal() for day in named_ if isinstance(day, dt.date)}
        return sorted(days) or [_SOME_DAY]

    # --- which facts --------------------------------------------------------------------------------------------

    def read_by(self, programme: Programme) -> list[Fact]:
        """The facts that a programme reads, in the order in which they are drawn: limits depend on the industry."""
        known = self._read.get(programme.id)
        if known is None:
            known = self.behind(named(expressions(programme)))
            self._read[programme.id] = known
        return known

    def behind(self, facts: Iterable[AnyFact]) -> list[Fact]:
        """Facts, and those that derived ones come from."""
        found: dict[str, Fact] = {}
        waiting = list(facts)
        while waiting:
            fact = waiting.pop()
            if isinstance(fact, Fact) and fact.type not in _TEXTS:
                found[fact.id] = fact
            waiting += [self.rulebook.facts[name] for name in behind(fact)]
        return sorted(found.values(), key=_order)

    # --- where answers turn -------------------------------------------------------------------------------------

    def limits(self, fact: Fact, answers: Answers) -> list[int]:
        """The limits of size tables for a figure, in the rows that the industry leaves possible."""
        found: list[int] = []
        for size, indicator in self.indicators.get(fact.id, ()):
            code = answers.get(size.code)
            for table in self.rulebook.standards.size_tables[size.standard].values():
                for candidate in table.sectors.of(code if isinstance(code, int) else None):
                    row = table.row(candidate)
                    found += [b for r in (row.limits if row else ()) if r.indicator == indicator for b in r.bounds]
        return found

    def span(self, fact: Fact, answers: Answers) -> tuple[int, int]:
        """The days that a date may be beside the other dates and the rent steps of the profile."""
        low, high = fact.lowest, fact.highest
        for name in self._orders(fact)[0]:
            other = answers.get(name)
            low = max(low, other) if isinstance(other, int) else low
        for name in self._orders(fact)[1]:
            other = answers.get(name)
            high = min(high, other) if isinstance(other, int) else high
        for derived in self.rulebook.facts.values():
            if isinstance(derived, ExtremeFact) and fact.id in (derived.start, derived.end):
                steps = answers.get(derived.of)
                if isinstance(steps, tuple) and steps[0][0] > derived.first_day:
                    low = max(low, steps[0][0])
        return low, high

    def _orders(self, fact: Fact) -> tuple[list[str], list[str]]:
        """The dates that a date is not before, and those that are not before it, one through another."""
        found = self._ordered.get(fact.id)
        if found is None:
            relations = self.rulebook.subjects[fact.subject].relations
            pairs = [(r.earlier, r.later) for r in relations if isinstance(r, NotBeforeRelation)]
            found = (_reached(fact.id, [(b, a) for a, b in pairs]), _reached(fact.id, pairs))
            self._ordered[fact.id] = found
        return found

    def edges(self, program: ir.Program, fact: Fact) -> Sequence[int]:
        """Days or figures at which windows of a program begin and end for a fact."""
        slot = program.layout.slots.get(fact.id)
        return sorted(self.engine.cells(program).fixed.get(slot, ())) if slot is not None else ()

    def turn(self, program: ir.Program, fact: Fact, answers: Answers, day: int, which: int) -> int | None:
        """Where one of the comparisons that lean on a fact turns, all else being as answered; None where none does.

        Sums, products and other facts stand on either side of a comparison. It is solved along a straight line: a
        value is found where the comparison is linear in the fact, and some value beside it where it bends.
        """
        layout = program.layout
        slot = layout.slots.get(fact.id)
        crossings = self.engine.cells(program).readers.get(slot, ()) if slot is not None else ()
        if slot is None or not crossings:
            return None
        crossing = crossings[which % len(crossings)]
        trial = self.vector(program, answers, day)
        evaluate = self.engine.evaluator(program)

        def apart(value: int) -> int | None:
            trial[slot] = value
            layout.derive(trial)
            values = evaluate(trial)
            left, right = values[crossing.left], crossing.bound if crossing.right is None else values[crossing.right]
            return None if left is None or right is None else left - right

        low, high = fact.lowest, fact.highest
        under, over = apart(low), apart(high)
        for _ in range(_STEPS):
            if under is None or over is None or (under < 0) == (over < 0) or high - low < 2:
                break
            middle = min(max(low + under * (high - low) // (under - over), low + 1), high - 1)
            found = apart(middle)
            if not found:
                return middle
            if (found < 0) == (under < 0):
                low, under = middle, found
            else:
                high, over = middle, found
        return low if under is not None and over is not None and (under < 0) != (over < 0) else None

    # --- what answers become ------------------------------------------------------------------------------------

    def vector(self, program: ir.Program, answers: Answers, day: int) -> list[Value]:
        """The slots that the engine works on; answers about other subjects have none."""
        layout = program.layout
        values: list[Value] = [None] * layout.size
        values[AS_OF_SLOT] = day
        for name, value in answers.items():
            slot = layout.slots.get(name)
            if slot is not None and not isinstance(value, str):
                values[slot] = value
        layout.derive(values)
        return values


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


def _reached(start: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    found: list[str] = []
    waiting = [start]
    while waiting:
        here = waiting.pop()
        fresh = [there for first, there in pairs if first == here and there not in found]
        found += fresh
        waiting += fresh
    return found


def _order(fact: Fact) -> tuple[int, str]:
    return ({"industry_code": 0, "choice": 1, "yes_no": 2, "date": 3, "steps": 5}.get(fact.type, 4), fact.id)
