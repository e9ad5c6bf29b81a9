"""SQL route: a figure of the typed table in its smallest part, a whole number, in numbers of 64 bits where they do.

Decimals of more than 18 digits take databases ten times as long, so a figure is scaled in steps that stay within them.
"""

from __future__ import annotations

from sqlglot import exp

from relief_engine.routes.sql.inputs import Input
from relief_engine.routes.sql.render import Dialect, cast, closed, number

#: The digits of a decimal of 64 bits; a product of two such must not have more.
_DIGITS = 18
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


def inexact(raw: exp.Expr, column: Input, dialect: Dialect) -> exp.Expr:
    """Whether a figure has more decimals than are kept; unknown, or an answer of no use, if it is out of bounds."""
    decimals, digits = column.decimals, len(str(column.highest))
    if dialect == "postgres":
        rounded = exp.Anonymous(this="ROUND", expressions=[cast(raw, "DECIMAL"), number(decimals)])
        return exp.NEQ(this=rounded, expression=raw.copy())
    kind = "BIGINT"
    if decimals:
        kind = f"DECIMAL({_DIGITS if max(digits, decimals + 1) <= _DIGITS else _BROAD}, {decimals})"
    return exp.NEQ(this=exp.TryCast(this=raw, to=exp.DataType.build(kind), safe=True), expression=raw.copy())
