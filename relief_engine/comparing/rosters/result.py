"""Comparing stage, rosters: what a change of rules comes to for a table: counts, exact sums, and every change."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

from relief_engine.comparing.rosters.model import Change, Kind, Pair, Sums
from relief_engine.comparing.rosters.spool import Spool
from relief_engine.text import Text

#: So many of the largest changes are kept at hand.
MOST_AT_HAND = 100
#: A programme's sums are shown in this order.
KINDS = tuple(Kind)


@dataclass(slots=True, weakref_slot=True)
class Impact:
    """Who in a table gains and loses by new rules.

    ``rows`` = ``changed`` + ``unchanged`` + ``rejected`` (neither rulebook can read the row) + ``undecided`` (no row
    was decided, since both rulebooks have the same rules for every programme asked about). A row is changed if one of
    its answers is. ``sums`` counts answers by programme and kind; ``other_reasons`` are answers that are unchanged in
    outcome, figures and questions, but for other reasons. ``names`` are the headers of the columns that say whose row
    it is. ``figures`` names the figures that some change has, and ``spans`` those that some has as two ends.
    """

    old: str
    new: str
    as_of: dt.date
    roster: str
    sheet: str | None
    names: tuple[str, ...]
    pairs: tuple[Pair, ...]
    remarks: tuple[Text, ...]
    rows: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    undecided: int = 0
    other_reasons: int = 0
    sums: dict[tuple[str, Kind], Sums] = field(default_factory=dict)
    figures: set[str] = field(default_factory=set)
    spans: set[str] = field(default_factory=set)
    _spool: Spool = field(default_factory=Spool)
    _largest: list[tuple[int, int, int, Change]] = field(default_factory=list)

    def count(self, programme: str, kind: Kind) -> Sums:
        """The sums of one programme and kind, made when first asked for."""
        found = self.sums.get((programme, kind))
        if found is None:
            found = self.sums[programme, kind] = Sums()
        return found

    def put(self, change: Change) -> None:
        """Keep one change; its sums are counted apart."""
        self._spool.put(change)
        for state in (change.before, change.after):
            shown = {name: value for name, value in state.figures._asdict().items() if value is not None}
            self.figures.update(shown)
            self.spans.update(name for name, value in shown.items() if isinstance(value, tuple) and len(set(value)) > 1)
        # Of changes of one size the first rows come first.
        entry = (_size(change), -change.row, -self.answers, change)
        keep = heapq.heappush if len(self._largest) < MOST_AT_HAND else heapq.heappushpop
        keep(self._largest, entry)

    @property
    def answers(self) -> int:
        """How many answers changed."""
        return sum(sums.number for (_, kind), sums in self.sums.items() if kind is not Kind.UNCHANGED)

    def changes(self) -> Iterator[Change]:
        """Every change, in the order of the table."""
        return iter(self._spool)

    def largest(self, most: int) -> list[Change]:
        """The changes about the most money, at most :data:`MOST_AT_HAND`; the largest first."""
        return [change for *_, change in heapq.nlargest(most, self._largest)]

    def kinds(self, programme: str) -> list[tuple[Kind, Sums]]:
        """What became of the answers of a programme, in a fixed order; only what there is."""
        return [(kind, self.sums[programme, kind]) for kind in KINDS if (programme, kind) in self.sums]

    def by_kind(self) -> dict[Kind, Sums]:
        """The sums of all programmes together that add up, and the counts of all."""
        found: dict[Kind, Sums] = {}
        for kind in KINDS:
            for pair in self.pairs:
                if (pair.id, kind) in self.sums:
                    found.setdefault(kind, Sums()).plus(self.sums[pair.id, kind])
        return found

    def total(self, programme: str | None = None) -> Sums:
        """The sums of one programme, or of all, whatever became of the answers."""
        total = Sums()
        for (name, _), sums in self.sums.items():
            if programme in (None, name):
                total.plus(sums)
        return total


def _size(change: Change) -> int:
    """How much money a change is about, in cents."""
    if change.difference is not None:
        return abs(change.difference)
    if change.if_granted is not None:
        return max(map(abs, change.if_granted))
    found = [0]
    for state in (change.before, change.after):
        found += [state.figures.amount or 0, *(state.figures.if_granted or ())]
    return max(found)
