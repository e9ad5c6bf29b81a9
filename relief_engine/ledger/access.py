"""Ledger stage: one connection to the file, used by one thread at a time, and by no process that it was not made in."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from relief_engine.errors import InputError
from relief_engine.ledger import file, refusals
from relief_engine.text import Text

T = TypeVar("T")


class Access:
    """The connection to a ledger's file.

    No transaction is long, so that one connection is enough for all threads, and nobody who reads keeps those who
    append waiting.
    """

    def __init__(self, path: Path, *, create: bool, wait: float) -> None:
        self.path = path
        self._wait = wait
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = file.opened(path, create=create, wait=wait)
        self._file = file.identity(path)
        self._prepared = False
        self._closed = False
        _OPEN.add(self)

    def close(self) -> None:
        """Close the file; doing so twice does no harm."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                # The empty journal goes, so that one file is left; if others are at work it stays, and does no harm.
                with suppress(sqlite3.Error):
                    self._connection.execute("PRAGMA journal_mode = DELETE")
                self._connection.close()
                self._connection = None

    def read(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """What ``ask`` finds out by the connection; it must not take long, leave nothing open, and bear repeating.

        Raises:
            LedgerFailed: if SQLite can't read the file.
            InputError: if what it read is damaged.
        """
        with self.alone():
            try:
                connection = self._usable()
                return refusals.patiently(lambda: ask(connection), self._wait)
            except sqlite3.Error as error:
                raise self.said(error) from error

    @contextmanager
    def alone(self, *, patient: bool = False) -> Iterator[None]:
        """Keeps all other threads, and a fork, from using the file.

        Raises:
            LedgerFailed: if they have used it for as long as anybody waits; ``patient`` waits on.
        """
        lock = self._lock
        if not lock.acquire(timeout=-1 if patient else self._wait):
            raise refusals.held(self.path)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction of whoever is :meth:`alone`: on disk at the end, or not there after an exception.

        What was done to the file since it was opened is seen here: each time its guards are looked at anew.

        Raises:
            LedgerFailed: another file stands in its place, or none.
            InputError: its guards are gone.
        """
        connection = self._usable()
        if file.identity(self.path) != self._file:
            raise refusals.moved(self.path)
        if not self._prepared:
            refusals.patiently(lambda: file.prepare_to_append(connection, self.path), self._wait)
            self._prepared = True
        # Locked at once: two that had only read could not both go on to write.
        refusals.patiently(lambda: connection.execute("BEGIN IMMEDIATE"), self._wait)
        try:
            file.check_guards(connection, self.path)
            yield connection
            refusals.patiently(lambda: connection.execute("COMMIT"), self._wait)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def said(self, error: sqlite3.Error) -> InputError | refusals.LedgerFailed:
        """An error of SQLite in the words of this package."""
        # What is malformed comes as the plain class, and what the system refuses as a subclass of it.
        if type(error) is sqlite3.DatabaseError:
            return InputError([refusals.damage(self.path, error)])
        return refusals.failed(error, self.path)

    def _usable(self) -> sqlite3.Connection:
        """The connection of this process."""
        if self._closed:
            raise refusals.LedgerFailed(Text(f"账本 {self.path} 已关闭", f"the ledger {self.path} is closed"), "closed")
        if self._connection is None:
            self._connection = file.opened(self.path, create=False, wait=self._wait)
            self._file = file.identity(self.path)
            self._prepared = False
        return self._connection

    def before_fork(self) -> None:
        """Wait for the end of a transaction.

        A child would inherit what SQLite notes of the locks that are held, without the locks.
        """
        self._lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Go on as before."""
        self._lock.release()

    def after_fork_in_child(self) -> None:
        """SQLite forbids a child even to close what its parent opened: it is put aside for good."""
        _INHERITED.append(self._connection)
        self._connection = None
        self._lock = threading.Lock()


#: All that are in use in this process.
_OPEN: weakref.WeakSet[Access] = weakref.WeakSet()
#: Those that a fork under way holds.
_HELD: list[Access] = []
#: Connections of a parent process, never to be used or closed in this one.
_INHERITED: list[sqlite3.Connection | None] = []


def _before_fork() -> None:
    _HELD.extend(_OPEN)
    for access in _HELD:
        access.before_fork()


def _after_fork(end: Callable[[Access], None]) -> Callable[[], None]:
    def call() -> None:
        while _HELD:
            end(_HELD.pop())

    return call


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork(Access.after_fork_in_parent),
        after_in_child=_after_fork(Access.after_fork_in_child),
    )
