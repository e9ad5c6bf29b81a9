"""Command line stage: the commands ``relief ledger …`` and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from relief_engine.cli.options import Lang, LangOption, ListFormat, TextOrJson, day_of
from relief_engine.cli.usage import WrongUsage
from relief_engine.errors import did_you_mean
from relief_engine.text import Text

HELP = """查看和核对判定账本（relief check --ledger 写入）。
Read and verify ledgers of decisions, which relief check --ledger appends to."""
VERIFY = """核对账本：记录有没有被改、被删、被调换。
Verify a ledger: whether records were changed, removed or reordered.

末尾被整段删去或换掉的，账本自己看不出来：把打印的条数和链尾另存一处，以后用 --count 和 --head 核对。
A ledger alone can't show that its end was cut off or replaced: keep the count and the head that are printed \
elsewhere, and give them to --count and --head.
退出状态：0 完好；3 有问题；2 文件不可用；1 内部错误。
Exit status: 0 sound; 3 findings; 2 unusable file; 1 internal failure."""

LedgerArgument = Annotated[Path, typer.Argument(metavar="LEDGER", help="账本文件\nThe ledger")]
#: The outcomes and their names in Chinese, as `relief_engine.decision.Outcome` has them; a test holds the two together.
OUTCOMES = {
    "eligible": "符合", "referred": "需人工认定", "undetermined": "资料不足", "ineligible": "不符合",
    "not_in_force": "当日无适用规定",
}  # fmt: skip


def ledger_verify(
    ledger: LedgerArgument,
    head: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--head", metavar="HASH", help="以前记下的链尾\nThe head as it was noted before"),
    ] = None,
    count: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            "--count", metavar="N", min=0, help="以前记下的条数\nThe number of entries as it was noted before"
        ),
    ] = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """Verify a ledger."""
    if head is not None:
        head = f"sha256:{head.removeprefix('sha256:').lower()}"
        if len(head) != 71 or set(head[7:]) - set("0123456789abcdef"):
            raise WrongUsage(
                Text("--head 应为 sha256: 和 64 位十六进制数", "--head must be sha256: and 64 hexadecimal digits")
            )
    from relief_engine.cli.ledger_check import verify_ledger

    raise typer.Exit(verify_ledger(ledger, head, count, lang.value, as_json=form is TextOrJson.JSON))


def ledger_list(
    ledger: LedgerArgument,
    applicant: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--applicant",
            metavar="TEXT",
            help="申请方名称或统一社会信用代码中的一段\nA part of the applicant's name or credit code",
        ),
    ] = None,
    programme: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--programme", metavar="ID", help="判定过这个项目的\nThose that decided this programme"),
    ] = None,
    outcome: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--outcome",
            metavar="OUTCOME",
            help=f"有这个结论的：{'、'.join(OUTCOMES.values())}\nThose with this outcome: {', '.join(OUTCOMES)}",
        ),
    ] = None,
    first: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--from", metavar="DATE", help="判定日从这一天起\nThe first day of decision"),
    ] = None,
    last: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--to", metavar="DATE", help="判定日到这一天止\nThe last day of decision"),
    ] = None,
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--limit", metavar="N", min=0, help="最多列出最近的几条\nThe latest ones, so many at most"),
    ] = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """List the entries of a ledger."""
    begin, end = day_of(first, "--from"), day_of(last, "--to")
    outcome = next((known for known, label in OUTCOMES.items() if label == outcome), outcome)
    if outcome is not None and outcome not in OUTCOMES:
        hint = did_you_mean(outcome, [*OUTCOMES, *OUTCOMES.values()])
        raise WrongUsage(
            Text(
                f"--outcome 应为 {'、'.join(OUTCOMES.values())} 之一，实为“{outcome}”{hint.zh}",
                f"--outcome must be one of {', '.join(OUTCOMES)}, got {outcome!r}{hint.en}",
            )
        )
    from relief_engine.cli.ledger_list import list_entries
    from relief_engine.ledger.listing import Wish

    wish = Wish(
        applicant, programme, outcome,
        None if begin is None else begin.isoformat(), None if end is None else end.isoformat(),
    )  # fmt: skip
    list_entries(ledger, wish, limit, lang.value, as_json=form is TextOrJson.JSON)


def ledger_show(
    ledger: LedgerArgument,
    which: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY",
            help="序号，或记录摘要的前 8 位以上\nIts number, or 8 or more digits of the record's digest",
        ),
    ],
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """Show one record."""
    from relief_engine.cli.ledger_show import show_entry

    show_entry(ledger, which, lang.value, as_json=form is TextOrJson.JSON)


def ledger_export(
    ledger: LedgerArgument,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            metavar="FILE.jsonl|DIR",
            help="写入的文件（一行一条）；名称不以 .jsonl 结尾的是新建的文件夹，一条一个文件\n"
            "The file, a line for each entry; a name that does not end in .jsonl is a new folder, a file for each",
        ),
    ],
    lang: LangOption = Lang.ZH,
) -> None:
    """Export all entries."""
    from relief_engine.cli.ledger_export import export_ledger

    export_ledger(ledger, output, lang.value)
