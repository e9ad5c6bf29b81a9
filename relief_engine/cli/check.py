"""Command line stage: ``relief check``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from relief_engine.cli.output import colour, note, out, out_json, width
from relief_engine.engine import Engine, Report
from relief_engine.errors import Finding, Location, RouteUnavailable
from relief_engine.profile.model import Profile
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.text import Language, Text
from relief_engine.version import VERSION

if TYPE_CHECKING:
    from relief_engine.cli.record import Appended


def check_profile(
    path: Path,
    programmes: Sequence[str] | None,
    as_of: dt.date | None,
    rules: Path | None,
    language: Language,
    form: str,
    *,
    details: bool = False,
    record: Path | None = None,
    ledger: Path | None = None,
) -> None:
    """Decide, and print the report; nothing is printed unless every decision could be made.

    With ``details``, or for programmes that are asked for by name, every decision is told in full. With ``record`` the
    report is kept there as a decision record, with ``ledger`` the record is appended to a ledger. That comes first:
    nothing is said to be decided that could not be kept.
    """
    keeping = None
    if record is not None or ledger is not None:
        from relief_engine.cli.record import Keeping

        keeping = Keeping(record, ledger)
        keeping.look([path] if rules is None else [path, rules])
    rulebook = cached_rulebook(rules)
    programmes = asked_for(programmes or (), rulebook, missing_file(path))
    report, engine, why_one = verified(rulebook, lambda one: one.read_profile(path), as_of, programmes or None)
    keep = None if keeping is None else partial(keeping.keep, report, engine, language, programmes or None)
    show(report, engine, language, form, why_one, full=details or bool(programmes), keep=keep)


def verified(
    rulebook: Rulebook, read: Callable[[Engine], Profile], as_of: dt.date | None, programmes: Sequence[str] | None
) -> tuple[Report, Engine, Text | None]:
    """The report of the profile that ``read`` gives, its engine, and why only one route answered, if so."""
    engine, why_one = engine_for(rulebook)
    profile = read(engine)
    try:
        return engine.decide(profile, as_of=as_of, programmes=programmes), engine, why_one
    except RouteUnavailable as error:  # the second route can't run with one of the programmes
        engine = Engine(rulebook)
        return engine.decide(profile, as_of=as_of, programmes=programmes), engine, error.message


def missing_file(path: Path) -> list[Finding]:
    """What is wrong with the place of a profile, if anything."""
    if path.is_dir():
        message = Text("这是一个目录，应为资料文件（YAML）", "this is a folder; expected a profile, a YAML file")
        return [Finding("file-unreadable", Location(str(path)), message)]
    if not path.exists():
        return [Finding("file-unreadable", Location(str(path)), Text("没有这个文件", "there is no such file"))]
    return []


def engine_for(rulebook: Rulebook) -> tuple[Engine, Text | None]:
    """An engine that checks every answer by a second route, or one without and the reason why."""
    from relief_engine.routes.chaining import ChainingRoute, unavailable

    reason = unavailable()
    if reason is not None:
        return Engine(rulebook), reason
    return Engine(rulebook, verify_with=ChainingRoute()), None


def show(
    report: Report,
    engine: Engine,
    language: Language,
    form: str,
    why_one: Text | None,
    *,
    full: bool = True,
    keep: Callable[[], Appended | None] | None = None,
) -> None:
    """Print a report in its form, and why only one route answered, if so.

    ``keep`` keeps the report once it is laid out; what it raises leaves nothing printed.
    """
    if form == "json":
        from relief_engine.explanation.records import report_record

        record = report_record(report, engine, language, VERSION)
        appended = keep() if keep is not None else None
        if appended is not None:
            record["record"] = {"number": appended.number, "digest": appended.digest}
        warn(why_one, language)
        out_json(record)
        return
    from relief_engine.explanation.sheet import sheet

    full = full or len(report.rulebook.programmes) == 1
    laid_out = sheet(report, engine, language, VERSION, full=full)
    appended = keep() if keep is not None else None
    if appended is not None:
        laid_out = laid_out._replace(receipt=(*laid_out.receipt, appended.receipt(language)))
    if form == "markdown":
        from relief_engine.explanation.markdown import render as markdown

        text = markdown(laid_out)
    elif form == "html":
        from relief_engine.explanation.html import render as html

        text = html(laid_out)
    else:
        from relief_engine.explanation.terminal import render as terminal

        text = terminal(laid_out, width=width(), colour=colour())
    warn(why_one, language)
    out(text)


def warn(why_one: Text | None, language: Language) -> None:
    """Say that the answer stands on one route only."""
    if why_one is not None:
        tail = Text("本次只由直接计算得出，未经第二条路径核对。", "This answer comes from the direct route alone.")
        note(why_one.in_(language), tail.in_(language))
