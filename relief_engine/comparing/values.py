"""Comparing stage: what parameters and periods say, in words as a person would write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from relief_engine.explanation import say
from relief_engine.rulebook.periods import FIRST, LAST, Period
from relief_engine.rulebook.programme import ParameterValue
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text, joined

NOTHING = Text("（没有）", "(none)")


def cited(citations: Iterable[Citation]) -> tuple[str, ...]:
    """Clauses as they are printed, each once, in one order however they were listed."""
    return tuple(sorted(set(say.cited(citations))))


def days(period: Period) -> Text:
    """A stretch of days in words."""
    first, last = period.first.isoformat(), period.last.isoformat()
    if period.first == FIRST:
        return Text("不限日期", "on any day") if period.last == LAST else Text(f"至 {last}", f"until {last}")
    if period.last == LAST:
        return Text(f"自 {first} 起", f"from {first}")
    if first == last:
        return Text(f"{first} 当日", f"on {first}")
    return Text(f"自 {first} 至 {last}", f"from {first} to {last}")


def same_value(old: ParameterValue, new: ParameterValue) -> bool:
    """Whether two versions of a parameter say the same: 5 万元 and 50000 元 do, and lists in any order."""
    if isinstance(old.value, Decimal) and isinstance(new.value, Decimal):
        return old.in_base_units == new.in_base_units and _dimensions(old) == _dimensions(new)
    if isinstance(old.value, tuple) and isinstance(new.value, tuple):
        return set(old.value) == set(new.value)
    if isinstance(old.value, Mapping) and isinstance(new.value, Mapping):
        return _entries(old) == _entries(new) and _dimensions(old) == _dimensions(new)
    return type(old.value) is type(new.value) and old.value == new.value


def value_words(version: ParameterValue, other: ParameterValue | None = None) -> Text:
    """The value of a parameter; of a list or table only what differs from the ``other`` version, where there is one."""
    value = version.value
    if isinstance(value, tuple):
        theirs = other.value if other is not None and isinstance(other.value, tuple) else ()
        own = [name for name in value if name not in theirs]
        lacking = [name for name in theirs if name not in value]
        without = Text(f"不含{'、'.join(lacking)}", f"without {', '.join(lacking)}")
        listed = Text("、".join(own), ", ".join(own))
        return joined([*([listed] if own else []), *([without] if lacking else [])], zh="，")
    if isinstance(value, Mapping):
        mine, theirs_ = _entries(version), {} if other is None else _entries(other)
        names = [name for name in dict.fromkeys((*value, *theirs_)) if mine.get(name) != theirs_.get(name)]
        entries = [say.titled(say.both(name), _entry(value.get(name), version)) for name in names]
        return joined(entries)
    if isinstance(value, dt.date):
        return say.day(value)
    return say.figure(version.in_base_units or Fraction(0), version.unit)


def _dimensions(version: ParameterValue) -> object:
    return None if version.unit is None else version.unit.dimensions


def _entries(version: ParameterValue) -> dict[str, object]:
    """The entries of a table, figures in base units."""
    scale = 1 if version.unit is None else version.unit.scale
    value = version.value if isinstance(version.value, Mapping) else {}
    return {name: Fraction(entry) * scale if isinstance(entry, Decimal) else entry for name, entry in value.items()}


def _entry(entry: Decimal | dt.date | None, version: ParameterValue) -> Text:
    """One entry of a table in words."""
    if entry is None:
        return NOTHING
    if isinstance(entry, dt.date):
        return say.day(entry)
    return say.figure(Fraction(entry) * (1 if version.unit is None else version.unit.scale), version.unit)
