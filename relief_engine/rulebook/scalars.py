"""Rulebook stage: single values of a file that Pydantic would read too freely, or reject in too many words.

Each function takes what YAML gave and returns the value, or raises an error that ``shaped`` turns into one finding.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from pydantic_core import PydanticCustomError

from relief_engine.text import Text

#: A name as expressions can write it.
NAME = re.compile(r"^[^\W\d]\w*$")
#: The same for JSON Schema, whose ``\\w`` knows no Chinese: no spaces, no ASCII marks but _, no digit first.
NAME_IN_SCHEMA = r"^[^\s0-9!-/:-@\[-^`{-~][^\s!-/:-@\[-^`{-~]*$"
#: The years in which the days of a rulebook lie; anything else is a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1900, 2100
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LIKE_DATE = re.compile(r"\d{4}([-/.]\d{1,2}[-/.]\d{1,2}|年.*)")
_LIKE_NUMBER = re.compile(r"[-+.]?\d[\d,._]*([eE][-+]?\d+)?\s*(%|[^\s\d,._]{0,3})")
_DATE = Text("应为日期（YYYY-MM-DD）", "expected a date (YYYY-MM-DD)")
_YEARS = Text("日期应在 1900 年至 2100 年之间", "the date must lie between 1900 and 2100")
_NO_DAY = Text("没有这一天，日期应写成 YYYY-MM-DD", "there is no such day; a date is written YYYY-MM-DD")
_PLAIN_NUMBER = Text(
    "数字应直接写，如 6 或 0.5，不加引号、逗号和单位；单位写在 unit 中，百分之五写 value: 5, unit: '%'",
    "write a number plainly, such as 6 or 0.5, without quotes, commas or unit; the unit goes to 'unit'",
)
_KINDS = Text(
    "应为数字、日期、选项名称、选项名称的列表，或者从选项到数字（或日期）的表",
    "expected a number, a date, a choice, a list of choices, or a table from choices to numbers or to dates",
)


def wrong(text: Text, *path: str | int) -> PydanticCustomError:
    """The error that carries a text in both languages, and the part of the value that it is about."""
    return PydanticCustomError("text", "{en}", {"en": text.en, "text": text, "path": path})


def day(value: object) -> dt.date:
    """A day, in quotes or not."""
    found = value if isinstance(value, dt.date) else _date_in(value) if isinstance(value, str) else None
    if found is not None:
        return _within_years(found)
    raise wrong(_NO_DAY if isinstance(value, str) and _LIKE_DATE.fullmatch(value) else _DATE)


def figure(value: object) -> Decimal:
    """A number as written."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    raise wrong(Text("应为数字", "expected a number"))


def parameter_value(value: object) -> Decimal | dt.date | str | list[str] | dict[str, Decimal | dt.date]:
    """The value of a parameter: a number, a date, a name, a list of names, or a table from names."""
    if isinstance(value, list):
        return _names(value)
    if isinstance(value, dict):
        return _table(value)
    single = _single(value)
    if isinstance(single, Text):
        raise wrong(single)
    return single


def _single(value: object) -> Decimal | dt.date | str | Text:
    """A number, date or name, or what is wrong with it."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    found = value if isinstance(value, dt.date) else _date_in(value) if isinstance(value, str) else None
    if found is not None:
        return found if FIRST_YEAR <= found.year <= LAST_YEAR else _YEARS
    if not isinstance(value, str):
        return _KINDS
    if NAME.fullmatch(value):
        return value
    return _NO_DAY if _LIKE_DATE.fullmatch(value) else _PLAIN_NUMBER if _LIKE_NUMBER.fullmatch(value) else _KINDS


def _names(values: list[object]) -> list[str]:
    names: dict[str, None] = {}
    for index, value in enumerate(values):
        if not isinstance(value, str) or not NAME.fullmatch(value):
            raise wrong(Text("列表中应为选项名称", "a list holds names of choices"), index)
        if value in names:
            raise wrong(Text(f"“{value}”重复", f"{value!r} is listed twice"), index)
        names[value] = None
    return list(names)


def _table(values: dict[str, object]) -> dict[str, Decimal | dt.date]:
    if not values:
        raise wrong(Text("表中至少要有一项", "a table needs at least one entry"))
    table: dict[str, Decimal | dt.date] = {}
    first: type[Decimal] | type[dt.date] | None = None
    for name, value in values.items():
        single = _single(value)
        if isinstance(single, Text | str):
            raise wrong(
                single if isinstance(single, Text) else Text("表中应为数字或日期", "a table holds numbers or dates"),
                name,
            )
        kind = dt.date if isinstance(single, dt.date) else Decimal
        first = first or kind
        if kind is not first:
            raise wrong(Text("一个表中不能既有数字又有日期", "a table holds numbers or dates, not both"), name)
        table[name] = single
    return table


def _date_in(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _within_years(found: dt.date) -> dt.date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise wrong(_YEARS)
    return found
