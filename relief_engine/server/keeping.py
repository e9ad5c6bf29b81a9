"""Server stage: the ledger of a service. A record is on disk before the decision that it holds is answered."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

from relief_engine.errors import ReliefError, UnknownName
from relief_engine.ledger.entry import Entry, Kept
from relief_engine.ledger.refusals import LedgerFailed
from relief_engine.ledger.store import Ledger
from relief_engine.server import logs
from relief_engine.server.problems import Problem
from relief_engine.text import Text

#: How long an append waits for other programs that use the file, in seconds.
WAIT = 10.0


#: After so many seconds a ledger that others hold is worth another try.
RETRY_AFTER = 5
_NOT_KEPT = Text("账本无法写入，判定没有记录，也没有给出", "the ledger can't be written; nothing was decided")
_FULL = Text(
    "账本所在的磁盘已满，判定没有记录，也没有给出；请运维人员腾出空间后再试",
    "the disk of the ledger is full, so nothing was decided; whoever runs the service must make room first",
)
_HELD = Text("其他程序一直占用账本，请稍后再试", "other programs held the ledger all the time; try again later")


def _failed(error: ReliefError, otherwise: Text) -> Problem:
    """The problem that a ledger which could not be used is to whoever asked; the log says why."""
    reason = error.reason if isinstance(error, LedgerFailed) else None
    logs.event("ledger-failed", level=logging.ERROR, fault=type(error).__name__, reason=reason)
    if reason == "full":
        return Problem("ledger-full", _FULL)
    if reason == "busy":
        return Problem(
            "unavailable", Text(f"{otherwise.zh}：{_HELD.zh}", f"{otherwise.en}: {_HELD.en}"), retry_after=RETRY_AFTER
        )
    return Problem("unavailable", otherwise)


class Keeper:
    """The ledger, from within an event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        #: Raises :class:`InputError` where there is no ledger that can be used.
        self._ledger = Ledger.open(path, create=True, wait=WAIT)
        self._failed = False

    async def append(self, data: bytes) -> Entry:
        """Append a record; when this returns, it is on disk. Raises :class:`Problem`, and then it is not there."""
        try:
            entry = await asyncio.shield(asyncio.to_thread(self._ledger.append, data))
        except ReliefError as error:
            self._failed = True
            raise _failed(error, _NOT_KEPT) from error
        self._failed = False
        return entry

    async def get(self, which: str) -> Kept:
        """The entry with a number or a digest; raises :class:`Problem` if there is none."""
        try:
            return await asyncio.to_thread(self._ledger.get, which)
        except UnknownName as error:
            detail = Text("账本里没有这一条，或者摘要写得不够长", "the ledger has no such entry, or more than one")
            raise Problem("not-found", detail) from error
        except ReliefError as error:
            raise _failed(error, Text("账本无法读取", "the ledger can't be read")) from error

    async def writable(self) -> bool:
        """Whether records can be appended, as far as can be told without appending one."""
        try:
            await asyncio.to_thread(self._ledger.head)
        except ReliefError:
            return False
        return not self._failed and os.access(self._path, os.W_OK) and os.access(self._path.absolute().parent, os.W_OK)

    def close(self) -> None:
        """Close the file."""
        self._ledger.close()
