"""Testing stage, last step: accepted expectations are written into a file of cases; all else in it stays as it is.

The edited text is read again before it is written: it must say what it said, and what was accepted, and nothing else. A
file is written whole or not at all.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from relief_engine.errors import Finding, Location, RulebookError
from relief_engine.roster.whole import whole_file
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.source import decode, parse, read_bytes, too_large, unreadable
from relief_engine.testing.accepting import Accepted
from relief_engine.testing.case_shapes import AWAITED
from relief_engine.testing.editing import edited
from relief_engine.text import Text

_BOM = "\ufeff"


class Prepared(Value):
    """A file of cases with expectations that are to be written into it."""

    path: Path
    label: str
    data: bytes
    said: Text

    def write(self) -> None:
        """Write it, whole or not at all; raises :class:`RulebookError`, and leaves the file as it was."""
        try:
            with whole_file(self.path) as temporary:
                temporary.write_bytes(self.data)
        except OSError as error:
            why = error.strerror or type(error).__name__
            message = Text(f"无法写入（{why}），文件没有改动", f"can't be written ({why}); it is as it was")
            raise RulebookError([Finding("accept-write", Location(self.label), message)]) from error


def content_digest(data: bytes) -> str:
    """What tells the content of a file from any other."""
    return hashlib.sha256(data).hexdigest()


def prepared(
    path: Path, accepted: Sequence[Accepted], label: str | None = None, digests: Collection[str] = ()
) -> Prepared:
    """The file with expectations for some of its cases; nothing is written yet.

    ``label`` is its name in messages, ``digests`` are those of its content when the cases were read.

    Raises :class:`RulebookError` where it can't be read, is not the file any more that the cases were read from, or is
    laid out in a way that can't be edited safely.
    """
    # A link stays a link: what it leads to is written.
    path, label = path.resolve(), label or path.as_posix()
    try:
        data = read_bytes(path)
    except OSError as error:
        raise RulebookError([unreadable(label, error)]) from error
    if data is None:
        raise RulebookError([too_large(label)])
    if any(digest != content_digest(data) for digest in digests):
        # A case may say something else now than what was decided.
        message = Text(
            "文件在运行之后有变动，没有写入", "the file has changed since its cases ran; nothing was written"
        )
        raise RulebookError([Finding("accept-changed", Location(label), message)])
    document = decode(data, label)
    if document.findings:
        raise RulebookError(document.findings)
    bom = _BOM if data.startswith(_BOM.encode()) else ""
    new = bom + with_expectations(document.text, accepted, label)
    count = len({one.index for one in accepted})
    said = Text(
        f"{label}：写入 {count} 个预期结果，请逐个对照条款核对",
        f"{label}: expectations written: {count}; check each against its clause",
    )
    return Prepared(path, label, new.encode(), said)


def with_expectations(text: str, accepted: Iterable[Accepted], label: str) -> str:
    """The text of a file of cases with what was accepted; raises :class:`RulebookError` as above."""
    cases = list({one.index: one for one in accepted}.values())
    value = parse(text, label).value
    findings = []
    for one in cases:
        at = _at(value, one)
        if at is None:
            message = Text(
                f"文件已有变动，没有找到算例“{one.name}”或它已有预期",
                f"the file has changed: the case {one.name!r} is gone, or has an expectation",
            )
            findings.append(Finding("accept-changed", Location(label), message))
    if findings:
        raise RulebookError(findings)
    wanted = copy.deepcopy(value)
    for one in cases:
        _say(wanted["cases"][one.index], one)
    new = edited(text, cases)
    document = parse(new, label)
    if document.findings or repr(document.value) != repr(wanted):
        names = "、".join(one.name for one in cases)
        message = Text(
            f"这样的写法不能安全地改动，请手写预期结果：{names}",
            f"the way this is laid out can't be edited safely; write the expectations by hand: {names}",
        )
        raise RulebookError([Finding("accept-layout", Location(label), message)])
    return new


def _at(value: Any, one: Accepted) -> dict[str, Any] | None:
    """The case that is meant, if it still stands there and still lacks what was accepted."""
    try:
        case: dict[str, Any] = value["cases"][one.index]
        same = case["name"]["zh"] == one.name
    except (KeyError, IndexError, TypeError):
        return None
    expect = case.get("expect")
    if not same or not (expect in (None, AWAITED) or isinstance(expect, dict)):
        return None
    for key, _ in one.entries:
        first, _, name = key.partition(".")
        given = expect.get(first) if isinstance(expect, dict) else None
        if name:
            given = given.get(name) if isinstance(given, dict) else None
        if given not in (None, AWAITED, {}):
            return None
    return case


def _say(case: dict[str, Any], one: Accepted) -> None:
    """Put what was accepted into the value of a case, as the new text must say it."""
    expect = case["expect"] if isinstance(case.get("expect"), dict) else {}
    case["expect"] = expect
    for key, written in one.entries:
        first, _, name = key.partition(".")
        holder, last = (expect[first], name) if name else (expect, first)
        holder[last] = parse(written, "").value
