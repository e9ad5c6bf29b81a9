"""Command line stage: ``relief rules sql``: the rules as a query or a view, for a database that decides by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from relief_engine.cli.output import out
from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location, RouteUnavailable
from relief_engine.explanation.harmless import one_line
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.text import Text

if TYPE_CHECKING:
    from relief_engine.routes.sql.render import Dialect
    from relief_engine.rulebook.model import Rulebook


def show_sql(
    programmes: Sequence[str], dialect: Dialect, day: dt.date | None, table: str | None, view: str | None,
    keys: Sequence[str], rules: Path | None,
) -> None:  # fmt: skip
    """Print one statement for each programme: a query, or with ``view`` the definition of a view.

    Raises:
        InputError: an unknown programme, one that is not in force on the day, or a view for several.
        RouteUnavailable: sqlglot is not installed.
    """
    try:
        import sqlglot  # noqa: F401
    except ImportError as error:
        raise RouteUnavailable(
            Text(
                "需要 sqlglot：pip install 'relief-engine[tables]'",
                "needs sqlglot: pip install 'relief-engine[tables]'",
            )
        ) from error
    rulebook = load_rulebook(rules)
    as_of = day or dt.date.today()
    names = asked_for(programmes, rulebook) if programmes else list(rulebook.programmes)
    findings = [_not_in_force(name, rulebook, as_of) for name in names if not _holds(name, rulebook, as_of)]
    if programmes and findings:
        raise InputError(findings)
    names = [name for name in names if _holds(name, rulebook, as_of)]
    if view is not None and len(names) != 1:
        message = Text("--view 一次只能用于一个项目", "--view takes one programme at a time")
        raise InputError([Finding("one-view", Location("--view"), message)])
    engine = Engine(rulebook)
    programs = [engine.program(rulebook.programmes[name], as_of) for name in names]
    # All of them are made before the first is printed, so that a mistake leaves nothing half written.
    out("\n".join([statement(program, rulebook, dialect, as_of, table, view, keys) for program in programs]))


def statement(
    program: ir.Program, rulebook: Rulebook, dialect: Dialect, as_of: dt.date, table: str | None, view: str | None,
    keys: Sequence[str],
) -> str:  # fmt: skip
    """One statement with its heading; the table is named after the kind of subject unless it is told."""
    from sqlglot import exp

    from relief_engine.routes.sql.view import rules_query

    source = table or f"{program.programme.subject}_facts"
    relations = [relation for subject in rulebook.subjects.values() for relation in subject.relations]
    found: exp.Expr = rules_query(program, dialect, source, keys, as_of=as_of, relations=relations)
    if view is not None:
        found = exp.Create(this=exp.to_table(view), kind="VIEW", expression=found, replace=True)
    text = found.sql(dialect, pretty=True, copy=False)
    return "".join(f"-- {one_line(line)}".rstrip() + "\n" for line in heading(program, rulebook, dialect, as_of)) + (
        f"{text};\n"
    )


def heading(program: ir.Program, rulebook: Rulebook, dialect: Dialect, as_of: dt.date) -> Iterator[str]:
    """What stands before a query: what it decides and when, what it reads, and what its columns mean."""
    from relief_engine.routes.sql.inputs import inputs, sql_type
    from relief_engine.routes.sql.query import answer_columns
    from relief_engine.routes.sql.view import places_of

    programme, period = program.programme, program.period
    yield f"{programme.title.zh} {programme.title.en}"
    yield f"{programme.id}"
    yield f"判定日 day of the decision: {as_of}"
    last = "" if period.last == dt.date.max else f"{period.last}"
    yield f"这些规则适用于 these rules hold: {period.first} .. {last}"
    yield f"规则库 rulebook: {rulebook.digest}"
    yield ""
    yield "输入列 columns read (NULL: 不知道 unknown):"
    for place, column in enumerate(inputs(program)):
        unit = f", {column.unit}" if column.unit is not None else ""
        bit = f"invalid bit {place}"
        yield f"  {column.name} {sql_type(column, dialect)}{unit}: {column.fact.label.zh} {column.fact.label.en}; {bit}"
    yield ""
    yield "结果列 columns of the answer:"
    yield "  outcome: eligible, referred, undetermined, ineligible; invalid: 有读不出或矛盾的值 a value can't be read"
    for names, titles in (
        ("failed, unknown", [(c.criterion.id, c.criterion.title) for c in program.criteria]),
        ("referred", [(r.referral.id, r.referral.title) for r in program.referrals]),
    ):
        yield f"  {names}: 按位 bit by bit"
        for place, (name, title) in enumerate(titles):
            yield f"    {1 << place}: {name} {title.zh} {title.en}"
    for answer in answer_columns(program):
        if answer.kind == "number" and places_of(answer.denominator) is None:
            yield f"  {answer.name}: 分母 numerator over {answer.denominator}"


def _holds(name: str, rulebook: Rulebook, day: dt.date) -> bool:
    return rulebook.programmes[name].period.holds(day)


def _not_in_force(name: str, rulebook: Rulebook, day: dt.date) -> Finding:
    period = rulebook.programmes[name].period
    message = Text(
        f"{name} 在 {day} 不适用（{period.first} 至 {period.last}），请用 --as-of 指定日期",
        f"{name} is not in force on {day} ({period.first} to {period.last}); name a day with --as-of",
    )
    return Finding("not-in-force", Location("--as-of"), message)
