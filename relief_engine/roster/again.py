"""Roster stage: a row of a result is read again as the roster was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from relief_engine.profile.model import Profile
from relief_engine.roster.headers import LEAVE, Columns, recognise
from relief_engine.roster.reopen import Reopened
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected, Table
from relief_engine.rulebook.model import Rulebook


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
