"""Rulebook stage: the files of a rulebook's folder, behind those of the shipped rulebook if it extends that."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from relief_engine.errors import Finding, Location
from relief_engine.rulebook.source import read_bytes, too_large, unreadable
from relief_engine.text import Text

#: Files that are part of a rulebook, and so of its digest.
_PARTS = (".yaml", ".csv")
#: Worked cases stand beside the rules but do not change what they mean.
_CASES = ".cases.yaml"
#: Files that look as if they were meant to be part of a rulebook. Notes and the like may stand beside it.
_MEANT = frozenset({".yml", ".yaml", ".csv", ".json", ".toml", ".tsv", ".xls", ".xlsx"})


#: The file that says what a rulebook extends, if it extends anything.
ABOUT = "rulebook.yaml"
#: What the names of files of the shipped rulebook begin with in a rulebook that extends it.
SHIPPED = "@shipped/"
#: The folder of the forms.
FORMS = "forms"
_ALONE = {"sources.yaml": "sources", "ledger.yaml": "ledger", ABOUT: "about"}


def shipped_rules() -> Path:
    """The rulebook that comes with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "rules"
    return inside if inside.is_dir() else package.parent / "rules"


def kind_of(name: str) -> str:
    """Which names a file defines, judged by where it stands."""
    name = name.removeprefix(SHIPPED)
    if name in _ALONE:
        return _ALONE[name]
    folder = name.partition("/")[0]
    return folder if folder in ("facts", "standards", FORMS) else "programmes"


def form_files(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of the files that are forms."""
    return {name: data for name, data in contents.items() if kind_of(name) == FORMS and name.endswith(".yaml")}


def place_of(root: Path, name: str) -> str:
    """Where a file of a rulebook stands, for messages."""
    if name.startswith(SHIPPED):
        return (shipped_rules() / name.removeprefix(SHIPPED)).as_posix()
    return (root / name).as_posix()


class Gathered(NamedTuple):
    """The files of a rulebook by their relative path, what is wrong with them, and the kinds that can't be read.

    Behind the files of one that extends the shipped rulebook stand the documents, facts and standards of that.
    """

    contents: dict[str, bytes]
    findings: list[Finding]
    lost: set[str]


def gathered(root: Path) -> Gathered:
    """Read the files of a rulebook. Whether it may extend the shipped one, only its files can say."""
    found = _read(root, [], set())
    if ABOUT not in found.contents:
        return found
    base = _read(shipped_rules(), found.findings, found.lost).contents
    inherited = {
        SHIPPED + name: data for name, data in base.items() if kind_of(name) in ("sources", "facts", "standards")
    }
    return found._replace(contents={**inherited, **found.contents})


def _read(root: Path, findings: list[Finding], lost: set[str]) -> Gathered:
    contents: dict[str, bytes] = {}
    for name, path in sorted(_files(root, findings)):
        if path.suffix in _PARTS:
            data = _content(path, findings)
            if data is None:
                lost.add(kind_of(name))
            else:
                contents[name] = data
        elif path.suffix.lower() in _MEANT:
            message = Text(
                "不会读取这个文件：规则文件的扩展名是 .yaml，表格是 .csv（小写）",
                "this file would not be read: rules are .yaml files and tables .csv files, in lower case",
            )
            findings.append(Finding("file-unknown", Location(path.as_posix()), message))
    return Gathered(contents, findings, lost)


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
