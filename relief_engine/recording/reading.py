"""Recording stage: a record is read back and held against its own digest; every kind of damage is a located finding."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from relief_engine.errors import Finding, InputError, Location
from relief_engine.profile.mistakes import spelled
from relief_engine.profile.written import shown
from relief_engine.recording.canonical import DIGEST, LARGEST, NotCanonical, sealed
from relief_engine.recording.record import SCHEMA, DecisionRecord
from relief_engine.recording.shape import Unfit, hold
from relief_engine.rulebook.source import Path_, not_utf8, unreadable
from relief_engine.text import Text

#: The largest record that is read, in bytes: one of a thousand leases under every programme is smaller.
MAX_BYTES = 256_000_000
#: No record nests deeper; a tree of reasons is as deep as a condition.
MAX_DEPTH = 200
#: At most so many mistakes of one record are told: what has more is no record.
MOST = 100


class _Fraction(str):
    """A number that is not whole, or larger than JSON carries, as it is written."""

    __slots__ = ()


class _Twice(dict[str, Any]):
    """An object in which a key is written twice."""

    __slots__ = ("key",)
    key: str


def read_record(data: bytes, label: str) -> DecisionRecord:
    """Read a record.

    Args:
        data: the file's bytes. How it is spaced and ordered does not matter, and :attr:`DecisionRecord.data` is
            canonical whatever it was.
        label: stands for the file's name in messages.

    Raises:
        InputError: it is no record, is not whole, or was altered. Places are ``label:line:column`` as long as it is no
            JSON, and then paths: ``label:report.total``.
    """
    document = _parsed(data, label)
    findings = list(_damage(document, label))
    if not findings:
        findings = list(_misshapen(document, label))
    if not findings:
        findings = list(_inconsistent(document, label))
    if findings:
        raise InputError(findings[:MOST])
    try:
        digest, canonical = sealed(document)
    except (NotCanonical, UnicodeEncodeError):  # the second for keys
        raise InputError([Finding("record-text", Location(label), _NO_TEXT)]) from None
    if digest != document[DIGEST]:
        message = Text(
            f"与内容不符，记录被改动过（按内容应为 {digest}）",
            f"does not fit the content, which gives {digest}; the record was altered",
        )
        raise InputError([Finding("record-altered", Location(f"{label}:{DIGEST}"), message)])
    return DecisionRecord(document, canonical, digest)


def read_record_file(path: Path) -> DecisionRecord:
    """Read a record from a file; raises :class:`InputError` as :func:`read_record` does, or if there is none."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError([unreadable(str(path), error)]) from None
    return read_record(data, str(path))


_CUT = Text("文件在这里中断，不完整", "the file ends here and is not whole")
_NO_TEXT = Text("含有不成字的半个字符", "it holds half a character, which is no text")


def _parsed(data: bytes, label: str) -> dict[str, Any]:
    """The JSON object of a file, with marks where something is written that no record holds."""
    if len(data) > MAX_BYTES:
        message = Text(f"超过 {MAX_BYTES} 字节", f"larger than {MAX_BYTES} bytes")
        raise InputError([Finding("file-size", Location(label), message)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = not_utf8(data, error, label)
        if error.reason == "unexpected end of data":  # cut within a character
            found = Finding("record-json", found.where, _CUT)
        raise InputError([found]) from None
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_float=_Fraction, parse_constant=_Fraction, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise InputError([_no_json(text, error, label)]) from None
    except RecursionError:
        raise InputError([Finding("record-depth", Location(label), _TOO_DEEP)]) from None
    if not isinstance(document, dict):
        got = shown(document)
        message = Text(
            f"应为一份判定记录（JSON 对象），实为{got.zh}", f"expected a record, a JSON object; got {got.en}"
        )
        raise InputError([Finding("record-shape", Location(label), message)])
    return document


_TOO_DEEP = Text(f"嵌套超过 {MAX_DEPTH} 层，不是判定记录", f"nested more than {MAX_DEPTH} deep; this is no record")


def _no_json(text: str, error: json.JSONDecodeError, label: str) -> Finding:
    if not text.strip():
        return Finding("empty", Location(label), Text("文件是空的", "the file is empty"))
    if error.pos >= len(text.rstrip()):
        message = _CUT
    elif error.msg == "Extra data":
        message = Text("记录之后还有别的内容", "something follows the record")
    else:
        message = Text("从这里起不是 JSON", f"no JSON from here on ({error.msg})")
    return Finding("record-json", Location(label, error.lineno, error.colno), message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = _Twice(found)
    counts = Counter(key for key, _ in pairs)
    twice.key = counts.most_common(1)[0][0]
    return twice


def _whole(text: str) -> int | _Fraction:
    # Long digits are not even made a number: Python refuses to read thousands of them.
    if len(text) > len(str(-LARGEST)) or abs(int(text)) > LARGEST:
        return _Fraction(text)
    return int(text)


def _damage(document: dict[str, Any], label: str) -> Iterator[Finding]:
    """What no record holds, wherever it stands: keys written twice, numbers that are not whole, deep nesting."""
    waiting: list[tuple[Path_, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > MAX_DEPTH:
            yield Finding("record-depth", Location(label), _TOO_DEEP)
            return
        match value:
            case _Fraction():
                got = shown(str(value))
                message = Text(f"应为整数或文字，实为{got.zh}", f"expected a whole number or text, got {got.en}")
                yield Finding("record-number", _at(label, path), message)
            case dict():
                if isinstance(value, _Twice):
                    got = shown(value.key)
                    message = Text(f"{got.zh}这一项写了两次", f"the key {got.en} is written twice")
                    yield Finding("record-duplicate-key", _at(label, path), message)
                waiting += (((*path, key), part) for key, part in value.items())
            case list():
                waiting += (((*path, index), part) for index, part in enumerate(value))


def _misshapen(document: Mapping[str, Any], label: str) -> Iterator[Finding]:
    """What a record must hold and this one does not."""
    schema = document.get("schema")
    if schema != SCHEMA:
        yield Finding("record-schema", _at(label, ("schema",)), _other_schema(schema))
        return
    try:
        hold(document)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            code = "record-member" if detail["type"] == "extra_forbidden" else "record-shape"
            yield Finding(code, _at(label, detail["loc"]), _said(detail))


def _other_schema(schema: object) -> Text:
    if schema is None:
        return Text(f"缺少 schema，应为 {SCHEMA}：这不是判定记录", f"missing; expected {SCHEMA}: this is no record")
    got = shown(schema)
    name, _, version = SCHEMA.partition("/")
    if isinstance(schema, str) and schema.startswith(f"{name}/"):
        return Text(
            f"本版本只能读第 {version} 版的判定记录（{SCHEMA}），实为{got.zh}",
            f"this engine reads records of version {version} ({SCHEMA}), got {got.en}",
        )
    return Text(f"应为 {SCHEMA}，实为{got.zh}：这不是判定记录", f"expected {SCHEMA}, got {got.en}: this is no record")


_EXPECTED = {
    "string_type": Text("应为文字", "expected text"),
    "bool_type": Text("应为 true 或 false", "expected true or false"),
    "int_type": Text("应为整数", "expected a whole number"),
    "list_type": Text("应为列表", "expected a list"),
    "dict_type": Text("应为对象", "expected an object"),
}
_OTHER = Text("应为判定记录中的内容", "expected what a record holds")


def _said(detail: ErrorDetails) -> Text:
    if detail["type"] == "missing":
        return Text("缺少这一项", "this is missing")
    if detail["type"] == "extra_forbidden":
        return Text("判定记录里没有这一项，无法核对", "no record has this, and nothing could check it")
    error = detail.get("ctx", {}).get("error")
    expected = error.message if isinstance(error, Unfit) else _EXPECTED.get(detail["type"], _OTHER)
    got = shown(detail["input"])
    return Text(f"{expected.zh}，实为{got.zh}", f"{expected.en}, got {got.en}")


def _inconsistent(document: Mapping[str, Any], label: str) -> Iterator[Finding]:
    """What a record says twice and not alike."""
    report = document["report"]
    pairs = (
        (("report", "as_of"), report["as_of"], document["asked"]["as_of"]),
        (("report", "rulebook", "digest"), report["rulebook"]["digest"], document["rulebook"]["digest"]),
        (("report", "engine", "version"), report["engine"]["version"], document["engine"]["version"]),
        (("report", "engine", "routes"), report["engine"]["routes"], document["engine"]["routes"]),
        (("trace",), _about(document["trace"]), _about(report["decisions"])),
    )
    message = Text("与记录的其他部分不一致", "does not agree with the rest of the record")
    for path, one, other in pairs:
        if one != other:
            yield Finding("record-inconsistent", _at(label, path), message)
    first: dict[tuple[str, str], int] = {}
    for index, about in enumerate(_about(report["decisions"])):
        other = first.setdefault(about, index)
        if other != index:
            message = Text(f"与第 {other + 1} 项是同一项判定", f"this is decided already by decisions[{other}]")
            yield Finding("record-inconsistent", _at(label, ("report", "decisions", index)), message)


def _about(items: list[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(item["programme"], item["subject"]) for item in items]


def _at(label: str, path: Path_) -> Location:
    return Location(f"{label}:{spelled(path)}" if path else label)
