"""Roster stage, formats: which encoding a text file is in, and its lines; a line that does not fit is told apart.

Tried in this order: the mark at the beginning, strict UTF-8, strict GB18030. In both encodings no byte of a Chinese
character looks like a line end, a quote or a separator, so that one broken line leaves the others as they are.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from relief_engine.errors import did_you_mean
from relief_engine.roster.formats.problems import refused
from relief_engine.text import Text

#: The encodings that a user may name. In none of them is a part of a character a line end, a quote or a separator.
NAMED = ("utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "big5", "ascii", "utf-16")
#: A line longer than this is no line of a table.
LONGEST_LINE = 4_000_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Encoding(NamedTuple):
    """An encoding by its name in Python, and what to say about how it was found."""

    name: str
    remarks: tuple[Text, ...]


class Line(NamedTuple):
    """A line with its number from 1 and its end.

    ``text`` is None if its bytes do not fit the encoding; ``raw`` then shows what can be shown of it.
    """

    number: int
    text: str | None
    raw: str


def encoding_of(path: Path, asked: str | None) -> Encoding:
    """The encoding of a file: the one asked for, or else the one that its bytes fit.

    Raises:
        InputError: the one asked for is not known, or no encoding fits.
    """
    if asked is not None:
        name = asked.strip().casefold().replace("_", "-")
        name = {"utf8": "utf-8", "utf16": "utf-16", "utf8-sig": "utf-8-sig"}.get(name, name)
        if name not in NAMED:
            hint = did_you_mean(name, NAMED)
            raise refused(
                "roster-encoding",
                str(path),
                f"不认识编码“{asked}”{hint.zh or '，可用 ' + '、'.join(NAMED)}",
                f"unknown encoding {asked!r}{hint.en or '; known: ' + ', '.join(NAMED)}",
            )
        # What GB2312 and GBK call a character, GB18030 calls so too, and it has the rare ones of names besides.
        return Encoding({"utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}.get(name, name), ())
    with path.open("rb") as stream:
        head = stream.read(4)
        marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        if marked is not None:
            return Encoding(marked, _remark("UTF-16") if marked == "utf-16" else ())
        stream.seek(0)
        return _told_apart(path, stream)


def _told_apart(path: Path, stream: BinaryIO) -> Encoding:
    """UTF-8 or GB18030, by which of the two more lines fit."""
    foreign = utf8 = surely_utf8 = gb = 0
    for raw in iter(lambda: stream.readline(LONGEST_LINE), b""):
        if raw.isascii():
            continue
        foreign += 1
        as_utf8 = _decoded(raw, "utf-8")
        if as_utf8 is not None:
            utf8 += 1
            surely_utf8 += surely(as_utf8)
        gb += _decoded(raw, "gb18030") is not None
    if utf8 == foreign:
        return Encoding("utf-8-sig", ())
    if surely_utf8 * 2 > foreign:
        return Encoding("utf-8-sig", ())
    if gb * 2 > foreign:
        return Encoding("gb18030", _remark("GB18030"))
    raise refused(
        "roster-encoding",
        str(path),
        "编码既不是 UTF-8 也不是 GB18030（GBK），请另存为 UTF-8，或用 --encoding 指明",
        "neither UTF-8 nor GB18030 (GBK); save it as UTF-8, or name the encoding with --encoding",
    )


def _remark(name: str) -> tuple[Text, ...]:
    return (
        Text(
            f"按 {name} 编码读取；如有乱码，请用 --encoding 指明编码",
            f"read as {name}; if the characters look wrong, name the encoding with --encoding",
        ),
    )


def _decoded(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except UnicodeDecodeError:
        return None


def surely(text: str) -> bool:
    """Whether text that decodes as UTF-8 was meant so: GB18030 that fits by chance gives letters that nobody writes."""
    foreign = [c for c in text if not c.isascii()]
    return any(c >= "\u2e80" for c in foreign) and not any("\u00ff" < c < "\u2000" for c in foreign)


def lines(path: Path, encoding: str) -> Iterator[Line]:
    """The lines of a file, one at a time.

    Raises:
        InputError: a line is endless, or the file is in UTF-16 and broken.
    """
    if encoding == "utf-16":
        yield from _wide_lines(path)
        return
    mixed = encoding == "gb18030"
    with path.open("rb") as stream:
        for number, raw in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
            if len(raw) >= LONGEST_LINE:
                raise _endless(path, number)
            body = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            text = _decoded(body, "utf-8" if encoding == "utf-8-sig" else encoding)
            if mixed and text is not None and not body.isascii():
                # A line of UTF-8 among lines of GB18030 may decode to other characters without an error.
                other = _decoded(body, "utf-8")
                text = None if other is not None and surely(other) else text
            yield Line(number, text, "" if text is not None else f"{body.decode('ascii', 'replace').rstrip()}\ufffd")


def _wide_lines(path: Path) -> Iterator[Line]:
    try:
        with path.open(encoding="utf-16", newline="") as stream:
            for number, text in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), 1):
                if len(text) >= LONGEST_LINE:
                    raise _endless(path, number)
                yield Line(number, text, "")
    except UnicodeError:
        raise refused(
            "roster-encoding", str(path), "不是完整的 UTF-16 文本，请另存为 UTF-8", "broken UTF-16; save it as UTF-8"
        ) from None


def _endless(path: Path, number: int) -> Exception:
    return refused("roster-line", str(path), "这一行长得不像表格", "this line is too long for a table", line=number)
