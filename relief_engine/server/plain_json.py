"""Server stage: JSON as it comes in, read strictly and exactly, and as it goes out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.harmless import json_text
from relief_engine.profile.mistakes import spelled
from relief_engine.profile.written import shown
from relief_engine.rulebook.source import Path_, not_utf8
from relief_engine.text import Text

#: The most mistakes of form that are listed.
MAX_FINDINGS = 100
#: A whole number with more digits becomes a ``Decimal``, which is cheap to compare; no figure comes near it.
_MOST_DIGITS = 100
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONE = re.compile("[\ud800-\udfff]")


class _Twice(dict[str, Any]):
    """An object in which keys stand more than once."""

    twice: tuple[str, ...] = ()


class _NoNumber(ValueError):
    """``NaN``, ``Infinity``, or a number that nothing can hold."""


def read_json(data: bytes, *, nesting: int) -> Any:
    """The value of a JSON text; numbers are ``int`` or ``Decimal``, exactly as written.

    Refused are: no UTF-8, keys that stand twice, ``NaN`` and ``Infinity``, halves of surrogate pairs, and what is
    nested deeper than ``nesting``. Raises :class:`InputError` with the place of each mistake.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([not_utf8(data, error, "body")]) from error
    if not text.strip():
        raise _one("empty", Location("body"), "正文是空的，应为一个 JSON 对象", "the body is empty; expected an object")
    _check_depth(text, nesting)
    try:
        value = json.loads(
            text, parse_float=_decimal, parse_int=_whole, parse_constant=_no_constant, object_pairs_hook=_pairs
        )
    except json.JSONDecodeError as error:
        where = Location("body", error.lineno, error.colno)
        raise _one("json", where, f"不是有效的 JSON（{error.msg}）", f"not valid JSON: {error.msg}") from error
    except _NoNumber as error:
        zh, en = f"{error} 不是 JSON 的数", f"{error} is no number of JSON"
        raise _one("json-number", Location("body"), zh, en) from error
    found = list(_mistakes(value, text))
    if found:
        raise InputError(found[:MAX_FINDINGS])
    return value


def _one(code: str, where: Location, zh: str, en: str) -> InputError:
    return InputError([Finding(code, where, Text(zh, en))])


def _check_depth(text: str, most: int) -> None:
    """Refuse what is nested too deep before anything is built of it."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        mark = match[0]
        if mark in ("[", "{"):
            depth += 1
            if depth > most:
                before = text[: match.start()]
                where = Location("body", before.count("\n") + 1, match.start() - before.rfind("\n"))
                raise _one("nesting", where, f"嵌套超过 {most} 层", f"nested deeper than {most} levels")
        elif mark in ("]", "}"):
            depth -= 1


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _MOST_DIGITS else _decimal(text)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException as error:
        raise _NoNumber(str(shown(text))) from error


def _no_constant(text: str) -> None:
    raise _NoNumber(text)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    marked = _Twice(made)
    marked.twice = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return marked


def _mistakes(value: Any, text: str) -> Iterator[Finding]:
    """Keys that stand twice and halves of surrogate pairs, each with its path."""
    waiting: list[tuple[Path_, Any]] = [((), value)]
    halves = _SURROGATE.search(text) is not None
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, _Twice):
            for key in part.twice:
                message = Text("这个键出现了两次", "this key stands twice")
                yield Finding("duplicate-key", _place((*path, key)), message)
        if isinstance(part, dict):
            if halves:
                yield from (_half((*path, key)) for key in part if _LONE.search(key))
            waiting += [((*path, key), inner) for key, inner in part.items() if isinstance(inner, dict | list | str)]
        elif isinstance(part, list):
            waiting += [((*path, i), inner) for i, inner in enumerate(part) if isinstance(inner, dict | list | str)]
        elif halves and isinstance(part, str) and _LONE.search(part):
            yield _half(path)


def _half(path: Path_) -> Finding:
    message = Text("含有不成对的代理字符，不是文字", "holds half of a surrogate pair, which is no text")
    return Finding("surrogate", _place(path), message)


def _place(path: Path_) -> Location:
    return Location(f"body:{spelled(path)}" if path else "body")


# --- going out --------------------------------------------------------------------------------------------------------


def written(data: Any) -> bytes:
    """Data as JSON in UTF-8. Characters that would steer a terminal or a text stand as escapes."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return json_text(text).encode()
