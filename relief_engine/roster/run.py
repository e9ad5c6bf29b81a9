"""Roster stage, the door: a file of applicants becomes a file of answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster.answers import Screening
from relief_engine.roster.choosing import about
from relief_engine.roster.counts import Counts
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import known, recognise
from relief_engine.roster.screening import screen
from relief_engine.roster.writing import check_target, write_results
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

#: Called now and then with the number of rows that are done.
Progress = Callable[[int], None]


class Request(Value):
    """What is asked of a roster.

    Attributes:
        roster: the file to read.
        output: the file to write: .xlsx, .csv or .parquet.
        programmes: ids; empty for those that the columns are about.
        as_of: the day of the decisions.
        sheet: the name of a sheet; None for the first with known headers.
        encoding: the encoding of a text file; None to tell it by its content.
        kind: the kind of subject that a row describes; None to tell it by the columns.
        mapping: from headers to ids of facts, or to ``-`` for columns that are only carried through.
        language: the language of what is written.
    """

    roster: Path
    output: Path
    as_of: dt.date
    programmes: Sequence[str] = ()
    sheet: str | None = None
    encoding: str | None = None
    kind: str | None = None
    mapping: Mapping[str, str] = {}
    language: Language = DEFAULT_LANGUAGE


def prepare(engine: Engine, request: Request) -> Screening:
    """Open a roster and settle what it is screened by; nothing is written yet.

    Raises:
        InputError: the file, its columns, the target or the programmes can't be used.
    """
    rulebook = engine.rulebook
    check_target(request.output, request.roster)
    table = open_table(request.roster, sheet=request.sheet, encoding=request.encoding, known=known(rulebook))
    columns = recognise(table, rulebook, mapping=request.mapping, kind=request.kind)
    if request.programmes:
        programmes = tuple(rulebook.programme(name) for name in dict.fromkeys(request.programmes))
        _refuse_others(programmes, columns.kind.id, columns.kind.label, request.roster)
    else:
        programmes = about(engine, columns, request.as_of)
    if not programmes:
        message = Text(
            f"规则库没有针对{columns.kind.label.zh}的项目",
            f"the rulebook has no programme for a {columns.kind.label.en.lower()}",
        )
        raise InputError([Finding("roster-programme", Location(str(request.roster)), message)])
    return Screening(table, columns, rulebook, programmes, request.as_of, engine.routes)


def _refuse_others(programmes: Sequence[Programme], kind: str, label: Text, roster: Path) -> None:
    """A row of leases can't be asked about a loan."""
    findings = [
        Finding(
            "roster-programme",
            Location(str(roster)),
            Text(
                f"“{programme.title.zh}”判定的是{programme.kind.label.zh}，这张表每行是一份{label.zh}",
                f"{programme.title.en} is about a {programme.kind.label.en.lower()}; a row here is a {label.en.lower()}",
            ),
        )
        for programme in programmes
        if programme.subject not in (APPLICANT, kind)
    ]
    if findings:
        raise InputError(findings)
