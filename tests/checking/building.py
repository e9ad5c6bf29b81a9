"""The small right rulebook in ``base``, with a mistake in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.rulebook.building import changes, edit

HERE = Path(__file__).parent
MISTAKES = sorted((HERE / "mistakes").iterdir())


def mistaken(case: Path, folder: Path) -> Path:
    """The rulebook with the mistake of a case, in an empty folder."""
    return edited(changes(case / "change.txt"), folder)


def edited(edits: Iterable[tuple[str, str, str | None]], folder: Path) -> Path:
    """The rulebook with some edits: file, the text to find, the new one."""
    root = folder / "rules"
    shutil.copytree(HERE / "base", root)
    for name, old, new in edits:
        edit(root / name, old, new)
    return root
