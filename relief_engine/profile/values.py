"""Profile stage: one value as a person wrote it becomes what the engine reads, or a message that says what is expected.

The same readers serve YAML, plain mappings and spreadsheets. Binary floats are read at 15 significant digits.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, final

from relief_engine.errors import did_you_mean
from relief_engine.rulebook.facts import OPEN_END, Encoded, Fact
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.units import Unit, UnitError, parse_unit
from relief_engine.text import Text


@final
class NotAvailable:
    """The mark of a figure that is known not to exist."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NOT_AVAILABLE"


NOT_AVAILABLE: Final = NotAvailable()

#: An encoded value, the mark of a figure that does not exist, a text, or None for unknown.
Read = Encoded | NotAvailable | str | None


class BadValue(ValueError):
    """A value that can't be used for a fact."""

    def __init__(self, code: str, message: Text) -> None:
        self.code = code
        self.message = message
        super().__init__(message.en)


_YES = frozenset({"是", "yes", "true", "y", "对"})
_NO = frozenset({"否", "no", "false", "n", "不是"})
_NONE = frozenset({"无", "not_available"})
_OPEN = frozenset({"open", "长期", "无固定期限"})
_AMOUNT = re.compile(r"(?P<number>[-+]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(?P<unit>.*)")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LONGEST = 200


def reader(fact: Fact, codes: CodeList | None) -> Callable[[object], Read]:
    """The function that reads values of a fact. ``codes`` is the list that code facts are looked up in."""
    match fact.type:
        case "yes_no":
            return lambda value: _read(fact, value, _yes_no)
        case "choice":
            return lambda value: _read(fact, value, _choice)
        case "count" | "number" | "amount":
            return lambda value: _read(fact, value, _figure)
        case "date":
            return lambda value: _read(fact, value, _date)
        case "steps":
            return lambda value: _read(fact, value, _steps)
        case "industry_code":
            if codes is None:
                raise LookupError(f"{fact.id} needs a code list")
            listed = codes
            return lambda value: _read(fact, value, lambda f, v: _code(f, v, listed))
        case "credit_code":
            return lambda value: _read(fact, value, _credit_code)
        case _:
            return lambda value: _read(fact, value, _text)


def _read(fact: Fact, value: object, read: Callable[[Fact, object], Read]) -> Read:
    if value is None:
        return None
    if isinstance(value, str):
        # Names keep their full-width marks; in everything else full-width digits and letters mean the plain ones.
        value = value.strip() if fact.type == "text" else unicodedata.normalize("NFKC", value).strip()
        if not value:
            return None
        if value in _NONE and fact.type not in ("text", "choice", "yes_no"):
            if fact.not_available:
                return NOT_AVAILABLE
            raise BadValue(
                "not-available", Text(f"“{fact.label.zh}”不能填“无”", f"{fact.name} can't be 'not available'")
            )
        if len(value) > _LONGEST:
            raise BadValue("too-long", Text(f"文字超过 {_LONGEST} 字", f"longer than {_LONGEST} characters"))
    return read(fact, value)


def shown(value: object) -> str:
    """A value in a message, cut to a readable length."""
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _yes_no(fact: Fact, value: object) -> int:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.lower() in _YES:
        return 1
    if isinstance(value, str) and value.lower() in _NO:
        return 0
    raise BadValue("yes-no", Text(f"应为 是 或 否，实为“{shown(value)}”", f"expected yes or no, got {shown(value)!r}"))


def _choice(fact: Fact, value: object) -> int:
    found = fact.names.get(value) if isinstance(value, str) else None
    if found is None:
        domain = fact.domain
        options = [] if domain is None else [label.zh for label in domain.labels]
        hint = did_you_mean(str(value), fact.names)
        listed = "、".join(options[:20])
        ids = ", ".join((domain.ids if domain else ())[:20])
        raise BadValue(
            "choice",
            Text(
                f"没有选项“{shown(value)}”{hint.zh or f'，应为 {listed} 之一'}",
                f"no such choice {shown(value)!r}{hint.en or f'; expected one of {ids}'}",
            ),
        )
    return found


def _number(value: object) -> Decimal | None:
    """A number as a decimal; binary floats at 15 significant digits, booleans and the rest are not numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        return number if number.is_finite() else None
    if isinstance(value, float):
        number = Decimal(format(value, ".15g")) if value == value and abs(value) != float("inf") else None
        return number
    return None


def _figure(fact: Fact, value: object) -> int:
    unit = fact.unit
    number = _number(value)
    stated: Unit | None = None
    if number is None and isinstance(value, str):
        match = _AMOUNT.fullmatch(value)
        if match is not None and ("," not in match["number"] or _GROUPED.fullmatch(match["number"])):
            number = Decimal(match["number"].replace(",", ""))
            stated = _stated_unit(match["unit"].strip(), fact)
    if number is None:
        wanted = {"count": Text("整数", "a whole number")}.get(fact.type, Text("数字", "a number"))
        raise BadValue(
            "number",
            Text(
                f"应为{wanted.zh}（{unit}），实为“{shown(value)}”",
                f"expected {wanted.en} ({unit}), got {shown(value)!r}",
            ),
        )
    if abs(number.adjusted()) > 40:
        raise BadValue("too-large", Text("数字过大或过小", "the number is too large or too small"))
    scale = (stated or unit).scale if (stated or unit) is not None else Fraction(1)  # type: ignore[union-attr]
    encoded = Fraction(number) * scale * fact.denominator
    if encoded < 0:
        raise BadValue("negative", Text(f"不能为负数：{shown(value)}", f"must not be negative: {shown(value)}"))
    if encoded.denominator != 1:
        finest = {
            "count": Text("须为整数", "must be a whole number"),
            "amount": Text("金额最多精确到分", "money is given to the cent"),
        }
        words = finest.get(fact.type, Text("最多两位小数", "at most two decimals"))
        raise BadValue("precision", Text(f"{words.zh}：{shown(value)}", f"{words.en}: {shown(value)}"))
    if encoded > fact.highest:
        raise BadValue("too-large", Text(f"数字过大：{shown(value)}", f"too large: {shown(value)}"))
    return int(encoded)


def _stated_unit(written: str, fact: Fact) -> Unit | None:
    """The unit written behind a figure. 元 alone is taken for money per month or year: the fact says per what."""
    if not written or fact.unit is None:
        return None
    try:
        unit = parse_unit(written)
    except UnitError:
        unit = None
    money_only = unit is not None and unit.dimensions == (("元", 1),) and ("元", 1) in fact.unit.dimensions
    if unit is None or not (unit.same_kind(fact.unit) or money_only):
        raise BadValue(
            "unit",
            Text(
                f"单位应为 {fact.unit}，实为“{shown(written)}”",
                f"expected the unit {fact.unit}, got {shown(written)!r}",
            ),
        )
    return unit


def _day(value: object) -> int:
    day: dt.date | None = None
    if isinstance(value, dt.datetime):
        if value.time() == dt.time() and value.tzinfo is None:
            day = value.date()
    elif isinstance(value, dt.date):
        day = value
    elif isinstance(value, str) and (match := _DATE.fullmatch(value)):
        try:
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            raise BadValue("date", Text(f"没有这一天：{value}", f"there is no such day: {value}")) from None
    if day is None:
        raise BadValue(
            "date",
            Text(
                f"应为日期（如 2022-06-01），实为“{shown(value)}”",
                f"expected a date such as 2022-06-01, got {shown(value)!r}",
            ),
        )
    return day.toordinal()


def _date(fact: Fact, value: object) -> int:
    if fact.open_ended and value in _OPEN:
        return OPEN_END
    ordinal = _day(value)
    if not fact.lowest <= ordinal <= fact.highest:
        raise BadValue("date-range", Text("日期应在 1900 年至 2100 年之间", "the date must lie between 1900 and 2100"))
    return ordinal


def _steps(fact: Fact, value: object) -> tuple[tuple[int, int], ...]:
    amount_key = STEP_AMOUNT
    if not isinstance(value, list) or not value:
        raise BadValue(
            "steps", Text(f"应为列表，每项写 from 和 {amount_key}", f"expected a list of {{from, {amount_key}}}")
        )
    steps: dict[int, int] = {}
    for item in value:
        if not isinstance(item, Mapping) or set(item) != {STEP_DAY, amount_key}:
            raise BadValue(
                "steps", Text(f"每项应写 from 和 {amount_key}", f"each item needs exactly from and {amount_key}")
            )
        if item[STEP_DAY] is None or item[amount_key] is None:
            raise BadValue("steps", Text("每项的日期和租金都要写", "each step needs its day and its rent"))
        day = _day(item[STEP_DAY])
        if day in steps:
            raise BadValue("steps", Text("同一天写了两次", "two steps begin on one day"))
        steps[day] = _figure(fact, item[amount_key])
    return tuple(sorted(steps.items()))


#: The keys of one rent step in a profile (contract, design section 4).
STEP_DAY, STEP_AMOUNT = "from", "monthly_rent"


def _code(fact: Fact, value: object, codes: CodeList) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value.upper() if isinstance(value, str) else str(value)
    position = codes.positions.get(text) if not isinstance(value, bool) else None
    if position is None:
        named = [code.id for code in codes.codes if code.name == text]
        if named:
            hint = Text(f"，“{text}”的代码是 {'、'.join(named)}", f"; the code of {text} is {', '.join(named)}")
        else:
            # A code that starts like a known one: name the finest known beginning, which is what a slip leaves intact.
            start = next((text[:n] for n in range(len(text) - 1, 0, -1) if text[:n] in codes.positions), None)
            hint = Text("", "")
            if start is not None and start.isdigit():
                name = codes.codes[codes.positions[start]].name
                hint = Text(f"，最接近的是 {start} {name}", f"; the nearest is {start} {name}")
        raise BadValue(
            "industry-code",
            Text(
                f"{codes.title.zh}中没有代码“{shown(value)}”{hint.zh}",
                f"{codes.title.en} has no code {shown(value)!r}{hint.en}",
            ),
        )
    return position


def _text(fact: Fact, value: object) -> str:
    if isinstance(value, str | int | Decimal | dt.date) and not isinstance(value, bool):
        return str(value)
    raise BadValue("text", Text(f"应为文字，实为“{shown(value)}”", f"expected text, got {shown(value)!r}"))


def _credit_code(fact: Fact, value: object) -> str:
    # Imported here: most profiles of a roster have no code, and the command line must start fast.
    from stdnum.cn import uscc

    text = _text(fact, value).upper()
    if not uscc.is_valid(text):
        raise BadValue(
            "credit-code",
            Text(
                f"统一社会信用代码“{shown(value)}”不正确（应为18位，末位是校验码）",
                f"{shown(value)!r} is not a valid unified credit code (18 characters, the last one checks the rest)",
            ),
        )
    return str(uscc.compact(text))
