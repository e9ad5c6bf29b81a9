"""Command line stage: ``relief check``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from relief_engine.cli.output import colour, note, out, out_json, width
from relief_engine.engine import Engine
from relief_engine.routes import Route
from relief_engine.rulebook.load import load_rulebook
from relief_engine.text import Language
from relief_engine.version import VERSION


def second_route(language: Language) -> Route | None:
    """The route that checks the first, or None with a message that says why it can't run here."""
    from relief_engine.routes.chaining import ChainingRoute, unavailable

    reason = unavailable()
    if reason is None:
        return ChainingRoute()
    note(reason.in_(language))
    return None


def check_profile(path: Path, programmes: list[str] | None, as_of: dt.date | None, rules: Path | None,
                  language: Language, form: str) -> None:  # fmt: skip
    """Decide, and print the report; nothing is printed unless every decision could be made."""
    rulebook = load_rulebook(rules)
    engine = Engine(rulebook, verify_with=second_route(language))
    profile = engine.read_profile(path)
    report = engine.decide(profile, as_of=as_of, programmes=programmes or None)
    if form == "json":
        from relief_engine.explanation.records import report_record

        out_json(report_record(report, engine, language, VERSION))
        return
    from relief_engine.explanation.sheet import sheet

    laid_out = sheet(report, engine, language, VERSION)
    if form == "markdown":
        from relief_engine.explanation.markdown import render as markdown

        out(markdown(laid_out))
    elif form == "html":
        from relief_engine.explanation.html import render as html

        out(html(laid_out))
    else:
        from relief_engine.explanation.terminal import render as terminal

        out(terminal(laid_out, width=width(), colour=colour()))
