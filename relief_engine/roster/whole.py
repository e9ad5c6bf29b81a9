"""Roster stage: files that appear whole or not at all, and nothing of a run that was killed stays behind."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_folder(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` for what is too large for memory; it is removed at the end, or by the next run."""
    clear(target)
    folder = _temporary(target)
    # What lies there is of the roster, and some of it is unpickled: nobody else may read or write it.
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole_file(target: Path, *, fresh: bool = False) -> Iterator[Path]:
    """A path beside ``target`` to write to; at the end it takes the target's place in one step.

    If ``fresh``, it takes no other's place: :class:`FileExistsError` where something has the name by then.

    After an exception it is removed and the target is as it was. What runs that were killed left beside the target is
    removed first. A link stays one, and the file that it leads to is replaced. Raises :class:`OSError` as the file
    system does, and where something stands that is no ordinary file, such as a device.
    """
    target = Path(os.path.realpath(target))
    if target.exists() and not target.is_file() and not target.is_dir():
        raise OSError(errno.EINVAL, "not an ordinary file", str(target))
    clear(target)
    temporary = _temporary(target)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        # A new file would be readable by its owner only, or by all; one that replaces another is as that was.
        with contextlib.suppress(OSError):
            os.chmod(temporary, target.stat().st_mode & 0o777)  # noqa: PTH101 - as stat() above
        if fresh:
            _named(temporary, target)
        else:
            os.replace(temporary, target)  # noqa: PTH105 - the one step
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _named(temporary: Path, target: Path) -> None:
    """Give a file its name, unless something has it: a second name is given in one step, and never to two files."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems know no second names. There others can come between the question and the step.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from None
        os.replace(temporary, target)  # noqa: PTH105 - the one step


#: What stands in a folder of results and says what they are of.
RESULT = "_relief.json"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A path beside ``target`` at which to make a folder; at the end it takes the place of what stands there.

    After an exception it is removed and the target is as it was. A folder can't replace another in one step: the old
    one is put aside first, and the next run puts it back if this one is killed in between.
    """
    clear(target)
    aside = target.with_name(f".{target.name}.relief-before")
    if aside.exists():
        if target.exists():
            _remove(aside)
        else:
            aside.rename(target)
    temporary = _temporary(target)
    try:
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                with path.open("rb+") as file:
                    os.fsync(file.fileno())
        if target.exists():
            target.rename(aside)
        try:
            temporary.rename(target)
        except OSError:
            if aside.exists():
                aside.rename(target)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _remove(aside)
    _sync_folder(target.parent)


def _remove(path: Path) -> None:
    """Remove a file or a folder; it is no matter if it stays."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _temporary(target: Path) -> Path:
    """A name of this run beside a target."""
    return target.with_name(f"{_prefix(target)}{_host()}-{os.getpid()}-{secrets.token_hex(4)}.tmp")


def clear(target: Path) -> None:
    """Remove what killed runs on this machine left beside a target; files of runs that go on stay."""
    left = re.compile(re.escape(_prefix(target)) + r"(?P<host>[0-9a-f]{8})-(?P<process>\d+)-[0-9a-f]{8}\.tmp")
    try:
        names = os.listdir(target.parent)  # noqa: PTH208 - names are enough
    except OSError:
        return
    for name in names:
        found = left.fullmatch(name)
        if found is not None and found["host"] == _host() and not _runs(int(found["process"])):
            _remove(target.with_name(name))


def _prefix(target: Path) -> str:
    return f".{target.name}.relief-"


def _host() -> str:
    """This machine, so that a shared folder's files of others are let be."""
    return hashlib.sha256(socket.gethostname().encode(errors="replace")).hexdigest()[:8]


def _runs(process: int) -> bool:
    """Whether a process goes on. On Windows asking is not harmless, and an open file can't be removed."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a loss of power, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
