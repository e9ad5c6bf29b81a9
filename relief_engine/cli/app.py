"""Command line stage: the commands, their options and help texts."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.output import EXIT_INPUT, EXIT_INTERNAL, prepare_streams, report_error, usage_error
from relief_engine.errors import InputError, ReliefError, UnknownName
from relief_engine.text import Language


class Lang(StrEnum):
    """The languages of the output."""

    ZH = "zh"
    EN = "en"


class CheckFormat(StrEnum):
    """The forms of a decision."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class TextOrJson(StrEnum):
    """The forms of a list."""

    TEXT = "text"
    JSON = "json"


app = typer.Typer(
    name="relief",
    help="小微企业减负政策判定：给谁、多少、依据哪一条、为什么。\n\nWhich relief a small business gets, how much, under which clause, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)
rules_app = typer.Typer(help="检查规则库。\n\nCheck a rulebook.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")

RulesOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--rules", metavar="DIR", help="规则目录；不写则用随附的规则。 The rulebook; the shipped one by default."),
]
LangOption = Annotated[Lang, typer.Option("--lang", help="输出语言。 Language of the output.")]
ListFormat = Annotated[TextOrJson, typer.Option("--format", help="输出格式。 Form of the output.")]


def _date(value: str | None) -> dt.date | None:
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise typer.BadParameter(f"应为日期（如 2022-06-01），实为“{value}”；expected a date such as 2022-06-01") from None


@app.command(epilog="例 Example: relief check examples/profiles/restaurant.yaml --as-of 2022-06-01")
def check(
    profile: Annotated[Path, typer.Argument(metavar="PROFILE.yaml", help="申请方资料。 What is known about the applicant.")],
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="只判定这个项目，可重复。 Only this programme; repeatable."),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--as-of", metavar="DATE", help="判定日；不写则用资料中的，再不然用今天。 Day of the decision."),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: Annotated[CheckFormat, typer.Option("--format", help="输出格式。 Form of the output.")] = CheckFormat.TEXT,
) -> None:
    """判定一个申请方能得到哪些减免、多少、依据和理由。

    Decide which relief an applicant gets, how much, under which clause, and why.
    """
    from relief_engine.cli.check import check_profile

    check_profile(profile, programme, _date(as_of), rules, lang.value, form.value)


@app.command(epilog="例 Example: relief size --industry 6210 --employees 30 --revenue 800")
def size(
    industry: Annotated[str, typer.Option("--industry", metavar="CODE", help="行业代码（GB/T 4754—2017）。 Industry code.")],
    employees: Annotated[Optional[str], typer.Option(metavar="N", help="从业人员，人。 Employees.")] = None,  # noqa: UP045
    revenue: Annotated[Optional[str], typer.Option(metavar="万元", help="营业收入，万元。 Revenue, in 10,000 yuan.")] = None,  # noqa: UP045
    assets: Annotated[Optional[str], typer.Option(metavar="万元", help="资产总额，万元。 Assets, in 10,000 yuan.")] = None,  # noqa: UP045
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """按划型标准判定企业规模。

    Classify a firm as large, medium, small or micro.
    """
    from relief_engine.cli.size import show_size

    show_size(industry, employees, revenue, assets, rules, lang.value, as_json=form is TextOrJson.JSON)


@app.command()
def programmes(rules: RulesOption = None, lang: LangOption = Lang.ZH, form: ListFormat = TextOrJson.TEXT) -> None:
    """列出规则库中的项目。

    List the programmes of the rulebook.
    """
    from relief_engine.cli.lists import show_programmes

    show_programmes(rules, lang.value, as_json=form is TextOrJson.JSON)


@app.command()
def facts(rules: RulesOption = None, lang: LangOption = Lang.ZH, form: ListFormat = TextOrJson.TEXT) -> None:
    """列出资料中可以写的各项。

    List the facts that a profile may hold.
    """
    from relief_engine.cli.lists import show_facts

    show_facts(rules, lang.value, as_json=form is TextOrJson.JSON)


@rules_app.command("check")
def rules_check(
    folder: Annotated[Optional[Path], typer.Argument(metavar="DIR", help="规则目录。 The rulebook.")] = None,  # noqa: UP045
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """载入规则库并列出所有问题。

    Load a rulebook and print its findings.
    """
    from relief_engine.cli.rules import check_rules

    raise typer.Exit(check_rules(folder, lang.value, as_json=form is TextOrJson.JSON))


@rules_app.command("test")
def rules_test(
    folder: Annotated[Optional[Path], typer.Argument(metavar="DIR", help="规则目录。 The rulebook.")] = None,  # noqa: UP045
    lang: LangOption = Lang.ZH,
) -> None:
    """运行规则旁边的算例（*.cases.yaml）。

    Run the worked cases that stand beside the rules.
    """
    from relief_engine.cli.rules import test_rules

    raise typer.Exit(test_rules(folder, lang.value))


@rules_app.command("schema")
def rules_schema(
    kind: Annotated[Optional[str], typer.Argument(metavar="KIND", help="文件种类；不写则全部。 Kind of file; all by default.")] = None,  # noqa: UP045
    rules: RulesOption = None,
) -> None:
    """输出规则文件和资料文件的 JSON Schema，供编辑器使用。

    Print the JSON Schema of rule files and profiles, for editors.
    """
    from relief_engine.cli.rules import show_schema

    show_schema(kind, rules)


def run(arguments: list[str]) -> int:
    """Run one command; errors become messages and an exit status here, and nowhere else."""
    prepare_streams()
    language: Language = "en" if _option(arguments, "--lang") == "en" else "zh"
    as_json = _option(arguments, "--format") == "json"
    command = typer.main.get_command(app)
    try:
        status = command.main(args=arguments, prog_name="relief", standalone_mode=False)
    except typer.TyperException as error:
        usage_error(error.format_message(), language, as_json=as_json)
        return EXIT_INPUT
    except typer.Abort:
        return EXIT_INTERNAL
    except (InputError, UnknownName) as error:
        report_error(error, language, as_json=as_json)
        return EXIT_INPUT
    except ReliefError as error:
        report_error(error, language, as_json=as_json)
        return EXIT_INTERNAL
    return status if isinstance(status, int) else 0


def _option(arguments: list[str], name: str) -> str | None:
    """The value of an option in raw arguments, needed before they are parsed to word a parse error."""
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None
