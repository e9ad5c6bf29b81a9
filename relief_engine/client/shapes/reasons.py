"""Client stage: the shapes of explanations."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

Status = Literal["met", "unmet", "unknown"]


class Reason(TypedDict):
    """One node of the tree of reasons, with what lies below it."""

    status: Status
    text: str
    fact: str | None
    value: str | None
    needed: str | None
    margin: str | None
    place: str | None
    citations: list[str]
    join: str | None
    parts: list[Reason]


class ExplainedCriterion(TypedDict):
    """A criterion, how the text is read, and why it is met or not."""

    id: str
    status: Status
    reading: str | None
    reason: Reason


class ExplainedReferral(TypedDict):
    """A referral and why it holds."""

    id: str
    reason: Reason | None


class Factor(TypedDict):
    """A figure that a line of the calculation uses."""

    name: str | None
    title: str
    value: str
    place: str | None
    citations: list[str]


class Line(TypedDict):
    """A line of the calculation; ``low`` and ``high`` are exact."""

    name: str | None
    title: str
    written: str
    result: str
    low: str
    high: str
    rounded: str | None
    rounded_by: list[str]
    because: list[Reason]
    factors: list[Factor]


class Explanation(TypedDict):
    """Why it is decided so: the reasons, the calculation, and how the rules changed."""

    title: str
    applicant: str | None
    subject: str
    headline: str
    citations: list[str]
    criteria: list[ExplainedCriterion]
    referrals: list[ExplainedReferral]
    calculation: list[Line]
    changes: list[dict[str, Any]]
