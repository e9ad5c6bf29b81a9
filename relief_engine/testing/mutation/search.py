"""Testing stage, mutation: a profile that tells a mutant from the rules, looked for beside the worked cases.

A mutant differs from the rules at one place, and some case mostly comes near it. So the profiles of the cases are
changed in one fact, and in two, among those that the place reads; then profiles drawn from the cells of both programs,
and those changed in one fact. What is found is made as small as it can be. Not finding one proves nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from time import monotonic

from relief_engine.compiled import ir
from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.engine import Engine
from relief_engine.engine.cells import Trials
from relief_engine.errors import ProfileError
from relief_engine.profile.model import Profile
from relief_engine.profile.words import plain
from relief_engine.proving.sampling import Sampler
from relief_engine.proving.witness import profile_of
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import FIRST, LAST, Period
from relief_engine.rulebook.record import Record
from relief_engine.testing.mutation.difference import Comparer, said
from relief_engine.testing.mutation.killing import Prepared

_DAY = dt.timedelta(days=1)
#: Days of a stretch on which profiles are tried.
_DAYS = 3
#: So many profiles that differ are read and decided in full before the next way of looking is tried.
_TRIES = 40
#: Types of facts that have a lowest and a highest value.
_RANGED = ("count", "amount", "number")


class Vector(Record):
    """A profile as values by slot, on its day, with the slots of figures that do not exist."""

    values: tuple[Value, ...]
    barred: frozenset[int]


class Pair:
    """A programme of the rules and of a mutant; the engines share facts and differ in rules or standards."""

    def __init__(self, right: Engine, wrong: Engine, programme: str) -> None:
        self.right = right
        self.wrong = wrong
        self.one = right.rulebook.programmes[programme]
        self.other = wrong.rulebook.programmes[programme]

    def stretches(self) -> Iterator[tuple[Period, ir.Program | None, ir.Program | None]]:
        """The stretches of days on which at least one is in force, with the programs of both on them."""
        days: set[dt.date] = set()
        for programme in (self.one, self.other):
            days |= set(programme.change_days())
            days |= {programme.period.first}
            if programme.period.last < LAST:
                days.add(programme.period.last + _DAY)
        ordered = sorted(days)
        for index, first in enumerate(ordered):
            last = ordered[index + 1] - _DAY if index + 1 < len(ordered) else LAST
            programs = [
                engine.program(programme, first) if programme.period.holds(first) else None
                for engine, programme in ((self.right, self.one), (self.wrong, self.other))
            ]
            if programs != [None, None]:
                yield Period(first, last), programs[0], programs[1]

    def differing(self) -> list[tuple[Period, ir.Program | None, ir.Program | None]]:
        """The stretches on which the two are not alike; none proves that no profile tells them apart."""
        return [
            (period, one, other)
            for period, one, other in self.stretches()
            if one is None or other is None or not Comparer(one, other).alike
        ]


class Search:
    """Looks for a profile on which the two say different things."""

    def __init__(self, pair: Pair, cases: Sequence[Prepared], seconds: float, samples: int) -> None:
        self.pair = pair
        self.cases = cases
        self.samples = samples
        self.until = monotonic() + seconds
        self.random = Random(pair.one.id)

    def found(self) -> Iterator[Profile]:
        """Profiles on which the programs differ, the likeliest to be of use first; each with its day."""
        for period, one, other in self.pair.differing():
            days = _days(period, [prepared.case.as_of for prepared in self.cases])
            if one is None or other is None:
                yield from self._seeds_on(days[0], one or other)
                continue
            yield from self._between(one, other, days)

    def _seeds_on(self, day: dt.date, program: ir.Program | None) -> Iterator[Profile]:
        """Where only one of the two is in force any profile does: that of a case, the smallest first."""
        if program is None:
            return
        for vector in self._vectors(program, [day]):
            yield self._profile(program, vector)

    def _vectors(self, program: ir.Program, days: Sequence[dt.date]) -> list[Vector]:
        """The profiles of the cases on each of the days, those that say least first."""
        found: dict[tuple[Value, ...], Vector] = {}
        subject = program.programme.subject
        for prepared in self.cases:
            index = index_of(prepared.case.subject)
            values = prepared.profile.vector(program.layout, subject, index, days[0])
            barred = self.pair.right.barred(program, prepared.profile, index)
            for day in days:
                vector = list(values)
                vector[AS_OF_SLOT] = day.toordinal()
                found.setdefault(tuple(vector), Vector(tuple(vector), barred))
        return sorted(found.values(), key=lambda vector: sum(value is not None for value in vector.values))

    def _between(self, one: ir.Program, other: ir.Program, days: Sequence[dt.date]) -> Iterator[Profile]:
        trial = _Trial(self.pair, one, other)
        seeds = self._vectors(one, days)
        for ways in (seeds, self._changed(trial, seeds), self._changed_twice(trial, seeds), self._drawn(trial)):
            for vector in islice((v for v in self._in_time(ways) if trial.differ(v)), _TRIES):
                yield self._profile(one, trial.smallest(vector))

    def _in_time(self, vectors: Iterator[Vector] | Sequence[Vector]) -> Iterator[Vector]:
        for vector in vectors:
            if monotonic() > self.until:
                return
            yield vector

    def _changed(self, trial: _Trial, seeds: Sequence[Vector]) -> Iterator[Vector]:
        for slot in trial.slots:
            for seed in seeds:
                if monotonic() > self.until:
                    return
                yield from trial.changed(seed, slot)

    def _changed_twice(self, trial: _Trial, seeds: Sequence[Vector]) -> Iterator[Vector]:
        """Changes of two facts, in an order that is the same on every run."""
        if len(trial.slots) < 2 or not seeds:
            return
        for _ in range(self.samples):
            first, second = self.random.sample(trial.slots, 2)
            once = list(trial.changed(self.random.choice(seeds), first))
            if once:
                yield from trial.changed(self.random.choice(once), second)

    def _drawn(self, trial: _Trial) -> Iterator[Vector]:
        """Profiles from the cells of either program, and those with one fact changed."""
        for number in range(self.samples):
            sampler = trial.samplers[number % 2]
            drawn = sampler.draw(borders=number % 4 > 1)
            if number % 3:
                drawn = sampler.mended(drawn, for_people=number % 3 == 2)
            vector = Vector(tuple(drawn.vector), drawn.barred)
            yield vector
            for slot in self.random.sample(trial.slots, min(2, len(trial.slots))):
                yield from trial.changed(vector, slot)

    def _profile(self, program: ir.Program, vector: Vector) -> Profile:
        return profile_of(self.pair.right, program, vector.values, vector.barred)


class _Trial:
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

    def smallest(self, vector: Vector) -> Vector:
        """The same without the facts that do not matter to what differs."""
        if vector.barred:
            return vector
        wanted = self._difference(vector)
        values = list(vector.values)
        for slot, fact in enumerate(self.programs[0].layout.facts):
            if isinstance(fact, Fact) and values[slot] is not None:
                kept, values[slot] = values[slot], None
                if self._difference(Vector(tuple(values), vector.barred)) != wanted:
                    values[slot] = kept
        return Vector(tuple(values), vector.barred)

    def _difference(self, vector: Vector) -> object:
        """Both outcomes, and which parts of what is said differ; the parts themselves where the outcomes are equal."""
        one, other = self.said(vector)
        if not isinstance(one, tuple) or not isinstance(other, tuple):
            raise TypeError("what is said is a tuple")
        if one[0] != other[0]:
            return one[0], other[0]
        return one[0], tuple(index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)[:1]


def _days(period: Period, known: Sequence[dt.date]) -> list[dt.date]:
    """Some days of a stretch: those of cases, else its first and last."""
    inside = sorted({day for day in known if period.holds(day)})
    edges = [day for day in (period.first, period.last) if day not in (FIRST, LAST)]
    return list(dict.fromkeys([*edges, *inside]))[: _DAYS + 2] or [dt.date(2022, 1, 1)]


def confirmed(profile: Profile, engine: Engine) -> Profile | None:
    """The profile as it reads once it is written down; None if it can't be read so."""
    try:
        return engine.reader.read_mapping(plain(profile, engine.rulebook))
    except ProfileError:
        return None


def index_of(subject: str) -> int | None:
    """Which of several subjects one is: 1 of ``leases[1]``, None of ``applicant``."""
    found = re.search(r"\[(\d+)\]$", subject)
    return None if found is None else int(found[1])
