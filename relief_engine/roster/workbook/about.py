"""Roster stage: the hidden sheet by which a result workbook is read again: what decided, and what the columns are."""

from __future__ import annotations

import json

from relief_engine.roster.kept import KEY, reading_of
from relief_engine.roster.parquet import SCHEMA
from relief_engine.roster.reopen import ABOUT_SHEET as NAME
from relief_engine.roster.results import Results
from relief_engine.roster.workbook.stream import StreamedSheet
from relief_engine.roster.workbook.styles import TEXT, Styles

__all__ = ["NAME", "about", "write_about"]


def about(results: Results, decisions: str) -> dict[str, str]:
    """What is needed to read a result again, as texts by key; lists are JSON."""
    screening = results.screening
    language = results.language
    return {
        "schema": SCHEMA,
        "language": language,
        "as_of": screening.as_of.isoformat(),
        "rulebook": screening.rulebook.digest,
        "programmes": json.dumps([p.id for p in screening.programmes]),
        "titles": json.dumps({p.title.in_(language): p.id for p in screening.programmes}, ensure_ascii=False),
        "decisions": decisions,
        "results": json.dumps(
            {column.title.in_(language): column.id for column in results.columns}, ensure_ascii=False
        ),
        "written": json.dumps(results.headers, ensure_ascii=False),
        "headers": json.dumps(screening.table.headers, ensure_ascii=False),
        KEY: json.dumps(reading_of(screening)[KEY], ensure_ascii=False),
    }


def write_about(sheet: StreamedSheet, styles: Styles, found: dict[str, str]) -> None:
    """Write the hidden sheet; a text that is longer than a cell may be stands in several, one below the other."""
    sheet.start()
    text = sheet.text(styles(num_format=TEXT))
    for key, value in found.items():
        for start in range(0, max(1, len(value)), 30_000):
            sheet.add((text, text), (key, value[start : start + 30_000]))
    sheet.very_hidden()
