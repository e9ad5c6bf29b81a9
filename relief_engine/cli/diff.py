"""Command line stage: the command ``relief rules diff`` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import DiffFormat, Lang, LangOption, day_of
from relief_engine.cli.roster_commands import MapOption
from relief_engine.cli.usage import WrongUsage
from relief_engine.text import Text

HELP = """比较两个规则库：文字改了什么，结论因此有什么不同，每一类差别附一份最小资料。
Compare two rulebooks: what was edited, and what is decided otherwise, with a minimal profile for each difference.

OLD 和 NEW 是规则目录，或 git 版本（HEAD~1、v1:rules、origin/main）。
OLD and NEW are folders, or git revisions (HEAD~1, v1:rules, origin/main).
退出状态：0 结论没有差别（已证明）；3 有差别；4 没有找到差别，但限度内未能证明没有；2 输入不可用；1 内部错误。
Exit status: 0 no difference in effect (proven); 3 differences; 4 none found but not proven within the limits; \
2 unusable input; 1 internal failure."""

#: The form of a report whose name ends so.
_FORMS = {".md": DiffFormat.MARKDOWN, ".json": DiffFormat.JSON}


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
            help="每个项目最多找多少秒，默认 10\nThe longest search in one programme, in seconds; 10 by default",
        ),
    ] = 10.0,
    roster: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--roster",
            metavar="FILE",
            help="再用一张租户台账逐行比较，列出谁得谁失\nAlso compare row by row who in a roster gains and loses",
        ),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of", metavar="DATE", help="台账的判定日，默认今天\nDay of the roster's decisions; today by default"
        ),
    ] = None,
    sheet: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--sheet", metavar="NAME", help="读台账的哪一张工作表\nThe sheet of the roster to read"),
    ] = None,
    encoding: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--encoding", metavar="NAME", help="CSV 台账的编码\nEncoding of a roster that is a text file"),
    ] = None,
    row: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--row", metavar="KIND", help="台账每行是什么（lease、loan……）\nWhat a row describes"),
    ] = None,
    mapping: MapOption = None,
    details: Annotated[
        bool,
        typer.Option("--details", help="完整说明每份资料的两个结论\nExplain both decisions of each profile in full"),
    ] = False,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--output",
            metavar="FILE",
            help="把报告写入文件；.xlsx、.csv、.parquet 写台账的得失\n"
            "Write the report to a file; to .xlsx, .csv or .parquet what becomes of the roster",
        ),
    ] = None,
    lang: LangOption = Lang.ZH,
    form: Annotated[
        Optional[DiffFormat],  # noqa: UP045
        typer.Option(
            "--format",
            help="输出格式，不写则按 --output 的扩展名（.md、.json），否则 text\n"
            "Form of the output; by default what the name of --output says (.md, .json), else text",
        ),
    ] = None,
) -> None:
    """Compare two rulebooks."""
    day = day_of(as_of)
    given = {"--as-of": as_of, "--sheet": sheet, "--encoding": encoding, "--row": row, "--map": mapping}
    alone = [name for name, value in given.items() if value]
    if roster is None and alone:
        listed = "、".join(alone), ", ".join(alone)
        raise WrongUsage(Text(f"{listed[0]} 只和 --roster 一起用", f"{listed[1]}: only together with --roster"))
    from relief_engine.cli.comparing import Request, Table, compare_rules

    table = None if roster is None else Table(roster, day, sheet, encoding, row, tuple(mapping or ()))
    suffix = "" if output is None else output.suffix.lower()
    chosen = form or _FORMS.get(suffix, DiffFormat.TEXT)
    request = Request(
        old, new, tuple(programme or ()), seconds, lang.value, chosen, details=details, output=output, roster=table
    )
    raise typer.Exit(compare_rules(request))
