"""Comparing stage, rosters: the records of what a change of rules means for the rows of a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from relief_engine.decision import Outcome
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class Kind(StrEnum):
    """What a change of rules does to one answer.

    Who ``gains`` or ``loses`` was certain to get something else, or nothing. Who is ``granted`` was asked for more
    before; who is ``refused`` was too, or left to people. ``from_people`` are those whom people no longer decide about,
    and who are not refused.
    """

    GAINS = "gains"
    LOSES = "loses"
    GRANTED = "granted"
    REFUSED = "refused"
    TO_PEOPLE = "to_people"
    FROM_PEOPLE = "from_people"
    FIGURE = "figure"
    ASKED = "asked_more"
    LESS_ASKED = "asked_less"
    OTHER = "other"
    UNREAD = "unread"
    READ = "read"
    UNCHANGED = "unchanged"

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _LABELS[self]


_LABELS = {
    Kind.GAINS: Text("得到更多", "gains"),
    Kind.LOSES: Text("得到更少", "loses"),
    Kind.GRANTED: Text("原缺资料，现符合", "was open, now granted"),
    Kind.REFUSED: Text("原未定，现不符合", "was open, now refused"),
    Kind.TO_PEOPLE: Text("改由人认定", "now left to people"),
    Kind.FROM_PEOPLE: Text("不再由人认定", "no longer left to people"),
    Kind.FIGURE: Text("仍由人认定，数额不同", "still left to people, another figure"),
    Kind.ASKED: Text("要补更多资料", "now asked for more"),
    Kind.LESS_ASKED: Text("不再要某些资料", "asked for less"),
    Kind.OTHER: Text("其他变化", "otherwise changed"),
    Kind.UNREAD: Text("新规则读不了", "only the old rules can read it"),
    Kind.READ: Text("旧规则读不了", "only the new rules can read it"),
    Kind.UNCHANGED: Text("不变", "unchanged"),
}

#: Whole cents, lowest and highest; equal where nothing is open.
Cents = tuple[int, int]


class Figures(NamedTuple):
    """The figures that an answer shows: money in cents, the rate as a fraction of one; None where it has none.

    ``amount`` is what an eligible applicant gets, ``if_granted`` what a person may grant.
    """

    amount: int | None = None
    if_granted: Cents | None = None
    ceiling: int | None = None
    payable: Cents | None = None
    rate: tuple[Fraction, Fraction] | None = None
    until: dt.date | None = None


class State(Value):
    """One side of a change: what one rulebook says of a row.

    ``outcome`` is None where it can't read the row; ``reason`` then says why. ``missing`` are the ids of the facts that
    are asked for.
    """

    outcome: Outcome | None
    reason: Text
    figures: Figures = Figures()
    clauses: str = ""
    missing: tuple[str, ...] = ()


class Cause(Value):
    """Something that differs between two answers to one row, and the clauses that it rests on, as printed.

    ``sort`` and ``id`` say what it is: a criterion, referral or named figure by its id, or the programme as a whole.
    """

    sort: Literal["criterion", "referral", "figure", "benefit", "programme"]
    id: str
    text: Text
    citations: tuple[str, ...]


class Change(Value):
    """One answer that is not what it was.

    ``row`` is its number as the roster's own program shows it; ``names`` hold the cells that say whose row it is, in
    the order of :attr:`Impact.names`. ``difference`` (after minus before, in cents) is there where both sides are
    certain: eligible with an amount, or nothing. ``if_granted`` is the same for two answers that are left to people.
    """

    row: int
    names: tuple[str | None, ...]
    programme: str
    kind: Kind
    before: State
    after: State
    difference: int | None
    if_granted: Cents | None
    causes: tuple[Cause, ...]

    @property
    def clauses(self) -> tuple[str, ...]:
        """The clauses by which it changed, each once."""
        return tuple(dict.fromkeys(c for cause in self.causes for c in cause.citations))


@dataclass(slots=True)
class Side:
    """Exact sums of one side in cents: granted for certain, and what people may grant (lowest, highest).

    Only entitlements are added up; ``open`` counts answers left to people whose figure is not known.
    """

    granted: int = 0
    low: int = 0
    high: int = 0
    open: int = 0

    def add(self, figures: Figures, outcome: Outcome | None) -> None:
        """Add one answer of an entitlement."""
        self.granted += figures.amount or 0
        if figures.if_granted is not None:
            self.low += figures.if_granted[0]
            self.high += figures.if_granted[1]
        elif outcome is Outcome.REFERRED:
            self.open += 1

    def plus(self, other: Side) -> None:
        """Add what another holds."""
        self.granted, self.open = self.granted + other.granted, self.open + other.open
        self.low, self.high = self.low + other.low, self.high + other.high


@dataclass(slots=True)
class Sums:
    """How many answers there are, and what they come to before and after; ``difference`` is that of certain ones."""

    number: int = 0
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    difference: int = 0

    def plus(self, other: Sums) -> None:
        """Add what another holds."""
        self.number += other.number
        self.before.plus(other.before)
        self.after.plus(other.after)
        self.difference += other.difference


class Pair(Value):
    """One programme under both rulebooks; None where a rulebook has none of that id.

    ``same`` where its rules on the day and the reading of the table are the same, so that no row was decided.
    """

    id: str
    old: Programme | None
    new: Programme | None
    same: bool

    @property
    def title(self) -> Text:
        """What it is called, by the new rulebook if that has it."""
        found = self.new or self.old
        return found.title if found is not None else Text(self.id, self.id)

    def closed(self, day: dt.date) -> bool:
        """Whether it is in force under neither on a day."""
        return not any(programme.period.holds(day) for programme in (self.old, self.new) if programme is not None)

    @property
    def adds_up(self) -> bool:
        """Whether amounts are sums that may be added up under both: deferred amounts, ceilings and rates are not."""
        return all(p.benefit.kind == "entitlement" for p in (self.old, self.new) if p is not None)
