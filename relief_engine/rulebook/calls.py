"""Rulebook stage: the functions of the expression language, what they take and what they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.kinds import DAYS, MONTHS, YEARS, Mistake, union
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text

FUNCTIONS = ("add_months", "between", "max", "min", "overlap_days", "overlap_months")
#: How each function is called.
USAGE: Mapping[str, Text] = {
    "add_months": Text("用法：add_months(日期, 以月为单位的参数)", "usage: add_months(date, PARAMETER in 月)"),
    "between": Text(
        "用法：between(最低, 最高)，两端应为确定的数", "usage: between(lowest, highest), both definite figures"
    ),
    "max": Text("用法：max(甲, 乙, …)，至少两项", "usage: max(a, b, …), at least two"),
    "min": Text("用法：min(甲, 乙, …)，至少两项", "usage: min(a, b, …), at least two"),
    "overlap_days": Text(
        "用法：overlap_days(起日, 止日, year=年份参数)，或 overlap_days(起日, 止日, 首日参数, 末日参数)",
        "usage: overlap_days(start, end, year=PARAMETER in 年) or overlap_days(start, end, FIRST DAY, LAST DAY)",
    ),
    "overlap_months": Text(
        "用法：overlap_months(起日, 止日, 首日参数, 末日参数)",
        "usage: overlap_months(start, end, FIRST DAY, LAST DAY), the last two parameters",
    ),
}


def call(name: str, parts: Sequence[ex.Expr], named: Mapping[str, ex.Expr], where: Location) -> ex.Expr | Mistake:
    """The expression of a call of one of :data:`FUNCTIONS`, or what is wrong with its arguments."""
    usage = Mistake("expr-usage", where, USAGE[name])
    if set(named) - ({"year"} if name == "overlap_days" else set()):
        return usage
    match name:
        case "overlap_days" | "overlap_months":
            window = _window(parts[2:], named)
            if window is None or not all(_is_definite_day(part) for part in parts[:2]):
                return usage
            if name == "overlap_days":
                return ex.OverlapDays(ex.NumberType(DAYS), where, parts[0], parts[1], window)
            return ex.OverlapMonths(ex.NumberType(MONTHS), where, parts[0], parts[1], window)
        case "add_months":
            if len(parts) != 2 or not isinstance(parts[0].type, ex.DateType) or not _is_months(parts[1]):
                return usage
            return ex.AddMonths(parts[0].type, where, parts[0], parts[1])
        case "between":
            return _between(parts, where, usage)
        case _:
            return _extreme(name, parts, where, usage)


def _is_definite_day(expr: ex.Expr) -> bool:
    return isinstance(expr.type, ex.DateType) and not expr.type.partial


def _window(parts: Sequence[ex.Expr], named: Mapping[str, ex.Expr]) -> tuple[ex.ParamRef, ...] | None:
    """The parameters of a window, one year or two days; None if they are anything else."""
    days = [part for part in parts if isinstance(part, ex.ParamRef) and _is_definite_day(part)]
    year = named.get("year")
    if year is None:
        return tuple(days) if len(days) == len(parts) == 2 else None
    return (year,) if not parts and isinstance(year, ex.ParamRef) and _is_year(year.type) else None


def _is_year(kind: ex.Type) -> bool:
    return isinstance(kind, ex.NumberType) and (kind.unit.same_kind(YEARS) or kind.unit.same_kind(PURE))


def _is_months(expr: ex.Expr) -> bool:
    kind = expr.type
    return isinstance(expr, ex.ParamRef) and isinstance(kind, ex.NumberType) and kind.unit.same_kind(MONTHS)


def _between(parts: Sequence[ex.Expr], where: Location, usage: Mistake) -> ex.Expr | Mistake:
    if len(parts) != 2:
        return usage
    kind = union(parts, where)
    if isinstance(kind, Mistake):
        return kind
    if not isinstance(kind, ex.NumberType) or kind.interval:
        return usage
    return ex.Between(changed(kind, interval=True), where, parts[0], parts[1])


def _extreme(name: str, parts: Sequence[ex.Expr], where: Location, usage: Mistake) -> ex.Expr | Mistake:
    if len(parts) < 2:
        return usage
    kind = union(parts, where)
    if isinstance(kind, Mistake):
        return kind
    if isinstance(kind, ex.NumberType):
        signs = [part.type.signed for part in parts if isinstance(part.type, ex.NumberType)]
        # The greatest of some figures is not negative if one of them never is.
        kind = changed(kind, signed=all(signs) if name == "max" else any(signs))
    return ex.Extreme(kind, where, name == "min", tuple(parts))
