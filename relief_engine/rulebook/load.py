"""Rulebook stage, the door: a folder is read, checked as a whole, and becomes a :class:`Rulebook` or one error."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from relief_engine.errors import Finding, Location, RulebookError
from relief_engine.rulebook.assembly import Assembly
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.folder import ABOUT, SHIPPED, Gathered, gathered, rulebook_files, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.shapes import RulebookFile
from relief_engine.rulebook.source import decode, unreadable
from relief_engine.text import Text

__all__ = ["load_rulebook", "read_contents", "read_rulebook", "rulebook_files", "shipped_rules"]


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
    return build(root, gathered(root), with_ledger=with_ledger)


def build(root: Path, files: Gathered, *, with_ledger: bool) -> tuple[Rulebook, list[Finding]]:
    """The rulebook of files that were read from a folder, and all findings."""
    desk = Desk(findings=files.findings, lost=files.lost)
    with _collector_at_rest():
        return Assembly(root, _extending(root, files.contents, desk), desk).run(with_ledger=with_ledger)


def _extending(root: Path, contents: dict[str, bytes], desk: Desk) -> dict[str, bytes]:
    """The files without those of the shipped rulebook, and a finding, if they don't rightly say that they extend it."""
    if ABOUT not in contents:
        return contents
    document = decode(contents[ABOUT], (root / ABOUT).as_posix())
    file = shaped(document, RulebookFile) if document.complete else None
    desk.findings.extend(document.findings)
    if file is not None and not document.findings:
        return contents
    desk.lost |= {"sources", "facts", "standards"}
    return {name: data for name, data in contents.items() if not name.startswith(SHIPPED)}


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Let Python's collector of cycles wait: loading makes many objects that stay, and no cycles to speak of.

    It would walk the whole heap several times meanwhile, which takes as long as reading all the YAML.
    """
    global _at_rest
    if not gc.isenabled():  # by the host, or for another thread that loads too and will wake it
        yield
        return
    _at_rest = True
    gc.disable()
    try:
        yield
    finally:
        _at_rest = False
        gc.enable()


#: Whether the collector rests because a rulebook is being loaded.
_at_rest = False


def _wake_in_child() -> None:
    """In a process just forked nobody goes on loading who would wake the collector."""
    if _at_rest:
        gc.enable()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_wake_in_child)


def read_contents(contents: Mapping[str, bytes], root: Path) -> tuple[Rulebook, list[Finding]]:
    """The rulebook of files in memory, by their relative POSIX path, and all findings; ``root`` names their places."""
    return Assembly(root, contents, Desk()).run(with_ledger=True)
