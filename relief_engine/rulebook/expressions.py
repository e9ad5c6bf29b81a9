"""Rulebook stage: the closed, typed expression language, as a tree in which every name is resolved.

Conditions are three-valued; figures are exact rationals with a unit. ``Between`` marks a figure that the texts leave
open within bounds; every figure built from one is an interval too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from relief_engine.errors import Location
from relief_engine.rulebook.facts import AnyFact, Domain
from relief_engine.rulebook.record import Record, Value
from relief_engine.rulebook.units import Unit

Comparison = Literal["<", "<=", ">", ">=", "==", "!="]
Arithmetic = Literal["+", "-", "*", "/"]


class BoolType(Value):
    """A condition: met, unmet or unknown."""


class DateType(Value):
    """A day. ``partial`` means that it comes from a table that may lack an entry."""

    partial: bool = False


class ChoiceType(Value):
    """One of the named values of ``domain``."""

    domain: Domain


class NumberType(Value):
    """A figure with its unit; ``interval`` if its value may be open within bounds; ``signed`` if it may be negative."""

    unit: Unit
    interval: bool = False
    signed: bool = False
    partial: bool = False


class NamesType(Value):
    """Names of choices of a domain that their use decides: ``single`` if it is always one, else a list."""

    single: bool = False


class TableType(Value):
    """A table from choices to days or figures."""

    entry: DateType | NumberType


Type = BoolType | DateType | ChoiceType | NumberType | NamesType | TableType


class Expr(Record):
    """Base of every expression: its type and the place where it is written."""

    type: Type
    where: Location


class FactRef(Expr):
    """The value of a fact."""

    fact: AnyFact


class AsOf(Expr):
    """The day of the decision."""


class ParamRef(Expr):
    """The value that a parameter has on the day of the decision."""

    name: str


class Number(Expr):
    """A bare number: only 0 and 1 are allowed in a rulebook."""

    value: Decimal


class LetRef(Expr):
    """A named intermediate figure."""

    name: str


class Entry(Expr):
    """The entry of a table parameter for a choice; comparisons with a missing entry do not hold."""

    name: str
    key: FactRef


class Flag(Expr):
    """A yes/no fact as a condition."""

    fact: AnyFact


class Member(Expr):
    """A choice is one of the named values, or one of those that a parameter (list or table) names."""

    subject: FactRef
    values: tuple[str, ...]
    name: str | None


class Compare(Expr):
    """A comparison of two figures or two days."""

    op: Comparison
    left: Expr
    right: Expr


class Not(Expr):
    """Negation."""

    operand: Expr


class AllOf(Expr):
    """Unmet as soon as one part is; met when all are."""

    parts: tuple[Expr, ...]


class AnyOf(Expr):
    """Met as soon as one part is; unmet when all are."""

    parts: tuple[Expr, ...]


class IfElse(Expr):
    """One of two figures or days; unknown while the condition is."""

    condition: Expr
    then: Expr
    otherwise: Expr


class Arith(Expr):
    """A sum, difference, product or quotient; a day plus or minus days; the days between two days."""

    op: Arithmetic
    left: Expr
    right: Expr


class Between(Expr):
    """A figure that the texts leave open from ``low`` to ``high``."""

    low: Expr
    high: Expr


class Extreme(Expr):
    """The least or greatest of several figures."""

    least: bool
    parts: tuple[Expr, ...]


class OverlapDays(Expr):
    """How many days of a period, both ends included, fall into a window; never negative.

    The window is one parameter, a calendar year, or two: its first and its last day, both included.
    """

    start: Expr
    end: Expr
    window: tuple[ParamRef, ...]


class OverlapMonths(Expr):
    """How many months of a window a period covers: of each calendar month the days covered over the days it has.

    The window is two parameters: the first day of a month and the last day of a month.
    """

    start: Expr
    end: Expr
    window: tuple[ParamRef, ...]


class AddMonths(Expr):
    """The same day some months later, or the last day of that month where it has no such day."""

    day: Expr
    months: Expr


def children(expr: Expr) -> tuple[Expr, ...]:
    """The parts of an expression, in the order in which they are written."""
    match expr:
        case Compare(left=left, right=right) | Arith(left=left, right=right):
            return (left, right)
        case Not(operand=operand):
            return (operand,)
        case AllOf(parts=parts) | AnyOf(parts=parts) | Extreme(parts=parts):
            return parts
        case IfElse(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Between(low=low, high=high):
            return (low, high)
        case OverlapDays(start=start, end=end, window=window) | OverlapMonths(start=start, end=end, window=window):
            return (start, end, *window)
        case AddMonths(day=day, months=months):
            return (day, months)
        case Member(subject=subject):
            return (subject,)
        case Entry(key=key):
            return (key,)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything below it, outermost first."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def add_months(day: dt.date, months: int) -> dt.date:
    """``day`` moved by whole months; the last day of a shorter month where needed (31 January + 1 = 28 February)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first = dt.date(year, month + 1, 1)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def year_of(number: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a calendar year."""
    return dt.date(number, 1, 1), dt.date(number, 12, 31)


def calendar_months(first: dt.date, last: dt.date) -> tuple[tuple[dt.date, dt.date], ...]:
    """The first and the last day of every calendar month from that of ``first`` to that of ``last``."""
    found = []
    begins = first.replace(day=1)
    while begins <= last:
        following = add_months(begins, 1)
        found.append((begins, following - dt.timedelta(days=1)))
        begins = following
    return tuple(found)
