"""Command line stage: the command that runs worked cases, and its options."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from relief_engine.cli.options import Lang, LangOption, ListFormat, RulesArgument, TextOrJson
from relief_engine.cli.usage import WrongUsage
from relief_engine.text import Text


def rules_test(
    folder: RulesArgument = None,
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--programme", metavar="ID", help="只运行这个项目的，可重复\nOnly of this programme; may be repeated"
        ),
    ] = None,
    matching: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "-k",
            metavar="TEXT",
            help="只运行名称、条款或文件名含有这段文字的\nOnly those whose name, clause or file has this text",
        ),
    ] = None,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="不通过的，并列预期与实际，并说明理由\nOf those that fail, expected and actual side by side, and why",
        ),
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="把引擎的结论写入没有预期的算例，供核对；已有的预期不改\n"
            "Write what the engine says into cases that expect nothing yet; what is expected is never changed",
        ),
    ] = False,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
    alter: Annotated[
        bool,
        typer.Option(
            "--alter",
            help="再逐个改动参数，列出没有算例发现的改动\nAlso alter each parameter and list what no case notices",
        ),
    ] = False,
) -> None:
    """Run the worked cases."""
    if alter and (programme or matching is not None or accept or form is TextOrJson.JSON):
        raise WrongUsage(Text("--alter 不能与这些选项同用", "--alter does not go with these options"))
    from relief_engine.cli.cases import run_cases

    status = run_cases(
        folder, programme or (), matching, lang.value, details=details, accept=accept, as_json=form is TextOrJson.JSON
    )
    if alter and not status:
        from relief_engine.cli.rules import alter_rules

        status = alter_rules(folder, lang.value)
    raise typer.Exit(status)
