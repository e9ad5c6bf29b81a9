"""Rosters as old .xls: the look through the compound file and its records, which is own code.

The library behind it is tried in a process of its own before it may read (``legacy._survives``). To start one for each
input would leave few inputs, so here it is not asked, and the file is only looked through.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path
from unittest import mock

from fuzz.mutation import mutated
from fuzz.target import ROOT, Target, refused
from fuzz.targets.common import file_of
from relief_engine.roster.formats import legacy
from relief_engine.roster.formats.content import format_of


def run(data: bytes) -> bool:
    """Look through an old workbook."""
    path = file_of(data, "fuzz.xls")
    return not refused(lambda: _looked_through(path))


def _looked_through(path: Path) -> None:
    with mock.patch.object(legacy, "_survives", return_value=True):
        format_of(path)
        legacy.look_through(path)


def seeds() -> list[bytes]:
    """The old workbook of the tests."""
    return [(ROOT / "tests" / "roster" / "files" / "old.xls").read_bytes()]


def change(data: bytes, draw: random.Random) -> bytes:
    """Change a number of the envelope, a link of a chain, the head of a record, or any bytes."""
    if len(data) < 1024 or draw.random() < 0.3:
        return mutated(data, draw)
    value = struct.pack("<I", draw.choice((0, 1, 2, 3, 5, 0xFFFFFFFE, 0xFFFFFFFF, 0x7FFFFFFF, draw.randrange(64))))
    at = draw.choice((30, 32, 44, 48, 56, 60, 64, 68, 72, 76, 80, 4 * draw.randrange(128, len(data) // 4)))
    return data[:at] + value + data[at + 4 :]


TARGET = Target("xls", "rosters as old .xls", run, seeds, change)
