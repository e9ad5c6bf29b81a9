"""Rulebook stage, first step: YAML text becomes plain values, and a document that knows where each of them stands.

Numbers become ``int`` or ``Decimal`` from their text, ``yes``/``no`` stay words, leading zeros stay text, and duplicate
keys, aliases, tags and deep nesting are errors. The same reader serves rulebooks and profiles.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yaml.events import ScalarEvent

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.yaml_events import Mark, Parts, Place, build
from relief_engine.text import Text

#: One step from a value into a part of it: a mapping's key or a list's index.
Step = str | int
Path_ = tuple[Step, ...]

#: The largest file that is read, in bytes; real rulebook files and profiles are far smaller.
MAX_BYTES = 4_000_000


class Span(Value):
    """Where a value stands: line and column from 1, and for scalars the exact source text between its marks."""

    line: int
    column: int
    raw: str = ""


@dataclass(slots=True)
class Document:
    """A parsed file: its value, and where every value and every key in it stands."""

    file: str
    value: Any = None
    findings: list[Finding] = field(default_factory=list)
    #: Names whose definition was left out because it is wrong; using them is not a second mistake.
    broken: set[str] = field(default_factory=set)
    #: Whether something was left out of which nobody can tell what it is called.
    nameless: bool = False
    #: Whether the parser reached the end, so that all of the file is in ``value``.
    complete: bool = True
    #: For lists out of which wrong items were left: where the items that stayed stand in the file.
    kept: dict[Path_, Sequence[int]] = field(default_factory=dict)
    #: For values under a misspelt key, by their path with the key that was meant: the key as written.
    renamed: dict[Path_, str] = field(default_factory=dict)
    text: str = ""
    root: Place | None = None

    def place(self, path: Path_) -> tuple[Place | None, Mark | None, bool]:
        """The innermost part at or around ``path``, the mark of the key it hangs on, and whether it is all of it."""
        place, key = self.root, None
        at: Path_ = ()
        for step in path:
            if not isinstance(place, Parts):
                return place, key, False
            if place.keys is not None:
                found = place.keys.get(self.renamed.get((*at, step), str(step)))
                if found is None:
                    return place, key, False
                place, key = found[1], found[0]
            else:
                index = step if isinstance(step, int) else -1
                if at in self.kept and 0 <= index < len(self.kept[at]):
                    index = self.kept[at][index]
                if not 0 <= index < len(place.items):
                    return place, key, False
                place, key = place.items[index], None
            at = (*at, step)
        return place, key, True

    def where(self, path: Path_, *, key: bool = False) -> Location:
        """The place of the value at ``path`` (or of the key it hangs on), or of the nearest part around it."""
        place, key_mark, whole = self.place(path)
        mark = key_mark if key and whole and key_mark is not None else start_of(place)
        return Location(self.file) if mark is None else Location(self.file, mark.line + 1, mark.column + 1)

    def span(self, path: Path_) -> Span:
        """The span of the scalar at ``path``; without source text where there is none."""
        place, _, whole = self.place(path)
        mark = start_of(place)
        if mark is None:
            return Span(1, 1)
        end = place.end_mark if whole and isinstance(place, ScalarEvent) else None
        raw = self.text[mark.index : end.index] if end is not None else ""
        return Span(mark.line + 1, mark.column + 1, raw)

    def report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        """Add a finding at ``path``."""
        self.findings.append(Finding(code, self.where(path, key=key), message))


def start_of(place: Place | None) -> Mark | None:
    """Where a part begins."""
    return place.start if isinstance(place, Parts) else None if place is None else place.start_mark


def parse(text: str, file: str) -> Document:
    """Parse YAML text; every mistake is in ``findings`` of the result, with its place."""
    text = text.removeprefix("\ufeff")
    built = build(text, file)
    return Document(file, built.value, built.findings, complete=built.complete, text=text, root=built.root)


def read(path: Path, label: str | None = None) -> Document:
    """Read and parse one UTF-8 file; unreadable files give a finding like any other mistake."""
    file = label or str(path)
    try:
        data = read_bytes(path)
    except (OSError, ValueError) as error:
        return _refused(unreadable(file, error))
    return _refused(too_large(file)) if data is None else decode(data, file)


def read_bytes(path: Path) -> bytes | None:
    """The content of a file, or None if it is larger than files may be; raises :class:`OSError`."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    return data if len(data) <= MAX_BYTES else None


def decode(data: bytes, file: str) -> Document:
    """Decode UTF-8 bytes (a BOM is allowed) and parse them."""
    if len(data) > MAX_BYTES:
        return _refused(too_large(file))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _refused(not_utf8(data, error, file))
    return parse(text, file)


#: Why the system gives no file, in Chinese; the system's own words are English.
_REFUSED = {
    errno.ENOENT: "没有这个文件", errno.EISDIR: "这是一个文件夹", errno.ENOTDIR: "没有这个文件夹",
    errno.EACCES: "没有权限", errno.ENAMETOOLONG: "文件名太长",
}  # fmt: skip


def unreadable(file: str, error: OSError | ValueError) -> Finding:
    """The finding for a file that the system does not give, or whose name is none."""
    reason = getattr(error, "strerror", None) or type(error).__name__
    known = _REFUSED.get(getattr(error, "errno", None) or 0, reason)
    return Finding(
        "file-unreadable", Location(file), Text(f"无法读取文件（{known}）", f"can't read the file: {reason}")
    )


def too_large(file: str) -> Finding:
    """The finding for a file that is larger than files may be."""
    return Finding(
        "file-size",
        Location(file),
        Text(f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes"),
    )


def not_utf8(data: bytes, error: UnicodeDecodeError, file: str) -> Finding:
    """The finding for bytes that are no UTF-8, at the first of them; names the encoding where it shows itself."""
    before = data[: error.start]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", errors="replace")) + 1
    guess = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "GB18030" if _is_gb18030(data) else ""
    zh = f"文件不是 UTF-8 编码，看起来是 {guess}，请另存为 UTF-8" if guess else "文件不是 UTF-8 编码"
    en = f"the file is not UTF-8 but seems to be {guess}; save it as UTF-8" if guess else "the file is not UTF-8"
    return Finding("file-encoding", Location(file, before.count(b"\n") + 1, column), Text(zh, en))


def _is_gb18030(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


def _refused(finding: Finding) -> Document:
    return Document(finding.where.file, findings=[finding], complete=False)


def digest(files: Mapping[str, bytes]) -> str:
    """``sha256:…`` over relative POSIX paths and newline-normalised contents, independent of the platform."""
    total = hashlib.sha256()
    for name in sorted(files):
        content = files[name].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return f"sha256:{total.hexdigest()}"
