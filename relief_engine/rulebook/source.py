"""Rulebook stage, first step: YAML text becomes plain values that remember their line and column.

YAML is read from the parser's events with an own typed constructor: numbers become ``int`` or ``Decimal`` from their
text, ``yes``/``no`` stay words, leading zeros stay text, and duplicate keys, aliases, tags and deep nesting are
errors. The same reader serves rulebooks and profiles.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from relief_engine.errors import Finding, Location
from relief_engine.text import Text

#: One step from a value into a part of it: a mapping's key or a list's index.
Step = str | int
Path_ = tuple[Step, ...]

#: The largest file that is read, in bytes; real rulebook files and profiles are far smaller.
MAX_BYTES = 4_000_000
#: The deepest nesting that is read; real files nest less than ten deep.
MAX_DEPTH = 40
#: The most values that one file may hold.
MAX_VALUES = 200_000

_VALUES = frozenset([yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent])
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})\.[0-9]{1,30}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "false": False}
#: How null, true, false, numbers and days begin ("" too); any other scalar is text.
_STARTS = frozenset(["", *"~nNtf+-0123456789"])


class Span(NamedTuple):
    """Where a value stands: line and column from 1, and for scalars the exact source text between its marks."""

    line: int
    column: int
    raw: str = ""


@dataclass(slots=True)
class Document:
    """A parsed file: its value, and the span of every value and of every key in it."""

    file: str
    value: Any = None
    spans: dict[Path_, Span] = field(default_factory=dict)
    key_spans: dict[Path_, Span] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    #: Names whose definition was cut out because it is wrong; using them is not a second mistake.
    broken: set[str] = field(default_factory=set)

    def where(self, path: Path_, *, key: bool = False) -> Location:
        """The place of the value at ``path``, or of the nearest part around it that has one."""
        if key and path in self.key_spans:
            span = self.key_spans[path]
            return Location(self.file, span.line, span.column)
        for end in range(len(path), -1, -1):
            span_ = self.spans.get(path[:end])
            if span_ is not None:
                return Location(self.file, span_.line, span_.column)
        return Location(self.file)

    def report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        """Add a finding at ``path``."""
        self.findings.append(Finding(code, self.where(path, key=key), message))

    def cut(self, path: Path_) -> None:
        """Leave out the value at ``path``; later items of its list move up, and so do their spans."""
        parent = self.value
        for step in path[:-1]:
            parent = parent[step]
        last, depth = path[-1], len(path) - 1
        gone = parent.pop(last)
        self.broken.update(str(name) for name in _names(gone))
        # A parameter or figure that has lost a version is not what its author meant.
        self.broken.update(str(name) for kind, name in pairwise(path) if kind in ("parameters", "let"))
        if isinstance(last, str):
            self.broken.add(last)
            return
        for spans in (self.spans, self.key_spans):
            moved: dict[Path_, Span] = {}
            for at, span in spans.items():
                index = at[depth] if len(at) > depth and at[:depth] == path[:-1] else None
                if not isinstance(index, int) or index < last:
                    moved[at] = span
                elif index > last:
                    moved[(*at[:depth], index - 1, *at[depth + 1 :])] = span
            spans.clear()
            spans.update(moved)

    def put(self, path: Path_, value: Any) -> None:
        """Replace the value at ``path``; its place stays."""
        parent = self.value
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] = value

    def rename(self, path: Path_, name: str) -> None:
        """Give the value at ``path`` the key that was meant; places stay those of the key as written."""
        parent = self.value
        for step in path[:-1]:
            parent = parent[step]
        parent[name] = parent.pop(path[-1])
        depth = len(path)
        for spans in (self.spans, self.key_spans):
            moved = {(*path[:-1], name, *at[depth:]): span for at, span in spans.items() if at[:depth] == path}
            spans.update(moved)


def _names(value: Any) -> list[Any]:
    return [value[key] for key in ("id", "fact") if isinstance(value, dict) and isinstance(value.get(key), str)]


def scalar(text: str) -> Any:
    """The value of an unquoted YAML scalar: null, true/false, a whole or decimal number, a date, else text."""
    if text[:1] not in _STARTS:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            return text
    return text


class _Builder:
    """Builds one :class:`Document` from parser events, with a stack instead of recursion."""

    def __init__(self, file: str, text: str) -> None:
        self.document = Document(file)
        self.text = text
        # One frame per open collection: its path, the collection, and the key that waits for its value.
        self.frames: list[tuple[Path_, Any, list[Any]]] = []
        self.count = 0

    def fail(self, code: str, mark: Any, message: Text) -> None:
        self.document.findings.append(
            Finding(code, Location(self.document.file, mark.line + 1, mark.column + 1), message)
        )

    def place(self, event: Any, value: Any) -> Path_ | None:
        """Put ``value`` where the innermost open collection expects it; gives its path, or None for a key."""
        start, end = event.start_mark, event.end_mark
        raw = self.text[start.index : end.index] if type(event) is yaml.ScalarEvent else ""
        span = Span(start.line + 1, start.column + 1, raw)
        if not self.frames:
            self.document.value = value
            self.document.spans[()] = span
            return ()
        path, collection, pending = self.frames[-1]
        if isinstance(collection, list):
            here: Path_ = (*path, len(collection))
            collection.append(value)
        elif not pending:
            self.key(event, path, collection, pending, span)
            return None
        else:
            key = pending.pop()
            here = (*path, key)
            if key is not None:
                collection[key] = value
        self.document.spans[here] = span
        return here

    def key(self, event: Any, path: Path_, mapping: dict[str, Any], pending: list[Any], span: Span) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self.fail("yaml-key", event.start_mark, Text("键必须是文字", "a key must be plain text"))
            pending.append(None)
            return
        name = str(event.value)
        if name in mapping:
            self.fail(
                "yaml-duplicate-key", event.start_mark, Text(f"键“{name}”重复出现", f"the key {name!r} appears twice")
            )
        mapping.setdefault(name, None)
        self.document.key_spans[(*path, name)] = span
        pending.append(name)

    def run(self, events: Iterator[Any]) -> None:
        documents = 0
        for event in events:
            kind = type(event)
            if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.frames.pop()
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    words = Text("一个文件只能有一份文档", "more than one document")
                    self.fail("yaml-documents", event.start_mark, words)
                    return
            elif kind in _VALUES and not self.value(event, kind):
                return

    def value(self, event: Any, kind: type[Any]) -> bool:
        """Take in a value; false if the rest of the file should not be read."""
        if kind is yaml.AliasEvent or event.anchor:
            words = Text("不允许锚点和别名（& *）", "anchors and aliases (& *) are not allowed")
            self.fail("yaml-alias", event.start_mark, words)
            return False
        self.count += 1
        if event.tag is not None:
            words = Text(f"不允许标签 {event.tag}", f"tags such as {event.tag} are not allowed")
            self.fail("yaml-tag", event.start_mark, words)
        if self.count > MAX_VALUES:
            words = Text(f"超过 {MAX_VALUES} 个值", f"more than {MAX_VALUES} values")
            self.fail("yaml-size", event.start_mark, words)
            return False
        if kind is yaml.ScalarEvent:
            self.place(event, event.value if event.style else scalar(event.value))
            return True
        collection: Any = {} if kind is yaml.MappingStartEvent else []
        path = self.place(event, collection)
        if len(self.frames) >= MAX_DEPTH:
            words = Text(f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")
            self.fail("yaml-depth", event.start_mark, words)
            return False
        self.frames.append((path or (), collection, []))
        return True


def _events(text: str) -> Iterator[Any]:
    """The parser's events, as ``yaml.parse`` gives them in twice the time."""
    loader: Any = yaml.CSafeLoader(text)
    event = None
    while not isinstance(event, yaml.StreamEndEvent):
        event = loader.get_event()
        yield event


def parse(text: str, file: str) -> Document:
    """Parse YAML text; every mistake is in ``findings`` of the result, with its place."""
    builder = _Builder(file, text)
    try:
        builder.run(_events(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        location = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        problem = error.problem or "syntax error"
        slip = _slip(text, mark.line if mark else 0)
        found = Finding("yaml-syntax", location, Text(f"YAML 语法错误（{problem}）", f"YAML syntax error: {problem}"))
        if slip is not None:
            found = Finding("yaml-syntax", Location(file, slip[0] + 1, slip[1] + 1), slip[2])
        builder.document.findings.append(found)
    except yaml.reader.ReaderError as error:
        # The parsers disagree on how they give it: a number or the character itself.
        number = error.character if isinstance(error.character, int) else ord(error.character[0])
        builder.document.findings.append(
            Finding(
                "yaml-characters",
                Location(file),
                Text(f"含有 YAML 不允许的字符 U+{number:04X}", "contains a character that YAML does not allow"),
            )
        )
    return builder.document


_FULL_WIDTH_COLON = re.compile(r"[\s-]*[\w\"']+\s*(：)")
_TIGHT_COLON = re.compile(r"[\s-]*[A-Za-z_]\w*(:)[^\s:/]")


def _slip(text: str, line: int) -> tuple[int, int, Text] | None:
    """The usual slip behind a syntax error, where the parser stumbled or on the line before: line, column, words."""
    lines = text.splitlines()
    for index in (line, line - 1):
        if not 0 <= index < len(lines):
            continue
        here = lines[index]
        if "\t" in here:
            words = Text("这一行有制表符（Tab），请改为空格", "this line holds a tab; use spaces")
            return index, here.index("\t"), words
        if (match := _FULL_WIDTH_COLON.match(here)) and ":" not in here[: match.start(1)]:
            words = Text("冒号是全角的“：”，请改为半角冒号加空格", "a full-width colon; write ':' and a space")
            return index, match.start(1), words
        if match := _TIGHT_COLON.match(here):
            words = Text("冒号后面缺少空格", "a space is missing after the colon")
            return index, match.start(1), words
    for index in (line, line - 1):
        if 1 <= index < len(lines) and lines[index - 1].strip():
            indents = [len(row) - len(row.lstrip(" ")) for row in (lines[index - 1], lines[index])]
            plain = not lines[index - 1].rstrip().endswith((":", "-", "[", "{", ","))
            if indents[1] > indents[0] and plain and not lines[index - 1].lstrip().startswith("- "):
                words = Text("缩进与上一行不齐", "the indentation does not match the line above")
                return index, indents[1], words
    return None


def read(path: Path, label: str | None = None) -> Document:
    """Read and parse one UTF-8 file; unreadable files give a finding like any other mistake."""
    file = label or str(path)
    try:
        with path.open("rb") as stream:
            # A bound, because what is no plain file (a pipe, a device) does not tell its size.
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return _refused(file, "file-unreadable", Text(f"无法读取文件（{reason}）", f"can't read the file: {reason}"))
    return decode(data, file)


def decode(data: bytes, file: str) -> Document:
    """Decode UTF-8 bytes (a BOM is allowed) and parse them."""
    if len(data) > MAX_BYTES:
        return _refused(
            file, "file-size", Text(f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        document = Document(file)
        document.findings.append(
            Finding("file-encoding", Location(file, line, 1), Text("文件不是 UTF-8 编码", "the file is not UTF-8"))
        )
        return document
    return parse(text, file)


def _refused(file: str, code: str, message: Text) -> Document:
    document = Document(file)
    document.findings.append(Finding(code, Location(file), message))
    return document


def digest(files: Mapping[str, bytes]) -> str:
    """``sha256:…`` over relative POSIX paths and newline-normalised contents, independent of the platform."""
    total = hashlib.sha256()
    for name in sorted(files):
        content = files[name].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return f"sha256:{total.hexdigest()}"
