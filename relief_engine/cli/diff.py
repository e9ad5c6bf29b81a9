"""Command line stage: ``relief rules diff``."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from relief_engine.cli.naming import asked_for
from relief_engine.cli.options import Lang, LangOption
from relief_engine.cli.output import colour, note, out, width
from relief_engine.cli.usage import WrongUsage
from relief_engine.explanation.harmless import json_text
from relief_engine.text import Language, Text

if TYPE_CHECKING:
    from relief_engine.comparing.difference import Difference
    from relief_engine.rulebook.model import Rulebook

#: What tells a table from a report by the end of its name.
_TABLES = (".xlsx", ".xls", ".csv", ".parquet")


class DiffFormat(StrEnum):
    """The forms of a difference."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


HELP = """比较两个规则库：文字改了什么，结论因此有什么不同，每一类差别附一份最小资料。
Compare two rulebooks: what was edited, and what is decided otherwise, with a minimal profile for each difference.
OLD 和 NEW 是规则目录，或 git 版本（HEAD~1、v1:rules、origin/main）。
OLD and NEW are folders, or git revisions (HEAD~1, v1:rules, origin/main).
退出状态：0 结论没有差别（已证明）；3 有差别；4 没有找到差别，但限度内未能证明没有；2 输入不可用；1 内部错误。
Exit status: 0 no difference in effect (proven); 3 differences; 4 none found but not proven within the limits; \
2 unusable input; 1 internal failure."""


def rules_diff(
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help="原来的规则：目录或 git 版本\nThe rules as they were: a folder or revision"),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="改后的规则：目录或 git 版本\nThe rules as they are to be")],
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只比较这个项目，可重复\nOnly this programme; may be repeated"),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            "--seconds",
            metavar="N",
            min=0.1,
            max=86400,
            help="每个项目最多找多少秒\nThe longest search in one programme",
        ),
    ] = 10.0,
    details: Annotated[
        bool,
        typer.Option("--details", help="完整说明每份资料的两个结论\nExplain both decisions of each profile in full"),
    ] = False,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--output", metavar="FILE", help="把报告写入文件\nWrite the report to a file"),
    ] = None,
    lang: LangOption = Lang.ZH,
    form: Annotated[DiffFormat, typer.Option("--format", help="输出格式\nForm of the output")] = DiffFormat.TEXT,
) -> None:
    """Compare two rulebooks."""
    if output is not None and output.suffix.lower() in _TABLES:
        message = Text(
            f"报告是文字，不能写成“{output.suffix}”，可用 .txt、.md、.json",
            f"the report is text and can't be written as {output.suffix!r}; use .txt, .md or .json",
        )
        raise WrongUsage(message)
    found = _compared(old, new, programme or (), seconds)
    text = rendered(found, lang.value, form, details=details, to_file=output is not None)
    if output is None:
        out(text)
    else:
        _write(output, text)
        note(Text(f"报告：{output}", f"Report: {output}").in_(lang.value))
    raise typer.Exit(int(found.status))


def _compared(old: str, new: str, programmes: Sequence[str], seconds: float) -> Difference:
    from relief_engine.comparing.difference import difference
    from relief_engine.comparing.revisions import read_revisions
    from relief_engine.proving import Limits

    before, after = read_revisions(old, new)
    chosen = _chosen(programmes, before.rulebook, after.rulebook)
    return difference(before, after, Limits(seconds=seconds), chosen)


def _chosen(programmes: Sequence[str], old: Rulebook, new: Rulebook) -> list[str] | None:
    """The ids of programmes that are asked for, which either side may have; None for all."""
    if not programmes:
        return None
    either = dataclasses.replace(new, programmes={**old.programmes, **new.programmes})
    return asked_for(programmes, either)


def rendered(
    found: Difference, language: Language, form: DiffFormat, *, details: bool = False, to_file: bool = False
) -> str:
    """A difference in one of its forms; a file is neither coloured nor as narrow as a terminal may be."""
    if form is DiffFormat.JSON:
        from relief_engine.comparing.records import difference_record

        return json_text(json.dumps(difference_record(found, language), ensure_ascii=False, indent=2)) + "\n"
    from relief_engine.comparing.outline import report

    blocks = report(found, language, details=details)
    if form is DiffFormat.MARKDOWN:
        from relief_engine.comparing.markdown import render as markdown

        return markdown(blocks)
    from relief_engine.comparing.terminal import render as terminal

    return terminal(blocks, width=120 if to_file else width(), colour=colour() and not to_file)


def _write(path: Path, text: str) -> None:
    """Write a report, whole or not at all."""
    from relief_engine.errors import Finding, InputError, Location
    from relief_engine.roster.whole import whole_file

    try:
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Text(f"不能写入（{reason}）", f"can't be written: {reason}")
        raise InputError([Finding("file-unwritable", Location(str(path)), message)]) from None
