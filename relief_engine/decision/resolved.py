"""Decision stage: the records of what people's answers to its referrals make of a decision."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum

from relief_engine.decision.outcomes import Outcome
from relief_engine.profile.model import Resolution
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text


class State(StrEnum):
    """What people's answers come to for one decision."""

    GRANTED = "granted"
    REFUSED = "refused"
    PARTLY = "partly"
    NOT_APPLIED = "not_applied"

    @property
    def label(self) -> Text:
        """The state in words."""
        return _LABELS[self]


_LABELS = {
    State.GRANTED: Text("经人工认定同意", "granted by people"),
    State.REFUSED: Text("经人工认定不同意", "refused by people"),
    State.PARTLY: Text("部分事项已认定，仍需人工认定", "answered in part, still referred"),
    State.NOT_APPLIED: Text("所附人工认定未采用", "people's answer not applied"),
}


class Open(Value):
    """A referral that holds, or of which ``needs`` (facts that are not known) would say whether it does.

    ``in_place_of`` are the criteria that it stands in for; none for a plain referral. All of those of a ``spare`` one
    are unmet, so that it matters only where nothing else stands in for them.
    """

    id: str
    title: Text
    in_place_of: tuple[str, ...] = ()
    needs: tuple[Fact, ...] = ()
    spare: bool = False


class Case(Value):
    """What a decision is, as far as people's answers are held against it.

    ``held`` are the referrals that hold, ``possible`` those of which that is not known. ``figure`` is the lowest and
    highest money that the rules come to in whole cents (the amount, or the ceiling): None while it is not known, and
    where the benefit is none in money (``in_money``). ``complete`` says whether all that must be known of what it gives
    is known, and ``missing`` which facts that still needs.
    """

    programme: Programme
    as_of: dt.date
    outcome: Outcome
    held: tuple[Open, ...]
    possible: tuple[Open, ...]
    in_money: bool
    figure: tuple[int, int] | None
    complete: bool
    missing: tuple[Fact, ...]


class Answered(Value):
    """One answer of people with the title of what it answers; ``reason`` says why it does not count, if it does not."""

    resolution: Resolution
    title: Text
    reason: Text | None


class Resolved(Value):
    """What people's answers come to.

    ``amount`` is yuan, only where it was granted: what was agreed, or else what the rules come to; None where the
    benefit is no amount, or an amount up to a ceiling of which nobody has said how much. ``reasons`` say why they do
    not apply, what is still to be decided, or how the amount differs from the rules' figure. ``open`` are the referrals
    that still want an answer, of a case that was answered in part.
    """

    state: State
    amount: Decimal | None
    reasons: tuple[Text, ...]
    answers: tuple[Answered, ...]
    open: tuple[Open, ...] = ()
