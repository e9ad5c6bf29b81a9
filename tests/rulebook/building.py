"""Small rulebooks made from the one in ``base``: files beside a ``change.txt`` replace its files, the text edits them.

``change.txt`` holds, for each edited file, a line ``--- file`` and blocks of ``<<<``, the text that is there once,
``===``, what stands there instead, ``>>>``. An empty old text appends. ``--- file gone`` takes a file away.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from relief_engine.rulebook.load import read_rulebook
from relief_engine.rulebook.model import Rulebook

HERE = Path(__file__).parent
BASE = HERE / "base"
SPECIAL = ("change.txt", "expected.txt")
#: Text that can't be shown in a change.
ESCAPES = {"<TAB>": "\t", "<CR>": "\r", "<BOM>": "\ufeff", "<NUL>": "\0", "<BELL>": "\a", "<WIDE SPACE>": "\u3000"}


def made(case: Path, folder: Path) -> Path:
    """The rulebook of a case, put together in an empty folder."""
    root = folder / "rules"
    shutil.copytree(BASE, root)
    for path in sorted(case.rglob("*")):
        if path.is_file() and path.name not in SPECIAL:
            target = root / path.relative_to(case)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name, old, new in changes(case / "change.txt"):
        edit(root / name, old, new)
    return root


def changes(path: Path) -> Iterator[tuple[str, str, str | None]]:
    """The edits of a change file: a file, the text to find, and the new one (None: the file goes)."""
    name, part = "", ""
    old: list[str] = []
    new: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if part == "" and line.startswith("--- "):
            name, _, gone = line.removeprefix("--- ").partition(" ")
            if gone:
                yield name, "", None
        elif line == "<<<":
            part, old, new = "old", [], []
        elif line == "===" and part == "old":
            part = "new"
        elif line == ">>>":
            yield name, "\n".join(old), "\n".join(new)
            part = ""
        else:
            (old if part == "old" else new).append(line)


def edit(path: Path, old: str, new: str | None) -> None:
    """Edit one file in place, or take it away."""
    if new is None:
        path.unlink()
        return
    for written, meant in ESCAPES.items():
        new = new.replace(written, meant)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if old:
        assert text.count(old) == 1, f"{path.name} holds {text.count(old)} times: {old}"
        text = text.replace(old, new)
    else:
        text += new + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def loaded(root: Path) -> tuple[Rulebook | None, list[str]]:
    """A rulebook and what was found, one line each, with places from its folder."""
    rulebook, findings = read_rulebook(root)
    return rulebook, [line(finding.in_("zh"), root) for finding in findings]


def line(text: str, root: Path) -> str:
    """A text that begins with a place, as seen from the folder."""
    return text.replace(f"{root.as_posix()}/", "", 1).replace(root.as_posix(), ".", 1)
