"""Roster stage: columns become facts, by the headers that facts declare, in any order and either language."""

from __future__ import annotations

from relief_engine.rulebook.facts import Fact, SubjectKind
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.units import Unit


class Column(Value):
    """One column of a table: its header as written, the fact that it gives if any, and the unit its header states."""

    index: int
    header: str
    fact: Fact | None
    unit: Unit | None


class Columns(Value):
    """The columns of a table. One row describes one subject of ``kind`` together with its applicant."""

    kind: SubjectKind
    columns: tuple[Column, ...]

    def position(self, fact: str) -> int | None:
        """Which column gives a fact (by its id), from 0."""
        return next((c.index for c in self.columns if c.fact is not None and c.fact.id == fact), None)
