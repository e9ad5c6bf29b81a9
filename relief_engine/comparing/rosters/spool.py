"""Comparing stage, rosters: changes kept on disk where they are many, so that a long table takes no more memory."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator

from relief_engine.comparing.rosters.model import Change

#: So many bytes stay in memory: some thousands of changes.
_MOST = 8 * 2**20


class Spool:
    """Changes in the order in which they were put in. What is on disk goes when this does; nobody else can open it."""

    def __init__(self) -> None:
        # Closed with this object, which lives as long as the comparison that it belongs to.
        self._file = tempfile.SpooledTemporaryFile(_MOST)  # noqa: SIM115
        self._end = 0
        weakref.finalize(self, self._file.close)

    def put(self, change: Change) -> None:
        """Put one more in."""
        self._file.seek(self._end)
        pickle.dump(change, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._end = self._file.tell()

    def __iter__(self) -> Iterator[Change]:
        """All changes, from the first; several may be under way at once."""
        place = 0
        while place < self._end:
            self._file.seek(place)
            change: Change = pickle.load(self._file)
            place = self._file.tell()
            yield change
