"""Rulebook stage: a few files in a folder of the user's own, for what may be lost at any time and made again.

Nothing here is ever an error. What can't be read, is not whole, belongs to somebody else or could have been written by
others is not there; what can't be written is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from relief_engine.rulebook.record import Record

#: The environment variable that names the folder, or keeps nothing (``off``).
SETTING = "RELIEF_CACHE"
#: How many files are kept; the one that was written first goes first.
KEPT = 8

_MAGIC = b"relief-rulebook 1\n"
_HASH = hashlib.sha256().digest_size
_HEAD = len(_MAGIC) + 2 * _HASH
_SUFFIX, _UNFINISHED = ".rulebook", ".new"
_LARGEST = 64_000_000
#: A file that was not finished in this time, in seconds, never will be.
_PATIENCE = 3600
#: No link is followed, and nothing is waited for.
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Shelf(Record):
    """A folder and the files in it, by their keys (of 32 bytes)."""

    folder: Path

    def path(self, key: bytes) -> Path:
        """Where the content of a key stands."""
        return self.folder / f"{key.hex()}{_SUFFIX}"

    def take(self, key: bytes) -> bytes | None:
        """The content of a key, whole and as it was written, or None."""
        try:
            if not _own(self.folder.lstat(), stat.S_ISDIR):
                return None
            with open(self.path(key), "rb", opener=_opened) as stream:
                if not _own(os.fstat(stream.fileno()), stat.S_ISREG):
                    return None
                data = stream.read(_LARGEST)
        except OSError:
            return None
        content = data[_HEAD:]
        return content if data[:_HEAD] == _head(key, content) else None

    def put(self, key: bytes, content: bytes) -> None:
        """Keep the content of a key, and clear away what was written long ago."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _own(self.folder.lstat(), stat.S_ISDIR):
                self._write(self.path(key), _head(key, content) + content)
                self._tidy()

    def _write(self, path: Path, data: bytes) -> None:
        """Write a file whole or not at all: nobody ever reads half of it."""
        from tempfile import mkstemp

        handle, name = mkstemp(suffix=_UNFINISHED, dir=self.folder)  # readable by the user alone
        try:
            with open(handle, "wb") as stream:  # noqa: PTH123 - a handle, not a path
                stream.write(data)
            os.replace(name, path)  # noqa: PTH105
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        written: list[tuple[float, str]] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                # Somebody else may be tidying too.
                with contextlib.suppress(FileNotFoundError):
                    at = entry.stat(follow_symlinks=False).st_mtime
                    if entry.name.endswith(_SUFFIX):
                        written.append((at, entry.path))
                    elif entry.name.endswith(_UNFINISHED) and at < time.time() - _PATIENCE:
                        Path(entry.path).unlink(missing_ok=True)
        for _, path in sorted(written, reverse=True)[KEPT:]:
            Path(path).unlink(missing_ok=True)


def users_shelf() -> Shelf | None:
    """Where this user's files are kept; None if nowhere."""
    setting = os.environ.get(SETTING, "")
    if setting:
        return None if setting.lower() == "off" else Shelf(Path(setting))
    base = Path(os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        try:
            base = Path.home() / ".cache"
        except RuntimeError:
            return None
    return Shelf(base / "relief-engine")


def _head(key: bytes, content: bytes) -> bytes:
    """What a file begins with, so that nothing but this content can be taken for the key's."""
    return _MAGIC + key + hashlib.sha256(content).digest()


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)


def _own(status: os.stat_result, kind: Callable[[int], bool]) -> bool:
    """Whether it is of this kind, belongs to the user and can be written by nobody else, as far as one can tell."""
    if not kind(status.st_mode):
        return False
    # Windows has no such numbers; its folder for such files is the user's own from the start.
    return os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)
