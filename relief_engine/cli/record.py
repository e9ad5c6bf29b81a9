"""Command line stage: a report is kept as a decision record: ``relief check --record FILE.json``, ``--ledger FILE``."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli.output import note
from relief_engine.cli.targets import check_report, file_system
from relief_engine.engine import Engine, Report
from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import one_line
from relief_engine.recording.record import DecisionRecord, record_of
from relief_engine.roster.whole import whole_file
from relief_engine.rulebook.record import Record
from relief_engine.text import Language, Text

_EXISTS = Text(
    "这个文件已经存在，内容不是这份记录；判定记录是凭据，不会覆盖。请换一个名字，或先把它移走",
    "this file exists and is not this very record; a record is evidence and is not replaced: choose another name, or "
    "move the file first",
)


def _came(appended: Appended | None) -> Text:
    """What to say of a file that came while the ledger was written, which has the record by then."""
    if appended is None:
        return _EXISTS
    zh, en = f"{appended.ledger} 第 {appended.number} 条", f"entry {appended.number} of {appended.ledger}"
    return Text(f"{_EXISTS.zh}。这份记录已在账本里：{zh}", f"{_EXISTS.en}. The ledger has this record: {en}")


class Appended(Record):
    """The entry of a ledger that a report became."""

    ledger: Path
    number: int
    digest: str

    def receipt(self, language: Language) -> tuple[str, str]:
        """What a receipt says of it: a name and a value."""
        name, entry = Text("账本", "Ledger"), Text(f"第 {self.number} 条", f"entry {self.number}")
        return name.in_(language), f"{one_line(str(self.ledger))} {entry.in_(language)} {self.digest}"


class Keeping(Record):
    """Where a report is to be kept: a file for its record, a ledger, both or neither."""

    file: Path | None = None
    ledger: Path | None = None

    def look(self, read: Sequence[Path]) -> None:
        """Refuse, before any work starts, places where the record can't go; ``read`` are those that are read."""
        if self.file is None:
            return
        check_report(self.file, read)
        # Neither of them need be there yet.
        if self.ledger is not None and os.path.realpath(self.file) == os.path.realpath(self.ledger):
            message = Text("判定记录和账本不能是同一个文件", "the record and the ledger can't be one file")
            raise InputError([Finding("output-is-read", Location(str(self.file)), message)])

    def keep(
        self, report: Report, engine: Engine, language: Language, asked: Sequence[str] | None
    ) -> Appended | None:  # fmt: skip
        """Keep one record of a report at all its places; what the ledger says of it, if there is one.

        The file is written before the ledger, from which nothing can be taken back, and takes its name after: there is
        no record of what the ledger refused. A record is evidence: one that is there already is never replaced.

        Raises:
            InputError: something else stands at the place of the file.
        """
        if self.file is None and self.ledger is None:
            return None
        record = record_of(report, engine, language, made_at=dt.datetime.now(dt.UTC), asked=asked)
        if self.file is None:
            return self._append(record, language)
        appended = None
        with file_system(self.file):
            if self.file.exists():
                if self.file.stat().st_size != len(record.data) or self.file.read_bytes() != record.data:
                    raise InputError([Finding("record-exists", Location(str(self.file)), _EXISTS)])
                appended = self._append(record, language)
            else:
                try:
                    with whole_file(self.file, fresh=True) as temporary:
                        temporary.write_bytes(record.data)
                        appended = self._append(record, language)
                except FileExistsError:
                    raise InputError([Finding("record-exists", Location(str(self.file)), _came(appended))]) from None
        said = Text(f"判定记录：{self.file}，摘要 {record.digest}", f"Record: {self.file}, digest {record.digest}")
        note(said.in_(language))
        return appended

    def _append(self, record: DecisionRecord, language: Language) -> Appended | None:
        if self.ledger is None:
            return None
        from relief_engine.cli.ledger_check import append

        entry = append(self.ledger, record.data, language)
        return Appended(self.ledger, entry.number, record.digest)
