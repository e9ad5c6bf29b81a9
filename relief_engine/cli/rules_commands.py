"""Command line stage: commands for whoever maintains a rulebook, and their options."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from relief_engine.cli.options import (
    Lang,
    LangOption,
    ListFormat,
    RulesArgument,
    RulesOption,
    SqlDialect,
    TextOrJson,
    day_of,
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
