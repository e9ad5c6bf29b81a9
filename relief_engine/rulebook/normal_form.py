"""Rulebook stage: conditions that are written differently and mean the same, brought to one form for comparison."""

from __future__ import annotations

from collections.abc import Hashable

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import ClassFact, ExtremeFact, Fact, FormFact, SizeFact
from relief_engine.rulebook.record import contents

_NEGATED: dict[ex.Comparison, ex.Comparison] = {
    "<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "==",
}  # fmt: skip


def conjuncts(expr: ex.Expr) -> frozenset[Hashable]:
    """The parts of a condition that must all hold, with negations pushed down to the tests."""
    return _all_of(_normal(expr, negated=False))


def negated_conjuncts(expr: ex.Expr) -> frozenset[Hashable]:
    """The same for the opposite of a condition."""
    return _all_of(_normal(expr, negated=True))


def alike(one: ex.Expr | None, other: ex.Expr | None) -> bool:
    """Whether two expressions say the same, wherever and however they are written."""
    if one is None or other is None:
        return one is other
    if isinstance(one.type, ex.BoolType):
        return conjuncts(one) == conjuncts(other)
    return _figure(one) == _figure(other)


def _all_of(form: tuple[Hashable, ...]) -> frozenset[Hashable]:
    return form[1] if form[0] == "all" and isinstance(form[1], frozenset) else frozenset({form})


def _normal(expr: ex.Expr, *, negated: bool) -> tuple[Hashable, ...]:
    match expr:
        case ex.Not(operand=operand):
            return _normal(operand, negated=not negated)
        case ex.AllOf(parts=parts) | ex.AnyOf(parts=parts):
            kind = "all" if isinstance(expr, ex.AllOf) != negated else "any"
            forms: set[Hashable] = set()
            for part in parts:
                form = _normal(part, negated=negated)
                forms |= form[1] if form[0] == kind and isinstance(form[1], frozenset) else {form}
            return (kind, frozenset(forms))
        case ex.Member(subject=ex.FactRef(fact=fact, type=ex.ChoiceType(domain=domain)), values=values, name=None):
            kept = frozenset(values)
            return ("member", fact.id, frozenset(domain.ids) - kept if negated else kept)
        case ex.Compare(op=op, left=left, right=right):
            return ("compare", _NEGATED[op] if negated else op, _figure(left), _figure(right))
        case _:
            return ("not" if negated else "is", _figure(expr))


def _figure(value: Hashable) -> Hashable:
    """An expression without the places where it stands."""
    if isinstance(value, ex.Expr):
        # Every expression begins with its type and its place.
        return (type(value).__name__, *(_figure(part) for part in contents(value)[2:]))
    if isinstance(value, tuple):
        return tuple(_figure(part) for part in value)
    if isinstance(value, Fact | FormFact | ExtremeFact | ClassFact | SizeFact):
        return value.id
    return value
