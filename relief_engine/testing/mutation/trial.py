"""Testing stage, mutation: the rules and a mutant of them side by side, on the days on which neither changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine import Engine
from relief_engine.engine.cells import Trials
from relief_engine.proving import Side
from relief_engine.proving.sampling import Sampler
from relief_engine.proving.stretches import stretches
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.record import Record
from relief_engine.testing.mutation.difference import Comparer, said

#: Types of facts that have a lowest and a highest value.
_RANGED = ("count", "amount", "number")


class Pair:
    """A programme of the rules and of a mutant; the engines share facts and differ in rules or standards."""

    def __init__(self, right: Engine, wrong: Engine, programme: str) -> None:
        self.right = right
        self.wrong = wrong
        self.one = right.rulebook.programmes[programme]
        self.other = wrong.rulebook.programmes[programme]

    def stretches(self) -> Iterator[tuple[Period, ir.Program | None, ir.Program | None]]:
        """The stretches of days on which at least one is in force, with the programs of both on them."""
        old, new = Side(self.right, self.one), Side(self.wrong, self.other)
        for stretch in stretches(old, new):
            one, other = (None if stand is None else stand.program for stand in (stretch.old, stretch.new))
            yield stretch.period, one, other

    def differing(self) -> list[tuple[Period, ir.Program | None, ir.Program | None]]:
        """The stretches on which the two are not alike; none proves that no profile tells them apart."""
        return [
            (period, one, other)
            for period, one, other in self.stretches()
            if one is None or other is None or not Comparer(one, other).alike
        ]


class Vector(Record):
    """A profile as values by slot, on its day, with the slots of figures that do not exist."""

    values: tuple[Value, ...]
    barred: frozenset[int]


class Trial:
    """Two programs that hold on the same days, evaluated side by side."""

    def __init__(self, pair: Pair, one: ir.Program, other: ir.Program) -> None:
        self.samplers = Sampler(pair.right, one, one.programme.id), Sampler(pair.wrong, other, one.programme.id)
        self.programs = one, other
        self.trials = Trials(self.samplers[0].values), Trials(self.samplers[1].values)
        facts = one.layout.facts
        read = Comparer(one, other).slots()
        self.slots = [slot for slot in self._behind(read) if isinstance(facts[slot], Fact)]

    def _behind(self, slots: Sequence[int]) -> list[int]:
        """Slots with those from which derived ones among them are worked out."""
        found = set(slots)
        layout = self.programs[0].layout
        for slot, _, given in layout.forms:
            found |= {part for part, _ in given} if slot in found else set()
        for slot, _, steps, start, end in layout.extremes:
            found |= {steps, start, end} if slot in found else set()
        return sorted(found - {AS_OF_SLOT})

    def said(self, vector: Vector) -> tuple[object, object]:
        """What the rules and the mutant say of a profile."""
        one, other = (
            said(program, sampler.values(vector.values))
            for program, sampler in zip(self.programs, self.samplers, strict=True)
        )
        return one, other

    def differ(self, vector: Vector) -> bool:
        """Whether the two say different things of a profile that they can decide."""
        one, other = self.said(vector)
        if vector.barred:
            return True  # what is referred for want of a figure only a whole decision shows
        return one != other

    def changed(self, vector: Vector, slot: int) -> Iterator[Vector]:
        """The same with another value of one fact: one of each cell of either program, and unknown."""
        values = vector.values
        unknown: list[Value] = [*values[:slot], None, *values[slot + 1 :]]
        fact = self.programs[0].layout.facts[slot]
        if not isinstance(fact, Fact) or fact.type == "steps":
            return
        cells = [s.cells.values(slot, unknown, t) for s, t in zip(self.samplers, self.trials, strict=True)]
        for value in dict.fromkeys([*cells[0], *cells[1]]):
            if value != values[slot] and (fact.type not in _RANGED or fact.lowest <= value <= fact.highest):
                made = (*values[:slot], value, *values[slot + 1 :])
                if self.samplers[0].cells.ordered(made):
                    yield Vector(made, vector.barred - {slot})
