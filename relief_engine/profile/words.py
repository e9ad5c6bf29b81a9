"""Profile stage: encoded values back into words for people, and a profile back into a plain mapping.

The Chinese words of a value are also a way to write it: the readers of ``profile.values`` give the value back.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from fractions import Fraction

from relief_engine.profile.model import Profile
from relief_engine.profile.natural import Measured, code_list
from relief_engine.rulebook.facts import OPEN_END, AnyFact, Encoded, ExtremeFact, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import PURE, Unit
from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

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
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return _steps_text(fact, value, language)
    if isinstance(fact, ExtremeFact):
        return figure_text(Fraction(value, fact.denominator), fact.unit, language)
    if isinstance(fact, Fact):
        match fact.type:
            case "yes_no":
                return _YES_NO[value].in_(language)
            case "date":
                return _OPEN.in_(language) if value == OPEN_END else _day(value)
            case "industry_code":
                if codes is None:
                    raise LookupError(f"{fact.id} needs a code list")
                code = codes.codes[value]
                return f"{code.id} {code.name}"
            case "choice":
                pass
            case _:
                return figure_text(Fraction(value, fact.denominator), fact.unit, language)
    if fact.domain is None:
        raise LookupError(f"{fact.id} has no choices")
    return fact.domain.labels[value].in_(language)


def figure_text(value: int | Fraction, unit: Unit | None, language: Language = DEFAULT_LANGUAGE) -> str:
    """A figure in base units, shown in ``unit``: ``180,000.00 元``, ``800 万元``, ``6 个月``, ``2022 年``, ``2%``.

    Money in yuan has at least two decimals, all else as many as it needs. What no short decimal gives exactly is
    rounded half up to four and marked as *about* (约).
    """
    unit = unit or PURE
    number = Fraction(value) / unit.scale
    if unit.symbol == "年" and number.denominator == 1 and number.numerator in _CALENDAR_YEARS:
        return f"{number} 年" if language == "zh" else str(number)
    in_yuan = unit.scale == 1 and ("元", 1) in unit.dimensions
    digits, exact = _decimal(number, 2 if in_yuan else 0)
    if not exact:
        digits = f"{'约' if language == 'zh' else 'about'} {digits}"
    symbol = _symbol_zh(unit) if language == "zh" else _symbol_en(unit, one=number == 1)
    return digits + symbol


def _decimal(number: Fraction, least: int) -> tuple[str, bool]:
    """The digits with thousands separators and at least ``least`` decimals, and whether they are exact."""
    decimals = next((n for n in range(least, _MOST_DECIMALS + 1) if (10**n) % number.denominator == 0), None)
    places = _ABOUT_DECIMALS if decimals is None else decimals
    # Half up, away from zero: what a person with a calculator gets.
    whole, rest = divmod(math.floor(abs(number) * 10**places + Fraction(1, 2)), 10**places)
    sign = "-" if number < 0 and (whole or rest) else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else ""), decimals is not None


def _symbol_zh(unit: Unit) -> str:
    match unit.symbol:
        case "" | "1":
            return ""
        case "%":
            return "%"
        case "月":
            return " 个月"
        case symbol:
            return f" {symbol}"


def _symbol_en(unit: Unit, *, one: bool) -> str:
    if unit.symbol in ("", "1", "%"):
        return _symbol_zh(unit)
    above = True
    words = []
    for part in re.split(r"([/·()^])", unit.symbol):
        singular, plural = _UNITS.get(part, (part, part))
        above = above and part != "/"
        words.append(plural if above and not one else singular)
    return (" × " if unit.symbol.startswith(_MULTIPLES) else " ") + "".join(words)


def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _steps_text(fact: AnyFact, steps: Iterable[tuple[int, int]], language: Language) -> str:
    if not isinstance(fact, Fact):
        raise LookupError(f"{fact.id} has no steps")
    parts = []
    for day, amount in steps:
        figure = figure_text(Fraction(amount, fact.denominator), fact.unit, language)
        parts.append(f"{_day(day)} 起 {figure}" if language == "zh" else f"{figure} from {_day(day)}")
    return ("；" if language == "zh" else "; ").join(parts)


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
