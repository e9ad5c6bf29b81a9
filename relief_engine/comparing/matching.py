"""Comparing stage: elements of two rulebooks matched by their ids, and their versions by the days they hold on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from relief_engine.rulebook.periods import LAST, Dated, Period

_DAY = dt.timedelta(days=1)
V = TypeVar("V")


class Identified(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id."""


I = TypeVar("I", bound=Identified)  # noqa: E741 - an element with an id


def by_id(old: Iterable[I], new: Iterable[I]) -> Iterator[tuple[I | None, I | None]]:
    """Pairs of elements with one id: those of the new side in its order, then those that only the old one has."""
    return by_name({element.id: element for element in old}, {element.id: element for element in new})


def by_name(old: Mapping[str, V], new: Mapping[str, V]) -> Iterator[tuple[V | None, V | None]]:
    """The same for elements that stand under their names."""
    for name, element in new.items():
        yield old.get(name), element
    for name, element in old.items():
        if name not in new:
            yield element, None


def reordered(old: Iterable[str], new: Iterable[str]) -> bool:
    """Whether what both sides have stands in another order."""
    before, after = list(old), list(new)
    return [name for name in before if name in after] != [name for name in after if name in before]


def stretches(old: Dated[V], new: Dated[V], within: Period) -> Iterator[tuple[Period, V | None, V | None]]:
    """The days of a period cut where a version of either side begins or ends, with the versions that hold on them."""
    starts = {within.first}
    for period in (*old.periods(), *new.periods()):
        starts.add(period.first)
        if period.last < LAST:
            starts.add(period.last + _DAY)
    inside = sorted(day for day in starts if within.holds(day))
    for first, following in zip(inside, [*inside[1:], None], strict=True):
        last = within.last if following is None else following - _DAY
        yield Period(first, last), old.on(first), new.on(first)


def once(value: V, period: Period) -> Dated[V]:
    """An element without versions as one with a single version."""
    return Dated(((period, value),))
