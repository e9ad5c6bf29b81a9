"""Rulebook stage: code lists and the classifications over them.

A code may be too coarse to fix its class: then its *candidates* are the classes of the codes below it, and a
condition on the class is met if it is for every candidate, unmet if it is for none, and unknown otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import overload

from relief_engine.errors import Location
from relief_engine.rulebook.facts import ClassFact, Domain, SizeFact
from relief_engine.rulebook.periods import Dated, Period
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text


class Code(Record):
    """One code of a list; ``children`` are the positions of the codes one level below it."""

    id: str
    level: int
    name: str
    parent: str
    children: tuple[int, ...]


class CodeList:
    """A hierarchical list of codes. Codes are addressed by their position, and parents stand before their children.

    ``ids``, ``levels``, ``names`` and ``parents`` (positions; -1 for none) hold the codes column by column: a rulebook
    has thousands of codes, and a decision looks at one. Never changed after it is made.
    """

    __slots__ = ("_below", "citations", "id", "ids", "levels", "names", "parents", "positions", "title", "where")

    def __init__(
        self,
        id: str,  # noqa: A002 - named like the field of every other record here
        title: Text,
        ids: tuple[str, ...],
        levels: tuple[int, ...],
        names: tuple[str, ...],
        parents: tuple[int, ...],
        positions: Mapping[str, int],
        citations: tuple[Citation, ...],
        where: Location,
    ) -> None:
        self.id = id
        self.title = title
        self.ids = ids
        self.levels = levels
        self.names = names
        self.parents = parents
        self.positions = positions
        self.citations = citations
        self.where = where
        below: list[tuple[int, ...] | list[int]] = [()] * len(ids)
        for position, parent in enumerate(parents):
            if parent >= 0:
                siblings = below[parent]
                if isinstance(siblings, list):
                    siblings.append(position)
                else:
                    below[parent] = [position]
        self._below = below

    @property
    def codes(self) -> Codes:
        """The codes as records, each made when it is looked at."""
        return Codes(self)

    def children(self, position: int) -> tuple[int, ...]:
        """The positions of the codes one level below a code."""
        return tuple(self._below[position])

    def leaves(self, position: int | None) -> list[int]:
        """The finest codes at or below a code, or all of them for an unknown code."""
        if position is None:
            return [index for index, below in enumerate(self._below) if not below]
        stack, found = [position], []
        while stack:
            index = stack.pop()
            below = self._below[index]
            stack.extend(below)
            if not below:
                found.append(index)
        return sorted(found)


class Codes(Sequence[Code]):
    """The records of a code list."""

    def __init__(self, listed: CodeList) -> None:
        self._listed = listed

    def __len__(self) -> int:
        return len(self._listed.ids)

    @overload
    def __getitem__(self, position: int) -> Code: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Code, ...]: ...
    def __getitem__(self, position: int | slice) -> Code | tuple[Code, ...]:
        if isinstance(position, slice):
            return tuple(self[index] for index in range(*position.indices(len(self))))
        listed = self._listed
        index = range(len(self))[position]
        parent = listed.parents[index]
        return Code(
            listed.ids[index], listed.levels[index], listed.names[index], listed.ids[parent] if parent >= 0 else "",
            listed.children(index),
        )  # fmt: skip


class ClassMap(Record):
    """A classification of codes; ``candidates`` holds, by code position, the possible classes as positions."""

    id: str
    title: Text
    codes: CodeList
    domain: Domain
    candidates: tuple[tuple[int, ...], ...]
    all_candidates: tuple[int, ...]
    facts: tuple[ClassFact, ...]
    citations: tuple[Citation, ...]
    where: Location

    def of(self, position: int | None) -> tuple[int, ...]:
        """The possible classes of a code, or of an unknown one."""
        return self.all_candidates if position is None else self.candidates[position]


class Limit(Record):
    """The lower limits of one indicator, one for each class above the lowest; a value on a limit is inside.

    ``bounds`` are in the encoding of the indicator's facts (money in cents), ``printed`` in the table's own unit.
    """

    indicator: str
    unit: Unit
    bounds: tuple[int, ...]
    printed: tuple[Fraction, ...]
    where: Location


class Row(Record):
    """One sector of a size table."""

    id: str
    label: Text
    limits: tuple[Limit, ...]
    citations: tuple[Citation, ...]
    where: Location


class SizeTable(Record):
    """A size classification: the class is the lowest that any indicator of the sector's row gives.

    ``domain`` holds the classes from the lowest up and then the *uncovered* one, which is the known value of
    industries that the table has no row for. ``sectors`` classifies codes into rows; its last class is *uncovered*.
    """

    id: str
    title: Text
    domain: Domain
    sectors: ClassMap
    rows: tuple[Row, ...]
    indicators: Mapping[str, Text]
    facts: tuple[SizeFact, ...]
    citations: tuple[Citation, ...]
    where: Location

    @property
    def uncovered(self) -> int:
        """The position of the class that stands for *no standard applies*."""
        return len(self.domain.ids) - 1

    def row(self, candidate: int) -> Row | None:
        """The row of a sector candidate; None for the uncovered one."""
        return self.rows[candidate] if candidate < len(self.rows) else None


def rows_in_time(editions: Dated[SizeTable]) -> dict[str, Dated[Row]]:
    """The versions of each row of a size table by its id; a row that has one is the same record in all editions."""
    found: dict[str, list[tuple[Period, Row]]] = {}
    for period, table in editions.versions:
        for row in table.rows:
            versions = found.setdefault(row.id, [])
            if versions and versions[-1][1] is row:
                first, _ = versions.pop()
                versions.append((Period(first.first, period.last), row))
            else:
                versions.append((period, row))
    return {name: Dated(tuple(versions)) for name, versions in found.items()}


class Standards(Record):
    """All code lists and classifications of a rulebook, by id."""

    code_lists: Mapping[str, CodeList]
    class_maps: Mapping[str, ClassMap]
    #: In time: the limits of rows change, nothing else does. Every day has an edition.
    size_tables: Mapping[str, Dated[SizeTable]]

    def size_table(self, fact: SizeFact, day: dt.date) -> SizeTable:
        """The edition of a fact's size table that holds on a day."""
        table = self.size_tables[fact.standard].on(day)
        if table is None:  # the rulebook's checks refuse a table that leaves days out
            raise LookupError(f"{fact.standard} has no limits on {day}")
        return table
