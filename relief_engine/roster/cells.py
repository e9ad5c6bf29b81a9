"""Roster stage: what stands in a cell becomes what the readers of facts read.

Spreadsheets and the people who fill them write some things otherwise than profiles do: days as 2022/1/1 or as a serial
number, yes and no as ticks, nothing as a dash. Here these are taken for what they are, and only where they can mean
one thing; everything else goes to the reader of the fact (``profile.values``) as it is.
"""

from __future__ import annotations

import datetime as dt
import math
import re

from relief_engine.profile.values import BadValue, Read, Reader, reader
from relief_engine.profile.written import PLAIN, bad, name_of, shown
from relief_engine.roster.headers import Column
from relief_engine.roster.table import COVERED, NOT_CALCULATED, CellError
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import PURE, Unit

#: What is put into a cell that has nothing to say.
NOTHING = frozenset({"-", "--", "---", "—", "——", "－", "/", "\\", "／"})
#: What was put into a text file so that a spreadsheet takes it for text.
_MARKED = re.compile(r"'[0-9A-Za-z]+")
_TICKS = {"√": 1, "✓": 1, "✔": 1, "☑": 1, "×": 0, "✗": 0, "✘": 0, "✕": 0, "╳": 0}
#: Where the column asks whether there is something, people answer that there is, or is not.
_THERE_IS = {"有": 1, "无": 0, "没有": 0}
_ASKS_FOR_THERE_BEING = re.compile("[有含]")
_DAY = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?|([0-9]{2})([0-9]{2}))"
    r"(?:[T ]0?0:00(?::00(?:\.0+)?)?)?"
)
#: Blanks between the parts of a day.
_AROUND = re.compile(r"\s*([年月])\s*|\s+(?=[日号])")
#: Days inside a longer text, such as steps of a rent.
_DAYS_WITHIN = re.compile(
    r"(?<![0-9])([0-9]{4})(?:[/.]([0-9]{1,2})[/.]([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?)(?![0-9])"
)
#: The serial numbers of the days from 1900 to 2100, and eight digits that are a day.
_SERIALS = range(1, 73_416)
_DIGITS = range(1900_00_00, 2101_00_00)
#: The most different texts and days of one column whose reading is kept.
_MOST_KEPT = 4096


class CellReader:
    """Reads the cells of one column; it raises ``BadValue`` and nothing else.

    ``kept`` holds what texts and days were read as: look there first, and only for those, since 1 and True are equal.
    ``plain`` reads a ``float``: of most columns without a look at what else might stand in a cell.
    """

    __slots__ = ("_fact", "_read", "kept", "plain")

    def __init__(self, fact: Fact, read: Reader, plain: Reader | None = None) -> None:
        self._fact = fact
        self._read = read
        self.kept: dict[object, Read] = {} if fact.type == "text" else dict.fromkeys(NOTHING)
        self.plain = plain or read

    def __call__(self, value: object) -> Read:
        """What stands in a cell. A dash is nothing, but for texts."""
        kind = type(value)
        if kind is CellError:
            raise not_a_value(self._fact, value)  # type: ignore[arg-type]  # it is one
        if kind is not str or self._fact.type == "text":
            found = self._read(value)
            if kind is not dt.date:
                return found
        elif value in self.kept:
            return self.kept[value]
        else:
            text = str(value)
            found = None if text.strip() in NOTHING else self._read(text[1:] if _MARKED.fullmatch(text) else text)
        if len(self.kept) < _MOST_KEPT:
            self.kept[value] = found
        return found


def cell_reader(column: Column, codes: CodeList | None, day_zero: dt.date | None) -> CellReader:
    """What reads the cells of a column that gives a fact.

    Args:
        column: the column; its fact is not None.
        codes: the list that industry codes are looked up in.
        day_zero: the day that the number 0 stands for, in a spreadsheet; None where numbers are no days.
    """
    fact = column.fact
    if fact is None:
        raise LookupError(f"{column.header} gives no fact")
    given = read = reader(_in_unit(fact, column.unit), codes)
    match fact.type:
        case "date":
            read = _days(fact, read, day_zero)
        case "yes_no":
            read = _ticks(fact, column.header, read)
        case "count" | "number" | "amount":
            read = _figures(fact, column, read, in_spreadsheet=day_zero is not None)
            if (column.unit or fact.unit or PURE).symbol != "%":
                return CellReader(fact, read, given)
        case "steps":
            read = _steps(read)
        case "credit_code":
            read = _codes(read, in_spreadsheet=day_zero is not None)
    return CellReader(fact, read)


def not_a_value(fact: Fact, value: CellError) -> BadValue:
    """The mistake in a cell that should hold a value and holds an error."""
    if value is COVERED:
        zh, en = (
            "与左边的单元格合并了，分不清填的是不是这一项",
            "merged with a cell to its left, which may mean another column",
        )
    elif value is NOT_CALCULATED:
        zh, en = (
            "是没有计算结果的公式，请用 Excel 或 WPS 打开并保存一次",
            "a formula without its result; open and save the file",
        )
    else:
        zh, en = (
            f"的单元格是 {value}，请改正；不知道就清空",
            f"the cell says {value}; correct it, or empty it if unknown",
        )
    return bad(name_of(fact), "cell-error", zh, en)


def _in_unit(fact: Fact, unit: Unit | None) -> Fact:
    """The fact as if it were declared in another unit. What is read is encoded in base units all the same."""
    own = fact.unit
    if unit is None or own is None or (unit.scale == own.scale and unit.same_kind(own)):
        return fact
    if not unit.same_kind(own):
        # 元 for a monthly rent: so many yuan, or ten thousands of them, per what the fact says.
        unit = Unit(own.dimensions, unit.scale, f"{unit.symbol}/{own.symbol.partition('/')[2]}")
    return changed(fact, unit=unit)


def _days(fact: Fact, read: Reader, day_zero: dt.date | None) -> Reader:
    lowest, highest = fact.lowest, fact.highest

    def read_day(value: object) -> Read:
        if type(value) is dt.date:
            ordinal = value.toordinal()
            return ordinal if lowest <= ordinal <= highest else read(value)
        if type(value) is str:
            return read(plain_day(value))
        if type(value) is float or type(value) is int:
            return read(_day_of_number(value, day_zero))
        return read(value)

    return read_day


def plain_day(text: str) -> str:
    """A day as 2022-01-01, if the text is one written in a way that means one day only; else the text."""
    plain = _AROUND.sub(lambda part: part[1] or "", text.translate(PLAIN).strip())
    found = _DAY.fullmatch(plain)
    if found is None:
        return text
    year, _, *others = found.groups()
    month, day = (part for part in others if part is not None)
    return f"{year}-{month:0>2}-{day:0>2}"


def _day_of_number(value: float, day_zero: dt.date | None) -> object:
    """A number that stands for a day: eight digits as people write them, or a spreadsheet's serial number."""
    if not math.isfinite(value) or value != int(value):
        return value
    whole = int(value)
    if whole in _DIGITS:
        return plain_day(str(whole))
    # Spreadsheets count a 29th of February 1900 that never was: their days before it are one off.
    if day_zero is not None and whole in _SERIALS and whole > (60 if day_zero.year < 1900 else 0):
        return day_zero + dt.timedelta(days=whole)
    return value


def _ticks(fact: Fact, header: str, read: Reader) -> Reader:
    words = dict(_TICKS)
    if _ASKS_FOR_THERE_BEING.search(header) or _ASKS_FOR_THERE_BEING.search(fact.label.zh):
        words |= _THERE_IS

    def read_tick(value: object) -> Read:
        if type(value) is str and (found := words.get(value.strip())) is not None:
            return found
        return read(value)

    return read_tick


def _figures(fact: Fact, column: Column, read: Reader, *, in_spreadsheet: bool) -> Reader:
    unit = column.unit or fact.unit or PURE
    if unit.symbol == "%" and in_spreadsheet:
        return _shares(fact, read)

    def read_figure(value: object) -> Read:
        if type(value) is str and value.lstrip()[:1] in ("¥", "￥"):
            value = value.lstrip()[1:]
        return read(value)

    return read_figure


def _shares(fact: Fact, read: Reader) -> Reader:
    """A cell that shows 2% holds 0.02, and one that shows 2 may mean 2%: a number alone can't be told."""

    def read_share(value: object) -> Read:
        if isinstance(value, int | float) and value:
            got = shown(value)
            raise bad(
                name_of(fact),
                "percent",
                f"按文本填写并带上百分号（如 2%），数字{got.zh}分不清是否已经是百分数",
                f"write it as text with its sign, such as 2%; the number {got.en} may or may not be per cent already",
            )
        return read(value)

    return read_share


def _steps(read: Reader) -> Reader:
    def read_steps(value: object) -> Read:
        return read(_DAYS_WITHIN.sub(_iso, value.translate(PLAIN)) if type(value) is str else value)

    return read_steps


def _iso(found: re.Match[str]) -> str:
    year, *others = found.groups()
    month, day = (part for part in others if part is not None)
    return f"{year}-{month:0>2}-{day:0>2}"


def _codes(read: Reader, *, in_spreadsheet: bool) -> Reader:
    """A spreadsheet keeps 15 digits of a number: of a code of 18 the last are lost, even where it looks whole."""

    def read_code(value: object) -> Read:
        return read(float(value) if in_spreadsheet and type(value) is int else value)

    return read_code
