"""The reference of the roster benchmarks: the direct route, one row at a time, from the same natural values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks import workload
from benchmarks.rosters.leases import Column
from relief_engine import Engine
from relief_engine.engine.summary import Cell, summary

#: The answer to one row of the benchmark's rule, in the order of :data:`benchmarks.rosters.by_hand.ANSWER`.
Answer = tuple[Cell, ...]


def answers(engine: Engine, columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> list[Answer]:
    """The answers of the benchmark's only programme."""
    (programme,) = engine.rulebook.programmes
    found: list[Answer] = []
    for row in rows:
        (decision,) = engine.decide(profile(columns, row), programmes=[programme]).decisions
        assert decision.program is not None
        assert decision.values is not None
        cells = summary(decision.program, decision.values, decision.outcome)
        names = ("outcome", "failed", "unknown", "figure_leased_days_low", "figure_months_low", "amount")
        found.append((row[0], *(cells[name] for name in names)))  # type: ignore[arg-type]  # the key is a whole number
    return found


def profile(columns: Sequence[Column], row: Sequence[object]) -> dict[str, object]:
    """One row as the mapping that a profile is read from."""
    applicant: dict[str, object] = {}
    lease: dict[str, object] = {}
    for column, value in zip(columns, row, strict=True):
        if column.fact is not None and value is not None:
            (applicant if column.fact.subject == "applicant" else lease)[column.fact.name] = value
    return {"as_of": workload.AS_OF, "applicant": applicant, "leases": [lease]}
