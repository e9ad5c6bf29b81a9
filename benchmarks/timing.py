"""Interleaved timing: contestants take turns on the same applicants, so that a busy machine slows all of them alike.

Absolute times of one run say little about another machine or another hour. What is compared are ratios within one
round, and what is reported is their median over the rounds, with the middle half as a sign of how steady it was.

Times are processor time of this process, all threads together. Where nothing else runs it is what a clock shows; where
something does, the waiting is not counted (a clock would punish the slower contestant, which is interrupted more).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")

Laps = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Contestant(Generic[T]):
    """Something that is timed: ``run`` on inputs that ``prepare`` makes anew for each round, outside the timing."""

    prepare: Callable[[T], Any]
    run: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Spread:
    """A median with the quartiles around it."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and quartiles of some values."""
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def scaled(seconds: Sequence[float], factor: float) -> Spread:
    """The median and quartiles of some times in another unit: 1e3 for milliseconds."""
    return spread([lap * factor for lap in seconds])


def race(
    contestants: Mapping[str, Contestant[T]], inputs: Sequence[T], *, rounds: int, block: int
) -> dict[str, list[float]]:
    """Seconds per call, by contestant and round.

    Every round takes the next ``block`` inputs; all contestants work on the same ones, and who goes first changes.
    One round is run and thrown away before the first that counts.
    """
    laps: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(-1, rounds):
        start = (number % max(len(inputs) // block, 1)) * block
        chosen = inputs[start : start + block]
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            contestant = contestants[name]
            seconds = _timed(contestant.run, [contestant.prepare(item) for item in chosen])
            if number >= 0:
                laps[name].append(seconds / len(chosen))
    return laps


def _timed(run: Callable[[Any], object], inputs: list[Any]) -> float:
    clock = time.process_time
    begin = clock()
    for item in inputs:
        run(item)
    return clock() - begin


def ratio(laps: Laps, name: str, against: str) -> Spread:
    """How long one contestant takes relative to another, round by round."""
    return spread([a / b for a, b in zip(laps[name], laps[against], strict=True)])
