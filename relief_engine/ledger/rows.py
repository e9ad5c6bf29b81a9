"""Ledger stage: an entry as a row of the file, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from relief_engine.errors import Location
from relief_engine.ledger.entry import GENESIS, Entry, Summary
from relief_engine.ledger.summary import decided_from, decided_text

#: The columns that are read out of the document.
SUMMARY = ("as_of", "applicant", "credit_code", "record", "total", "total_by_people", "decided")
#: The columns of an entry in the order in which :func:`entry_from` reads them.
COLUMNS = ", ".join(("number", "digest", "previous", "chain", "appended_at", *SUMMARY))
INSERT = f"INSERT INTO entries ({COLUMNS}, document) VALUES ({', '.join('?' * 13)})"


def row_of(entry: Entry) -> tuple[object, ...]:
    """The values of an entry's columns."""
    return (
        entry.number, entry.digest, entry.previous, entry.chain, entry.appended_at, *summary_row(entry.summary)
    )  # fmt: skip


def summary_row(told: Summary) -> tuple[str | None, ...]:
    """The values of the columns that are read out of the document."""
    return (
        told.as_of, told.applicant, told.credit_code, told.record, told.total, told.total_by_people,
        decided_text(told.decided),
    )  # fmt: skip


def entry_from(row: Sequence[Any]) -> Entry:
    """The entry that a row's first columns hold. Verifying says whether they hold what they should."""
    number, *words = row[:12]
    digest, previous, chain, appended_at = (_shown(word) or "" for word in words[:4])
    as_of, applicant, credit_code, record, total, by_people, decided = map(_shown, words[4:])
    listed = decided_from(decided or "")
    summary = Summary(as_of, applicant, credit_code, record, total, by_people, listed)
    return Entry(number, digest, previous, chain, appended_at, summary)


def bytes_of(document: object) -> bytes:
    """The bytes of a document, even where somebody put text or a number in their place."""
    return document if isinstance(document, bytes) else str(document).encode("utf-8", "replace")


def head_of(connection: sqlite3.Connection) -> tuple[int, str]:
    """The number and the chain hash of the last entry."""
    row = connection.execute("SELECT number, chain FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return (0, GENESIS) if row is None else (row[0], _shown(row[1]) or "")


def place_of(path: Path, number: int) -> Location:
    """Where an entry stands: ``FILE[number]``."""
    return Location(f"{path}[{number}]")


def _shown(value: object) -> str | None:
    """What stands in a column for text; None where nothing does."""
    return value if value is None or isinstance(value, str) else bytes_of(value).decode("utf-8", "replace")
