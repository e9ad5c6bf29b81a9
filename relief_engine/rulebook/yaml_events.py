"""Rulebook stage, first step: the events of libyaml become values and, side by side with them, their places.

An own constructor on the parser's events: it never builds an object that the text names, needs no recursion, keeps the
text of every number, and sees each key twice if it is written twice.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from yaml.cyaml import CSafeLoader
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.yaml_slips import usual_slip
from relief_engine.text import Text

#: The deepest nesting that is read; real files nest less than ten deep.
MAX_DEPTH = 40
#: The most values that one file may hold.
MAX_VALUES = 200_000

_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "false": False}
_STARTS_NUMBER = frozenset("+-0123456789")
_NUMBER = re.compile(r"([-+]?(?:0|[1-9][0-9]{0,30}))(\.[0-9]{1,30})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: What libyaml says, for people who write rules. Anything else stays as libyaml words it.
_PROBLEMS: dict[str, str] = {
    "mapping values are not allowed in this context": "这里不能有“键: 值”，请检查缩进；值里有冒号加空格的要加引号",
    "did not find expected key": "这里应为键，请检查缩进、引号和逗号",
    "did not find expected '-' indicator": "这里应为以“-”开头的列表项，请检查缩进",
    "did not find expected ',' or ']'": "列表 [ ] 中缺少逗号或右括号",
    "did not find expected ',' or '}'": "键值对 { } 中缺少逗号或右括号",
    "did not find expected node content": "这里应为一个值",
    "could not find expected ':'": "键后面缺少英文冒号",
    "found unexpected end of stream": "文件到此结束，但引号还没有配对",
    "found unexpected document indicator": "引号没有配对",
    "found unknown escape character": "双引号中不认识的转义，反斜杠请改用单引号",
    "block sequence entries are not allowed in this context": "这里不能有列表项，请检查缩进",
    "block mapping entries are not allowed in this context": "这里不能有键值对，请检查缩进",
    "did not find expected alphabetic or numeric character": "& 和 * 开头的文字要加引号",
    "did not find expected <document start>": "文件开头或文档之后有多余的内容",
}


class Mark(Protocol):
    """A place in a text, all from 0: its line, its column and its index in characters."""

    line: int
    column: int
    index: int


class Parts:
    """The places of a collection's parts: by key (the key's mark and the value's place), or by index."""

    __slots__ = ("items", "keys", "start")

    def __init__(self, start: Mark | None, keys: dict[str, tuple[Mark | None, Place]] | None) -> None:
        self.start = start
        self.keys = keys
        self.items: list[Place] = []


#: Where a value stands: a scalar's event holds its marks.
Place = ScalarEvent | Parts


@dataclass(slots=True)
class Built:
    """The value of a text, its places and mistakes; ``complete`` unless one of them stopped the parser."""

    file: str
    value: Any = None
    root: Place | None = None
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True

    def report(self, code: str, mark: Mark | None, message: Text) -> None:
        """Add a finding at a mark."""
        place = Location(self.file) if mark is None else Location(self.file, mark.line + 1, mark.column + 1)
        self.findings.append(Finding(code, place, message))


def scalar(text: str) -> Any:
    """The value of an unquoted YAML scalar: null, true/false, a whole or decimal number, a date, else text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS_NUMBER:
        return text
    match = _NUMBER.fullmatch(text)
    if match is not None:
        return Decimal(text) if match[2] else int(text)
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return text
    return text


def build(text: str, file: str) -> Built:
    """The value of a YAML text, with the place of everything in it. Never raises."""
    built = Built(file)
    try:
        built.complete = _run(CSafeLoader(text).get_event, built)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        built.findings.append(_syntax_error(text, file, error.problem or "syntax error", mark))
        built.complete = False
    except ReaderError as error:
        _report_character(built, text, error.character, error.position)
    except UnicodeEncodeError as error:
        _report_character(built, text, ord(text[error.start]), len(text[: error.start].encode()))
    return built


def _syntax_error(text: str, file: str, problem: str, mark: Mark | None) -> Finding:
    """The finding for text that is no YAML: the usual slip behind it where there is one, else what libyaml says."""
    slip = usual_slip(text, mark.line if mark else 0)
    if slip is not None:
        return Finding("yaml-syntax", Location(file, slip[0] + 1, slip[1] + 1), slip[2])
    words = _PROBLEMS.get(problem, problem)
    if problem == "found character that cannot start any token" and mark is not None:
        words = f"不能以“{text[mark.index : mark.index + 1]}”开头，文字请加引号"
    place = Location(file) if mark is None else Location(file, mark.line + 1, mark.column + 1)
    return Finding("yaml-syntax", place, Text(f"YAML 语法错误（{words}）", f"YAML syntax error: {problem}"))


def _report_character(built: Built, text: str, character: Any, position: int) -> None:
    """Report a character that YAML does not allow. ``position`` is counted in bytes of UTF-8."""
    code = character if isinstance(character, int) else ord(character[:1] or "\0")
    before = text.encode(errors="replace")[:position].decode(errors="ignore")
    line = before.rpartition("\n")[2]
    built.findings.append(
        Finding(
            "yaml-characters",
            Location(built.file, before.count("\n") + 1, len(line) + 1),
            Text(f"含有 YAML 不允许的字符 U+{code:04X}", f"contains U+{code:04X}, which YAML does not allow"),
        )
    )
    built.complete = False


def _run(next_event: Any, built: Built) -> bool:
    """Build from the parser's events; gives whether they were read to the end.

    One frame is open at a time: ``values`` and ``parts`` are those of the innermost open collection, ``key`` the key
    that waits for its value.
    """
    stack: list[tuple[Any, Parts, ScalarEvent | None]] = []
    values: Any = None
    parts = Parts(None, None)
    key: ScalarEvent | None = None
    documents = count = 0
    while (event := next_event()) is not None:
        kind = type(event)
        if kind is ScalarEvent:
            if event.tag is not None or event.anchor is not None:
                return _refuse(event, built)
            if parts.keys is not None and key is None:
                key = event
                continue
            value: Any = event.value if event.style else scalar(event.value)
            place: Place = event
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag is not None or event.anchor is not None:
                return _refuse(event, built)
            if parts.keys is not None and key is None:
                built.report("yaml-key", event.start_mark, Text("键必须是文字", "a key must be plain text"))
                return False
            if len(stack) >= MAX_DEPTH:
                message = Text(f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")
                built.report("yaml-depth", event.start_mark, message)
                return False
            value = {} if kind is MappingStartEvent else []
            place = Parts(event.start_mark, {} if kind is MappingStartEvent else None)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            values, parts, key = stack.pop()
            continue
        elif kind is AliasEvent:
            return _refuse(event, built)
        elif kind is DocumentStartEvent:
            documents += 1
            if documents > 1:
                message = Text("一个文件只能有一份文档", "more than one document")
                built.report("yaml-documents", event.start_mark, message)
                return False
            continue
        else:
            continue
        count += 1
        if count > MAX_VALUES:
            message = Text(f"超过 {MAX_VALUES} 个值", f"more than {MAX_VALUES} values")
            built.report("yaml-size", event.start_mark, message)
            return False
        if key is not None and parts.keys is not None:
            name = key.value
            if name in parts.keys:
                message = Text(f"键“{name}”重复出现", f"the key {name!r} appears twice")
                built.report("yaml-duplicate-key", key.start_mark, message)
            values[name] = value
            parts.keys[name] = (key.start_mark, place)
            key = None
        elif values is not None:
            values.append(value)
            parts.items.append(place)
        else:
            built.value, built.root = value, place
        if isinstance(place, Parts):
            stack.append((values, parts, key))
            values, parts = value, place
    return True


def _refuse(event: Any, built: Built) -> bool:
    """Report a tag, anchor or alias: with them a text could mean something else than it says."""
    if event.anchor is not None:
        message = Text("不允许锚点和别名（& *）", "anchors and aliases (& *) are not allowed")
        built.report("yaml-alias", event.start_mark, message)
    else:
        message = Text(f"不允许标签 {event.tag}", f"tags such as {event.tag} are not allowed")
        built.report("yaml-tag", event.start_mark, message)
    return False
