"""What is reported: rows of measurements beside their budgets, as a Markdown table and as JSON."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Literal

from benchmarks.timing import Spread

Unit = Literal["×", "µs", "ms", "s", "MB", "M rows/s"]
#: The verdict of a row that exceeds its budget.
OVER = "OVER"
_PACKAGES = (
    "pydantic", "typer", "PyYAML", "durable_rules", "zen-engine", "duckdb", "sqlglot", "polars", "pyspark",
    "python-calamine", "xlsxwriter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. ``measured`` is None where it could not be taken, and ``note`` then says why."""

    id: str
    what: str
    against: str
    unit: Unit
    measured: Spread | None
    budget: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``held`` or ``OVER`` beside a budget, ``for information`` without one, ``not available`` otherwise."""
        if self.measured is None:
            return "not available"
        if self.budget is None:
            return "for information"
        return "held" if self.measured.median <= self.budget else OVER


def figure(value: float, unit: Unit) -> str:
    """A figure with three significant digits and its unit."""
    digits = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return f"{digits} ×" if unit == "×" else f"{digits} {unit}"


def markdown(rows: Sequence[Row]) -> str:
    """The rows as Markdown: ratios and budgets, then times for orientation, then why rows are not available."""
    judged = [row for row in rows if row.against or row.budget is not None]
    lines = [
        "| row | what is measured | against | measured (median) | middle half | budget | verdict |",
        "|---|---|---|---:|---|---:|---|",
    ]
    for row in judged:
        budget = "—" if row.budget is None else f"≤ {figure(row.budget, row.unit)}"
        cells = (row.id, row.what, row.against or "—", *_figures(row), budget, row.verdict)
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "Times of this run on this machine, for orientation:", ""]
    lines += ["| row | what is measured | time (median) | middle half |", "|---|---|---:|---|"]
    lines += [f"| {' | '.join((row.id, row.what, *_figures(row)))} |" for row in rows if row not in judged]
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.note:
            reasons.setdefault(row.note, []).append(row.id)
    if reasons:
        lines += ["", *(f"- {', '.join(ids)}: {reason}" for reason, ids in reasons.items())]
    return "\n".join(lines)


def _figures(row: Row) -> tuple[str, str]:
    found = row.measured
    if found is None:
        return "—", "—"
    return figure(found.median, row.unit), f"{figure(found.low, row.unit)} to {figure(found.high, row.unit)}"


def environment() -> dict[str, str]:
    """What the figures were taken with."""
    found = {"python": platform.python_version(), "platform": platform.platform(), "machine": platform.machine()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def as_json(rows: Sequence[Row], rounds: int) -> dict[str, object]:
    """The whole report for ``--json``."""
    return {
        "schema": "relief-benchmarks/1",
        "environment": environment(),
        "rounds": rounds,
        "rows": [{**asdict(row), "verdict": row.verdict} for row in rows],
    }
