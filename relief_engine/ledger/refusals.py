"""Ledger stage: what SQLite's errors are called, and how others who hold the file are waited for."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from relief_engine.errors import Finding, InputError, Location, SystemRefused
from relief_engine.text import Text

T = TypeVar("T")

#: Seconds that an append or a read waits for others who use the file.
WAIT = 30.0
NOT_A_LEDGER = Text("这不是判定账本", "this is no ledger of decisions")


#: Why a ledger could not be used: the disk is full, others hold the file, it may not be written, the disk failed, the
#: file is no longer there, it was closed, the append was cut off, or something that nothing here knows.
Reason = Literal["full", "busy", "read-only", "disk", "moved", "closed", "interrupted", "unknown"]


class LedgerFailed(SystemRefused):
    """SQLite refused to read or append; ``reason`` says why, the message what to do about it.

    What was to be appended is not there, but for the reason *interrupted*, after which it may be.
    """

    def __init__(self, message: Text, reason: Reason = "unknown") -> None:
        self.reason: Reason = reason
        super().__init__(message)

    @property
    def code(self) -> str:
        """``ledger-`` and the reason."""
        return f"ledger-{self.reason}"

    def __reduce__(self) -> tuple[type[LedgerFailed], tuple[Text, Reason]]:  # type: ignore[override]
        """Errors cross process borders whole."""
        return type(self), (self.message, self.reason)


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


#: The reasons that SQLite's own numbers stand for.
_REASONS: Mapping[int, Reason] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_CANTOPEN: "read-only",
    sqlite3.SQLITE_IOERR: "disk",
}
#: What is wrong, and what to do, behind the name of the ledger.
_SAID: Mapping[Reason, Text] = {
    "full": Text(
        "没有写入：磁盘已满。请腾出空间后再试；已有的条目不受影响",
        "was not written: the disk is full. Make room and try again; what it holds is as it was",
    ),
    "busy": Text(
        "没有读写成功：其他程序一直占用着它。请等那个程序结束或关闭它（如数据库工具、备份、网盘同步），再试一次；"
        "已有的条目不受影响",
        "could not be used: other programs held it all the time. Wait for them or close them (such as a database tool, "
        "a backup, a synchronised folder) and try again; what it holds is as it was",
    ),
    "read-only": Text(
        "不能写入：文件或所在的目录是只读的，或者没有权限。请改权限，或换一个地方放账本；已有的条目不受影响",
        "can't be written: the file or its folder is read-only, or you may not write there. Change the permissions or "
        "put the ledger elsewhere; what it holds is as it was",
    ),
    "disk": Text(
        "没有读写成功：磁盘或网络盘出错。请先检查磁盘，再用 relief ledger verify 核对账本，然后再试",
        "could not be used: the disk or the network drive failed. Look after the disk, check the ledger with relief "
        "ledger verify, and try again",
    ),
    "moved": Text(
        "打开之后被移走、删除或换成了别的文件，没有追加；请重新打开",
        "was moved, removed or replaced since it was opened; nothing was appended: open it anew",
    ),
}


def _refused(reason: Reason, path: Path, detail: str = "") -> LedgerFailed:
    said = _SAID[reason]
    zh, en = (f"（{detail}）", f" ({detail})") if detail else ("", "")
    return LedgerFailed(Text(f"账本 {path} {said.zh}{zh}", f"the ledger {path} {said.en}{en}"), reason)


def held(path: Path) -> LedgerFailed:
    """Others have held the file for as long as anybody waits."""
    return _refused("busy", path)


def moved(path: Path) -> LedgerFailed:
    """The file that is open is no longer the one at its place."""
    return _refused("moved", path)


def failed(error: sqlite3.Error, path: Path) -> LedgerFailed:
    """An error of SQLite that says nothing about what stands in the file."""
    if _code(error) == sqlite3.SQLITE_READONLY_DBMOVED:
        return moved(path)
    reason = _REASONS.get(_code(error) & 0xFF)
    if reason is not None:
        # What the disk did is for whoever looks after it.
        return _refused(reason, path, f"SQLite: {error}" if reason == "disk" else "")
    return LedgerFailed(
        Text(f"账本 {path} 无法读写（SQLite：{error}）", f"the ledger {path} can't be used (SQLite: {error})")
    )


def not_opened(error: sqlite3.Error, path: Path) -> InputError | LedgerFailed:
    """Why a file could not be opened, as far as SQLite says."""
    reason = _REASONS.get(_code(error) & 0xFF)
    if reason in ("busy", "full", "disk"):
        return failed(error, path)
    if _code(error) == sqlite3.SQLITE_NOTADB:
        return InputError([Finding("not-a-ledger", Location(str(path)), NOT_A_LEDGER)])
    if reason == "read-only":
        message = Text(
            "无法打开账本：没有权限，或者它和所在的目录是只读的",
            "the ledger can't be opened: you may not, or it and its folder are read-only",
        )
        return InputError([Finding("file-unreadable", Location(str(path)), message)])
    if isinstance(error, sqlite3.OperationalError):
        message = Text(f"无法打开账本（SQLite：{error}）", f"the ledger can't be opened (SQLite: {error})")
        return InputError([Finding("file-unreadable", Location(str(path)), message)])
    return InputError([damage(path, error)])
