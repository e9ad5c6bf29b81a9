"""Roster stage: how rows are handed to DuckDB by files of our own, and how a path is told to it literally.

What DuckDB would find out by itself about a text file is all told: what it guesses from a sample may be wrong further
on. A mark before each value tells an empty text from no value.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO

#: What a database of ours may hold in memory; what does not fit goes to disk, beside the result.
MEMORY = "400MB"
#: How the module csv writes, as DuckDB is told. A line break in a cell must not be taken for the usual end of lines.
_OPTIONS = (
    "header=false, nullstr='', all_varchar=true, auto_detect=false, delim=',', quote='\"', escape='\"', "
    "new_line='\\r\\n', max_line_size=16777216"
)


def create(path: Path) -> IO[str]:
    """A new file to hand rows over in; what can't be encoded is replaced."""
    return path.open("w", encoding="utf-8", newline="", errors="replace")


def row_writer(file: IO[str]) -> Callable[[Iterable[object]], object]:
    """What writes one row into a file of :func:`create`: values that are written as text, or None."""
    write = csv.writer(file).writerow

    def put(row: Iterable[object]) -> None:
        write(["" if value is None else f"={value}" for value in row])

    return put


def rows_of(path: Path, names: Sequence[str]) -> str:
    """A query for the rows of such a file: texts, in columns of these names, all different."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(names)))
    values = ", ".join(f"substr(c{place}, 2) AS {quoted(name)}" for place, name in enumerate(names))
    return f"SELECT {values} FROM read_csv({literal(str(path))}, columns={{{columns}}}, {_OPTIONS})"


def no_pattern(path: Path) -> str:
    """A path as DuckDB takes it where a path may be a pattern: what stands for other characters is put in brackets."""
    return re.sub(r"[*?\[]", lambda found: f"[{found[0]}]", str(path))


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """The name of a column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def plain_columns(described: Sequence[Sequence[str]]) -> str:
    """What to select of a table with these columns (name, type, …) so that Python can be given each.

    A moment with a time zone becomes text, in UTC: DuckDB would show it in the zone of the machine, or not at all.
    """
    return ", ".join(f"{_plain(quoted(name), kind)} AS {quoted(name)}" for name, kind, *_ in described)


def _plain(name: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"CAST(make_timestamp(epoch_us({name})) AS VARCHAR) || '+00:00'"
    return f"CAST({name} AS VARCHAR)" if "WITH TIME ZONE" in kind else name
