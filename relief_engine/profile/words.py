"""Profile stage: encoded values back into words for people, and a profile back into a plain mapping.

The Chinese words of a value are also a way to write it: the readers of ``profile.values`` give the value back.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from relief_engine.profile.model import Profile
from relief_engine.profile.natural import Measured, code_list
from relief_engine.rulebook.facts import OPEN_END, AnyFact, Encoded, ExtremeFact, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import PURE, Unit
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text, joined

__all__ = ["code_list", "figure_text", "plain", "value_text"]

_YES_NO = (Text("否", "no"), Text("是", "yes"))
_OPEN = Text("无固定期限", "no fixed end")

#: Units in English: for one and for more than one.
_UNITS = {
    "人": ("person", "people"), "月": ("month", "months"), "天": ("day", "days"), "年": ("year", "years"),
    "元": ("yuan", "yuan"), "万元": ("10,000 yuan", "10,000 yuan"), "亿元": ("100,000,000 yuan", "100,000,000 yuan"),
    "㎡": ("m²", "m²"), "m2": ("m²", "m²"), "平方米": ("m²", "m²"),
}  # fmt: skip
#: Written between a number and a unit that begins with a number itself: 800 × 10,000 yuan.
_MULTIPLES = ("万元", "亿元")

#: Figures in 年 that name a year and do not count years.
_CALENDAR_YEARS = range(1000, dt.MAXYEAR + 1)

#: A figure that no decimal gives exactly is shown with so many decimals, and as *about*.
_ABOUT_DECIMALS = 4
_MOST_DECIMALS = 10


# --- words --------------------------------------------------------------------------------------------------------


def value_text(
    fact: AnyFact, value: Encoded | str, language: Language = DEFAULT_LANGUAGE, codes: CodeList | None = None
) -> str:
    """A known value of a fact in words: ``是``, ``30 人``, ``800 万元``, ``2021-01-01``, ``6210 正餐服务``.

    Args:
        fact: the fact, given or derived.
        value: its encoded value, or the text of a text fact.
        language: the language of labels and units; names of industries are Chinese in both.
        codes: the list that code facts are looked up in; without it a code fact raises :class:`LookupError`.

    Raises:
        LookupError: the value is not one that the fact can have.
    """
    return value_words(fact, value, codes).in_(language)


def value_words(fact: AnyFact, value: Encoded | str, codes: CodeList | None = None) -> Text:
    """The same in both languages."""
    if isinstance(value, str):
        return Text(value, value)
    if isinstance(value, tuple):
        return _steps_words(fact, value)
    if isinstance(fact, ExtremeFact):
        return figure_words(Fraction(value, fact.denominator), fact.unit)
    if isinstance(fact, Fact):
        match fact.type:
            case "yes_no":
                return _YES_NO[value]
            case "date":
                return _OPEN if value == OPEN_END else Text(_day(value), _day(value))
            case "industry_code":
                if codes is None:
                    raise LookupError(f"{fact.id} needs a code list")
                named = f"{codes.ids[value]} {codes.names[value]}"
                return Text(named, named)
            case "choice":
                pass
            case _:
                return figure_words(Fraction(value, fact.denominator), fact.unit)
    if fact.domain is None:
        raise LookupError(f"{fact.id} has no choices")
    return fact.domain.labels[value]


def figure_text(value: int | Fraction, unit: Unit | None, language: Language = DEFAULT_LANGUAGE) -> str:
    """A figure in base units, shown in ``unit``: ``180,000.00 元``, ``800 万元``, ``6 个月``, ``2022 年``, ``2%``.

    Money in yuan has at least two decimals, all else as many as it needs. What no short decimal gives exactly is
    rounded half up to four and marked as *about* (约).
    """
    return figure_words(value, unit).in_(language)


def figure_words(value: int | Fraction, unit: Unit | None) -> Text:
    """The same in both languages."""
    unit = unit or PURE
    # Whole numbers above and below the line: a Fraction for each step would take most of the time.
    scale = unit.scale
    above, below = value.numerator * scale.denominator, value.denominator * scale.numerator
    common = math.gcd(above, below)
    above, below = above // common, below // common
    if unit.symbol == "年" and below == 1 and above in _CALENDAR_YEARS:
        return Text(f"{above} 年", str(above))
    in_yuan = unit.scale == 1 and ("元", 1) in unit.dimensions
    digits, exact = _decimal(above, below, 2 if in_yuan else 0)
    zh, en = ("", "") if exact else ("约 ", "about ")
    return Text(f"{zh}{digits}{_symbol_zh(unit.symbol)}", f"{en}{digits}{_symbol_en(unit.symbol, above == below)}")


def _decimal(above: int, below: int, least: int) -> tuple[str, bool]:
    """The digits with thousands separators and at least ``least`` decimals, and whether they are exact."""
    places, exact = _ABOUT_DECIMALS, False
    for decimals in range(least, _MOST_DECIMALS + 1):
        if 10**decimals % below == 0:
            places, exact = decimals, True
            break
    # Half up, away from zero: what a person with a calculator gets.
    whole, rest = divmod((2 * abs(above) * 10**places + below) // (2 * below), 10**places)
    sign = "-" if above < 0 and (whole or rest) else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else ""), exact


def _symbol_zh(symbol: str) -> str:
    match symbol:
        case "" | "1":
            return ""
        case "%":
            return "%"
        case "月":
            return " 个月"
        case _:
            return f" {symbol}"


@lru_cache(maxsize=256)
def _symbol_en(symbol: str, one: bool) -> str:
    if symbol in ("", "1", "%"):
        return _symbol_zh(symbol)
    above = True
    words = []
    for part in re.split(r"([/·()^])", symbol):
        singular, plural = _UNITS.get(part, (part, part))
        above = above and part != "/"
        words.append(plural if above and not one else singular)
    return (" × " if symbol.startswith(_MULTIPLES) else " ") + "".join(words)


def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _steps_words(fact: AnyFact, steps: Iterable[tuple[int, int]]) -> Text:
    if not isinstance(fact, Fact):
        raise LookupError(f"{fact.id} has no steps")
    parts = []
    for day, amount in steps:
        figure = figure_words(Fraction(amount, fact.denominator), fact.unit)
        parts.append(Text(f"{_day(day)} 起 {figure.zh}", f"{figure.en} from {_day(day)}"))
    return joined(parts, zh="；", en="; ")


# --- back to a plain mapping --------------------------------------------------------------------------------------


def plain(profile: Profile, rulebook: Rulebook) -> dict[str, object]:
    """A profile as a plain mapping that reads to an equal profile, for people: text, numbers, lists and mappings only.

    Choices are written by their id, dates as ISO text, figures as whole numbers in the fact's unit or, where they are
    not whole, as text with the unit.
    """
    if profile.rulebook is not rulebook and profile.rulebook.digest != rulebook.digest:
        raise ValueError("the profile was read with another rulebook")
    return profile.written(_plain_figure)


def _plain_figure(fact: Measured, value: int) -> int | str:
    exact = Fraction(value, fact.denominator)
    number = exact / (fact.unit or PURE).scale
    return number.numerator if number.denominator == 1 else figure_text(exact, fact.unit)
