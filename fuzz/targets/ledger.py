"""Ledger files: SQLite files with bytes changed, which are opened, verified, read and appended to."""

from __future__ import annotations

import functools

from fuzz.target import Target, refused
from fuzz.targets.common import file_of, scratch
from fuzz.targets.record import seeds as records
from relief_engine.ledger.store import Ledger


def run(data: bytes) -> bool:
    """Open a ledger, verify it, read its entries, and append one."""
    for left in scratch().glob("fuzz.sqlite-*"):
        left.unlink()
    path = file_of(data, "fuzz.sqlite")
    return not refused(lambda: _used(path.as_posix()))


def _used(path: str) -> None:
    with Ledger.open(path, create=False) as ledger:
        ledger.verify()
        for entry in ledger.entries():
            ledger.get(entry.number)
        ledger.append(records()[0])


@functools.cache
def seeds() -> list[bytes]:
    """A ledger of a few entries."""
    path = scratch() / "seed.sqlite"
    with Ledger.open(path, create=True) as ledger:
        for data in records() * 3:
            ledger.append(data)
    return [path.read_bytes()]


TARGET = Target("ledger", "ledger files", run, seeds, seconds=10.0)
