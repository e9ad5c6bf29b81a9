"""Roster stage: what a screening came to, in numbers and exact sums, by outcome, programme and group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from relief_engine.decision import Outcome, State, yuan
from relief_engine.roster.answers import Answer
from relief_engine.rulebook.record import Value

K = TypeVar("K")


class Counts(Value):
    """What was written: ``rows`` = ``decided`` + ``rejected``; one row has an answer for each programme.

    ``outcomes`` counts answers. ``granted`` sums the amounts of eligible entitlements in yuan, the lowest where the
    texts leave one open; ``if_granted`` is the lowest and highest sum of what referred ones would get where that is
    known, and ``unsettled`` how many have no figure yet. ``rejected_file`` is where rows that could
    not be read were put, if not into the same file. ``by_people`` counts what people's answers come to, and
    ``granted_by_people`` sums the entitlements that they granted; both stand beside the rules' outcomes and sums.
    """

    rows: int
    decided: int
    rejected: int
    outcomes: Mapping[Outcome, int]
    granted: Decimal
    if_granted: tuple[Decimal, Decimal]
    rejected_file: str | None = None
    unsettled: int = 0
    by_people: Mapping[State, int] = {}
    granted_by_people: Decimal = Decimal("0.00")


@dataclass(slots=True)
class Sums:
    """How many answers there are and what they come to, in whole cents: the lowest and highest sum.

    ``open`` counts answers that would add up but whose figure is not known.
    """

    number: int = 0
    low: int = 0
    high: int = 0
    open: int = 0

    def add(self, answer: Answer) -> None:
        """Count one answer."""
        self.number += 1
        if adds_up(answer):
            self._add(cents(answer))

    def _add(self, amounts: tuple[int, int] | None) -> None:
        if amounts is None:
            self.open += 1
        else:
            self.low += amounts[0]
            self.high += amounts[1]

    @property
    def yuan(self) -> tuple[Decimal, Decimal]:
        """The lowest and highest sum in yuan."""
        return yuan(self.low), yuan(self.high)


_SHOWN = (Outcome.ELIGIBLE.value, Outcome.REFERRED.value)


def adds_up(answer: Answer) -> bool:
    """Whether an answer's amount belongs into a sum."""
    return answer.summary["outcome"] in _SHOWN and answer.programme.benefit.kind == "entitlement"


def cents(answer: Answer) -> tuple[int, int] | None:
    """The lowest and highest amount of an answer that is eligible or referred, in cents; None where it has none."""
    get = answer.summary.get
    one = get("amount")
    if one is None:
        one = get("amount_if_granted")
    if isinstance(one, int):
        return one, one
    low, high = get("amount_low"), get("amount_high")
    return (low, high) if isinstance(low, int) and isinstance(high, int) else None


@dataclass(slots=True)
class Tally:
    """Counts answers as they pass, by outcome, and by programme and group under it."""

    decided: int = 0
    rejected: int = 0
    by_outcome: dict[str, Sums] = field(default_factory=dict)
    by_programme: dict[tuple[str, str], Sums] = field(default_factory=dict)
    by_group: dict[tuple[str, str], Sums] = field(default_factory=dict)
    by_people: dict[State, Sums] = field(default_factory=dict)

    def add(self, answer: Answer, group: str | None) -> None:
        """Count one answer; ``group`` is what it is grouped by, such as a district, if anything."""
        outcome = str(answer.summary["outcome"])
        found = [_sums(self.by_outcome, outcome), _sums(self.by_programme, (answer.programme.id, outcome))]
        if group is not None:
            found.append(_sums(self.by_group, (group, outcome)))
        counted = adds_up(answer)
        amounts = cents(answer) if counted else None
        for sums in found:
            sums.number += 1
            if counted:
                sums._add(amounts)
        if answer.people is not None:
            people = _sums(self.by_people, answer.people.state)
            people.number += 1
            if answer.people.cents is not None and answer.programme.benefit.kind == "entitlement":
                people._add((answer.people.cents, answer.people.cents))

    def counts(self, rejected_file: str | None = None) -> Counts:
        """What it came to."""
        empty = Sums()
        granted = self.by_outcome.get(Outcome.ELIGIBLE, empty).yuan[0]
        outcomes = {o: self.by_outcome[o].number for o in Outcome if o in self.by_outcome}
        return Counts(
            self.decided + self.rejected, self.decided, self.rejected, outcomes, granted,
            self.by_outcome.get(Outcome.REFERRED, empty).yuan, rejected_file,
            self.by_outcome.get(Outcome.REFERRED, empty).open,
            {state: self.by_people[state].number for state in State if state in self.by_people},
            self.by_people.get(State.GRANTED, empty).yuan[0],
        )  # fmt: skip


def _sums(found: dict[K, Sums], key: K) -> Sums:
    known = found.get(key)
    if known is None:
        known = found[key] = Sums()
    return known
