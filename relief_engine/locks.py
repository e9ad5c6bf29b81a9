"""Ground floor: a lock that nobody holds in a process just forked, whatever the threads of its parent were doing.

A fork copies locks as they are, but none of the threads that would release them.
"""

from __future__ import annotations

import os
from threading import Lock
from types import TracebackType
from weakref import WeakSet


class ForkedLock:
    """A plain lock, used with ``with``, that is open in every process that starts as a copy of this one.

    What it guards must be whole at every moment, so that the copy finds it so: guard the making of things, and put
    each in its place with a single assignment.
    """

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = Lock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def reopen(self) -> None:
        """Forget who holds it: those threads are not here."""
        self._lock = Lock()


_locks: WeakSet[ForkedLock] = WeakSet()


def _reopen_all() -> None:
    for lock in tuple(_locks):
        lock.reopen()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_reopen_all)
