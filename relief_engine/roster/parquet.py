"""Roster stage: answers as a parquet file, with types, and with what it takes to read them again."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Tally
from relief_engine.roster.embedded import connect
from relief_engine.roster.flat import Flat, plain, write_lines
from relief_engine.roster.handing import create, literal, quoted, row_writer, rows_of
from relief_engine.roster.kept import reading_of
from relief_engine.roster.results import Results
from relief_engine.roster.table import Rejected
from relief_engine.text import Language

#: The version of what a result says of itself, and the key of it in a parquet file; and that of a brief result.
SCHEMA, META, BRIEF = "relief-result/1", "relief", "relief-brief/1"


def write_parquet(
    path: Path, unread: Path, screening: Screening, lines: Iterable[Answered | Rejected], language: Language
) -> Tally:
    """Write answers to ``path`` and rows that could not be read, as text, to ``unread``, and count them.

    A column of the roster that holds values of several types is text.

    The rows stand in a temporary file until all are there and the types are known.
    """
    flat = Flat(Results(screening, language), by_id=True)
    seen: list[set[str]] = [set() for _ in flat.names]
    own = range(flat.width, len(flat.names))
    with tempfile.TemporaryDirectory(prefix="relief-") as folder:
        rows = Path(folder, "rows.csv")
        with create(rows) as file:
            written = row_writer(file)

            def put(row: list[object]) -> None:
                for index in own:
                    value = row[index]
                    if value is not None:
                        seen[index].add(_kind(value))
                written([None if value is None else plain(value) for value in row])

            tally = write_lines(flat, put, unread, screening, lines, language)
        names = unique(flat.names)
        types = [
            TYPES[kind] if kind != "any" else _own_type(found) for kind, found in zip(flat.kinds, seen, strict=True)
        ]
        meta = about(screening, language, names, flat.width)
        copy_rows(rows, path, names, types, meta)
    return tally


def about(screening: Screening, language: Language, names: Sequence[str], width: int, schema: str = SCHEMA) -> str:
    """What a parquet file of answers says of itself; ``width`` of its columns are those of results."""
    return json.dumps(
        {
            "schema": schema, "language": language, "as_of": screening.as_of.isoformat(),
            "rulebook": screening.rulebook.digest, "programmes": [p.id for p in screening.programmes],
            "columns": names[:width], "written": names[width:], "headers": screening.table.headers,
            **reading_of(screening),
        },
        ensure_ascii=False,
    )  # fmt: skip


def copy_rows(rows: Path, path: Path, names: list[str], types: list[str], meta: str) -> None:
    """Turn rows that ``handing.row_writer`` wrote into a parquet file; ``meta`` is what it says of itself."""
    chosen = ", ".join(
        f"{quoted(name) if kind == 'VARCHAR' else f'CAST({quoted(name)} AS {kind})'} AS {quoted(name)}"
        for name, kind in zip(names, types, strict=True)
    )
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{META}: {literal(meta)}}}"
    with connect() as database:
        database.execute("SET preserve_insertion_order=true")
        database.execute(f"COPY (SELECT {chosen} FROM ({rows_of(rows, names)})) TO {literal(str(path))} ({options})")


#: The types of columns of results.
TYPES = {
    "integer": "BIGINT", "text": "VARCHAR", "money": "DECIMAL(38, 2)", "date": "DATE", "decimal": "DECIMAL(38, 10)",
}  # fmt: skip
_OWN = {
    "bool": "BOOLEAN", "int": "BIGINT", "float": "DOUBLE", "date": "DATE", "datetime": "TIMESTAMP",
}  # fmt: skip
_MOST_DECIMALS = 18


def _kind(value: object) -> str:
    """The type of a cell of the roster, with the decimals of a decimal."""
    match value:
        case bool():
            return "bool"
        case int():
            return "int" if -(2**63) <= value < 2**63 else "str"
        case float():
            return "float"
        case Decimal():
            places = max(0, -int(value.as_tuple().exponent)) if value.is_finite() else _MOST_DECIMALS + 1
            whole = value.adjusted() + 1
            return f"decimal {places}" if places <= _MOST_DECIMALS and whole + _MOST_DECIMALS <= 38 else "str"
        case dt.datetime():
            return "datetime" if value.tzinfo is None else "str"
        case dt.date():
            return "date"
    return "str"


def _own_type(found: set[str]) -> str:
    """The type of a column of the roster that holds values of these."""
    if len(found) == 1 and (one := _OWN.get(next(iter(found)))) is not None:
        return one
    places = [int(kind.partition(" ")[2]) for kind in found if kind.startswith("decimal ")]
    if places and all(kind == "int" or kind.startswith("decimal ") for kind in found):
        return f"DECIMAL(38, {max(places)})"
    return "DOUBLE" if found == {"int", "float"} else "VARCHAR"


def unique(names: list[str]) -> list[str]:
    """Names that differ, also for a database that takes A for a; a number goes behind one that came before."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = name or "column"
        one, number = base, 1
        while one.casefold() in taken:
            number += 1
            one = f"{base}_{number}"
        taken.add(one.casefold())
        found.append(one)
    return found
