"""Roster stage: how a table was read, kept with its results, so that a row of them is read again in the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from relief_engine.profile.model import Profile
from relief_engine.roster.answers import Screening
from relief_engine.roster.headers import LEAVE, Columns, recognise
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected, Table
from relief_engine.rulebook.model import Rulebook

if TYPE_CHECKING:
    from relief_engine.roster.reopen import Reopened

#: The key under which it is kept.
KEY = "read"


def reading_of(screening: Screening) -> dict[str, Any]:
    """What a result keeps of how its roster was read, as data for JSON."""
    table, columns = screening.table, screening.columns
    zero = table.day_zero
    return {
        KEY: {
            "file": table.file,
            "kind": columns.kind.id,
            "facts": [None if column.fact is None else column.fact.id for column in columns.columns],
            "day_zero": None if zero is None else zero.isoformat(),
        }
    }


def read_again(found: Reopened, rulebook: Rulebook, mapping: Mapping[str, str] | None = None) -> Profile | Rejected:
    """The profile of a row of a result, or what is wrong with it now.

    Args:
        found: the row.
        rulebook: the rules whose facts are read.
        mapping: from headers to facts, for a kind of result that does not keep how its roster was read (.csv).

    Raises:
        InputError: the columns can't be told by their headers.
    """
    kept = found.read
    zero = None if kept is None or kept["day_zero"] is None else dt.date.fromisoformat(kept["day_zero"])
    table = Table(found.file, None, found.headers, 0, (), lambda: iter([found.row]), zero)
    return RowReader(rulebook, table, _columns(found, table, rulebook, mapping or {})).read(found.row)


def _columns(found: Reopened, table: Table, rulebook: Rulebook, mapping: Mapping[str, str]) -> Columns:
    if found.read is None:
        return recognise(table, rulebook, mapping=mapping)
    facts = found.read["facts"]
    kept = {header: fact or LEAVE for header, fact in zip(found.headers, facts, strict=True) if header}
    return recognise(table, rulebook, mapping=kept | dict(mapping), kind=found.read["kind"])
