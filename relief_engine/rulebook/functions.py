"""Rulebook stage: the functions that expressions may call, and the types they take and give."""

from __future__ import annotations

from dataclasses import replace

from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_types import Bad
from relief_engine.rulebook.units import parse_unit
from relief_engine.text import Text

FUNCTIONS = ("add_months", "between", "max", "min", "overlap_days")

_DAYS = parse_unit("天")
_MONTHS = parse_unit("月")
_YEARS = parse_unit("年")


def call(
    name: str, parts: tuple[ex.Expr, ...], year: ex.Expr | None, union: ex.Type | None, where: Location
) -> ex.Expr:
    """A call with checked arguments. ``union`` is the common type of the parts, where the function needs one."""
    match name:
        case "overlap_days":
            return _overlap_days(parts, year, where)
        case "add_months":
            return _add_months(parts, where)
        case "between":
            return _between(parts, union, where)
        case _:
            if union is None:
                raise _usage(where, f"{name}(数, 数, …)", f"{name}(figure, figure, …)")
            return ex.Extreme(union, where, name == "min", parts)


def _usage(where: Location, zh: str, en: str) -> Bad:
    return Bad("expr-type", where, Text(f"用法：{zh}", f"usage: {en}"))


def _overlap_days(parts: tuple[ex.Expr, ...], year: ex.Expr | None, where: Location) -> ex.Expr:
    days = all(isinstance(part.type, ex.DateType) and not part.type.partial for part in parts)
    if len(parts) != 2 or not days or not isinstance(year, ex.ParamRef) or not _is_year(year.type):
        raise _usage(where, "overlap_days(起, 止, year=年份参数)", "overlap_days(start, end, year=PARAMETER in 年)")
    return ex.OverlapDays(ex.NumberType(_DAYS), where, parts[0], parts[1], year)


def _is_year(kind: ex.Type) -> bool:
    return isinstance(kind, ex.NumberType) and (not kind.unit.dimensions or kind.unit.same_kind(_YEARS))


def _add_months(parts: tuple[ex.Expr, ...], where: Location) -> ex.Expr:
    usage = _usage(where, "add_months(日期, 月数参数)", "add_months(date, PARAMETER in 月)")
    if len(parts) != 2 or not isinstance(parts[0].type, ex.DateType) or not isinstance(parts[1], ex.ParamRef):
        raise usage
    months = parts[1].type
    if not isinstance(months, ex.NumberType) or not months.unit.same_kind(_MONTHS):
        raise usage
    return ex.AddMonths(parts[0].type, where, parts[0], parts[1])


def _between(parts: tuple[ex.Expr, ...], union: ex.Type | None, where: Location) -> ex.Expr:
    if len(parts) != 2 or not isinstance(union, ex.NumberType) or union.interval:
        raise _usage(where, "between(确定的数, 确定的数)", "between(definite figure, definite figure)")
    return ex.Between(replace(union, interval=True), where, parts[0], parts[1])
