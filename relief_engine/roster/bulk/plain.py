"""Roster stage: cells that are plainly written, read by expressions of a database.

A database reads what needs no thought: a known name of a choice, a number, a day written as 2022-06-01. Whatever is
written otherwise it does not guess at: the row is *set aside* and read by the readers of profiles, which know every
spelling and have the words for what is wrong. So no cell is ever read here otherwise than there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from sqlglot import exp

from relief_engine.profile.days import OPEN
from relief_engine.profile.values import YES_NO
from relief_engine.profile.written import LONGEST
from relief_engine.rulebook.facts import OPEN_END, Fact

#: So many digits survive the way into a binary float and back.
_EXACT = 10**15 - 1
#: So many decimals a plain number may have, and the type that holds one.
_PLACES = 6
_WRITTEN = exp.DataType.build("decimal(19, 6)")
#: The digits of a decimal of 64 bits; longer ones take ten times as long.
_DIGITS = 18
#: Plain numbers: at most twelve digits and six decimals, nothing else. ``$`` would let a break of line follow in Spark.
_NUMBER = "^[0-9]{1,12}([.][0-9]{1,6})?\\z"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z"
#: Control characters, which no text of a profile may hold.
_STRANGE = "[\\x00-\\x1F\\x7F-\\x9F]"
#: The capitals and digits of a credit code in the order of their values, and the weights of its first 17 characters.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(3**place % 31 for place in range(17))

_TEXTS = (exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.CHAR)
_WHOLE = exp.DataType.INTEGER_TYPES
_FLOATS = (exp.DataType.Type.DOUBLE, exp.DataType.Type.FLOAT)
#: Moments without a time zone: at midnight, a day.
_MOMENTS = (exp.DataType.Type.TIMESTAMPNTZ, exp.DataType.Type.TIMESTAMP_NS)
_DECIMALS = (exp.DataType.Type.DECIMAL,)

Expression = exp.Expr


def is_text(kind: exp.DataType) -> bool:
    """Whether a column holds text."""
    return kind.this in _TEXTS


def given(cell: Expression, kind: exp.DataType) -> Expression:
    """Whether a cell holds anything: true or false, never NULL."""
    if not is_text(kind):
        there = exp.not_(exp.Is(this=cell.copy(), expression=exp.Null()))
        # A binary float that is not a number is how data frames write a missing one.
        number = exp.Coalesce(this=exp.not_(exp.IsNan(this=cell.copy())), expressions=[exp.false()])
        return number if kind.this in _FLOATS else there
    filled = exp.NEQ(this=exp.Trim(this=cell.copy()), expression=exp.Literal.string(""))
    return exp.Coalesce(this=filled, expressions=[exp.false()])


def carried(cell: Expression, kind: exp.DataType) -> Expression:
    """A cell as it is shown beside its answer: empty where a binary float is not a number, as row by row."""
    if kind.this not in _FLOATS:
        return cell.copy()
    return exp.Case().when(exp.not_(exp.IsNan(this=cell.copy())), cell.copy())


def encoded(
    fact: Fact, cell: Expression, kind: exp.DataType, factor: Fraction, ordinal: Callable[[Expression], Expression]
) -> Expression | None:
    """The encoded value of a cell that is plainly written, NULL for any other; None if no cell of the type is.

    Args:
        fact: the fact that the column gives.
        cell: the column.
        kind: its type in the database.
        factor: what a bare number is multiplied by to be encoded.
        ordinal: makes the ordinal of a day, as the database's dialect writes it.
    """
    text = exp.Trim(this=cell.copy()) if is_text(kind) else None
    match fact.type:
        case "yes_no" if text is not None:
            return _named(text, YES_NO)
        case "yes_no" if kind.this == exp.DataType.Type.BOOLEAN:
            return exp.cast(cell.copy(), "bigint")
        case "choice" if text is not None:
            return _named(text, fact.names)
        case "count" | "amount" | "number":
            return _figure(fact, cell, text, kind, factor)
        case "date":
            return _date(fact, cell, text, kind, ordinal)
        case _:
            return None


def names_of(fact: Fact, kind: exp.DataType) -> dict[str, int]:
    """What stands for which value of a choice or of yes/no in a column of texts; nothing for other columns."""
    if not is_text(kind) or fact.type not in ("choice", "yes_no"):
        return {}
    names: Mapping[Any, int] = YES_NO if fact.type == "yes_no" else fact.names
    return {str(name): int(value) for name, value in names.items()}


def looked_up(cell: Expression, names: Mapping[str, int]) -> Expression:
    """The value that a known name stands for, in DuckDB: a function, so asked once for each entry of a dictionary."""
    values = exp.cast(exp.Array(expressions=[_number(value) for value in names.values()]), "bigint[]", dialect="duckdb")
    listed = exp.Array(expressions=[exp.Literal.string(name) for name in names])
    place = exp.Anonymous(this="LIST_POSITION", expressions=[listed, exp.Trim(this=cell.copy())])
    return exp.Anonymous(this="LIST_EXTRACT", expressions=[values, place])


def _named(text: Expression, names: Mapping[object, int] | Mapping[str, int]) -> Expression:
    """The value that a known name stands for."""
    grouped: dict[int, list[str]] = {}
    for name, value in names.items():
        grouped.setdefault(value, []).append(str(name))
    case = exp.Case()
    for value, spellings in grouped.items():
        known = exp.In(this=text.copy(), expressions=[exp.Literal.string(name) for name in spellings])
        case = case.when(known, _number(value))
    return case


def _figure(
    fact: Fact, cell: Expression, text: Expression | None, kind: exp.DataType, factor: Fraction
) -> Expression | None:
    """A number in a unit, times the factor, where that is whole and within what the fact may be."""
    if kind.this in _FLOATS:
        found = _float(exp.cast(cell.copy(), "double"), factor)
        return None if found is None else _within(found, 0, fact.highest)
    if text is not None:
        plain = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(_NUMBER))
        value: Expression = exp.Case().when(plain, exp.cast(text.copy(), _WRITTEN))
    elif kind.this in _WHOLE or (kind.this in _DECIMALS and _scale(kind) <= _PLACES):
        value = cell.copy()
    else:
        return None
    # What is too large is left out before anything is multiplied, so that nothing overflows.
    most = int(min(fact.highest // factor, 10**12))
    small = _within(value, 0, most)
    if kind.this in _WHOLE:
        return _whole(exp.cast(small, "bigint"), factor)
    places = _PLACES if text is not None else _scale(kind)
    return _whole(_parts(small, most, places), factor / 10**places)


def _scale(kind: exp.DataType) -> int:
    return int(kind.expressions[1].name) if len(kind.expressions) > 1 else 0


def _parts(value: Expression, most: int, places: int) -> Expression:
    """A decimal of some places, of which ``most`` is the greatest, in parts of its last place: a whole number."""
    free = _DIGITS - len(str(most)) - places
    if free < 1 and places:
        product = exp.Mul(
            this=exp.cast(value, f"decimal({_DIGITS + 1}, {places})"),
            expression=exp.cast(_number(10**places), f"decimal({places + 1}, 0)"),
        )
        return exp.cast(product, "bigint")
    found, left = exp.cast(value, f"decimal({_DIGITS}, {places})" if places else "bigint"), places
    while left:
        # So many places at a time as stay within 64 bits.
        step = min(free, left)
        left -= step
        scaled = exp.Mul(this=found, expression=_number(10**step))
        found = exp.cast(scaled, f"decimal({_DIGITS}, {left})" if left else "bigint")
    return found


def _whole(value: Expression, factor: Fraction) -> Expression:
    """A whole number times a factor, NULL unless that is a whole number."""
    top, bottom = factor.as_integer_ratio()
    product = exp.Mul(this=exp.Paren(this=value), expression=_number(top)) if top != 1 else value
    if bottom == 1:
        return product
    rest = exp.Mod(this=exp.Paren(this=product.copy()), expression=_number(bottom))
    quotient = exp.IntDiv(this=exp.Paren(this=product.copy()), expression=_number(bottom))
    return exp.Case().when(exp.EQ(this=rest, expression=_number(0)), quotient)


def _float(cell: Expression, factor: Fraction) -> Expression | None:
    """A binary float that stands for a decimal of at most 15 digits; the same test as for profiles."""
    if factor.denominator != 1 or str(factor.numerator).rstrip("0") != "1":
        return None
    whole = exp.Literal.number(f"{factor.numerator}.0")
    scale = exp.cast(whole, "double")
    scaled = exp.Mul(this=exp.Paren(this=cell.copy()), expression=scale.copy())
    small = exp.Between(this=scaled.copy(), low=_number(0), high=_number(_EXACT))
    half = exp.cast(exp.Literal.number("0.5"), "double")
    nearest = exp.cast(exp.Floor(this=exp.Add(this=scaled.copy(), expression=half)), "bigint")
    found = exp.Case().when(small, nearest)
    back = exp.Div(this=exp.cast(found.copy(), "double"), expression=scale.copy())
    return exp.Case().when(exp.EQ(this=back, expression=cell.copy()), found)


def _date(
    fact: Fact,
    cell: Expression,
    text: Expression | None,
    kind: exp.DataType,
    ordinal: Callable[[Expression], Expression],
) -> Expression | None:
    if text is not None:
        written = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(_DAY))
        day = exp.TryCast(this=exp.Case().when(written, text.copy()), to=exp.DataType.build("date"), safe=True)
        found = _within(ordinal(day), fact.lowest, fact.highest)
        if not fact.open_ended:
            return found
        open_ = exp.In(this=text.copy(), expressions=[exp.Literal.string(word) for word in sorted(OPEN)])
        return exp.Case().when(open_, _number(OPEN_END)).else_(found)
    if kind.this == exp.DataType.Type.DATE:
        first, last = (exp.cast(_day(n), "date") for n in (fact.lowest, fact.highest))
        return exp.Case().when(exp.Between(this=cell.copy(), low=first, high=last), ordinal(cell.copy()))
    if kind.this in _MOMENTS:
        low, high = (_day(n) for n in (fact.lowest, fact.highest))
        inside = exp.Between(this=cell.copy(), low=exp.cast(low, kind.copy()), high=exp.cast(high, kind.copy()))
        start = exp.cast(exp.cast(cell.copy(), "date"), kind.copy())
        midnight = exp.EQ(this=cell.copy(), expression=start)
        return exp.Case().when(exp.and_(inside, midnight), ordinal(exp.cast(cell.copy(), "date")))
    return None


def strange_text(fact: Fact, cell: Expression, kind: exp.DataType) -> Expression | None:
    """Whether a text, which no rule reads, might be refused; None if no text of the column could be."""
    if not is_text(kind):
        return given(cell, kind)
    if fact.type == "credit_code":
        good = _checked(exp.Trim(this=cell.copy()))
        return exp.and_(given(cell, kind), exp.not_(exp.Coalesce(this=good, expressions=[exp.false()])))
    long = exp.GT(this=exp.Length(this=cell.copy()), expression=_number(LONGEST))
    strange = exp.RegexpLike(this=cell.copy(), expression=exp.Literal.string(_STRANGE))
    return exp.Coalesce(this=exp.or_(long, strange), expressions=[exp.false()])


def _checked(text: Expression) -> Expression:
    """Whether a credit code is 18 characters with the right check character at its end."""

    def value(place: int) -> Expression:
        letter = exp.Substring(this=text.copy(), start=_number(place + 1), length=_number(1))
        found = exp.StrPosition(this=exp.Literal.string(_ALPHABET), substr=letter)
        return exp.Paren(this=exp.Sub(this=found, expression=_number(1)))

    shaped = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(f"^[0-9]{{8}}[{_ALPHABET}]{{10}}\\z"))
    total: Expression = _number(0)
    for place, weight in enumerate(_WEIGHTS):
        total = exp.Add(this=total, expression=exp.Mul(this=value(place), expression=_number(weight)))
    check = exp.Add(this=exp.Paren(this=total), expression=value(17))
    return exp.and_(
        shaped, exp.EQ(this=exp.Mod(this=exp.Paren(this=check), expression=_number(31)), expression=_number(0))
    )


def _within(value: Expression, low: int, high: int) -> Expression:
    inside = exp.Between(this=value.copy(), low=_number(low), high=_number(high))
    return exp.Case().when(inside, value)


def _number(value: int) -> Expression:
    return exp.Literal.number(value)


def _day(value: int) -> Expression:
    return exp.Literal.string(dt.date.fromordinal(value).isoformat())


def any_of(conditions: Iterable[Expression]) -> Expression:
    """*Or* over conditions that are never NULL; false over none."""
    found = list(conditions)
    return exp.or_(*found) if found else exp.false()
