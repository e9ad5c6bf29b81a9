"""Roster stage: the units that headers, and lines above them, state; and what looks like one that can't be read."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import combinations

from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.units import Unit, UnitError, parse_unit

#: Marks that stand around the parts of a header and say nothing.
MARKS = "*★☆●:;、,.·-"
#: Units as people write them beside those that rulebooks know, in normal form.
_UNITS = (
    (re.compile(r"人民币|rmb(?=.)"), ""),
    (re.compile(r"10,000(yuan|cny|rmb)"), "万元"),
    (re.compile(r"(?<![0-9,])1,?000(yuan|cny|rmb)"), "千元"),
    (re.compile(r"yuan|cny|rmb"), "元"),
    (re.compile(r"([万千亿])(?!元)"), r"\1元"),
    (re.compile(r"平米|平方(?!米)|sqm|squaremet(re|er)s?"), "㎡"),
    (re.compile(r"people|persons?"), "人"),
    (re.compile(r"months?"), "月"),
    (re.compile(r"days?"), "天"),
    (re.compile(r"years?"), "年"),
    (re.compile(r"per"), "/"),
)
#: The money of others, and what else says that a text is about money.
_FOREIGN = re.compile(r"((?<![0-9])日|[美欧港澳台韩加])元|美金|英镑|港币|外币|usd|eur|hkd|jpy|gbp|[$€£]")
_MULTIPLE = re.compile(
    r"[0-9一二三四五六七八九十百千万亿][十千]?万元|[0-9一二三四五六七八九十百万亿]千元|[十百千万]亿元|[十百]元"
)
_MONEY = re.compile(r"(?<!单)元|^[万千亿]|[万千亿]$")
#: No unit that stands behind a name without a mark is longer.
_LONGEST = 12
#: A note of more characters states no unit, whatever is in it.
_LONGEST_UNIT = 100
#: Longer parts of a line above a table are no unit, but say something of sums: 年租金10万元以上.
_SHORT = 5
_PARTS = re.compile(r"[():;、。|]|(?<![0-9]),|单位|units?|以|计")
_YUAN = ("元", 1)


def unit_of(note: str) -> Unit | None:
    """The unit that a note in normal form states, as in 单位：万元, 千元 or 元/㎡·天; None if it is no unit."""
    return _unit_of(note) if len(note) <= _LONGEST_UNIT else None


@lru_cache(maxsize=4096)
def _unit_of(note: str) -> Unit | None:
    """The same of a short note. A table has the same words in many cells, and most of their ends are no unit."""
    text = note.removeprefix("单位").strip(MARKS)
    for written, unit in _UNITS:
        text = written.sub(unit, text)
    # What people write without brackets can only mean that both stand below the line.
    below = re.fullmatch(r"([^/()]+)/([^/()·*]+)[·*]([^/()·*]+)", text)
    for way in (text, f"{below[1]}/({below[2]}·{below[3]})" if below else text):
        try:
            return parse_unit(way) if way and way != "1" else None
        except UnitError:
            continue
    return None


def fits(fact: Fact, unit: Unit) -> bool:
    """Whether figures of a fact may stand in a unit. 元 alone will do for money per month: the fact says per what."""
    if fact.unit is None:
        return False
    only_money = unit.dimensions == (_YUAN,) and _YUAN in fact.unit.dimensions
    return unit.same_kind(fact.unit) or only_money


def contradict(units: Iterable[Unit]) -> bool:
    """Whether units stated side by side give a bare number different values: 元 and 元/月 do not, 元 and 万元 do."""
    return any(
        one.scale != other.scale or not (one.same_kind(other) or _one_is_plain(one, other))
        for one, other in combinations(units, 2)
    )


def _one_is_plain(one: Unit, other: Unit) -> bool:
    return all(_YUAN in unit.dimensions for unit in (one, other)) and (_YUAN,) in (one.dimensions, other.dimensions)


def tails(text: str, names: Container[str] | None = None) -> Iterator[tuple[str, str]]:
    """Ways to part a text, in normal form, into a name and a unit behind it without a mark; the longest unit first.

    With ``names``, only those are names.
    """
    for start in range(max(1, len(text) - _LONGEST), len(text)):
        if (names is None or text[:start] in names) and unit_of(text[start:]) is not None:
            yield text[:start], text[start:]


def speaks_of_money(text: str) -> bool:
    """Whether a text in normal form holds what may be a unit of money, ours or another."""
    return bool(_FOREIGN.search(text) or _MONEY.search(text))


def foreign(text: str) -> bool:
    """Whether a text in normal form names other money than ours, or a multiple of it that is not known (十万元)."""
    return bool(_FOREIGN.search(text) or _MULTIPLE.search(text))


def money_above(text: str) -> list[tuple[str, Unit | None]]:
    """Units of money in a line above a table, in normal form, as written; None for one that can't be read."""
    found: list[tuple[str, Unit | None]] = []
    for part in _PARTS.split(text):
        unit = unit_of(part) if part else None
        if unit is not None and _YUAN in unit.dimensions:
            found.append((part, unit))
        elif unit is None and len(part) <= _SHORT and foreign(part):
            found.append((part, None))
    return found


def misread_by(fact: Fact, unit: Unit | None) -> bool:
    """Whether bare figures of money, read in the fact's own unit, are not what a unit stated above the table makes."""
    own = fact.unit
    if own is None or _YUAN not in own.dimensions:
        return False
    return unit is None or not fits(fact, unit) or unit.scale != own.scale
