"""Decision records: JSON that is held against its own digest; half of the changed ones are sealed anew."""

# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import datetime as dt
import functools
import json
import random
from typing import Any

from fuzz.mutation import mutated
from fuzz.target import Broken, Target, refused
from fuzz.targets.common import PROFILES, RENT, engine, reader
from relief_engine.recording.canonical import sealed
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import record_of
from relief_engine.recording.replay import replay

ATOMS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**53, -(2**53), 0.5, 1e300, "", "x", "sha256:0", "2022-06-01", "9999-12-31", "0001-01-01", "\x1b[31m", "\u202e",
    "9" * 5000, "relief-record/1", "relief-record/2", [], {}, [[]], {"a": 1}, {"": None}, "applicant", "leases[99999999]", "eligible", "1e400", "-0.01",
)  # fmt: skip


def run(data: bytes) -> bool:
    """Read a record; one that is taken is itself when read again, and can be decided anew or says why not."""
    found = []
    if refused(lambda: found.append(read_record(data, "fuzz.json"))):
        return False
    (record,) = found
    if read_record(record.data, "again").data != record.data:
        raise Broken("a record that is read again is another one")
    refused(lambda: replay(record, engine()))
    return True


@functools.cache
def seeds() -> list[bytes]:
    """Records of some example profiles."""
    made = dt.datetime(2022, 6, 20, tzinfo=dt.UTC)
    found = []
    for name in ("restaurant", "new-cafe"):
        profile = reader().read_file(PROFILES / f"{name}.yaml")
        report = engine().decide(profile, as_of=dt.date(2022, 6, 20), programmes=[RENT])
        found.append(record_of(report, engine(), "zh", made_at=made, asked=[RENT]).data)
    return found


def change(data: bytes, draw: random.Random) -> bytes:
    """Change bytes, or a part of the document; the latter is sealed anew as a forger would."""
    if draw.random() < 0.3:
        return mutated(data, draw)
    try:
        document = json.loads(data)
        for _ in range(draw.choice((1, 1, 2, 4))):
            document = _changed(document, draw)
        if isinstance(document, dict) and draw.random() < 0.9:
            return sealed(document)[1]
        return json.dumps(document).encode()
    except (ValueError, RecursionError, TypeError):
        return mutated(data, draw)


def _changed(value: Any, draw: random.Random) -> Any:
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(list(value))
        if draw.random() < 0.05:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _changed(value[key], draw)}
    if isinstance(value, list) and value and draw.random() < 0.9:
        at = draw.randrange(len(value))
        return [*value[:at], _changed(value[at], draw), *value[at : at + draw.randrange(2)], *value[at + 1 :]]
    return draw.choice(ATOMS)


TARGET = Target("record", "decision records", run, seeds, change, seconds=20.0)
