"""What the targets of rosters share: a file is opened, its columns are recognised, and every row is read."""

from __future__ import annotations

import itertools
from pathlib import Path

from fuzz.target import Broken, refused
from fuzz.targets.common import check_profile, rulebook
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import known, recognise
from relief_engine.roster.rows import RowReader
from relief_engine.roster.table import Rejected

#: So many rows are read of one file.
ROWS = 2000


def read(path: Path) -> bool:
    """Open a roster and read its rows; every row is a profile that can be written down, or rejected in words."""
    return not refused(lambda: _read(path))


def _read(path: Path) -> None:
    table = open_table(path, known=known(rulebook()))
    rows = table.rows()
    columns = recognise(table, rulebook())
    reader = RowReader(rulebook(), table, columns)
    last = 0
    for number, row in enumerate(itertools.islice(rows, ROWS)):
        found: object = row if isinstance(row, Rejected) else reader.read(row)
        place = found.row.number if isinstance(found, Rejected) else row.number if not isinstance(row, Rejected) else 0
        if place <= last and not isinstance(found, Rejected):
            raise Broken(f"row {place} behind row {last}")
        last = place
        if isinstance(found, Rejected):
            if not found.problems:
                raise Broken("a row that was rejected without a reason")
            for problem in found.problems:
                if not problem.message.zh or not problem.message.en:
                    raise Broken("a problem without words")
        elif number % 7 == 0:
            check_profile(found)  # type: ignore[arg-type]  # what is not rejected is a profile
