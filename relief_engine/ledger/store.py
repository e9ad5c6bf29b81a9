"""Ledger stage: an append-only file of documents, safe for several threads and processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from relief_engine.errors import Finding, InputError, UnknownName
from relief_engine.ledger import refusals
from relief_engine.ledger.access import Access
from relief_engine.ledger.appending import Appending
from relief_engine.ledger.entry import Entry, Head, Kept
from relief_engine.ledger.listing import Wish, listed
from relief_engine.ledger.rows import COLUMNS, bytes_of, entry_from, head_of, place_of
from relief_engine.ledger.verify import Anchor, Verified, verify
from relief_engine.text import Text

#: So many digits of a digest name an entry, if no other begins so.
_SHORTEST = 8


class Ledger:
    """A ledger of decisions, made by :meth:`open`. Any thread may call any method, before and after a fork.

    All methods raise :class:`~relief_engine.ledger.refusals.LedgerFailed` if SQLite can't read or write the file, and
    :class:`InputError` where what they read is damaged.
    """

    def __init__(self, access: Access) -> None:
        self.access = access
        self._appending = Appending(access)

    @classmethod
    def open(cls, path: Path | str, *, create: bool, wait: float = refusals.WAIT) -> Ledger:
        """Open a ledger.

        Args:
            path: its file.
            create: make a ledger where the file is missing or empty; else that is an error.
            wait: seconds that an append or a read waits for other programs that use the file.

        Raises:
            InputError: if there is no ledger at that place that this version can use.
            LedgerFailed: if others have held the file all that time.
        """
        return cls(Access(Path(path), create=create, wait=wait))

    @property
    def path(self) -> Path:
        """The file."""
        return self.access.path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. Closing twice does no harm; nothing else may be called afterwards."""
        self.access.close()

    # --- appending ----------------------------------------------------------------------------------------------------

    def append(self, data: bytes) -> Entry:
        """Append one document, canonical JSON. When this returns, the entry is on disk.

        After an error it is not there; only if the program itself was interrupted, it may be.
        """
        return self.append_many([data])[0]

    def append_many(self, documents: Sequence[bytes]) -> list[Entry]:
        """Append documents in their order, with one commit: all of them or none.

        Threads that append at the same moment share a commit, so that they wait for the disk once.

        Raises:
            InputError: for documents that are no JSON objects, all of them at once.
        """
        return self._appending.append(documents)

    def ready(self) -> None:
        """Whether an append would work now: nothing happens if it would.

        Raises:
            InputError: the file is damaged, or its guards are gone.
            LedgerFailed: it may not be written, or others have held it all the time that an append waits.
        """
        self._appending.ready()

    # --- reading ------------------------------------------------------------------------------------------------------

    def head(self) -> Head:
        """The number of entries and the last chain hash: what to keep elsewhere as an anchor."""
        return Head(*self.access.read(head_of))

    def get(self, which: int | str) -> Kept:
        """One entry with its document.

        Args:
            which: its number; or the digest of the document's bytes, or the one that the document itself states, in
                full or its first 8 digits or more, with or without ``sha256:``. Of entries of one document, the first.

        Raises:
            UnknownName: if there is none, or several documents have digests that begin so.
        """
        number = which if isinstance(which, int) else _number(which)
        named = number is None
        if number is None:
            number = self._named(str(which))
        kept = None if number is None or not 0 < number < 2**63 else self._at(number)
        if kept is None:
            raise self._unknown(str(which))
        if named and not _has(kept.entry, _digits(str(which))):
            message = Text(
                "索引已损坏，按摘要找到的不是这一条；请用 relief ledger verify 核对账本",
                "the index is damaged and leads from the digest to another entry; see: relief ledger verify",
            )
            raise InputError([Finding("entry-index", place_of(self.path, kept.entry.number), message)])
        return kept

    def entries(
        self,
        *,
        applicant: str | None = None,
        programme: str | None = None,
        outcome: str | None = None,
        first: str | None = None,
        last: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Entry]:
        """The entries in their order, without their documents; those alone to which everything given applies.

        Args:
            applicant: a part of the applicant's name or of its credit code.
            programme: the id of a programme that was decided, or the last part of it.
            outcome: how it was decided; of ``programme``, if that is given too.
            first: the first day of decision, ``YYYY-MM-DD``.
            last: the last one.
            limit: so many at most: the latest ones.
        """
        wish = Wish(applicant, programme, outcome, first, last)
        return listed(self.access, wish, limit)

    def verify(self, anchor: Anchor | None = None) -> Verified:
        """Check every entry; see :func:`relief_engine.ledger.verify.verify`."""
        return verify(self.access, anchor)

    def kept(self) -> Iterator[Kept]:
        """All entries with their documents, in their order."""
        for entry in self.entries():
            found = self._at(entry.number)
            if found is not None:
                yield found

    def _at(self, number: int) -> Kept | None:
        query = f"SELECT {COLUMNS}, document FROM entries WHERE number = ?"
        row = self.access.read(lambda connection: connection.execute(query, (number,)).fetchone())
        return None if row is None else Kept(entry_from(row), bytes_of(row[-1]))

    def _named(self, digest: str) -> int | None:
        """The number of the first entry of the one document whose digest begins so."""
        digits = _digits(digest)
        if len(digits) < _SHORTEST or set(digits) - set("0123456789abcdef"):
            return None
        query = """
            SELECT min(number), digest FROM entries WHERE digest >= ?1 AND digest < ?2 GROUP BY digest
            UNION SELECT min(number), digest FROM entries WHERE record >= ?1 AND record < ?2 GROUP BY digest LIMIT 3"""
        ends = f"sha256:{digits}", f"sha256:{digits}g"
        rows = self.access.read(lambda connection: connection.execute(query, ends).fetchall())
        if len({found for _, found in rows}) > 1:
            raise UnknownName(
                Text(
                    f"账本 {self.path} 中有几份记录的摘要以 {digest} 开头，请写长一些",
                    f"several records of the ledger {self.path} have digests that begin with {digest}; write it longer",
                )
            )
        return rows[0][0] if rows else None

    def _unknown(self, which: str) -> UnknownName:
        count = self.head().count
        return UnknownName(
            Text(
                f"账本 {self.path} 中没有“{which}”，应为 1 至 {count} 的序号，或记录摘要的前 {_SHORTEST} 位以上",
                f"the ledger {self.path} has no entry {which!r}; expected a number from 1 to {count}, or the first "
                f"{_SHORTEST} digits or more of a record's digest",
            )
        )


def _number(which: str) -> int | None:
    """The number that a text is; None for the digits of a digest."""
    return int(which) if which.isascii() and which.isdecimal() and len(which) < 19 else None


def _digits(digest: str) -> str:
    return digest.removeprefix("sha256:").lower()


def _has(entry: Entry, digits: str) -> bool:
    return any((digest or "").startswith(f"sha256:{digits}") for digest in (entry.digest, entry.summary.record))
