"""Comparing stage: what git says of a repository, without touching its work tree, its index or its settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.explanation.harmless import one_line
from relief_engine.text import Text

#: No answer of git to what is asked here takes long; one that does waits for something that never comes.
_SECONDS = 60
#: A folder with more in it than this is no rulebook.
_MOST_FILES, _MOST_BYTES = 5000, 200_000_000
#: The mode of a symbolic link in a tree.
_LINK = "120000"
_OF_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
#: Words that never change, no lock on the index, no question at the terminal, nothing from another machine.
_QUIET = {
    "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
}  # fmt: skip


class Entry(NamedTuple):
    """One file of a revision: its path below the folder asked for, the id of its content, and its size."""

    path: str
    blob: str
    size: int


class Repository:
    """The repository around a folder. ``prefix`` is where the folder lies in it (``services/``, or nothing)."""

    def __init__(self, folder: Path, asked: str) -> None:
        """Find the repository; raises :class:`InputError` where there is none. ``asked`` is what needs one."""
        self.asked = asked
        self.top = folder
        shown, why = _run(folder, asked, "rev-parse", "--show-toplevel", "--show-prefix")
        if shown is None:
            message = Text(
                f"没有这个目录；也不在 git 仓库中，不能按版本读取（git：{why}）",
                f"there is no such folder, and no git repository here to read a revision from (git: {why})",
            )
            raise InputError([Finding("revision-no-repository", Location(asked), message)])
        top, prefix = [*os.fsdecode(shown).splitlines(), ""][:2]
        self.top, self.prefix = Path(top), prefix

    def commit(self, revision: str) -> str:
        """The id of the commit that a revision names; raises :class:`InputError` with the nearest name."""
        found = None
        # What begins like an option is no revision, and git must not see it.
        if revision and not revision.startswith("-") and "\0" not in revision:
            found = self._asked("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        if found is None:
            hint = did_you_mean(revision, self._names())
            message = Text(
                f"没有这个目录，git 仓库中也没有版本“{revision}”{hint.zh}",
                f"there is no such folder, and the git repository has no revision {revision!r}{hint.en}",
            )
            raise InputError([Finding("revision-unknown", Location(self.asked), message)])
        return os.fsdecode(found).strip()

    def holds(self, commit: str, folder: str) -> bool:
        """Whether a commit has a folder of that path."""
        if not folder:
            return True
        kind = self._asked("cat-file", "-t", f"{commit}:{folder}")
        return kind is not None and kind.strip() == b"tree"

    def files(self, commit: str, folder: str) -> list[Entry]:
        """The files below a folder of a commit; raises :class:`InputError` for links, and for far too much."""
        tree = f"{commit}:{folder}" if folder else commit
        listed = self._asked("ls-tree", "-r", "-l", "-z", tree) or b""
        found: list[Entry] = []
        links: list[str] = []
        for line in filter(None, listed.split(b"\0")):
            about, _, path = line.partition(b"\t")
            mode, kind, blob, size = os.fsdecode(about).split()
            if kind != "blob" or mode == _LINK:
                links.append(os.fsdecode(path))
            else:
                found.append(Entry(os.fsdecode(path), blob, int(size)))
        if links:
            # To leave one out could hide a rule.
            message = Text(
                f"版本中有链接或子模块，不能读取：{'、'.join(links[:5])}",
                f"the revision has links or submodules there, which can't be read: {', '.join(links[:5])}",
            )
            raise InputError([Finding("revision-link", Location(self.asked), message)])
        if len(found) > _MOST_FILES or sum(entry.size for entry in found) > _MOST_BYTES:
            message = Text("文件太多，不像规则目录", "far too much for the folder of a rulebook")
            raise InputError([Finding("revision-too-large", Location(self.asked), message)])
        return found

    def contents(self, entries: list[Entry]) -> list[bytes]:
        """The contents of files as they were committed, in their order."""
        asked = "".join(f"{entry.blob}\n" for entry in entries).encode()
        answer = self._asked("cat-file", "--batch", given=asked) or b""
        found, at = [], 0
        for entry in entries:
            head, _, _ = answer[at : at + 200].partition(b"\n")
            at += len(head) + 1
            if head.split() != [entry.blob.encode(), b"blob", str(entry.size).encode()]:
                message = Text(f"git 读不出 {entry.path}", f"git can't read {entry.path}")
                raise InputError([Finding("revision-unreadable", Location(self.asked), message)])
            found.append(answer[at : at + entry.size])
            at += entry.size + 1
        return found

    def _names(self) -> list[str]:
        """The names of branches and tags."""
        found = self._asked("for-each-ref", "--format=%(refname:short)") or b""
        return ["HEAD", *os.fsdecode(found).splitlines()]

    def _asked(self, *arguments: str, given: bytes | None = None) -> bytes | None:
        return _run(self.top, self.asked, *arguments, given=given).printed


class _Answer(NamedTuple):
    """What git printed (None where it failed), and why it failed."""

    printed: bytes | None
    why: str


def _run(folder: Path, asked: str, *arguments: str, given: bytes | None = None) -> _Answer:
    """Ask git; raises :class:`InputError` where it can't run or does not answer."""
    # Inside a hook git speaks of one repository; here it is the one around the folder that counts.
    environment = {name: value for name, value in os.environ.items() if name not in _OF_HOOKS} | _QUIET
    try:
        done = subprocess.run(
            ["git", "--no-pager", "-C", os.fspath(folder), *arguments], capture_output=True, check=False,
            timeout=_SECONDS, env=environment, input=given, stdin=subprocess.DEVNULL if given is None else None,
        )  # fmt: skip
    except FileNotFoundError:
        message = Text("没有安装 git，不能按版本读取", "git is not installed, so no revision can be read")
    except subprocess.TimeoutExpired:
        message = Text(f"git 在 {_SECONDS} 秒内没有回答", f"git did not answer within {_SECONDS} seconds")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Text(f"不能运行 git（{reason}）", f"can't run git: {reason}")
    else:
        why = one_line(done.stderr.decode("utf-8", errors="replace").partition("\n")[0])
        return _Answer(done.stdout if done.returncode == 0 else None, why.removeprefix("fatal: "))
    raise InputError([Finding("revision-no-git", Location(asked), message)])
