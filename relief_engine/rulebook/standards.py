"""Rulebook stage: code lists and the classifications over them.

A code may be too coarse to fix its class: then its *candidates* are the classes of the codes below it, and a
condition on the class is met if it is for every candidate, unmet if it is for none, and unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from relief_engine.errors import Location
from relief_engine.rulebook.facts import ClassFact, Domain, SizeFact
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text


@dataclass(frozen=True, slots=True, eq=False)
class Code:
    """One code of a list; ``children`` are the positions of the codes one level below it."""

    id: str
    level: int
    name: str
    parent: str
    children: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CodeList:
    """A hierarchical list of codes. Codes are addressed by their position."""

    id: str
    title: Text
    codes: tuple[Code, ...]
    positions: Mapping[str, int]
    citations: tuple[Citation, ...]

    def leaves(self, position: int | None) -> list[int]:
        """The finest codes at or below a code, or all of them for an unknown code."""
        stack = [position] if position is not None else [i for i, c in enumerate(self.codes) if not c.parent]
        found = []
        while stack:
            index = stack.pop()
            below = self.codes[index].children
            stack.extend(below)
            if not below:
                found.append(index)
        return sorted(found)


@dataclass(frozen=True, slots=True, eq=False)
class ClassMap:
    """A classification of codes; ``candidates`` holds, by code position, the possible classes as positions."""

    id: str
    title: Text
    codes: CodeList
    domain: Domain
    candidates: tuple[tuple[int, ...], ...]
    all_candidates: tuple[int, ...]
    facts: tuple[ClassFact, ...]
    citations: tuple[Citation, ...]

    def of(self, position: int | None) -> tuple[int, ...]:
        """The possible classes of a code, or of an unknown one."""
        return self.all_candidates if position is None else self.candidates[position]


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """The lower limits of one indicator, one for each class above the lowest; a value on a limit is inside.

    ``bounds`` are in the encoding of the indicator's facts (money in cents), ``printed`` in the table's own unit.
    """

    indicator: str
    unit: Unit
    bounds: tuple[int, ...]
    printed: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One sector of a size table."""

    id: str
    label: Text
    limits: tuple[Limit, ...]
    citations: tuple[Citation, ...]
    where: Location


@dataclass(frozen=True, slots=True, eq=False)
class SizeTable:
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

    @property
    def uncovered(self) -> int:
        """The position of the class that stands for *no standard applies*."""
        return len(self.domain.ids) - 1

    def row(self, candidate: int) -> Row | None:
        """The row of a sector candidate; None for the uncovered one."""
        return self.rows[candidate] if candidate < len(self.rows) else None


@dataclass(frozen=True, slots=True, eq=False)
class Standards:
    """All code lists and classifications of a rulebook, by id."""

    code_lists: Mapping[str, CodeList]
    class_maps: Mapping[str, ClassMap]
    size_tables: Mapping[str, SizeTable]
