"""Command line stage: the commands that list what a rulebook holds, and their options."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from relief_engine.cli.options import Lang, LangOption, ListFormat, RulesOption, TextOrJson, day_of


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


def facts(rules: RulesOption = None, lang: LangOption = Lang.ZH, form: ListFormat = TextOrJson.TEXT) -> None:
    """List the facts."""
    from relief_engine.cli.lists import show_facts

    show_facts(rules, lang.value, as_json=form is TextOrJson.JSON)


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
