"""Rulebook stage, the side door of the command line: a rulebook that was built before need not be built again.

To build the rules takes longer than all the rest of a short run. Every byte of their files is still read every time:
what is kept counts only for exactly those files, in that folder, and for the code that built it. Whatever
does not fit is built anew. What is kept can be lost or spoilt, but it can't decide anything.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from relief_engine.errors import RulebookError
from relief_engine.rulebook.folder import Gathered, form_files, gathered, shipped_rules
from relief_engine.rulebook.model import LEDGER, Rulebook
from relief_engine.rulebook.packing import packed, unpacked
from relief_engine.rulebook.shelf import users_shelf
from relief_engine.version import VERSION

_PACKAGE = Path(__file__).resolve().parent.parent
_LIBRARIES = ("pydantic", "yaml")


def cached_rulebook(root: Path | str | None = None) -> Rulebook:
    """The same as ``load_rulebook``, and with the same errors, but sooner if the same rulebook was loaded before."""
    folder = Path(root) if root is not None else shipped_rules()
    shelf = users_shelf()
    code = None if shelf is None else _fingerprint()
    if shelf is None or code is None:
        return _loaded(folder)
    files = gathered(folder)
    if files.findings:
        return _loaded(folder)
    key = _key(folder, files.contents, code)
    data = shelf.take(key)
    kept = None if data is None else unpacked(data, folder, files.contents.get(LEDGER), form_files(files.contents))
    if kept is not None:
        return kept
    built = _built(folder, files)
    data = packed(built)
    if data is not None:
        shelf.put(key, data)
    return built


# What loads rules is imported here alone: it takes as long to import as all the rest.


def _loaded(folder: Path) -> Rulebook:
    from relief_engine.rulebook.load import load_rulebook

    return load_rulebook(folder)


def _built(folder: Path, files: Gathered) -> Rulebook:
    from relief_engine.rulebook.load import build

    rulebook, findings = build(folder, files, with_ledger=False)
    if findings:
        raise RulebookError(findings)
    return rulebook


def _fingerprint() -> str | None:
    """The code that a built rulebook depends on; None where it does not stand in files."""
    parts = [VERSION, sys.version, str(_PACKAGE)]
    try:
        for path in _code():
            status = os.stat(path)  # noqa: PTH116 - sooner than by Path
            # The last number is for installers that give every file the same time.
            parts.append(f"{path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
    except (OSError, ImportError, ValueError):
        return None
    return "\n".join(parts)


def _code() -> Iterator[str]:
    """The modules of this stage and of those within, and the libraries that read its files."""
    for folder in (_PACKAGE, _PACKAGE / "rulebook"):
        with os.scandir(folder) as entries:
            yield from sorted(entry.path for entry in entries if entry.name.endswith(".py"))
    for library in _LIBRARIES:
        found = find_spec(library)
        if found is None or found.origin is None:
            raise ImportError(library)
        yield found.origin


def _key(folder: Path, contents: Mapping[str, bytes], code: str) -> bytes:
    """What a built rulebook is of: places in it begin with the folder as it is written."""
    total = hashlib.sha256(f"{folder.as_posix()}\0{code}\0".encode(errors="surrogateescape"))
    for name in sorted(contents):
        total.update(f"{name}\0{len(contents[name])}\0".encode())
        total.update(contents[name])
    return total.digest()
