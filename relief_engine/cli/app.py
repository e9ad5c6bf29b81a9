"""Command line stage: all commands, with what their help says. Their options stand beside what they do."""

from __future__ import annotations

from typing import Annotated

import typer

from relief_engine.cli import (
    case_commands,
    diff,
    ledger_commands,
    list_commands,
    output,
    profile_commands,
    record_commands,
    roster_commands,
    rules_commands,
    service_commands,
)
from relief_engine.cli.usage import Command, Group
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


app.command(
    cls=Command,
    help="判定一个申请方能得到哪些减免、多少、依据和理由。\n"
    "Decide which relief an applicant gets, how much, under which clause, and why.",
    epilog="relief check examples/profiles/restaurant.yaml --as-of 2022-06-01\n"
    "relief check 资料.yaml --programme beijing-tongzhou/rent-reduction-2022\n"
    "relief check 资料.yaml --format json",
)(profile_commands.check)

app.command(
    cls=Command,
    help=record_commands.REPLAY_HELP,
    epilog="relief replay 记录.json\nrelief replay 2022/*.json --rules 新规则",
)(record_commands.replay)

app.command(
    cls=Command,
    help="逐个提问，只问还影响结论的，答案确定了就停，并保存资料文件。\n"
    "Ask one question after the other, only those that still matter, until the answer is certain; save the profile.",
    epilog="relief ask 资料.yaml --programme rent-reduction-2022 --as-of 2022-06-20\n"
    "relief ask 未填完.yaml --output 资料.yaml",
)(profile_commands.ask)

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

app.command(
    cls=Command,
    help="按划型标准判定企业规模（大型、中型、小型、微型）。\nClassify a firm as large, medium, small or micro.",
    epilog="relief size --industry 6210 --employees 30 --revenue 800",
)(profile_commands.size)

app.command(
    cls=Command,
    help="用规则生成的文字说明各个项目：给谁、给多少、哪些由人认定。\n"
    "Say in words generated from the rules what programmes give, to whom, and what is left to people.",
    epilog="relief programmes rent-reduction-2022 --as-of 2022-06-15",
)(list_commands.programmes)

app.command(
    cls=Command,
    help="启动判定服务：网页和 HTTP 接口。\nServe decisions: the page and the HTTP interface.",
    epilog="relief serve\nrelief serve --port 9000 --workers 4 --ledger 判定.ledger --api-key-file 密钥.txt",
)(service_commands.serve)

app.command(cls=Command, help="列出资料文件中可以写的各项。\nList the facts that a profile may hold.")(
    list_commands.facts
)

app.command(
    cls=Command,
    help="列出所依据的文件；写明一份的，逐条列出是否编码和原因。\n"
    "List the documents behind the rules; of one, each clause, what encodes it, and what is left out and why.",
    epilog="relief sources\nrelief sources 15号\nrelief sources notice-12 --format json",
)(list_commands.sources)

rules_app.command(
    "check", cls=Command, help="载入规则库，列出所有问题。\nLoad a rulebook, try it, and list every finding."
)(rules_commands.rules_check)

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

rules_app.command(
    "schema",
    cls=Command,
    help="输出规则文件和资料文件的 JSON Schema，供编辑器使用。\n"
    "Print the JSON Schema of rule files and profiles, for editors.",
)(rules_commands.rules_schema)

rules_app.command(
    "sql",
    cls=Command,
    help="输出规则的 SQL 查询或视图，供审批系统在自己的数据库中判定。\n"
    "Print the rules as an SQL query or view, so that an approval system decides in its own database.",
    epilog="relief rules sql rent-reduction-2022 --dialect postgres --table leases --view rent_decisions",
)(rules_commands.rules_sql)

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
