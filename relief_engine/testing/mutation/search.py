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
from relief_engine.errors import ProfileError
from relief_engine.profile.model import Profile
from relief_engine.profile.words import plain
from relief_engine.proving import Side, Witness
from relief_engine.proving.minimal import minimal
from relief_engine.proving.stretches import stretches
from relief_engine.proving.witness import profile_of
from relief_engine.rulebook.periods import FIRST, LAST, Period
from relief_engine.testing.mutation.hints import Hint
from relief_engine.testing.mutation.killing import Prepared
from relief_engine.testing.mutation.trial import Pair, Trial, Vector

_DAY = dt.timedelta(days=1)
#: Days of a stretch on which profiles are tried.
_DAYS = 3
#: So many profiles that differ are read and decided in full before the next way of looking is tried.
_TRIES = 40


class Search:
    """Looks for a profile on which the two say different things."""

    def __init__(
        self, pair: Pair, cases: Sequence[Prepared], near: Sequence[Hint], seconds: float, samples: int
    ) -> None:
        self.pair = pair
        self.cases = cases
        self.near = near
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
        trial = Trial(self.pair, one, other)
        known = self._vectors(one, days)
        seeds = [*known, *self._hinted(one, known)]
        for ways in (seeds, self._changed(trial, seeds), self._changed_twice(trial, seeds), self._drawn(trial)):
            for vector in islice((v for v in self._in_time(ways) if trial.differ(v)), _TRIES):
                yield self._smallest(trial, vector) or self._profile(one, vector)

    def _hinted(self, program: ir.Program, vectors: Sequence[Vector]) -> Iterator[Vector]:
        """The same profiles with the facts that lead to a mutated standard."""
        slots = program.layout.slots
        for hint in self.near:
            placed = {slots[name]: value for name, value in hint.items() if name in slots}
            if len(placed) == len(hint):
                for vector in vectors:
                    made = tuple(placed.get(slot, value) for slot, value in enumerate(vector.values))
                    yield Vector(made, vector.barred - placed.keys())

    def _in_time(self, vectors: Iterator[Vector] | Sequence[Vector]) -> Iterator[Vector]:
        for vector in vectors:
            if monotonic() > self.until:
                return
            yield vector

    def _changed(self, trial: Trial, seeds: Sequence[Vector]) -> Iterator[Vector]:
        for slot in trial.slots:
            for seed in seeds:
                if monotonic() > self.until:
                    return
                yield from trial.changed(seed, slot)

    def _changed_twice(self, trial: Trial, seeds: Sequence[Vector]) -> Iterator[Vector]:
        """Changes of two facts, in an order that is the same on every run."""
        if len(trial.slots) < 2 or not seeds:
            return
        for _ in range(self.samples):
            first, second = self.random.sample(trial.slots, 2)
            once = list(trial.changed(self.random.choice(seeds), first))
            if once:
                yield from trial.changed(self.random.choice(once), second)

    def _drawn(self, trial: Trial) -> Iterator[Vector]:
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

    def _smallest(self, trial: Trial, vector: Vector) -> Profile | None:
        """The profile without the facts that do not matter and with plain values; None where that can't be told."""
        bare = Vector(vector.values, frozenset())
        one, other = trial.said(bare)
        ordinal = vector.values[AS_OF_SLOT]
        if one == other or not isinstance(ordinal, int):
            return None
        day = dt.date.fromordinal(ordinal)
        old, new = Side(self.pair.right, self.pair.one), Side(self.pair.wrong, self.pair.other)
        stretch = next(found for found in stretches(old, new) if found.period.holds(day))
        answers = stretch.space.answers(0, trial.programs[0].layout, bare.values)
        wanted = stretch.transition(day, answers)
        if not wanted or not stretch.space.valid(answers):
            return None
        small = minimal(stretch, day, answers, lambda answers: stretch.transition(day, answers) == wanted)
        return Witness(day, small, frozenset(), stretch.space).profile(old)

    def _profile(self, program: ir.Program, vector: Vector) -> Profile:
        return profile_of(self.pair.right, program, vector.values, vector.barred)


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
