"""Ledger stage: what SQLite's errors are called, and how others who hold the file are waited for."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from relief_engine.errors import Finding, InputError, Location, StatedError
from relief_engine.text import Text

T = TypeVar("T")

#: Seconds that an append or a read waits for others who use the file.
WAIT = 30.0
NOT_A_LEDGER = Text("这不是判定账本", "this is no ledger of decisions")


class LedgerFailed(StatedError):
    """SQLite refused to read or append: the disk is full, others hold the file, or it may not be written."""


def patiently(call: Callable[[], T], wait: float) -> T:
    """What ``call`` gives, tried again while others hold the file, for so many seconds.

    Another program may append without a pause. SQLite's own waiting grows to 100 ms between its tries, and seldom hits
    the moment in which the file is free; many short waits do.
    """
    until = time.monotonic() + wait
    while True:
        try:
            return call()
        except UnicodeDecodeError:
            # Where SQLite quotes a damaged name in what it says, Python's module trips over that.
            raise sqlite3.DatabaseError("a name that is no text") from None
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > until:
                raise
        time.sleep(random.uniform(0.0003, 0.003))


def damage(path: Path, error: sqlite3.Error) -> Finding:
    """What SQLite calls damaged."""
    message = Text(f"文件已损坏（SQLite：{error}）", f"the file is damaged (SQLite: {error})")
    return Finding("ledger-damaged", Location(str(path)), message)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether others hold the file."""
    return (_code(error) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _code(error: sqlite3.Error) -> int:
    """SQLite's own number of an error; 0 where Python's module raised it."""
    return getattr(error, "sqlite_errorcode", 0)


def held(path: Path) -> LedgerFailed:
    """Others have held the file for as long as anybody waits."""
    return LedgerFailed(
        Text(
            f"账本 {path} 无法读写，其他程序长时间占用",
            f"the ledger {path} can't be used: others hold it",
        )
    )


def moved(path: Path) -> LedgerFailed:
    """The file that is open is no longer the one at its place."""
    return LedgerFailed(
        Text(
            f"账本 {path} 打开之后被移走、删除或换成了别的文件，没有追加；请重新打开",
            f"the ledger {path} was moved, removed or replaced since it was opened; nothing was appended: open it anew",
        )
    )


def failed(error: sqlite3.Error, path: Path) -> LedgerFailed:
    """An error of SQLite that says nothing about what stands in the file."""
    if _code(error) == sqlite3.SQLITE_READONLY_DBMOVED:
        return moved(path)
    zh, en = ("，其他程序长时间占用", ": other programs have held it for long") if is_busy(error) else ("", "")
    return LedgerFailed(
        Text(f"账本 {path} 无法读写{zh}（SQLite：{error}）", f"the ledger {path} can't be used{en} (SQLite: {error})")
    )


def not_opened(error: sqlite3.Error, path: Path) -> InputError | LedgerFailed:
    """Why a file could not be opened, as far as SQLite says."""
    if is_busy(error):
        return failed(error, path)
    if _code(error) == sqlite3.SQLITE_NOTADB:
        return InputError([Finding("not-a-ledger", Location(str(path)), NOT_A_LEDGER)])
    if isinstance(error, sqlite3.OperationalError):
        message = Text(f"无法打开账本（SQLite：{error}）", f"the ledger can't be opened (SQLite: {error})")
        return InputError([Finding("file-unreadable", Location(str(path)), message)])
    return InputError([damage(path, error)])
