"""Ledger stage: the entries that somebody asks for, read in short transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from relief_engine.ledger.access import Access
from relief_engine.ledger.entry import Entry
from relief_engine.ledger.rows import COLUMNS, entry_from

#: Entries that one transaction reads.
_PORTION = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """Which entries: those to which everything that is given applies. See ``Ledger.entries``."""

    applicant: str | None = None
    programme: str | None = None
    outcome: str | None = None
    first: str | None = None
    last: str | None = None

    def fits(self, entry: Entry) -> bool:
        """Whether an entry has a decision of the programme and the outcome."""
        return (self.programme is None and self.outcome is None) or any(
            (self.programme is None or f"/{one.programme}".endswith(f"/{self.programme}"))
            and (self.outcome is None or one.outcome == self.outcome)
            for one in entry.summary.decided
        )


def listed(access: Access, wish: Wish, limit: int | None) -> Iterator[Entry]:
    """The entries of a wish in their order; with a limit so many at most, the latest ones."""
    if limit is None:
        yield from filter(wish.fits, _portions(access, wish, forward=True))
        return
    found: list[Entry] = []
    if limit > 0:
        for entry in filter(wish.fits, _portions(access, wish, forward=False)):
            found.append(entry)
            if len(found) == limit:
                break
    yield from reversed(found)


def _portions(access: Access, wish: Wish, *, forward: bool) -> Iterator[Entry]:
    """Entries of the applicant and days: what was appended never changes, so they need not be read at one moment."""
    conditions = {
        "(instr(applicant, ?1) OR instr(credit_code, ?1))": wish.applicant,
        "as_of >= ?2": wish.first,
        "as_of <= ?3": wish.last,
    }
    where = " AND ".join(["1", *(text for text, value in conditions.items() if value is not None)])
    at, side, order = (-(2**63), ">", "ASC") if forward else (2**63 - 1, "<", "DESC")
    query = f"SELECT {COLUMNS} FROM entries WHERE {where} AND number {side} ?4 ORDER BY number {order} LIMIT ?5"

    def ask(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
        return connection.execute(query, (wish.applicant, wish.first, wish.last, at, _PORTION)).fetchall()

    while True:
        rows = access.read(ask)
        yield from map(entry_from, rows)
        if len(rows) < _PORTION:
            return
        at = rows[-1][0]
