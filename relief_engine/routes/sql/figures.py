"""SQL route: a figure of the typed table in its smallest part, a whole number, in numbers of 64 bits where they do.

Decimals of more than 18 digits take databases ten times as long, so a figure is scaled in steps that stay within them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from sqlglot import exp

from relief_engine.routes.sql.codes import Codes
from relief_engine.routes.sql.inputs import Input, sql_type
from relief_engine.routes.sql.render import Dialect, cast, closed, joined, number
from relief_engine.routes.sql.terms import Terms

#: The digits of a decimal of 64 bits; a product of two such must not have more.
_DIGITS = 18
#: The types of facts that are figures, and what stands for the decimals of one that is computed with.
_FIGURES, _COMPUTED = ("count", "amount", "number"), -1
#: By the name of a column that holds a figure in its own unit: its decimals.
Scales = Mapping[str, int]
#: Enough for any figure and its decimals.
_BROAD = 28


def whole_figure(raw: exp.Expr, column: Input, dialect: Dialect) -> exp.Expr:
    """A figure in its smallest part; it must be within the column's bounds, and exact."""
    decimals, digits = column.decimals, len(str(column.highest))
    if not decimals:
        return cast(raw, "BIGINT")
    if dialect == "spark":
        return _in_spark(raw, decimals, digits)
    if dialect == "postgres" or digits >= _DIGITS:
        kept = cast(raw, f"DECIMAL({_BROAD}, {decimals})")
        return cast(exp.Mul(this=kept, expression=number(10**decimals)), "BIGINT")
    found, left = cast(raw, f"DECIMAL({_DIGITS}, {decimals})"), decimals
    while left:
        step = min(_DIGITS - digits, left)
        left -= step
        scaled = exp.Mul(this=found, expression=number(10**step))
        found = cast(scaled, f"DECIMAL({_DIGITS}, {left})" if left else "BIGINT")
    return found


def _in_spark(raw: exp.Expr, decimals: int, digits: int) -> exp.Expr:
    """The whole part and the decimals apart: a product of decimals would be of more than 18 digits there."""
    if digits > _DIGITS - 2:
        kept = cast(raw, f"DECIMAL({_BROAD}, {decimals})")
        return cast(exp.Mul(this=kept, expression=number(10**decimals)), "BIGINT")
    kept = cast(raw, f"DECIMAL({max(digits, decimals + 1)}, {decimals})")
    whole = cast(kept.copy(), "BIGINT")
    before = cast(whole.copy(), f"DECIMAL({max(digits - decimals, 1)}, 0)")
    rest = cast(exp.Sub(this=kept, expression=before), f"DECIMAL({decimals}, {decimals})")
    parts = cast(exp.Mul(this=rest, expression=number(10**decimals)), "BIGINT")
    return exp.Add(this=closed(exp.Mul(this=whole, expression=number(10**decimals))), expression=parts)


def in_own_unit(raw: exp.Expr, decimals: int) -> exp.Expr:
    """A figure as a decimal of 64 bits in DuckDB; one of a row that is wrong is any, or unknown."""
    kind = f"DECIMAL({_DIGITS}, {decimals})" if decimals else "BIGINT"
    return exp.TryCast(this=raw, to=exp.DataType.build(kind), safe=True)


def decimal(value: int, decimals: int) -> exp.Expr:
    """A fixed figure in its own unit."""
    return exp.Literal.number(f"{Decimal(value).scaleb(-decimals):f}")


def scales(terms: Terms, columns: Sequence[Input], codes: Iterable[Codes], dialect: Dialect) -> Scales:
    """The columns that stay figures in their own unit, with their decimals, because nothing is computed from them.

    They are slots that are only compared, with fixed figures and with limits in the tables of codes, and those limits.
    Only DuckDB has a cast that never fails, so that a figure which is wrong does no harm there.
    """
    if dialect != "duckdb":
        return {}
    limits = {name for table in codes for name in table.columns}
    found = {f"s{c.slot}": c.decimals for c in columns if c.type in _FIGURES and len(str(c.highest)) <= _DIGITS}
    compared: list[tuple[str, str]] = []
    for op, args, _ in terms.list:
        names = [str(terms.list[part].value) if terms.list[part].op == "column" else "" for part in args]
        if op == "compare" and any(terms.fixed(part) is not None for part in args):
            names = [name for name in names if name in limits]
        elif op == "compare" and all(names) and len(limits.intersection(names)) == 1:
            compared.append((names[0], names[1]))
            continue
        elif op == "is_null":
            names = [name for name in names if name not in limits]
        for name in names:
            found[name] = _COMPUTED
    while True:
        # Both sides of a comparison are in one unit, or neither is in its own.
        before = dict(found)
        for left, right in compared:
            sides = {found.get(left, found.get(right, _COMPUTED)), found.get(right, found.get(left, _COMPUTED))}
            found[left] = found[right] = sides.pop() if len(sides) == 1 else _COMPUTED
        if found == before:
            return {name: decimals for name, decimals in found.items() if decimals != _COMPUTED}


def inexact(raw: exp.Expr, column: Input, dialect: Dialect) -> exp.Expr:
    """Whether a figure has more decimals than are kept; unknown, or an answer of no use, if it is out of bounds."""
    decimals, digits = column.decimals, len(str(column.highest))
    if dialect == "postgres":
        rounded = exp.Anonymous(this="ROUND", expressions=[cast(raw, "DECIMAL"), number(decimals)])
        return exp.NEQ(this=rounded, expression=raw.copy())
    kind = "BIGINT"
    if decimals:
        kind = f"DECIMAL({_DIGITS if max(digits, decimals + 1) <= _DIGITS else _BROAD}, {decimals})"
    other = exp.NEQ(this=exp.TryCast(this=raw, to=exp.DataType.build(kind), safe=True), expression=raw.copy())
    if dialect == "spark":
        return other
    # What is of the type already is not looked at: the name of a column's type is known before a row is read.
    types = [exp.Literal.string(name.replace(" ", "")) for name in dict.fromkeys((kind, sql_type(column, dialect)))]
    named = exp.Anonymous(this="TYPEOF", expressions=[raw.copy()])
    return joined(exp.And, [*[exp.NEQ(this=named.copy(), expression=name) for name in types], other])
