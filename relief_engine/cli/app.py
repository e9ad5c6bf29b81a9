"""Command line stage: the commands, their options, and what becomes of errors."""

from __future__ import annotations

from copy import copy
from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli import (
    case_commands,
    diff,
    ledger_commands,
    output,
    record_commands,
    roster_commands,
    service_commands,
)
from relief_engine.cli.options import (
    CheckFormat,
    Lang,
    LangOption,
    ListFormat,
    RulesArgument,
    RulesOption,
    SqlDialect,
    TextOrJson,
    day_of,
)
from relief_engine.cli.plain import plainly
from relief_engine.cli.usage import Command, Group, WrongUsage, is_help, mistake
from relief_engine.errors import InputError, ReliefError, SystemRefused, UnknownName
from relief_engine.text import Language, Text
from relief_engine.version import VERSION

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

app = typer.Typer(
    cls=Group,
    help="小微企业减负政策判定：给谁、多少、依据哪一条、为什么。\n"
    "Which relief a small business gets, how much, under which clause, and why.",
    epilog="relief check examples/profiles/restaurant.yaml\n"
    "relief check 资料.yaml --as-of 2022-06-01 --format html > 结果.html\n"
    "relief screen 台账.xlsx --output 结果.xlsx --as-of 2022-06-20\n"
    "relief size --industry 6210 --employees 30 --revenue 800\n"
    "relief facts",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=_CONTEXT,
)
rules_app = typer.Typer(
    cls=Group, help="检查和试算规则库。\nCheck and try a rulebook.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(rules_app, name="rules")
ledger_app = typer.Typer(cls=Group, help=ledger_commands.HELP, no_args_is_help=True, rich_markup_mode=None)
app.add_typer(ledger_app, name="ledger")


@app.callback(invoke_without_command=True)
def relief(
    version: Annotated[bool, typer.Option("--version", help="显示版本\nShow the version")] = False,
) -> None:
    """Options of the command as a whole."""
    if version:
        output.out(f"relief-engine {VERSION}\n")
        raise typer.Exit


@app.command(
    cls=Command,
    help="判定一个申请方能得到哪些减免、多少、依据和理由。\n"
    "Decide which relief an applicant gets, how much, under which clause, and why.",
    epilog="relief check examples/profiles/restaurant.yaml --as-of 2022-06-01\n"
    "relief check 资料.yaml --programme beijing-tongzhou/rent-reduction-2022\n"
    "relief check 资料.yaml --format json",
)
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


app.command(
    cls=Command,
    help=record_commands.REPLAY_HELP,
    epilog="relief replay 记录.json\nrelief replay 2022/*.json --rules 新规则",
)(record_commands.replay)


@app.command(
    cls=Command,
    help="逐个提问，只问还影响结论的，答案确定了就停，并保存资料文件。\n"
    "Ask one question after the other, only those that still matter, until the answer is certain; save the profile.",
    epilog="relief ask 资料.yaml --programme rent-reduction-2022 --as-of 2022-06-20\n"
    "relief ask 未填完.yaml --output 资料.yaml",
)
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


app.command(
    cls=Command,
    help="判定一张租户台账（.xlsx、.xls、.csv、.parquet），每行一份租约，写出结果工作簿。\n"
    "Screen a roster, one lease a row (or one loan, or one applicant), and write a workbook of answers.",
    epilog="relief screen 台账.xlsx --output 结果.xlsx --as-of 2022-06-20\n"
    "relief screen 台账.csv --output 结果.csv --map 月租=lease.monthly_rent\n"
    "relief screen --template 台账.xlsx",
)(roster_commands.screen)

app.command(
    cls=Command,
    help="完整说明结果文件中某一行的判定，并按现有规则重新核对。\n"
    "Explain the answer to one row of a result in full, deciding it again.",
    epilog="relief explain 结果.xlsx 12\nrelief explain 结果.parquet 100234 --format html > 说明.html",
)(roster_commands.explain)


@app.command(
    cls=Command,
    help="按划型标准判定企业规模（大型、中型、小型、微型）。\nClassify a firm as large, medium, small or micro.",
    epilog="relief size --industry 6210 --employees 30 --revenue 800",
)
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


@app.command(
    cls=Command,
    help="用规则生成的文字说明各个项目：给谁、给多少、哪些由人认定。\n"
    "Say in words generated from the rules what programmes give, to whom, and what is left to people.",
    epilog="relief programmes rent-reduction-2022 --as-of 2022-06-15",
)
def programmes(
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="ID", help="项目编号或其最后一段，默认全部\nIds or their last parts; all by default"),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--as-of", metavar="DATE", help="按哪一天的规定，默认今天\nThe day of the rules; today by default"
        ),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
    brief: Annotated[bool, typer.Option("--brief", help="只列名称和编号\nTitles and ids only")] = False,
) -> None:
    """Describe the programmes."""
    day = day_of(as_of)
    from relief_engine.cli.lists import show_programmes

    show_programmes(programme or (), day, rules, lang.value, as_json=form is TextOrJson.JSON, brief=brief)


app.command(
    cls=Command,
    help="启动判定服务：网页和 HTTP 接口。\nServe decisions: the page and the HTTP interface.",
    epilog="relief serve\nrelief serve --port 9000 --workers 4 --ledger 判定.ledger --api-key-file 密钥.txt",
)(service_commands.serve)


@app.command(cls=Command, help="列出资料文件中可以写的各项。\nList the facts that a profile may hold.")
def facts(rules: RulesOption = None, lang: LangOption = Lang.ZH, form: ListFormat = TextOrJson.TEXT) -> None:
    """List the facts."""
    from relief_engine.cli.lists import show_facts

    show_facts(rules, lang.value, as_json=form is TextOrJson.JSON)


@app.command(
    cls=Command,
    help="列出所依据的文件；写明一份的，逐条列出是否编码和原因。\n"
    "List the documents behind the rules; of one, each clause, what encodes it, and what is left out and why.",
    epilog="relief sources\nrelief sources 15号\nrelief sources notice-12 --format json",
)
def sources(
    source: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="SOURCE", help="编号、文号或其中一段\nIts id or number, or a part of one"),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """List the documents, or one with its clauses."""
    from relief_engine.cli.sources import show_sources

    show_sources(source, rules, lang.value, as_json=form is TextOrJson.JSON)


@rules_app.command(
    "check", cls=Command, help="载入规则库，列出所有问题。\nLoad a rulebook, try it, and list every finding."
)
def rules_check(
    folder: RulesArgument = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
    hints: Annotated[
        bool,
        typer.Option(
            "--hints", help="同时列出提示：值得一看、但可能是有意为之\nAlso list hints: worth a look, perhaps meant so"
        ),
    ] = False,
) -> None:
    """Check a rulebook."""
    from relief_engine.cli.rules import check_rules

    raise typer.Exit(check_rules(folder, lang.value, as_json=form is TextOrJson.JSON, hints=hints))


rules_app.command(
    "test",
    cls=Command,
    help="运行规则旁边的算例（*.cases.yaml）。\nRun the worked cases that stand beside the rules (*.cases.yaml).",
    epilog="relief rules test --programme rent-reduction-2022 --details\nrelief rules test 规则目录 -k 免租期 --accept",
)(case_commands.rules_test)


rules_app.command(
    "mutate",
    cls=Command,
    help="逐个改错规则（界限、比较号、条件、日期等），列出没有算例发现的改动和能发现它的算例。\n"
    "Make every small mistake in the rules, one at a time; list what no worked case notices, and a case that would.\n\n"
    "退出状态：0 每处改动都有算例发现，或已证明等价；3 有改动没有算例发现；4 其余的未判明；"
    "2 输入不可用，或有算例不通过；1 内部错误。\n"
    "Exit status: 0 each is noticed, or proven equivalent; 3 some are not noticed; 4 of some that is not decided; "
    "2 unusable input, or a case that fails; 1 internal failure.",
    epilog="relief rules mutate --programme rent-reduction-2022\n"
    "relief rules mutate 规则目录 --kind comparison --cases-out 待核对.yaml",
)(case_commands.rules_mutate)


@rules_app.command(
    "schema",
    cls=Command,
    help="输出规则文件和资料文件的 JSON Schema，供编辑器使用。\n"
    "Print the JSON Schema of rule files and profiles, for editors.",
)
def rules_schema(
    kind: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(metavar="KIND", help="文件种类，不写则为全部\nKind of file; all by default"),
    ] = None,
    rules: RulesOption = None,
) -> None:
    """Print the schemas."""
    from relief_engine.cli.rules import show_schema

    show_schema(kind, rules)


@rules_app.command(
    "sql",
    cls=Command,
    help="输出规则的 SQL 查询或视图，供审批系统在自己的数据库中判定。\n"
    "Print the rules as an SQL query or view, so that an approval system decides in its own database.",
    epilog="relief rules sql rent-reduction-2022 --dialect postgres --table leases --view rent_decisions",
)
def rules_sql(
    programme: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Argument(metavar="ID", help="项目编号或其最后一段，默认全部\nIds or their last parts; all by default"),
    ] = None,
    dialect: Annotated[SqlDialect, typer.Option("--dialect", help="数据库\nThe database")] = SqlDialect.DUCKDB,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--as-of", metavar="DATE", help="判定日，默认今天\nDay of the decision; today by default"),
    ] = None,
    table: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--table", metavar="NAME", help="要读的表，如 lease_facts\nThe table to read, e.g. lease_facts"),
    ] = None,
    view: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--view", metavar="NAME", help="输出视图定义\nPrint the definition of a view"),
    ] = None,
    key: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            "--key",
            metavar="COLUMN",
            help="带出的列，可重复，默认全部\nA column to hand on; may be repeated; all by default",
        ),
    ] = None,
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,  # noqa: ARG001 - of messages, which are written further out
) -> None:
    """Print the rules as SQL."""
    day = day_of(as_of)
    from relief_engine.cli.sql import show_sql

    show_sql(programme or (), dialect.value, day, table, view, key or (), rules)


rules_app.command(
    "diff", cls=Command, help=diff.HELP,
    epilog="relief rules diff HEAD rules\nrelief rules diff v1 v2 --programme rent-reduction-2022 --format markdown",
)(diff.rules_diff)  # fmt: skip


ledger_app.command(
    "verify", cls=Command, help=ledger_commands.VERIFY,
    epilog="relief ledger verify 判定.ledger\nrelief ledger verify 判定.ledger --count 120 --head sha256:…",
)(ledger_commands.ledger_verify)  # fmt: skip
ledger_app.command(
    "list", cls=Command, help="列出账本中的判定记录。\nList the records of a ledger.",
    epilog="relief ledger list 判定.ledger --applicant 运河小馆 --from 2022-06-01",
)(ledger_commands.ledger_list)  # fmt: skip
ledger_app.command(
    "show", cls=Command, help="显示账本中的一份判定记录。\nShow one record of a ledger.",
    epilog="relief ledger show 判定.ledger 12\nrelief ledger show 判定.ledger 12 --format json > 记录.json",
)(ledger_commands.ledger_show)  # fmt: skip
ledger_app.command(
    "export", cls=Command, help="把账本全部写出为 JSON，写全或不写。\nWrite all of a ledger as JSON, or nothing.",
    epilog="relief ledger export 判定.ledger --output 判定.jsonl",
)(ledger_commands.ledger_export)  # fmt: skip


def run(arguments: list[str]) -> int:
    """Run one command; errors become messages and an exit status here, and nowhere else."""
    output.prepare_streams()
    language: Language = "en" if _option(arguments, "--lang") == "en" else "zh"
    as_json = _option(arguments, "--format") == "json"
    try:
        return _run(arguments, language, as_json=as_json)
    except output.CannotWrite as error:  # the error itself can't go to standard output either
        output.report_message(error.message, "internal", language, as_json=False)
        return output.EXIT_INTERNAL


def _run(arguments: list[str], language: Language, *, as_json: bool) -> int:
    try:
        return _call(arguments)
    except typer.TyperException as error:
        if is_help(error):
            output.note_page(error.format_message())
        else:
            output.report_message(_see_help(mistake(error)), "usage", language, as_json=as_json)
        return output.EXIT_INPUT
    except WrongUsage as error:
        output.report_message(_see_help(error.message), "usage", language, as_json=as_json)
        return output.EXIT_INPUT
    except InputError as error:
        output.report_input_error(error, language, as_json=as_json)
        return output.EXIT_INPUT
    except UnknownName as error:
        output.report_message(error.message, "input", language, as_json=as_json)
        return output.EXIT_INPUT
    except (KeyboardInterrupt, typer.Abort):  # the second is how typer passes the first on
        return output.EXIT_INTERRUPTED
    except output.CannotWrite:
        raise
    except SystemRefused as error:
        output.report_message(error.message, "system", language, as_json=as_json, code=error.code)
        return output.EXIT_INTERNAL
    except ReliefError as error:
        message = getattr(error, "message", Text(str(error), str(error)))
        output.report_message(message, "internal", language, as_json=as_json)
        return output.EXIT_INTERNAL
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be told politely
        if "KeyboardInterrupt" in str(error):  # Ctrl-C while an argument was handed to the solver's C library
            return output.EXIT_INTERRUPTED
        unusable = output.unusable_name(error)
        if unusable is not None:
            output.report_input_error(unusable, language, as_json=as_json)
            return output.EXIT_INPUT
        full = output.disk_full(error)
        if full is not None:
            output.report_message(full, "system", language, as_json=as_json, code="disk-full")
            return output.EXIT_INTERNAL
        output.report_crash(error, language, as_json=as_json)
        return output.EXIT_INTERNAL


def _call(arguments: list[str]) -> int:
    """Call the command that is asked for."""
    asked, *words = arguments or [""]
    commands = [known for known in app.registered_commands if known.callback and known.callback.__name__ == asked]
    groups = [known for known in app.registered_groups if known.name == asked]
    for known in commands:
        values = plainly(known.callback, words) if known.callback else None
        if known.callback and values is not None:
            try:
                known.callback(**values)
            except typer.Exit as done:
                return done.exit_code
            return 0
    needed = app
    if commands or groups:
        # Typer makes what reads each parameter of each command, and only this one is run.
        needed = copy(app)
        needed.registered_commands, needed.registered_groups = commands, groups
    status = typer.main.get_command(needed).main(args=arguments, prog_name="relief", standalone_mode=False)
    return status if isinstance(status, int) else 0


def _see_help(message: Text) -> Text:
    return Text(f"{message.zh}（用法见 relief --help）", f"{message.en} (see relief --help)")


def _option(arguments: list[str], name: str) -> str | None:
    """The last value of an option in raw arguments, needed before they are parsed to word a parse error."""
    found = None
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif argument.startswith(f"{name}="):
            found = argument.partition("=")[2]
    return found
