"""Rulebook stage: units of measure, so that a monthly rent is never compared with a yearly one.

A unit is a product of base units with a scale: 万元 is 元 × 10 000; 元/月 is 元 · 月⁻¹. Values are kept in base
units, therefore figures in 元, 万元 and 亿元 compare without conversion by hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from relief_engine.text import Text

_NAMED: dict[str, tuple[Fraction, dict[str, int]]] = {
    "元": (Fraction(1), {"元": 1}),
    "万元": (Fraction(10_000), {"元": 1}),
    "亿元": (Fraction(100_000_000), {"元": 1}),
    "人": (Fraction(1), {"人": 1}),
    "月": (Fraction(1), {"月": 1}),
    "天": (Fraction(1), {"天": 1}),
    "年": (Fraction(1), {"年": 1}),
    "㎡": (Fraction(1), {"㎡": 1}),
    "m2": (Fraction(1), {"㎡": 1}),
    "平方米": (Fraction(1), {"㎡": 1}),
    "%": (Fraction(1, 100), {}),
    "1": (Fraction(1), {}),
}
_TOKEN = re.compile(r"\s*([^\s/·()]+|[/·()])")


class UnitError(ValueError):
    """A unit that can't be read."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Base units with their exponents (sorted, none zero), the scale to base units, and how it is printed."""

    dimensions: tuple[tuple[str, int], ...]
    scale: Fraction
    symbol: str

    def same_kind(self, other: Unit) -> bool:
        """Whether values of the two may be added and compared (元 with 万元, but not 元 with 元/月)."""
        return self.dimensions == other.dimensions

    @property
    def words(self) -> Text:
        """The unit in words, for messages; a pure number has none."""
        return Text(self.symbol or "无单位", self.symbol or "no unit")

    def __mul__(self, other: Unit) -> Unit:
        return _product([(self, 1), (other, 1)])

    def __truediv__(self, other: Unit) -> Unit:
        return _product([(self, 1), (other, -1)])

    def __str__(self) -> str:
        return self.symbol


def _spelled(dimensions: tuple[tuple[str, int], ...]) -> str:
    above = "·".join(name if power == 1 else f"{name}^{power}" for name, power in dimensions if power > 0)
    below = [name if power == -1 else f"{name}^{-power}" for name, power in dimensions if power < 0]
    if not below:
        return above
    return f"{above or '1'}/{below[0]}" if len(below) == 1 else f"{above or '1'}/({'·'.join(below)})"


def _product(factors: list[tuple[Unit, int]]) -> Unit:
    powers: dict[str, int] = {}
    for unit, sign in factors:
        for name, power in unit.dimensions:
            powers[name] = powers.get(name, 0) + sign * power
    dimensions = tuple(sorted((name, power) for name, power in powers.items() if power))
    # Products are kept in base units; only a unit written by hand has another scale.
    return Unit(dimensions, Fraction(1), _spelled(dimensions))


PURE = Unit((), Fraction(1), "")


def parse_unit(text: str) -> Unit:
    """Read a unit such as ``万元``, ``元/月`` or ``元/(㎡·天)``; raises :class:`UnitError` with what is known."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens:
        raise UnitError(text)
    powers: dict[str, int] = {}
    scale = Fraction(1)
    # The sign of the next factor, those of the open brackets, and whether a factor must come next.
    sign, around, wanting = 1, [1], True
    for token in tokens:
        if wanting and token == "(":
            around.append(sign)
        elif wanting and token in _NAMED:
            factor, base = _NAMED[token]
            scale = scale * factor if sign > 0 else scale / factor
            for name, power in base.items():
                powers[name] = powers.get(name, 0) + sign * power
            wanting = False
        elif not wanting and token in "/·":
            sign, wanting = around[-1] if token == "·" else -around[-1], True
        elif not wanting and token == ")" and len(around) > 1:
            around.pop()
        else:
            raise UnitError(text)
    if wanting or len(around) > 1:
        raise UnitError(text)
    return Unit(tuple(sorted((n, p) for n, p in powers.items() if p)), scale, text)


KNOWN_UNITS = tuple(_NAMED)
