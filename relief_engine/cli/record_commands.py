"""Command line stage: the command ``relief replay`` and its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relief_engine.cli.options import Lang, LangOption, ListFormat, RulesOption, TextOrJson

REPLAY_HELP = """按记录里的资料重新判定，与记录逐项核对；规则不同的，列出哪些结论不同。
Decide records anew and hold the answers against them; under other rules, say what is decided otherwise.

记录由 relief check --record 写出。
退出状态：0 各份记录的结论都相同；3 有结论不同；2 输入不可用；1 内部错误，或结果与记录不符。
Records are written by relief check --record. Exit status: 0 all decided the same; 3 something is decided otherwise; \
2 unusable input; 1 internal failure, or not what the record says."""


def replay(
    records: Annotated[
        list[Path], typer.Argument(metavar="RECORD.json", help="判定记录，可写多份\nDecision records; one or more")
    ],
    rules: RulesOption = None,
    lang: LangOption = Lang.ZH,
    form: ListFormat = TextOrJson.TEXT,
) -> None:
    """Decide records anew."""
    from relief_engine.cli.replay import replay_records

    raise typer.Exit(replay_records(records, rules, lang.value, as_json=form is TextOrJson.JSON))
