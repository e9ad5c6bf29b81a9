"""Rulebook stage: units of measure, so that a monthly rent is never compared with a yearly one.

A unit is a product of base units with a scale: 万元 is 元 × 10 000; 元/月 is 元 · 月⁻¹. Values are kept in base
units, therefore figures in 元, 万元 and 亿元 compare without conversion by hand.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from relief_engine.rulebook.record import Value
from relief_engine.text import Text

_NAMED: dict[str, tuple[Fraction, tuple[tuple[str, int], ...]]] = {
    "元": (Fraction(1), (("元", 1),)),
    "千元": (Fraction(1_000), (("元", 1),)),
    "万元": (Fraction(10_000), (("元", 1),)),
    "百万元": (Fraction(1_000_000), (("元", 1),)),
    "亿元": (Fraction(100_000_000), (("元", 1),)),
    "人": (Fraction(1), (("人", 1),)),
    "月": (Fraction(1), (("月", 1),)),
    "个月": (Fraction(1), (("月", 1),)),
    "天": (Fraction(1), (("天", 1),)),
    "日": (Fraction(1), (("天", 1),)),
    "年": (Fraction(1), (("年", 1),)),
    "㎡": (Fraction(1), (("㎡", 1),)),
    "m2": (Fraction(1), (("㎡", 1),)),
    "m²": (Fraction(1), (("㎡", 1),)),
    "平方米": (Fraction(1), (("㎡", 1),)),
    "%": (Fraction(1, 100), ()),
    "1": (Fraction(1), ()),
}
_TOKEN = re.compile(r"\s*([^\s/·()]+|[/·()])\s*")


class UnitError(ValueError):
    """A unit that can't be read."""


class Unit(Value):
    """Base units with their exponents (sorted, none zero), the scale to base units, and how it is printed."""

    dimensions: tuple[tuple[str, int], ...]
    scale: Fraction
    symbol: str

    def same_kind(self, other: Unit) -> bool:
        """Whether values of the two may be added and compared (元 with 万元, but not 元 with 元/月)."""
        return self.dimensions == other.dimensions

    def __mul__(self, other: Unit) -> Unit:
        return _product(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _product(self, other, -1)

    def __str__(self) -> str:
        return self.symbol


PURE = Unit((), Fraction(1), "")
KNOWN_UNITS = tuple(_NAMED)


def in_words(unit: Unit | None) -> Text:
    """A unit for messages; a pure number is *without a unit*."""
    symbol = "" if unit is None else unit.symbol or _spelled(unit.dimensions)
    return Text(symbol, symbol) if symbol else Text("无单位", "no unit")


@lru_cache(maxsize=256)
def parse_unit(text: str) -> Unit:
    """Read a unit such as ``万元``, ``元/月`` or ``元/(㎡·天)``; raises :class:`UnitError` for anything else.

    After a slash a product needs brackets: 元/㎡·天 could mean either of two things.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise UnitError(text)
    reader = _Reader(text, tokens)
    reader.product(1)
    while reader.take("/"):
        reader.factor(-1)
    if reader.tokens:
        raise UnitError(text)
    return Unit(_sorted(reader.powers), reader.scale, text)


class _Reader:
    """Reads the tokens of one unit: a product, then factors that divide it."""

    def __init__(self, text: str, tokens: list[str]) -> None:
        self.text = text
        self.tokens = tokens[::-1]
        self.scale = Fraction(1)
        self.powers: dict[str, int] = {}

    def take(self, token: str) -> bool:
        if self.tokens and self.tokens[-1] == token:
            self.tokens.pop()
            return True
        return False

    def product(self, sign: int) -> None:
        self.factor(sign)
        while self.take("·"):
            self.factor(sign)

    def factor(self, sign: int) -> None:
        if self.take("("):
            if sign > 0:
                raise UnitError(self.text)
            self.inner()
            return
        factor = _NAMED.get(self.tokens.pop()) if self.tokens else None
        if factor is None:
            raise UnitError(self.text)
        self.scale = self.scale * factor[0] if sign > 0 else self.scale / factor[0]
        for name, power in factor[1]:
            self.powers[name] = self.powers.get(name, 0) + sign * power

    def inner(self) -> None:
        """A product in brackets below the line; it holds no brackets itself."""
        while True:
            if self.take("("):
                raise UnitError(self.text)
            self.factor(-1)
            if self.take(")"):
                return
            if not self.take("·"):
                raise UnitError(self.text)


def _sorted(powers: dict[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _product(left: Unit, right: Unit, sign: int) -> Unit:
    powers = dict(left.dimensions)
    for name, power in right.dimensions:
        powers[name] = powers.get(name, 0) + sign * power
    dimensions = _sorted(powers)
    # Products are kept in base units; only a unit written by hand has another scale.
    return Unit(dimensions, Fraction(1), _spelled(dimensions))


def _spelled(dimensions: tuple[tuple[str, int], ...]) -> str:
    above = "·".join(name for name, power in dimensions for _ in range(power))
    below = [name for name, power in dimensions for _ in range(-power)]
    if not below:
        return above
    return f"{above or '1'}/{below[0]}" if len(below) == 1 else f"{above or '1'}/({'·'.join(below)})"
