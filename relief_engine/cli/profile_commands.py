"""Command line stage: the commands about one applicant, or one firm, and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import CheckFormat, Lang, LangOption, ListFormat, RulesOption, TextOrJson, day_of


def check(
    profile: Annotated[
        Path, typer.Argument(metavar="PROFILE.yaml", help="申请方的资料文件\nWhat is known about the applicant")
    ],
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只判定这个项目，可重复\nOnly this programme; may be repeated"),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="判定日，不写则用资料中的，再不然用今天\nDay of the decision; else the profile's, else today",
        ),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: Annotated[CheckFormat, typer.Option("--format", help="输出格式\nForm of the output")] = CheckFormat.TEXT,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="每个项目都给出完整说明\nExplain every programme in full",
        ),
    ] = False,
    record: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--record",
            metavar="FILE.json",
            help="同时写出判定记录，可用 relief replay 重新核对；已有的文件不覆盖\n"
            "Also keep the report as a record for relief replay; a file that is there is not replaced",
        ),
    ] = None,
    ledger: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--ledger",
            metavar="FILE",
            help="同时把判定记录追加到这个账本，没有则新建，可用 relief ledger 查看和核对\n"
            "Also append the record to this ledger, which is made if it is not there; see relief ledger",
        ),
    ] = None,
) -> None:
    """Decide for one applicant."""
    day = day_of(as_of)
    from relief_engine.cli.check import check_profile

    check_profile(profile, programme, day, rules, lang.value, form.value, details=details, record=record, ledger=ledger)


def ask(
    profile: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(
            metavar="PROFILE.yaml",
            help="接着填的资料文件；没有的新建\nA profile to go on with; made if there is none",
        ),
    ] = None,
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只问这个项目，可重复\nOnly this programme; may be repeated"),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="判定日，不写则用资料中的，再不然用今天\nDay of the decision; else the profile's, else today",
        ),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--output",
            metavar="FILE",
            help="保存到这个文件；不写则存在所填的资料文件里，其中有注释的除外\n"
            "Save in this file; else in the profile itself, unless it has comments",
        ),
    ] = None,
) -> None:
    """Ask for what is missing."""
    day = day_of(as_of)
    from relief_engine.cli.ask import ask as interview

    interview(profile, programme, day, rules, output, lang.value)


def size(
    industry: Annotated[
        str, typer.Option("--industry", metavar="CODE", help="GB/T 4754—2017 行业代码\nIndustry code of GB/T 4754—2017")
    ],
    employees: Annotated[Optional[str], typer.Option(metavar="N", help="从业人员，人\nEmployees")] = None,  # noqa: UP045
    revenue: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="万元", help="营业收入，万元\nRevenue, in 10,000 yuan"),
    ] = None,
    assets: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(metavar="万元", help="资产总额，万元\nTotal assets, in 10,000 yuan"),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of", metavar="DATE", help="按哪一天的标准，默认今天\nThe day of the standard; today by default"
        ),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """Classify one firm by its size."""
    day = day_of(as_of)
    from relief_engine.cli.size import show_size

    figures = {"employees": employees, "revenue": revenue, "assets": assets}
    show_size(industry, figures, day, rules, lang.value, as_json=form is TextOrJson.JSON)
