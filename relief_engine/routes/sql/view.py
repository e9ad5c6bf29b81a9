"""SQL route, outermost: one query from the typed table to answers in the types that an approval system works with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlglot import exp

from relief_engine.compiled import ir
from relief_engine.routes.sql.answers import Output
from relief_engine.routes.sql.facts import FactsQuery
from relief_engine.routes.sql.nodes import too_large
from relief_engine.routes.sql.query import ROW, DecisionQuery, aliased
from relief_engine.routes.sql.render import Dialect, cast, closed, date_of, number
from relief_engine.rulebook.facts import Relation

#: The digits before the point that a decimal of two places may have; the sum of a usual one.
_MOST_DIGITS, _USUAL = 35, 10**18


def rules_query(
    program: ir.Program,
    dialect: Dialect,
    table: str,
    keys: Sequence[str] = (),
    *,
    as_of: dt.date,
    relations: Sequence[Relation] = (),
    natural: bool = True,
) -> exp.Select:
    """The query from a typed table (see ``inputs``) to the answers of one programme.

    Args:
        program: the compiled programme.
        dialect: the database that runs it.
        table: the typed table.
        keys: the columns of the table that are handed on before the answer; all columns if there are none.
        as_of: the day of the decision.
        relations: what the rulebook says of facts that belong together; rows that contradict it are invalid.
        natural: amounts in yuan, days as dates and rates as decimals; else as :func:`relief_engine.engine.summary`.

    The outcome of a row with values that can't be read is ``invalid``, and all else of its answer is NULL but
    ``invalid``, the mask of the values (see ``facts``). A figure that is known not to exist is NULL here; a row that
    such a figure leaves open is ``undetermined``, where ``relief check``, which is told so, may refer it.

    Raises:
        InputError: as :func:`relief_engine.routes.sql.query.decision_query` does.
    """
    facts = FactsQuery(program, dialect, relations)
    query = DecisionQuery(program, dialect, guarded=True, as_of=as_of, columns=facts.inputs)
    first: list[exp.Expr] = [exp.column(key, table="source", quoted=True) for key in keys] or [
        exp.alias_(_row(dialect), ROW)
    ]
    names = [exp.column(key.alias_or_name, quoted=True) for key in first]
    base = facts.ctes(aliased(table), first, query.needed, query.codes, query.held, query.scales, as_of)
    shown = [
        exp.alias_(natural_column(query, o) if natural else query.encoded(o), o.column.name) for o in query.outputs
    ]
    return query.written(base, names, shown, [exp.column("invalid")])


def _row(dialect: Dialect) -> exp.Expr:
    """The whole row of the table as one value."""
    if dialect == "spark":
        star = exp.Column(this=exp.Star(), table=exp.to_identifier("source"))
        return exp.Anonymous(this="STRUCT", expressions=[star])
    return exp.column("source")


def natural_column(query: DecisionQuery, output: Output) -> exp.Expr:
    """One column of the answer in the type that people would give it."""
    kind, found = output.column.kind, query.encoded(output)
    bounds = query.answers.terms.bounds[output.term] or (0, 0)
    most = max(-bounds[0], bounds[1])
    match kind:
        case "cents":
            return _decimal(query, found, most, 2)
        case "day":
            return date_of(found, query.dialect)
        case "number":
            places = places_of(output.column.denominator)
            if places is None:
                return found
            scaled = 10**places // output.column.denominator
            factor = exp.Mul(this=closed(found), expression=number(scaled)) if scaled > 1 else found
            return _decimal(query, factor, most * scaled, places) if places else found
        case _:
            return found


def places_of(denominator: int) -> int | None:
    """The decimals that a figure over a denominator has at most; None if they have no end."""
    return next((places for places in range(19) if 10**places % denominator == 0), None)


def _decimal(query: DecisionQuery, whole: exp.Expr, most: int, places: int) -> exp.Expr:
    if most >= 10 ** (37 - places):
        raise too_large(query.program, "DECIMAL")
    digits = 18 if most < _USUAL else 38
    unit = exp.Literal.number(f"0.{'0' * (places - 1)}1")
    counted = cast(whole, f"DECIMAL({37 - places if digits == 38 else 19}, 0)")
    return cast(exp.Mul(this=counted, expression=unit), f"DECIMAL({digits}, {places})")
