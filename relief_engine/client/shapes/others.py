"""Client stage: the shapes of all answers but decisions."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from relief_engine.client.shapes.report import Digest, Report, Span


class Mistake(TypedDict):
    """One mistake in a request. ``pointer`` is a JSON pointer into its body, null for places elsewhere."""

    code: str
    where: str
    pointer: str | None
    line: int | None
    column: int | None
    message: str


class ProblemDocument(TypedDict):
    """Why a request was not answered (RFC 9457); ``errors`` lists every mistake of an input."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: NotRequired[list[Mistake]]


class OneOfMany(TypedDict):
    """What became of one of many profiles: a report, or why there is none."""

    report: NotRequired[Report]
    problem: NotRequired[ProblemDocument]


class Reports(TypedDict):
    """The answers to many profiles, in their order."""

    schema: Literal["relief-decide-many/1"]
    results: list[OneOfMany]


class Industry(TypedDict):
    """An industry by its code and its name."""

    code: str
    name: str


class Indicator(TypedDict):
    """What one figure of a firm makes it, and from where on each class begins."""

    fact: str
    label: str
    unit: str
    at_least: dict[str, str]
    value: str | None
    size: str | None


class Size(TypedDict):
    """The size class of a firm; ``size`` is null while it is open, and ``possible`` what remains."""

    schema: Literal["relief-size/1"]
    as_of: str
    industry: Industry
    sector: str | None
    sectors: list[str]
    size: str | None
    possible: list[str]
    indicators: list[Indicator]
    citations: list[str]


class Named(TypedDict):
    """A part of a programme by its id and its title."""

    id: str
    title: str


class DescribedItem(TypedDict):
    """A line of a description, with the lines below it."""

    text: str
    citations: str
    items: list[DescribedItem]


class DescribedPart(TypedDict):
    """A part of a description."""

    part: str
    title: str
    items: list[DescribedItem]


class Programme(TypedDict):
    """A programme, described in words that are made from its rules."""

    programme: str
    title: str
    summary: str
    authority: str
    subject: str
    benefit: str
    payer: str
    in_force: Span
    citations: list[str]
    criteria: list[Named]
    referrals: list[Named]
    described_on: str
    description: list[DescribedPart]


class Programmes(TypedDict):
    """All programmes, as the rules say on a day."""

    schema: Literal["relief-programmes/1"]
    as_of: str
    programmes: list[Programme]


class Choice(TypedDict):
    """One of the values that a fact may have."""

    id: str
    label: str


class Fact(TypedDict):
    """A fact that a profile may hold."""

    fact: str
    type: str
    unit: str | None
    label: str
    question: str
    note: str | None
    evidence: str | None
    headers: list[str]
    choices: list[Choice]
    may_be_not_available: bool


class Kind(TypedDict):
    """A kind of subject, and the key under which a profile lists several; null for the applicant."""

    subject: str
    list: str | None
    label: str


class Facts(TypedDict):
    """The kinds of subject of a profile and the facts about each."""

    schema: Literal["relief-facts/1"]
    subjects: list[Kind]
    facts: list[Fact]


class VersionOfEngine(TypedDict):
    """The version of the engine."""

    version: str


class RulebookInUse(TypedDict):
    """The rulebook that decides, and how many programmes it has."""

    digest: str
    programmes: int


class Version(TypedDict):
    """What decides, and whether records are kept."""

    schema: Literal["relief-version/1"]
    engine: VersionOfEngine
    rulebook: RulebookInUse
    ledger: bool


class Asked(TypedDict):
    """A question that was passed on."""

    fact: str
    subject: str


class Progress(TypedDict):
    """How many decisions are certain, and how many not."""

    decided: int
    undetermined: int


class Step(TypedDict):
    """Where an interview stands: the next question, or null where no answer could change anything."""

    schema: Literal["relief-interview/1"]
    as_of: str
    rulebook: Digest
    programmes: list[str] | None
    prompt: dict[str, Any] | None
    done: bool
    progress: Progress
    decisions: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    identity: list[dict[str, Any]]


class Replayed(TypedDict):
    """What became of a record that was decided anew."""

    schema: Literal["relief-replay/1"]
    verdict: Literal["same", "otherwise", "refused", "broken"]
    digest: str
    as_of: str
    made_at: str
    rulebook: dict[str, str]
    engine: dict[str, str]
    total: dict[str, str | None]
    total_by_people: dict[str, str | None]
    decided: int
    decisions: list[dict[str, Any]]
    came: list[dict[str, Any]]
    gone: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    reread: list[dict[str, Any]]
    broken: list[dict[str, Any]]
    worded_otherwise: int
    not_compared: list[str]
    unanswered: list[dict[str, Any]]


class Screening(TypedDict):
    """The counts of a roster that was screened. ``columns`` and ``remarks`` are left out where they are too long."""

    schema: Literal["relief-screen/1"]
    as_of: str
    rulebook: Digest
    routes: list[str]
    roster: str
    sheet: str | None
    row: str
    programmes: list[str]
    columns: NotRequired[dict[str, str | None]]
    rows: int
    decided: int
    rejected: int
    outcomes: dict[str, int]
    total: str
    total_if_granted: list[str]
    referred_without_figure: int
    output: str
    rejected_output: str | None
    remarks: NotRequired[list[str]]


class Resolution(TypedDict):
    """A person's answer to a referral; ``by`` is a role and no name, ``amount`` in yuan."""

    programme: str
    subject: NotRequired[str]
    referral: str
    granted: bool
    amount: NotRequired[str | int]
    on: str
    by: str
    note: NotRequired[str]
