"""Testing stage, mutation: every mistake that one expression can hold, each as the expression with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.expressions import Expr, children
from relief_engine.rulebook.record import changed
from relief_engine.testing.mutation.mutant import Edit, Kind

_TURNED: Mapping[ex.Comparison, ex.Comparison] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_CONTRARY: Mapping[ex.Comparison, ex.Comparison] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def tree_edits(expr: Expr) -> Iterator[Edit]:
    """Every mistake in an expression, outermost first; ``made`` of each is the whole expression with it."""
    for kind, mistaken in _here(expr):
        yield Edit(kind, expr.where, written(expr), written(mistaken), mistaken)
    parts = children(expr)
    for index, part in enumerate(parts):
        for edit in tree_edits(part):
            made = edit.made
            # A negation negated once more is the test without it, which has been made above.
            if isinstance(made, Expr) and not (isinstance(expr, ex.Not) and _negated(part, made)):
                yield changed(edit, made=with_parts(expr, (*parts[:index], made, *parts[index + 1 :])))


def _negated(part: Expr, made: Expr) -> bool:
    if isinstance(part, ex.Compare) and isinstance(made, ex.Compare):
        return _CONTRARY.get(part.op) == made.op
    return isinstance(made, ex.Not) and made.operand is part


def _here(expr: Expr) -> Iterator[tuple[Kind, Expr]]:
    """The mistakes at the outermost part of an expression."""
    match expr:
        case ex.Compare(op=op):
            yield Kind.COMPARISON, changed(expr, op=_TURNED[op])
            if op in _CONTRARY and not _reads_entry(expr):
                yield Kind.NEGATION, changed(expr, op=_CONTRARY[op])
        case ex.Member(values=values, name=name):
            single = name is None and len(values) == 1
            yield Kind.COMPARISON if single else Kind.NEGATION, ex.Not(expr.type, expr.where, expr)
            if name is None and len(values) > 1:
                for index in range(len(values)):
                    yield Kind.LISTED, changed(expr, values=(*values[:index], *values[index + 1 :]))
        case ex.Flag():
            yield Kind.NEGATION, ex.Not(expr.type, expr.where, expr)
        case ex.Not(operand=operand):
            single = isinstance(operand, ex.Member) and operand.name is None and len(operand.values) == 1
            yield Kind.COMPARISON if single else Kind.NEGATION, operand
        case ex.AllOf(parts=parts):
            yield Kind.CONNECTIVE, ex.AnyOf(expr.type, expr.where, parts)
            yield from _without_one(expr, parts)
        case ex.AnyOf(parts=parts):
            yield Kind.CONNECTIVE, ex.AllOf(expr.type, expr.where, parts)
            yield from _without_one(expr, parts)
        case ex.IfElse(then=then, otherwise=otherwise):
            yield Kind.BRANCH, changed(expr, then=otherwise, otherwise=then)
        case ex.Extreme(least=least):
            yield Kind.EXTREME, changed(expr, least=not least)
        case ex.Between(low=low, high=high):
            yield Kind.RANGE, low
            yield Kind.RANGE, high
        case ex.Number(value=value):
            yield Kind.FIGURE, changed(expr, value=value + 1)
            if value > 0:
                yield Kind.FIGURE, changed(expr, value=value - Decimal(1))
        case _:
            pass


def _without_one(expr: Expr, parts: Sequence[Expr]) -> Iterator[tuple[Kind, Expr]]:
    for index in range(len(parts)):
        rest = (*parts[:index], *parts[index + 1 :])
        yield Kind.PART, rest[0] if len(rest) == 1 else changed(expr, parts=rest)


def _reads_entry(expr: ex.Compare) -> bool:
    """Whether it compares an entry of a table, which may be missing: the language has no negation of that."""
    return any(
        isinstance(side.type, ex.DateType | ex.NumberType) and side.type.partial for side in (expr.left, expr.right)
    )


def with_parts(expr: Expr, parts: Sequence[Expr]) -> Expr:
    """The same expression with other parts, in the order of :func:`children`."""
    match expr:
        case ex.Compare() | ex.Arith():
            return changed(expr, left=parts[0], right=parts[1])
        case ex.Not():
            return changed(expr, operand=parts[0])
        case ex.AllOf() | ex.AnyOf() | ex.Extreme():
            return changed(expr, parts=tuple(parts))
        case ex.IfElse():
            return changed(expr, condition=parts[0], then=parts[1], otherwise=parts[2])
        case ex.Between():
            return changed(expr, low=parts[0], high=parts[1])
        case ex.OverlapDays() | ex.OverlapMonths():
            return changed(expr, start=parts[0], end=parts[1], window=tuple(parts[2:]))
        case ex.AddMonths():
            return changed(expr, day=parts[0], months=parts[1])
        case ex.Member():
            return changed(expr, subject=parts[0])
        case ex.Entry():
            return changed(expr, key=parts[0])
        case _:
            raise TypeError(f"{type(expr).__name__} has no parts")
