"""Comparing stage: what parameters and periods say, in words as a person would write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from relief_engine.explanation import say
from relief_engine.rulebook.programme import FIRST, LAST, ParameterValue, Period
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text

NOTHING = Text("（没有）", "(none)")


def cited(citations: Iterable[Citation]) -> tuple[str, ...]:
    """Clauses as they are printed, in one order however they were listed."""
    return tuple(sorted(say.cited(citations)))


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
    """The value of a parameter; of a list or table only what the ``other`` version has not, where there is one."""
    value = version.value
    if isinstance(value, tuple):
        known = set(other.value) if other is not None and isinstance(other.value, tuple) else set()
        return _listed([name for name in value if name not in known])
    if isinstance(value, Mapping):
        entries = _entries(version)
        known_entries = _entries(other) if other is not None and isinstance(other.value, Mapping) else {}
        return _listed(
            [f"{name}：{_entry(value[name], version)}" for name in value if known_entries.get(name) != entries[name]],
            [
                f"{name}: {_entry(value[name], version, 1)}"
                for name in value
                if known_entries.get(name) != entries[name]
            ],
        )
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


def _entry(entry: Decimal | dt.date, version: ParameterValue, language: int = 0) -> str:
    if isinstance(entry, dt.date):
        return entry.isoformat()
    words = say.figure(Fraction(entry) * (1 if version.unit is None else version.unit.scale), version.unit)
    return words.en if language else words.zh


def _listed(zh: list[str], en: list[str] | None = None) -> Text:
    return Text("、".join(zh), ", ".join(zh if en is None else en)) if zh else NOTHING
