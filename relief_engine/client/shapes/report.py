"""Client stage: the shapes of decisions."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from relief_engine.client.shapes.reasons import Explanation, Status

Outcome = Literal["eligible", "referred", "undetermined", "ineligible", "not_in_force"]
Span = TypedDict("Span", {"from": str | None, "to": str | None})
Figure = int | str | list[int | str]


class Digest(TypedDict):
    """What identifies a content: ``sha256:…``."""

    digest: str


class EngineUsed(TypedDict):
    """The engine that decided: its version, and the names of the routes that answered."""

    version: str
    routes: list[str]


class ProfileRead(TypedDict):
    """The profile that was decided: the digest of what is known, and where it came from."""

    digest: str
    source: str


class Change(TypedDict):
    """A change of one fact that would alone meet a criterion."""

    fact: str
    subject: str
    text: str


class Criterion(TypedDict):
    """A criterion and whether it is met; ``pending`` are referrals that may still stand in for it."""

    id: str
    title: str
    status: Status
    replaced: bool
    pending: list[str]
    citations: list[str]
    changes: list[Change]


class Referral(TypedDict):
    """Something that the texts leave to people, and that holds."""

    id: str
    title: str
    in_place_of: list[str]
    citations: list[str]
    reason: str


class OpenReferral(TypedDict):
    """A referral that no person has answered."""

    referral: str
    title: str


class PersonsAnswer(TypedDict):
    """What a person decided about a referral, and whether it counts; ``reason`` says why not."""

    referral: str
    title: str
    granted: bool
    amount: str | None
    on: str
    by: str
    note: str | None
    applied: bool
    reason: str | None


class ResolutionState(TypedDict):
    """What people decided about a referred case, beside what the rules decide."""

    state: Literal["granted", "refused", "partly", "not_applied"]
    state_label: str
    amount: str | None
    reasons: list[str]
    open: list[OpenReferral]
    items: list[PersonsAnswer]


class Missing(TypedDict):
    """A fact that could still change the answer."""

    fact: str
    subject: str
    question: str
    note: str | None
    evidence: str | None


class Deadline(TypedDict):
    """A day by which something must be done."""

    id: str
    date: str
    passed: bool
    title: str
    citations: list[str]


class Sentence(TypedDict):
    """A sentence with the clauses that it rests on."""

    id: str
    text: str
    citations: list[str]


class Decision(TypedDict):
    """The decision about one programme and one subject, such as ``leases[0]``.

    ``subject_id`` is what the profile calls that lease, loan and so on, if it does.
    """

    programme: str
    subject: str
    subject_id: NotRequired[str]
    outcome: Outcome
    outcome_label: str
    benefit: Literal["entitlement", "ceiling", "rate", "deferral", "in_kind"]
    payer: str
    authority: str
    amount: str | None
    amount_range: list[str] | None
    amount_if_granted: str | None
    ceiling: str | None
    payable: str | None
    payable_range: list[str] | None
    rate: str | None
    rate_range: list[str] | None
    until: str | None
    in_force: Span
    figures: dict[str, Figure]
    criteria: list[Criterion]
    referrals: list[Referral]
    resolution: ResolutionState | None
    missing: list[Missing]
    missing_is_exact: bool
    deadlines: list[Deadline]
    ways: list[Sentence]
    check_by_hand: list[Sentence]
    remarks: list[Sentence]
    explanation: Explanation


class Question(TypedDict):
    """A question that is open, with the fewest and the most decisions that an answer settles."""

    fact: str
    subject: str
    question: str
    settles: list[int]
    programmes: list[str]


class Skipped(TypedDict):
    """A programme that was not decided, and why."""

    programme: str
    reason: str


class Verification(TypedDict):
    """What the second route says of a report, and how many decisions it compared."""

    verdict: Literal["agree", "disagree", "unavailable"]
    reason: str
    compared: int


class Recorded(TypedDict):
    """Where the record of a decision stands in the ledger."""

    number: int
    digest: str


class Unanswered(TypedDict):
    """An answer of people to a referral that the rules do not have."""

    programme: str
    subject: str
    referral: str


class Followed(TypedDict):
    """The record that an answer of people follows, and the rulebook that it was made by.

    ``left_out`` are the programmes that it decided and the new record does not, ``unanswered`` the earlier answers of
    people that the new one does not hold, since the rules know their referrals no more.
    """

    digest: str
    rulebook: Digest
    left_out: list[str]
    unanswered: list[Unanswered]


class Report(TypedDict):
    """The decisions about one profile on one day: what ``relief check --format json`` prints."""

    schema: Literal["relief-check/1"]
    as_of: str
    rulebook: Digest
    engine: EngineUsed
    profile: ProfileRead
    decisions: list[Decision]
    questions: list[Question]
    skipped: list[Skipped]
    total: str
    total_by_people: str
    verification: NotRequired[Verification]
    record: NotRequired[Recorded]
    follows: NotRequired[Followed]
