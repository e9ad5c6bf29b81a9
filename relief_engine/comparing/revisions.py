"""Comparing stage: the two rulebooks to compare, each from a folder or from a revision of a git repository.

A revision is ``HEAD~1``, a tag, a branch, or one of these with a folder behind a colon: ``v1:rules``. Without a folder
that of the other side is meant, else ``rules``. Nothing is checked out: the files of a revision are copied into a
folder of their own, read, and removed. Their places are named as git names them: ``v1:rules/sources.yaml``. What a
rulebook inherits from the shipped one is that of this installation on both sides.
"""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

from relief_engine.comparing.git import Entry, Repository
from relief_engine.errors import Finding, InputError, Location
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record
from relief_engine.text import Text

#: The folder of the rules where neither side names one.
_USUAL = "rules"


class Revision(Record):
    """One side: what was asked for, and the rulebook; ``commit`` is the full id of the commit, if it is from git."""

    name: str
    rulebook: Rulebook
    commit: str | None


class _Asked(Record):
    """What a side is called, told apart: a folder, or a revision with the folder inside it, if that is named."""

    name: str
    folder: Path | None
    revision: str = ""
    inside: str | None = None


def read_revisions(old: str, new: str, here: Path | None = None) -> tuple[Revision, Revision]:
    """The rulebooks of both sides.

    Args:
        old: a folder, or a revision of the repository.
        new: the same.
        here: the folder that paths start from and whose repository is asked; the current one by default.

    Raises:
        InputError: what is wrong with both sides: no such folder or revision, no repository, no git, no rulebook, or
            every mistake in the rules, with places.
    """
    start = here or Path()
    sides = [_asked(name, start) for name in (old, new)]
    found: list[Revision] = []
    findings: list[Finding] = []
    for side, other in (sides, sides[::-1]):
        try:
            found.append(_read(side, other, start))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(dict.fromkeys(findings))
    return found[0], found[1]


def _asked(name: str, start: Path) -> _Asked:
    folder = start / name
    try:
        there = bool(name) and folder.exists()
    except (OSError, ValueError):
        there = False
    if there:
        return _Asked(name, folder)
    revision, colon, inside = name.partition(":")
    return _Asked(name, None, revision, inside.strip("/") if colon else None)


def _read(side: _Asked, other: _Asked, start: Path) -> Revision:
    if side.folder is not None:
        if not side.folder.is_dir():
            message = Text("应为规则目录，实为文件", "expected the folder of a rulebook, got a file")
            raise InputError([Finding("rulebook-missing", Location(side.name), message)])
        return Revision(side.name, cached_rulebook(side.folder), None)
    repository, usual = _repository(side, other, start)
    commit = repository.commit(side.revision)
    named = side.inside if side.inside is not None else other.inside
    for inside in usual if named is None else [named]:
        if repository.holds(commit, inside):
            return Revision(side.name, _committed(side, repository, commit, inside), commit)
    lacking = (usual[0] if named is None else named) or "."
    message = Text(
        f"版本“{side.revision}”中没有目录“{lacking}”，可写成 {side.revision}:目录",
        f"the revision {side.revision!r} has no folder {lacking!r}; name one as {side.revision}:FOLDER",
    )
    raise InputError([Finding("revision-no-rulebook", Location(side.name), message)])


def _repository(side: _Asked, other: _Asked, start: Path) -> tuple[Repository, list[str]]:
    """The repository around the other side's folder, or else around where we are, and where its rules may lie."""
    if other.folder is not None and other.folder.is_dir():
        try:
            found = Repository(other.folder, side.name)
        except InputError:
            pass  # the new rules may lie anywhere, to be held against those of this repository
        else:
            return found, [found.prefix.strip("/"), _USUAL]
    found = Repository(start, side.name)
    return found, [f"{found.prefix}{_USUAL}", _USUAL]


def _committed(side: _Asked, repository: Repository, commit: str, inside: str) -> Rulebook:
    """The rulebook in a folder of a commit; its places, and those of its mistakes, are in the revision."""
    # What builds rules takes long to import.
    from relief_engine.rulebook.folder import gathered
    from relief_engine.rulebook.load import build

    entries = repository.files(commit, inside)
    named = Path(f"{side.revision}:{inside or '.'}")
    with tempfile.TemporaryDirectory(prefix="relief-") as folder:
        root = Path(folder)
        _write(root, entries, repository.contents(entries))
        files = gathered(root)
        found = [_moved(finding, root, named) for finding in files.findings]
        rulebook, findings = build(named, files._replace(findings=found), with_ledger=False)
    if findings:
        raise InputError(findings)
    return rulebook


def _write(root: Path, entries: list[Entry], contents: list[bytes]) -> None:
    """Copy files into a folder. Git lets no name climb out of its tree, and neither does this."""
    for entry, content in zip(entries, contents, strict=True):
        parts = PurePosixPath(entry.path).parts
        if ".." in parts or entry.path.startswith("/"):
            continue
        path = root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _moved(finding: Finding, root: Path, named: Path) -> Finding:
    """A finding about the copy of a file as one about the file itself."""
    where, copy = finding.where, root.as_posix()
    if not where.file.startswith(copy):
        return finding
    file = f"{named.as_posix()}{where.file[len(copy) :]}"
    return Finding(finding.code, Location(file, where.line, where.column), finding.message)
