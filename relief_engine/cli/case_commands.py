"""Command line stage: the commands that run worked cases and try what they would notice, and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import Lang, LangOption, ListFormat, MutantKind, RulesArgument, TextOrJson

_KINDS = (
    f"只作这种改动，可重复：{'、'.join(MutantKind)}\n"
    f"Only mistakes of this kind; may be repeated: {', '.join(MutantKind)}"
)


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
) -> None:
    """Run the worked cases."""
    from relief_engine.cli.cases import run_cases

    status = run_cases(
        folder, programme or (), matching, lang.value, details=details, accept=accept, as_json=form is TextOrJson.JSON
    )
    raise typer.Exit(status)


def rules_mutate(
    folder: RulesArgument = None,
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只改动这个项目，可重复\nOnly this programme; may be repeated"),
    ] = None,
    kind: Annotated[
        Optional[list[MutantKind]],  # noqa: UP045
        typer.Option("--kind", metavar="KIND", help=_KINDS),
    ] = None,
    form: ListFormat = TextOrJson.TEXT,
    lang: LangOption = Lang.ZH,
    seconds: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="N",
            help="每处改动最多查找多少秒，默认 10\nFor how many seconds each mistake is looked into; 10 by default",
        ),
    ] = 10.0,
    jobs: Annotated[
        int, typer.Option(min=1, metavar="N", help="同时运行的进程数\nHow many processes work at the same time")
    ] = 1,
    matching: Annotated[
        str,
        typer.Option(
            "-k",
            metavar="TEXT",
            help="只作编号、说明或位置含有这段文字的改动\nOnly mistakes with this text in their id, words or place",
        ),
    ] = "",
    details: Annotated[
        bool, typer.Option("--details", help="也列出证明等价的改动\nAlso list those that are proven equivalent")
    ] = False,
    cases_out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--cases-out", metavar="FILE", help="把建议的算例写入文件\nWrite the suggested cases to a file"),
    ] = None,
) -> None:
    """Find mistakes that no worked case notices."""
    from relief_engine.cli.mutate import mutate_rules
    from relief_engine.testing.mutation import Kind

    status = mutate_rules(
        folder, programme or (), [Kind(chosen.value) for chosen in kind or ()], lang.value,
        as_json=form is TextOrJson.JSON, seconds=seconds, jobs=jobs, cases_out=cases_out,
        matching=matching, details=details,
    )  # fmt: skip
    raise typer.Exit(status)
