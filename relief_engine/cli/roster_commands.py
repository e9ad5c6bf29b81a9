"""Command line stage: the commands that work on rosters, and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import (
    CheckFormat,
    EngineName,
    Lang,
    LangOption,
    ListFormat,
    RulesOption,
    TextOrJson,
    day_of,
)
from relief_engine.cli.usage import WrongUsage
from relief_engine.text import Text

MapOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option(
        "--map",
        metavar="HEADER=FACT",
        help="指明某一列是哪一项，“-”表示不读，可重复\nThe fact a column gives, '-' for none; may be repeated",
    ),
]


def screen(
    roster: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(metavar="ROSTER", help="台账文件\nThe roster"),
    ] = None,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--output", metavar="RESULT", help="结果文件：.xlsx、.csv 或 .parquet\nThe result: .xlsx, .csv or .parquet"
        ),
    ] = None,
    template: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--template", metavar="FILE.xlsx", help="写出一张空白台账供填写\nWrite an empty roster to fill in"
        ),
    ] = None,
    answers: Annotated[
        bool,
        typer.Option(
            "--answers",
            help="空白台账带上填写人工认定结果的列\nThe empty roster with columns for what people decide",
        ),
    ] = False,
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--programme",
            metavar="ID",
            help="判定这个项目，可重复；不写则按表头判断\nDecide this programme; else those that the columns are about",
        ),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--as-of", metavar="DATE", help="判定日，默认今天\nDay of the decisions; today by default"),
    ] = None,
    mapping: MapOption = None,
    engine: Annotated[
        EngineName,
        typer.Option(
            "--engine",
            help="由谁计算：大表默认用内嵌数据库；spark 读写 parquet（文件或文件夹）\n"
            "What decides; by default the embedded database for long tables; spark: parquet files or folders",
        ),
    ] = EngineName.AUTO,
    brief: Annotated[
        bool,
        typer.Option(
            "--brief",
            help="只写行号、结论、条件编码、数字和金额，用于千万行以上的 parquet；不能再说明某一行\n"
            "Row, outcome, masks, figures and amounts alone, for tens of millions of rows; no row can be explained",
        ),
    ] = False,
    sheet: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--sheet", metavar="NAME", help="读哪一张工作表\nThe sheet to read"),
    ] = None,
    encoding: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--encoding", metavar="NAME", help="CSV 文件的编码，默认自动判断\nEncoding of a text file"),
    ] = None,
    row: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--row", metavar="KIND", help="每行是什么（lease、loan、applicant……）\nWhat a row describes"),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """Screen a roster, or write an empty one."""
    day = day_of(as_of)
    if template is not None:
        if roster is not None or output is not None:
            raise WrongUsage(
                Text("--template 单独使用，不带台账和 --output", "--template goes without ROSTER and --output")
            )
        from relief_engine.cli.template import write_empty

        write_empty(template, programme or (), row, rules, lang.value, answers=answers)
        return
    if answers:
        raise WrongUsage(Text("--answers 与 --template 一起用", "--answers goes with --template"))
    if roster is None or output is None:
        lacking = "ROSTER" if roster is None else "--output"
        raise WrongUsage(Text(f"缺少 {lacking}", f"missing {lacking}"))
    from relief_engine.cli.screen import screen_roster

    screen_roster(
        roster, output, programme or (), day, rules, lang.value,
        sheet=sheet, encoding=encoding, kind=row, mapping=mapping or (), engine=engine.value,
        brief=brief, as_json=form is TextOrJson.JSON,
    )  # fmt: skip


def explain(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT", help="relief screen 写出的结果文件\nA file that relief screen wrote")
    ],
    number: Annotated[int, typer.Argument(metavar="ROW", help="台账中的行号\nThe row's number in the roster")],
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只说明这个项目，可重复\nOnly this programme; may be repeated"),
    ] = None,
    mapping: MapOption = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: Annotated[CheckFormat, typer.Option("--format", help="输出格式\nForm of the output")] = CheckFormat.TEXT,
) -> None:
    """Explain one row."""
    from relief_engine.cli.explain import explain_row

    explain_row(result, number, programme or (), rules, lang.value, form.value, mapping or ())
