"""Profile stage: encoded values as people and other systems write them, so that they outlive the rulebook's order.

Inside, a choice is its position, which another edition of the rules may give to another choice. What is kept or
compared across rulebooks is written here: choices and codes by their ids, days as ISO text, figures with their unit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final

from relief_engine.rulebook.facts import OPEN_END, Encoded, ExtremeFact, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import PURE, Unit

#: The keys of one rent step in a profile (contract, design section 4).
STEP_DAY, STEP_AMOUNT = "from", "monthly_rent"
#: How a figure that is known not to exist is written.
ABSENT: Final = "not_available"

#: Facts that have figures; the second are derived.
Measured = Fact | ExtremeFact
#: Writes an encoded figure of a fact.
FigureWriter = Callable[[Measured, int], int | str]


def code_list(rulebook: Rulebook) -> CodeList | None:
    """The list that a rulebook's code facts are looked up in; None if it has none."""
    return next(iter(rulebook.standards.code_lists.values()), None)


def natural(
    values: Mapping[str, Encoded | str], not_available: frozenset[str], rulebook: Rulebook, figure: FigureWriter
) -> dict[str, object]:
    """What is known about one subject, by the keys of a profile: text, numbers, booleans, lists and mappings only."""
    codes = code_list(rulebook)
    written: dict[str, object] = {}
    for identity in (*values, *sorted(not_available)):
        fact = rulebook.facts[identity]
        if isinstance(fact, Fact):
            value = values.get(identity)
            written[fact.name] = ABSENT if value is None else natural_value(fact, value, codes, figure)
    return written


def natural_value(fact: Fact, value: Encoded | str, codes: CodeList | None, figure: FigureWriter) -> object:
    """One known value of a fact, as a profile holds it."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [{STEP_DAY: _day(day), STEP_AMOUNT: figure(fact, amount)} for day, amount in value]
    match fact.type:
        case "yes_no":
            return bool(value)
        case "date":
            return "open" if value == OPEN_END else _day(value)
        case "industry_code":
            return None if codes is None else codes.codes[value].id
        case "choice":
            return None if fact.domain is None else fact.domain.ids[value]
        case _:
            return figure(fact, value)


def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def with_unit(fact: Measured, value: int) -> int | str:
    """A figure in the fact's unit, which is written with it: ``800 万元``, ``30000.5 元/月``, ``2 %``.

    It reads to the same figure under every rulebook that knows the fact, in whatever unit that asks for it.
    """
    return _stated(Fraction(value, fact.denominator), fact.unit or PURE)


def in_base_units(fact: Measured, value: int) -> int | str:
    """A figure in base units, the same whatever unit a rulebook asks for it in: 800 万元 is ``8000000 元``."""
    unit = fact.unit or PURE
    return _stated(Fraction(value, fact.denominator), unit * PURE)


def _stated(exact: Fraction, unit: Unit) -> int | str:
    """A number with its unit; without one a whole number stays a number."""
    shown = exact / unit.scale
    digits = _decimal(shown)
    if unit.symbol in ("", "1"):
        return shown.numerator if shown.denominator == 1 else digits
    return f"{digits} {unit.symbol}"


def _decimal(number: Fraction) -> str:
    """A number that is not negative in as few digits as give it exactly.

    Units differ by powers of ten and the smallest parts are hundredths, so there is such a decimal.
    """
    places = 0
    while (10**places) % number.denominator:
        places += 1
    whole, rest = divmod(number.numerator * 10**places // number.denominator, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)
