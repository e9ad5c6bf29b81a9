"""Profile stage: a rent in steps, as a list of days and amounts or as one text, becomes sorted pairs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import partial

from relief_engine.errors import did_you_mean
from relief_engine.profile.days import day
from relief_engine.profile.figures import figure
from relief_engine.profile.natural import STEP_AMOUNT, STEP_DAY
from relief_engine.profile.written import NO_HINT, BadValue, Read, Reader, bad, careful, name_of, raise_all, shown
from relief_engine.rulebook.facts import Fact
from relief_engine.text import Text

_WRITTEN = re.compile(r"(\S+?)\s*起\s*(.*)")
#: The longest text that holds steps, in characters.
_LONGEST = 2000


def steps(fact: Fact) -> Reader:
    """Reads steps in any order; every mistake in them is reported, each with its place in the list."""
    name = name_of(fact)
    begins = careful(fact, partial(day, Text(f"{name.zh}的 {STEP_DAY} ", f"{name.en}: {STEP_DAY}")))
    parts = {STEP_DAY: begins, STEP_AMOUNT: figure(fact)}

    def parse(value: object) -> Read:
        items = _from_text(value) if isinstance(value, str) else value
        if not isinstance(items, list | tuple) or not items:
            got = shown(items) if items or not isinstance(items, list) else Text("一个空列表", "an empty list")
            raise bad(
                name,
                "steps",
                f"应为列表，每项写 {STEP_DAY} 和 {STEP_AMOUNT}，实为{got.zh}",
                f"expected a list of items with {STEP_DAY} and {STEP_AMOUNT}, got {got.en}",
            )
        found: dict[int, int] = {}
        mistakes: list[BadValue] = []
        for index, item in enumerate(items):
            try:
                first, amount = _step(name, parts, item)
                if first in found:
                    since = dt.date.fromordinal(first)
                    raise bad(name, "steps", f"中 {since} 写了两次", f"two items begin on {since}", at=(STEP_DAY,))
                found[first] = amount
            except BadValue as mistake:
                mistakes += (BadValue(m.code, m.message, at=(index, *m.at)) for m in (mistake, *mistake.also))
        raise_all(mistakes)
        return tuple(sorted(found.items()))

    return careful(fact, parse, _LONGEST)


def _step(name: Text, parts: Mapping[str, Reader], item: object) -> tuple[int, int]:
    """One step as its first day and its amount."""
    if not isinstance(item, Mapping):
        got = shown(item)
        raise bad(
            name,
            "steps",
            f"的每项应写 {STEP_DAY} 和 {STEP_AMOUNT}，实为{got.zh}",
            f"each item needs {STEP_DAY} and {STEP_AMOUNT}, got {got.en}",
        )
    mistakes = [_unknown_key(name, key, parts) for key in item if key not in parts]
    found: list[int] = []
    for key, read in parts.items():
        at = (key,) if key in item else ()
        try:
            part = read(item.get(key))
        except BadValue as mistake:
            mistakes.append(BadValue(mistake.code, mistake.message, at=at))
            continue
        if isinstance(part, int):
            found.append(part)
        else:
            mistakes.append(bad(name, "steps", f"的每项都要写 {key}", f"each item needs {key}", at=at))
    raise_all(mistakes)
    first, amount = found
    return first, amount


def _unknown_key(name: Text, key: object, parts: Mapping[str, Reader]) -> BadValue:
    got = shown(key)
    hint = did_you_mean(key, parts) if isinstance(key, str) else NO_HINT
    at = (key,) if isinstance(key, str) else ()
    return bad(name, "unknown-key", f"没有{got.zh}这一项{hint.zh}", f"unknown key {got.en}{hint.en}", at=at)


def _from_text(text: str) -> object:
    """Steps in one text, as a cell holds them: ``2021-01-01 起 30000 元/月；2022-07-01 起 36000 元/月``."""
    written = [part for part in re.split(r"[;\n]", text) if part.strip()]
    matches = [_WRITTEN.fullmatch(part.strip()) for part in written]
    found = [{STEP_DAY: match[1], STEP_AMOUNT: match[2]} for match in matches if match]
    return found if len(found) == len(written) else text
