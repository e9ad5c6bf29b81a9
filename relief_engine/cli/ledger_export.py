"""Command line stage: ``relief ledger export``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from relief_engine.cli.ledger_list import entry_record
from relief_engine.cli.output import CannotWrite, out
from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import one_line
from relief_engine.ledger.entry import Kept, as_appended
from relief_engine.ledger.rows import place_of
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import LISTED
from relief_engine.roster.whole import whole_file, whole_folder
from relief_engine.text import Language, Text

#: What stands in a folder beside the records: a line for each entry, without its document.
ENTRIES = "entries.jsonl"


def export_ledger(path: Path, output: Path, language: Language) -> None:
    """Write all entries of a ledger to a file of lines or to a folder; whole or not at all."""
    lines = output.suffix.lower() == ".jsonl"
    _refuse(path, output, lines=lines)
    with Ledger.open(path, create=False) as ledger:
        try:
            count = _to_lines(ledger, output) if lines else _to_folder(ledger, output)
        except OSError as error:
            raise CannotWrite(error.strerror or type(error).__name__) from error
    said = Text(f"写出 {count} 条：{output}", f"{count} entries written: {output}")
    out(one_line(said.in_(language)) + "\n")


def line_of(kept: Kept) -> bytes:
    """An entry with its document as one line: the document's bytes stand in it as they are."""
    begin = json.dumps(entry_record(kept.entry), ensure_ascii=False, separators=(",", ":")).encode()
    return begin[:-1] + b',"document":' + kept.data + b"}\n"


def _to_lines(ledger: Ledger, output: Path) -> int:
    with whole_file(output) as temporary, temporary.open("wb") as file:
        return sum(file.write(line_of(kept)) > 0 for kept in _unchanged(ledger))


def _to_folder(ledger: Ledger, output: Path) -> int:
    count = 0
    with whole_folder(output) as temporary:
        temporary.mkdir()
        with (temporary / ENTRIES).open("wb") as file:
            for kept in _unchanged(ledger):
                (temporary / f"{kept.entry.number:07}.json").write_bytes(kept.data)
                file.write(json.dumps(entry_record(kept.entry), ensure_ascii=False).encode() + b"\n")
                count += 1
    return count


def _unchanged(ledger: Ledger) -> Iterator[Kept]:
    """All entries. An export does not make changed records look like true ones: it refuses, and names them."""
    findings: list[Finding] = []
    for kept in ledger.kept():
        if as_appended(kept):
            yield kept
        elif len(findings) < LISTED:
            message = Text(
                "记录的内容被改过；请用 relief ledger verify 核对账本",
                "the record was changed; see: relief ledger verify",
            )
            findings.append(Finding("entry-changed", place_of(ledger.path, kept.entry.number), message))
    if findings:
        raise InputError(findings)


def _refuse(path: Path, output: Path, *, lines: bool) -> None:
    """Nothing is overwritten but an older file of lines."""
    if output.exists() and path.exists() and output.samefile(path):
        message = Text("这是账本本身", "this is the ledger itself")
    elif output.exists() and (output.is_dir() or not lines):
        message = Text("已经有了，不覆盖；请写一个新的名称", "it exists and is not overwritten; give a new name")
    elif not output.parent.is_dir():
        message = Text("没有上一级目录", "its folder does not exist")
    else:
        return
    raise InputError([Finding("output-refused", Location(str(output)), message)])
