"""Command line stage: what ``relief rules diff`` does."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli.mapping import read_mapping
from relief_engine.cli.options import DiffFormat
from relief_engine.cli.output import colour, note, out, width
from relief_engine.cli.progress import Progress
from relief_engine.cli.targets import check_report, file_system, write_report
from relief_engine.cli.usage import WrongUsage
from relief_engine.comparing.difference import Difference, Status, difference
from relief_engine.comparing.revisions import Revision, read_revisions
from relief_engine.comparing.rosters import (
    Impact,
    check_output,
    impact,
    impact_markdown,
    impact_records,
    impact_text,
    write_impact,
)
from relief_engine.explanation.harmless import json_text
from relief_engine.proving import Limits
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.rulebook.record import Record
from relief_engine.text import Language, Text

#: What tells a table from a report by the end of its name.
_TABLES = (".xlsx", ".xls", ".csv", ".parquet")
#: More profiles than anybody draws in a second.
_DRAWN = 5000
#: How wide a report in a file is.
_WIDE = 120


class Table(Record):
    """A roster that both rulebooks are to decide, and how it is read."""

    roster: Path
    as_of: dt.date | None
    sheet: str | None
    encoding: str | None
    kind: str | None
    mapping: tuple[str, ...]


class Request(Record):
    """What is to be compared, and where the report goes."""

    old: str
    new: str
    programmes: tuple[str, ...]
    seconds: float
    language: Language
    form: DiffFormat
    details: bool
    output: Path | None
    roster: Table | None


def compare_rules(request: Request) -> int:
    """Compare two rulebooks, print or write the report, and give the exit status."""
    changes = _changes_file(request)
    if request.output is not None:
        read = [Path(request.old), Path(request.new)]
        check_report(request.output, read if request.roster is None else [*read, request.roster.roster])
    before, after = read_revisions(request.old, request.new)
    chosen = _chosen(request.programmes, before.rulebook, after.rulebook)
    told = None if request.roster is None else _told(request.roster, before, after, chosen)
    if request.roster is not None and request.roster.as_of is None:
        said = Text(
            "台账按今天判定；规则已过期的，用 --as-of 指明日期",
            "the roster is decided as of today; --as-of names a day",
        )
        note(said.in_(request.language))
    with Progress(request.language) as progress:

        def tell(done: int) -> None:
            progress.tell(Text(f"已比较 {done} 个项目", f"programmes compared: {done}"))

        found = difference(before, after, _limits(request.seconds), chosen, tell)
    written = None if changes is not None else request.output
    text = rendered(found, request.language, request.form, told, details=request.details, to_file=written is not None)
    if changes is not None and told is not None:
        with file_system(changes):
            write_impact(told, changes, request.language)
        _note_file(Text("台账的得失", "What becomes of the roster"), changes, request.language)
    if written is None:
        out(text)
    else:
        write_report(written, text)
        _note_file(Text("报告", "Report"), written, request.language)
    return int(Status.DIFFERENT if told is not None and told.changed else found.status)


def _limits(seconds: float) -> Limits:
    """The time that is asked for, all of it: without the solver so many profiles are drawn as it suffices for."""
    return Limits(seconds=seconds, samples=max(Limits().samples, int(seconds * _DRAWN)))


def rendered(
    found: Difference,
    language: Language,
    form: DiffFormat,
    told: Impact | None = None,
    *,
    details: bool = False,
    to_file: bool = False,
) -> str:
    """A difference in one of its forms, and what becomes of a roster.

    A file is neither coloured nor as narrow as a terminal may be.
    """
    if form is DiffFormat.JSON:
        from relief_engine.comparing.records import difference_record

        record = difference_record(found, language)
        record["roster"] = None if told is None else impact_records(told, language)
        return json_text(json.dumps(record, ensure_ascii=False, indent=2)) + "\n"
    from relief_engine.comparing.outline import report

    blocks = report(found, language, details=details)
    if form is DiffFormat.MARKDOWN:
        from relief_engine.comparing.markdown import render as markdown

        return markdown(blocks) + ("" if told is None else "\n" + impact_markdown(told, language, level=2))
    from relief_engine.comparing.terminal import render as terminal

    wide = _WIDE if to_file else width()
    text = terminal(blocks, width=wide, colour=colour() and not to_file)
    return text if told is None else f"{text}{'─' * wide}\n{impact_text(told, language, width=wide)}"


def _changes_file(request: Request) -> Path | None:
    """Where the changes of a roster go, if to a table; raises :class:`WrongUsage` where there is no roster."""
    output = request.output
    if output is None or output.suffix.lower() not in _TABLES:
        return None
    if request.roster is None:
        message = Text(
            f"没有 --roster，报告是文字，不能写成“{output.suffix}”，可用 .txt、.md、.json",
            f"without --roster the report is text and can't be written as {output.suffix!r}; use .txt, .md or .json",
        )
        raise WrongUsage(message)
    check_output(output, request.roster.roster)
    return output


def _chosen(programmes: Sequence[str], old: Rulebook, new: Rulebook) -> list[str] | None:
    """The ids of programmes that are asked for, which either side may have; None for all."""
    if not programmes:
        return None
    either = dataclasses.replace(new, programmes={**old.programmes, **new.programmes})
    return asked_for(programmes, either)


def _told(table: Table, before: Revision, after: Revision, chosen: Sequence[str] | None) -> Impact:
    """What becomes of a roster."""
    return impact(
        before.rulebook, after.rulebook, table.roster,
        as_of=table.as_of or dt.date.today(), programmes=tuple(chosen or ()), sheet=table.sheet,
        encoding=table.encoding, kind=table.kind, mapping=read_mapping(table.mapping),
    )  # fmt: skip


def _note_file(title: Text, path: Path, language: Language) -> None:
    note(Text(f"{title.zh}：{path}", f"{title.en}: {path}").in_(language))
