"""Tables of a rulebook (.csv): code lists, and what codes belong to."""

from __future__ import annotations

from fuzz.target import Target
from fuzz.targets.rulebook import change, loaded, small


def _tables() -> list[str]:
    return sorted(name for name in small() if name.endswith(".csv"))


def run(data: bytes) -> bool:
    """Load the small rulebook with the table of the first line replaced."""
    first, _, rest = data.partition(b"\n")
    tables = _tables()
    name = first.decode("utf-8", "replace")
    return loaded(name if name in tables else tables[len(first) % len(tables)], rest)


def seeds() -> list[bytes]:
    """Every table as it is."""
    return [f"{name}\n".encode() + small()[name] for name in _tables()]


TARGET = Target("codes", "tables of codes", run, seeds, change)
