"""Command line stage: a report is kept as a decision record, ``relief check --record FILE.json``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli.output import note
from relief_engine.cli.targets import file_system
from relief_engine.engine import Engine, Report
from relief_engine.recording.record import record_of
from relief_engine.roster.whole import whole_file
from relief_engine.text import Language, Text


def keep_record(path: Path, report: Report, engine: Engine, language: Language, asked: Sequence[str] | None) -> None:
    """Write a report's record, whole or not at all, and say its digest."""
    record = record_of(report, engine, language, made_at=dt.datetime.now(dt.UTC), asked=asked)
    with file_system(path), whole_file(path) as temporary:
        temporary.write_bytes(record.data)
    said = Text(f"判定记录：{path}，摘要 {record.digest}", f"Record: {path}, digest {record.digest}")
    note(said.in_(language))
