"""Rulebook stage: stretches of days, and what changes from one to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Generic, TypeVar

from relief_engine.rulebook.record import Record, Value

T = TypeVar("T")

FIRST = dt.date.min
LAST = dt.date.max


class Period(Value):
    """The days on which something may be used to decide, both inclusive; ``date.min``/``date.max`` where open."""

    first: dt.date
    last: dt.date

    def holds(self, day: dt.date) -> bool:
        """Whether the day lies in the period."""
        return self.first <= day <= self.last

    def cut(self, other: Period) -> Period | None:
        """What both periods share, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Period(first, last) if first <= last else None


class Dated(Record, Generic[T]):
    """The versions of one element, in order of time and without overlap."""

    versions: tuple[tuple[Period, T], ...]

    def on(self, day: dt.date) -> T | None:
        """The version that may be used on that day."""
        for period, value in self.versions:
            if period.holds(day):
                return value
        return None

    def values(self) -> Iterator[T]:
        """The versions without their periods."""
        return (value for _, value in self.versions)

    def periods(self) -> Iterator[Period]:
        """The periods of all versions."""
        return (period for period, _ in self.versions)
