"""Rulebook stage, the door: a folder is read, checked as a whole, and becomes a :class:`Rulebook` or one error."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from relief_engine.errors import Finding, Location, RulebookError
from relief_engine.rulebook.assembly import Assembly, kind_of
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import read_bytes, too_large, unreadable
from relief_engine.text import Text

#: Files that are part of a rulebook, and so of its digest.
_PARTS = (".yaml", ".csv")
#: Worked cases stand beside the rules but do not change what they mean.
_CASES = ".cases.yaml"
#: Files that look as if they were meant to be part of a rulebook. Notes and the like may stand beside it.
_MEANT = frozenset({".yml", ".yaml", ".csv", ".json", ".toml", ".tsv", ".xls", ".xlsx"})


def shipped_rules() -> Path:
    """The rulebook that comes with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def load_rulebook(root: Path | str | None = None) -> Rulebook:
    """Load and check a rulebook; the shipped one if no folder is given.

    Raises :class:`RulebookError` that carries every mistake in every file, each with file, line and column. The ledger,
    which no decision reads, is left for :func:`read_rulebook` and for whoever asks for it.
    """
    folder = Path(root) if root is not None else shipped_rules()
    rulebook, findings = _read(folder, with_ledger=False)
    if findings or rulebook is None:
        raise RulebookError(findings)
    return rulebook


def read_rulebook(root: Path) -> tuple[Rulebook | None, list[Finding]]:
    """The rulebook of a folder, if it could be built, and all findings. With findings, nothing may decide by it."""
    return _read(root, with_ledger=True)


def _read(root: Path, *, with_ledger: bool) -> tuple[Rulebook | None, list[Finding]]:
    """The same; the ledger is read or left alone."""
    try:
        there = root.is_dir()
    except OSError as error:
        return None, [unreadable(root.as_posix(), error)]
    if not there:
        message = Text("没有这个规则目录", "there is no such rulebook folder")
        return None, [Finding("rulebook-missing", Location(root.as_posix()), message)]
    desk = Desk()
    contents: dict[str, bytes] = {}
    for name, path in sorted(_files(root, desk.findings)):
        if path.suffix in _PARTS:
            data = _content(path, desk.findings)
            if data is None:
                desk.lost.add(kind_of(name))
            else:
                contents[name] = data
        elif path.suffix.lower() in _MEANT:
            message = Text(
                "不会读取这个文件：规则文件的扩展名是 .yaml，表格是 .csv（小写）",
                "this file would not be read: rules are .yaml files and tables .csv files, in lower case",
            )
            desk.findings.append(Finding("file-unknown", Location(path.as_posix()), message))
    with _collector_at_rest():
        return Assembly(root, contents, desk).run(with_ledger=with_ledger)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let Python's collector of cycles wait: loading makes many objects that stay, and no cycles to speak of.

    It would walk the whole heap several times meanwhile, which takes as long as reading all the YAML.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_contents(contents: Mapping[str, bytes], root: Path) -> tuple[Rulebook, list[Finding]]:
    """The rulebook of files in memory, by their relative POSIX path, and all findings; ``root`` names their places."""
    return Assembly(root, contents, Desk()).run(with_ledger=True)


def rulebook_files(root: Path) -> dict[str, Path]:
    """The files of a rulebook by their relative POSIX path, without worked cases and hidden files."""
    return {name: path for name, path in sorted(_files(root, [])) if name.endswith(_PARTS)}


def _files(root: Path, findings: list[Finding]) -> Iterator[tuple[str, Path]]:
    """All files of a folder that are not hidden and no worked cases; what can't be looked at is a finding."""

    def refused(error: OSError) -> None:
        findings.append(unreadable(Path(str(error.filename)).as_posix(), error))

    # Links to folders are not followed: one that leads back up would never end.
    for folder, folders, names in os.walk(root, onerror=refused):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if name.startswith(".") or name.endswith(_CASES):
                continue
            try:
                inside = path.relative_to(root).as_posix()
                inside.encode()
                if path.is_file():
                    yield inside, path
            except UnicodeEncodeError:
                shown = path.as_posix().encode(errors="replace").decode()
                message = Text("文件名不是有效的 UTF-8", "the name of the file is not UTF-8")
                findings.append(Finding("file-name", Location(shown), message))
            except OSError as error:
                findings.append(unreadable(path.as_posix(), error))


def _content(path: Path, findings: list[Finding]) -> bytes | None:
    """The bytes of a file; None, and a finding, if it can't be read or is too large."""
    try:
        data = read_bytes(path)
    except OSError as error:
        findings.append(unreadable(path.as_posix(), error))
        return None
    if data is None:
        findings.append(too_large(path.as_posix()))
    return data
