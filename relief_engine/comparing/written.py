"""Comparing stage: typed expressions back in the language of rules, in one layout however they were written."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.normal_form import alike
from relief_engine.text import Text

#: How tightly each kind of expression binds, from the loosest.
_CHOICE, _OR, _AND, _NOT, _TEST, _SUM, _PRODUCT, _NAME = range(8)


def same(old: ex.Expr | None, new: ex.Expr | None) -> bool:
    """Whether two expressions say the same, or are at least written alike.

    What is written alike may come to something else where a fact that it reads was edited; that is an edit of the fact.
    """
    if old is None or new is None:
        return old is new
    return alike(old, new) or written(old) == written(new)


def formula(expr: ex.Expr | None) -> Text | None:
    """An expression as people read it; None where there is none."""
    return None if expr is None else say.both(written(expr))


def written(expr: ex.Expr) -> str:
    """An expression as a rule writes it, on one line."""
    return _written(expr)[0]


def _written(expr: ex.Expr) -> tuple[str, int]:
    """The text, and how tightly it binds."""
    match expr:
        case ex.FactRef(fact=fact) | ex.Flag(fact=fact):
            return fact.id, _NAME
        case ex.AsOf():
            return "as_of", _NAME
        case ex.ParamRef(name=name) | ex.LetRef(name=name):
            return name, _NAME
        case ex.Number(value=value):
            return str(value), _NAME
        case ex.Entry(name=name, key=key):
            return f"{name}[{written(key)}]", _NAME
        case ex.Member():
            return _member(expr, "==", "in"), _TEST
        case ex.Not(operand=ex.Member() as member):
            return _member(member, "!=", "not in"), _TEST
        case ex.Not(operand=operand):
            return f"not {_inside(operand, _NOT)}", _NOT
        case ex.Compare(op=op, left=left, right=right):
            return f"{_inside(left, _SUM)} {op} {_inside(right, _SUM)}", _TEST
        case ex.AllOf(parts=parts):
            return " and ".join(_inside(part, _NOT) for part in parts), _AND
        case ex.AnyOf(parts=parts):
            return " or ".join(_inside(part, _AND) for part in parts), _OR
        case ex.IfElse(condition=condition, then=then, otherwise=otherwise):
            return f"{_inside(then, _OR)} if {_inside(condition, _OR)} else {_inside(otherwise, _CHOICE)}", _CHOICE
        case ex.Arith(op=op, left=left, right=right):
            binds = _PRODUCT if op in "*/" else _SUM
            return f"{_inside(left, binds)} {op} {_inside(right, binds + 1)}", binds
        case _:
            return _call(expr), _NAME


def _inside(expr: ex.Expr, least: int) -> str:
    """A part, in brackets where it binds more loosely than what it stands in."""
    text, binds = _written(expr)
    return text if binds >= least else f"({text})"


def _member(expr: ex.Member, one: str, several: str) -> str:
    subject = written(expr.subject)
    if expr.name is not None:
        return f"{subject} {several} {expr.name}"
    if len(expr.values) == 1:
        return f"{subject} {one} {expr.values[0]}"
    return f"{subject} {several} [{', '.join(expr.values)}]"


def _call(expr: ex.Expr) -> str:
    match expr:
        case ex.Between(low=low, high=high):
            return _called("between", (low, high))
        case ex.Extreme(least=least, parts=parts):
            return _called("min" if least else "max", parts)
        case ex.OverlapDays(start=start, end=end, window=(year,)):
            return f"overlap_days({written(start)}, {written(end)}, year={written(year)})"
        case ex.OverlapDays(start=start, end=end, window=window):
            return _called("overlap_days", (start, end, *window))
        case ex.OverlapMonths(start=start, end=end, window=window):
            return _called("overlap_months", (start, end, *window))
        case ex.AddMonths(day=day, months=months):
            return _called("add_months", (day, months))
        case _:
            raise TypeError(f"not an expression of the language: {expr}")


def _called(name: str, parts: Sequence[ex.Expr]) -> str:
    return f"{name}({', '.join(written(part) for part in parts)})"
