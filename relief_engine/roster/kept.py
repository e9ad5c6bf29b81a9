"""Roster stage: what a result keeps of how its roster was read."""

from __future__ import annotations

import re
from typing import Any

from relief_engine.roster.answers import Screening

#: The key under which it is kept.
KEY = "read"


def reading_of(screening: Screening) -> dict[str, Any]:
    """What a result keeps of how its roster was read, as data for JSON."""
    table, columns = screening.table, screening.columns
    zero = table.day_zero
    answers = {column.index: column.fact.id for column in columns.answers if column.fact is not None}
    return {
        KEY: {
            "file": re.split(r"[/\\]", table.file)[-1],  # no folders: they may name whose computer it was
            "kind": columns.kind.id,
            "facts": [answers.get(c.index) if c.fact is None else c.fact.id for c in columns.columns],
            "day_zero": None if zero is None else zero.isoformat(),
        }
    }
