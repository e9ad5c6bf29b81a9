"""Ledger stage: whether a ledger is as it was written: every change that its entries show, in one go.

What nobody can see in a ledger alone: that its end was cut off, or that all of it from some entry on was written anew,
with hashes that fit. That takes an anchor: a head that was noted elsewhere before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.ledger import file
from relief_engine.ledger.access import Access
from relief_engine.ledger.entry import GENESIS, Head, Summary, chain_of, digest_of
from relief_engine.ledger.rows import COLUMNS, SUMMARY, head_of, place_of, summary_row
from relief_engine.ledger.summary import summary_of
from relief_engine.text import Text

#: Entries with their documents that are read at a time.
_PORTION = 32
#: So many findings are listed; the others are counted.
LISTED = 1000

_Row = tuple[Any, ...]
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was noted of a ledger's head at some time: the count, the chain hash, or both."""

    count: int | None = None
    head: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found. ``more`` findings beyond those listed were only counted; ``head`` is what to note now."""

    head: Head
    findings: tuple[Finding, ...]
    more: int

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(access: Access, anchor: Anchor | None = None) -> Verified:
    """Check every entry of a ledger, in the memory that a few of them take.

    Entries that are appended meanwhile are checked too, and nobody who appends waits for the end.

    Args:
        access: to the ledger's file.
        anchor: a head that was noted before. The ledger may have grown since.

    Raises:
        LedgerFailed: if SQLite can't read the file at all.
    """
    checking = _Checking(access, anchor or Anchor())
    findings: list[Finding] = []
    more = 0
    for finding in checking.run():
        if len(findings) < LISTED:
            findings.append(finding)
        else:
            more += 1
    return Verified(Head(checking.last, checking.chain), tuple(findings), more)


class _Checking:
    """One pass over a ledger. ``last`` and ``chain`` are of the entry before the one that is looked at."""

    def __init__(self, access: Access, anchor: Anchor) -> None:
        self.access = access
        self.anchor = anchor
        self.last = 0
        self.chain = GENESIS
        #: Whether ``chain`` could be read, so that the next entry can be held against it.
        self.known = True
        self.anchored: int | None = 0 if anchor.head == GENESIS else None
        self.at_count = GENESIS if anchor.count == 0 else None
        self.indexed = True

    def run(self) -> Iterator[Finding]:
        unlike = self.access.read(file.unlike_schema)
        if unlike:
            yield file.guards(self.access.path, unlike)
        self.indexed = not {"entries_digest", "entries_record"} & {*unlike}
        for number, row, error in self._rows():
            if number > self.last + 1:
                yield self._gap(number)
            if row is None:
                yield self._finding("ledger-damaged", number, error)
                self.known = False
            else:
                yield from self._entry(row)
                if number <= self.last:
                    continue  # no entry of the chain
                self.chain, self.known = row[3], True
                self._note(number)
            self.last = number
        yield from self._held_against_anchor()

    # --- one entry ----------------------------------------------------------------------------------------------------

    def _entry(self, row: _Row) -> Iterator[Finding]:
        number, digest, previous, chain, appended_at, *told, document, indexed = row
        if number < 1:
            yield self._finding("entry-number", number, Text("序号应从 1 起", "numbers begin with 1"))
        elif number <= self.last:
            # Only bytes of the file that somebody changed can do this: a search may find either.
            message = Text(
                "序号重复，或不按次序存放", "the number is there twice, or entries do not stand in their order"
            )
            yield self._finding("entry-number", number, message)
        elif number == self.last + 1 and self.known and previous != self.chain:
            message = Text(
                "不接在前一条之后：前面有条目被删去、调换或替换",
                "does not follow the entry before it: entries before were removed, reordered or replaced",
            )
            yield self._finding("entry-order", number, message)
        if chain != chain_of(number, str(previous), str(digest), str(appended_at)):
            message = Text(
                "链值与序号、时间、摘要和前一条不符：其中有的被改过",
                "its chain hash is not that of its number, time, digest and predecessor: one of them was changed",
            )
            yield self._finding("entry-chain", number, message)
        if not isinstance(document, bytes) or digest_of(document) != digest:
            message = Text(
                "记录的内容与其摘要不符：内容被改过", "its document is not the one of its digest: it was changed"
            )
            yield self._finding("entry-changed", number, message)
        yield from self._summary(number, told, document)
        if not indexed:
            message = Text("按摘要的索引中没有这一条", "the indexes of digests do not have it")
            yield self._finding("entry-index", number, message)

    def _summary(self, number: int, told: list[object], document: object) -> Iterator[Finding]:
        try:
            expected = summary_of(document) if isinstance(document, bytes) else Summary()
        except InputError:
            expected = Summary()
        wrong = [name for name, a, b in zip(SUMMARY, told, summary_row(expected), strict=True) if a != b]
        if wrong:
            listed = ", ".join(wrong)
            message = Text(
                f"列表用的栏目与记录不符：{listed}", f"columns for lists are not what the document says: {listed}"
            )
            yield self._finding("entry-summary", number, message)

    def _gap(self, number: int) -> Finding:
        first, last = self.last + 1, number - 1
        self.known = False
        zh, en = (str(first),) * 2 if first == last else (f"{first} 至 {last}", f"{first} to {last}")
        message = Text(f"缺少第 {zh} 条", f"missing: {'entry' if first == last else 'entries'} {en}")
        return self._finding("entry-missing", first, message)

    def _finding(self, code: str, number: int, message: Text) -> Finding:
        return Finding(code, place_of(self.access.path, number), message)

    # --- the anchor ---------------------------------------------------------------------------------------------------

    def _note(self, number: int) -> None:
        if self.chain == self.anchor.head and self.anchored is None:
            self.anchored = number
        if number == self.anchor.count:
            self.at_count = self.chain

    def _held_against_anchor(self) -> Iterator[Finding]:
        count, head = self.anchor.count, self.anchor.head
        where = Location(str(self.access.path))
        if count is not None and self.last < count:
            message = Text(
                f"应有至少 {count} 条，只有 {self.last} 条：末尾被删去",
                f"expected {count} entries or more, and there are {self.last}: the end was cut off",
            )
            yield Finding("ledger-cut", where, message)
        elif head is not None and count is not None and self.at_count != head:
            message = Text(
                f"第 {count} 条的链值不是 {head}，而是 {self.at_count}：此前的条目被替换",
                f"the chain hash of entry {count} is not {head} but {self.at_count}: entries up to it were replaced",
            )
            yield Finding("ledger-replaced", where, message)
        elif head is not None and count is None and self.anchored is None:
            message = Text(
                f"没有一条的链值是 {head}：末尾被删去或替换",
                f"no entry has the chain hash {head}: the end was cut off or replaced",
            )
            yield Finding("ledger-replaced", where, message)

    # --- reading ------------------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[tuple[int, _Row | None, Text]]:
        """The rows by their numbers; where SQLite can't read one, None and what it says."""
        found = "1"
        if self.indexed:
            found = " AND ".join(
                f"EXISTS (SELECT 1 FROM entries AS same INDEXED BY entries_{name} "
                f"WHERE same.{name} IS entries.{name} AND same.number = entries.number)"
                for name in ("digest", "record")
            )
        query = f"SELECT {COLUMNS}, document, {found} FROM entries NOT INDEXED WHERE number"
        at = -(2**63)
        before: _Row | None = None
        while True:
            try:
                rows = self._ask(f"{query} >= ? ORDER BY number LIMIT {_PORTION + 1}", at)
            except InputError:
                # Singly, so that damage to one entry does not hide the others.
                at, end = max(at if before is None else at + 1, 1), self._end()
                portion = range(at, (at + _PORTION - 1 if end is None else min(at + _PORTION - 1, end)) + 1)
                for number in portion:
                    yield from self._single(f"{query} = ?", number)
                if end is None or portion.stop > end:
                    return
                at, before = portion.stop, None
                continue
            # The last row of a portion is looked for again, so that one of the same number beside it is seen.
            for row in rows[1:] if rows[:1] == [before] else rows:
                yield row[0], row, _NOTHING
            if len(rows) <= _PORTION:
                return
            last = max(rows, key=itemgetter(0))
            at, before = (last[0], last) if last[0] > at else (at + 1, None)

    def _single(self, query: str, number: int) -> Iterator[tuple[int, _Row | None, Text]]:
        try:
            rows = self._ask(query, number)
        except InputError as error:
            yield number, None, error.findings[0].message
        else:
            for row in rows:
                yield number, row, _NOTHING

    def _ask(self, query: str, number: int) -> list[_Row]:
        return self.access.read(lambda connection: connection.execute(query, (number,)).fetchall())

    def _end(self) -> int | None:
        """The number of the last entry; None if it can't be read."""
        try:
            return self.access.read(head_of)[0]
        except InputError:
            return None
