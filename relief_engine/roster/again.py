"""Roster stage: a row of a result is read again as the roster was."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

from relief_engine.engine import Report
from relief_engine.profile.model import Profile
from relief_engine.roster.headers import LEAVE, Columns, recognise
from relief_engine.roster.people import People, Stated
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
    table = _table(found)
    return RowReader(rulebook, table, _columns(found, table, rulebook, mapping or {})).read(found.row)


def with_answers(found: Reopened, report: Report, mapping: Mapping[str, str] | None = None) -> Report | Rejected:
    """The report about a row of a result, with what people answered in the row; or what is wrong with that now."""
    table = _table(found)
    columns = _columns(found, table, report.rulebook, mapping or {})
    if not columns.answers:
        return report
    known = report.rulebook.programmes
    programmes = [known[answer.programme] for answer in found.answers if answer.programme in known]
    said = People(table, columns, programmes).decided(found.row, report.profile, report.decisions)
    if not isinstance(said, Stated):
        return Rejected(found.row, said)
    return dataclasses.replace(report, profile=said.profile, decisions=said.decisions)


def _table(found: Reopened) -> Table:
    kept = found.read
    zero = None if kept is None or kept["day_zero"] is None else dt.date.fromisoformat(kept["day_zero"])
    return Table(found.file, None, found.headers, 0, (), lambda: iter([found.row]), zero)


def _columns(found: Reopened, table: Table, rulebook: Rulebook, mapping: Mapping[str, str]) -> Columns:
    if found.read is None:
        return recognise(table, rulebook, mapping=mapping)
    facts = found.read["facts"]
    kept = {header: fact or LEAVE for header, fact in zip(found.headers, facts, strict=True) if header}
    return recognise(table, rulebook, mapping=kept | dict(mapping), kind=found.read["kind"])
