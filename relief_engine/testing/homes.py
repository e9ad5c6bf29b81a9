"""Testing stage: what files of worked cases are called, and which rulebook they stand in. It imports nothing heavy."""

from __future__ import annotations

import re
from pathlib import Path

#: How the name of a file of worked cases ends.
SUFFIX = ".cases.yaml"

#: Files of which a rulebook has at least one, at its root.
_ROOT_FILES = ("rulebook.yaml", "sources.yaml")
_NAMES_PROGRAMME = re.compile(rb"^(?:\xef\xbb\xbf)?programme\s*:", re.MULTILINE)


def rulebook_above(path: Path) -> Path | None:
    """The innermost folder around a file that is a rulebook: it has rulebook.yaml, sources.yaml or facts."""
    for folder in path.parents:
        if any((folder / name).is_file() for name in _ROOT_FILES) or (folder / "facts").is_dir():
            return folder
    return None


def names_programme(path: Path) -> bool:
    """Whether a file says which programme its cases are about: others may call files ``*.cases.yaml`` too."""
    try:
        with path.open("rb") as file:
            return _NAMES_PROGRAMME.search(file.read(100_000)) is not None
    except OSError:
        return False
