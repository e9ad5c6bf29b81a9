"""Rulebook stage: typed expressions back in the language of rules, in one layout however they were written."""

from __future__ import annotations

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expressions import Expr

#: How tightly parts hold together, from the loosest: a choice, or, and, not, a comparison, a sum, a product, a name.
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _NAME = range(8)


def written(expr: Expr) -> str:
    """The text of an expression in the rule language; brackets only where they are needed."""
    return _written(expr)[0]


def _within(expr: Expr, least: int) -> str:
    text, level = _written(expr)
    return text if level >= least else f"({text})"


def _call(name: str, *parts: Expr) -> tuple[str, int]:
    return f"{name}({', '.join(written(part) for part in parts)})", _NAME


def _written(expr: Expr) -> tuple[str, int]:
    match expr:
        case ex.FactRef(fact=fact) | ex.Flag(fact=fact):
            return fact.id, _NAME
        case ex.AsOf():
            return "as_of", _NAME
        case ex.ParamRef(name=name) | ex.LetRef(name=name):
            return name, _NAME
        case ex.Number(value=value):
            return format(value, "f"), _NAME
        case ex.Entry(name=name, key=key):
            return f"{name}[{written(key)}]", _NAME
        case ex.Member():
            return _member(expr, negated=False), _COMPARISON
        case ex.Not(operand=ex.Member() as member):
            return _member(member, negated=True), _COMPARISON
        case ex.Not(operand=operand):
            return f"not {_within(operand, _NOT)}", _NOT
        case ex.Compare(op=op, left=left, right=right):
            return f"{_within(left, _SUM)} {op} {_within(right, _SUM)}", _COMPARISON
        case ex.AllOf(parts=parts):
            return " and ".join(_within(part, _NOT) for part in parts), _AND
        case ex.AnyOf(parts=parts):
            return " or ".join(_within(part, _AND) for part in parts), _OR
        case ex.IfElse(condition=condition, then=then, otherwise=otherwise):
            return f"{_within(then, _OR)} if {_within(condition, _OR)} else {written(otherwise)}", _CHOICE
        case ex.Arith(op=op, left=left, right=right):
            level = _SUM if op in ("+", "-") else _PRODUCT
            return f"{_within(left, level)} {op} {_within(right, level + 1)}", level
        case ex.Between(low=low, high=high):
            return _call("between", low, high)
        case ex.Extreme(least=least, parts=parts):
            return _call("min" if least else "max", *parts)
        case ex.OverlapDays(start=start, end=end, window=window):
            named = f"year={window[0].name}" if len(window) == 1 else ", ".join(day.name for day in window)
            return f"overlap_days({written(start)}, {written(end)}, {named})", _NAME
        case ex.OverlapMonths(start=start, end=end, window=window):
            return _call("overlap_months", start, end, *window)
        case ex.AddMonths(day=day, months=months):
            return _call("add_months", day, months)
        case _:
            raise TypeError(f"no way to write {type(expr).__name__}")


def _member(expr: ex.Member, *, negated: bool) -> str:
    subject = written(expr.subject)
    if expr.name is not None:
        return f"{subject} {'not in' if negated else 'in'} {expr.name}"
    if len(expr.values) == 1:
        return f"{subject} {'!=' if negated else '=='} {expr.values[0]}"
    return f"{subject} {'not in' if negated else 'in'} [{', '.join(expr.values)}]"
