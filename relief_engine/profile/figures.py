"""Profile stage: figures with their units become whole numbers of the smallest part, exactly."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import partial

from relief_engine.profile.words import figure_text
from relief_engine.profile.written import HUGE, NO_HINT, BadValue, Read, Reader, bad, careful, name_of, number, shown
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.units import PURE, Unit, UnitError, parse_unit
from relief_engine.text import Text

_STATED = re.compile(r"(?P<number>[-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?)\s*(?P<unit>.*)")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
#: Units that people write and rulebooks do not.
_OTHER_UNITS = {"个月": "月", "m²": "㎡"}
#: More decimals than this are refused before any arithmetic.
_MOST_DECIMALS = 40
#: How fine a figure may be, by type; all others are money.
_FINEST = {
    "count": Text("应为整数", "must be a whole number"),
    "number": Text("最多两位小数", "may have two decimals at most"),
}
_TO_THE_CENT = Text("最多精确到分", "may be given to the cent at most")


def figure(fact: Fact) -> Reader:
    """Reads a figure: a number in the fact's unit, or text with a unit such as ``800万元`` or ``8,000,000元``."""
    scale, highest = _scale(fact, None), fact.highest
    read_carefully = careful(fact, partial(_encoded, fact))
    if scale.denominator != 1:
        return read_carefully
    whole = scale.numerator
    # A decimal of at most 15 digits survives the way into a binary float and back. So a float that is the quotient of
    # such a whole number and a power of ten stands for just that decimal, and no text is needed to find it.
    decimal, most = str(whole).rstrip("0") == "1", min(highest, 10**15 - 1)

    def read(value: object) -> Read:
        if type(value) is int and 0 <= (encoded := value * whole) <= highest:
            return encoded
        if type(value) is float and decimal and 0 <= (scaled := value * whole) <= most:
            encoded = int(scaled + 0.5)
            if encoded <= most and encoded / whole == value:
                return encoded
        return read_carefully(value)

    return read


def _scale(fact: Fact, unit: Unit | None) -> Fraction:
    """What a figure in a unit, or else in the fact's own unit, is multiplied by to be encoded."""
    return (unit or fact.unit or PURE).scale * fact.denominator


def _encoded(fact: Fact, value: object) -> int:
    found, unit = _stated(fact, value) if isinstance(value, str) else (number(value), None)
    if found is None:
        raise _not_a_number(fact, value)
    # Sizes first: 1E+999999999 is quick to compare and endless to multiply.
    if 0 <= found < HUGE and _decimals(found) <= _MOST_DECIMALS:
        encoded = Fraction(found) * _scale(fact, unit)
        if encoded.denominator == 1 and encoded <= fact.highest:
            return encoded.numerator
    raise _unfit(fact, found, unit, shown(value))


def _unfit(fact: Fact, found: Decimal, unit: Unit | None, got: Text) -> BadValue:
    """Why a number can't be used: negative, too large or too fine."""
    if found < 0:
        return bad(name_of(fact), "negative", f"不能为负数，实为{got.zh}", f"must not be negative, got {got.en}")
    if found >= HUGE:
        return _too_large(fact, got)
    if _decimals(found) > _MOST_DECIMALS or (Fraction(found) * _scale(fact, unit)).denominator != 1:
        words = _FINEST.get(fact.type, _TO_THE_CENT)
        return bad(name_of(fact), "precision", f"{words.zh}，实为{got.zh}", f"{words.en}, got {got.en}")
    return _too_large(fact, got)


def _decimals(found: Decimal) -> int:
    exponent = found.as_tuple().exponent
    return -exponent if found and isinstance(exponent, int) else 0


def _stated(fact: Fact, text: str) -> tuple[Decimal | None, Unit | None]:
    """The number at the beginning of a text, and the unit behind it."""
    match = _STATED.fullmatch(text)
    if match is None or ("," in match["number"] and not _GROUPED.fullmatch(match["number"])):
        return None, None
    return Decimal(match["number"].replace(",", "")), _stated_unit(fact, match["unit"].strip())


def _stated_unit(fact: Fact, written: str) -> Unit | None:
    """The unit written behind a figure. 元 alone is taken for money per month or year: the fact says per what."""
    wanted = fact.unit
    if not written or wanted is None:
        return None
    try:
        unit = parse_unit(_OTHER_UNITS.get(written, written))
    except UnitError:
        unit = None
    only_money = unit is not None and unit.dimensions == (("元", 1),) and ("元", 1) in wanted.dimensions
    if unit is None or not (unit.same_kind(wanted) or only_money):
        got = shown(written)
        raise bad(
            name_of(fact), "unit", f"的单位应为 {wanted}，实为{got.zh}", f"the unit must be {wanted}, got {got.en}"
        )
    return unit


def _not_a_number(fact: Fact, value: object) -> BadValue:
    got = shown(value)
    wanted = Text("整数", "a whole number") if fact.type == "count" else Text("数字", "a number")
    hint = NO_HINT
    if isinstance(value, str) and value[0].isdigit() and "," in value:
        hint = Text("，千位分隔符应每三位一个", ", with a comma before every third digit")
    return bad(
        name_of(fact),
        "number",
        f"应为{wanted.zh}（{fact.unit}）{hint.zh}，实为{got.zh}",
        f"expected {wanted.en} ({fact.unit}){hint.en}, got {got.en}",
    )


def _too_large(fact: Fact, got: Text) -> BadValue:
    most = Fraction(fact.highest, fact.denominator)
    return bad(
        name_of(fact),
        "too-large",
        f"过大，最多 {figure_text(most, fact.unit, 'zh')}，实为{got.zh}",
        f"too large, at most {figure_text(most, fact.unit, 'en')}, got {got.en}",
    )
