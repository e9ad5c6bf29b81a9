"""Ledger stage: appending: threads that append at the same moment share a commit, and wait for the disk once."""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Sequence

from relief_engine.errors import Finding, InputError
from relief_engine.ledger import refusals
from relief_engine.ledger.access import Access
from relief_engine.ledger.entry import Entry, Summary, chain_of, digest_of, now
from relief_engine.ledger.rows import INSERT, head_of, row_of
from relief_engine.ledger.summary import summary_of
from relief_engine.text import Text


class _Wanted:
    """Documents that one thread wants to append together, and what became of them."""

    def __init__(self, documents: Sequence[tuple[bytes, str, Summary]]) -> None:
        self.documents = documents
        self.process = os.getpid()
        self.entries: list[Entry] = []
        self.error: Exception | None = None
        self.done = False


class Appending:
    """What threads want to append to one file, in the order in which they came."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._waiting: deque[_Wanted] = deque()

    def append(self, documents: Sequence[bytes]) -> list[Entry]:
        """Append documents in their order: all of them or none; see ``Ledger.append_many``."""
        wanted = _Wanted(_read(documents))
        if not wanted.documents:
            return []
        self._waiting.append(wanted)
        try:
            self._take_turn(wanted)
        except refusals.LedgerFailed:
            if self._withdrawn(wanted):
                raise
            self._take_turn(wanted, patient=True)  # another thread is appending it just now
        if wanted.error is not None:
            raise wanted.error
        return wanted.entries

    def _take_turn(self, wanted: _Wanted, *, patient: bool = False) -> None:
        """Append what all threads wait for, unless another thread did so for this one."""
        with self.access.alone(patient=patient):
            if not wanted.done:
                waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
                # What threads of a parent process waited for is the parent's to append.
                self._commit([one for one in waiting if one.process == wanted.process])

    def _withdrawn(self, wanted: _Wanted) -> bool:
        """Whether it could be taken back: a caller who is told of a failure must not be appended for later."""
        try:
            self._waiting.remove(wanted)
        except ValueError:
            return False
        return True

    def ready(self) -> None:
        """See ``Ledger.ready``."""
        with self.access.alone():
            try:
                with self.access.transaction():
                    pass
            except sqlite3.Error as error:
                raise self.access.said(error) from error

    def _commit(self, together: Sequence[_Wanted]) -> None:
        """Append what several threads want, and tell each of them what became of it."""
        error: Exception = refusals.LedgerFailed(
            Text("追加被中断，不能确认是否已记入账本", "the append was interrupted; it may or may not be recorded"),
            "interrupted",
        )
        try:
            with self.access.transaction() as connection:
                self._insert(connection, together)
            for wanted in together:
                wanted.done = True
        except sqlite3.Error as failure:
            error = self.access.said(failure)
        except Exception as failure:  # noqa: BLE001 - it is raised by every thread that waits for this commit
            error = failure
        finally:
            for wanted in together:
                if not wanted.done:
                    wanted.done, wanted.error = True, error

    @staticmethod
    def _insert(connection: sqlite3.Connection, together: Sequence[_Wanted]) -> None:
        number, previous = head_of(connection)
        for wanted in together:
            for data, digest, summary in wanted.documents:
                number += 1
                time = now()
                chain = chain_of(number, previous, digest, time)
                entry = Entry(number, digest, previous, chain, time, summary)
                connection.execute(INSERT, (*row_of(entry), data))
                wanted.entries.append(entry)
                previous = chain


def _read(documents: Sequence[bytes]) -> list[tuple[bytes, str, Summary]]:
    """Documents with their digests and summaries; raises :class:`InputError` with what is wrong with any of them."""
    found: list[tuple[bytes, str, Summary]] = []
    findings: list[Finding] = []
    for index, data in enumerate(documents):
        label = "document" if len(documents) == 1 else f"documents[{index}]"
        try:
            found.append((data, digest_of(data), summary_of(data, label)))
        except InputError as error:
            findings += error.findings
    if findings:
        raise InputError(findings)
    return found
