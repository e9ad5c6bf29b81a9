"""Testing stage: the shape of a file of worked cases."""

# No `from __future__ import annotations` in modules of shapes: Pydantic would compile each annotation from its text.
import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from relief_engine.rulebook.shapes import Cites, FactId, Id, NonEmpty, ProgrammeId, Shape, Slug, Words

Yuan = Annotated[Decimal, Field(ge=0, decimal_places=2)]


class ExpectShape(Shape):
    """What a case expects. Only the keys that are given are compared.

    With ``outcome`` the three amounts always are: one that is not given must be null. ``unmet`` includes criteria that
    a referral stands in for. A deadline that is null is expected not to apply.
    """

    outcome: Literal["eligible", "referred", "undetermined", "ineligible", "not_in_force"] | None = None
    amount: Yuan | None = None
    amount_if_granted: Yuan | None = None
    amount_range: Annotated[list[Yuan], Field(min_length=2, max_length=2)] | None = None
    ceiling: Yuan | None = None
    payable: Yuan | None = None
    payable_range: Annotated[list[Yuan], Field(min_length=2, max_length=2)] | None = None
    rate: Decimal | None = None
    rate_range: Annotated[list[Decimal], Field(min_length=2, max_length=2)] | None = None
    until: dt.date | None = None
    unmet: list[Slug] | None = None
    referrals: list[Slug] | None = None
    missing: list[FactId] | None = None
    figures: dict[Id, Decimal | dt.date | list[Decimal]] | None = None
    deadlines: dict[Slug, dt.date | None] | None = None


class CaseShape(Shape):
    """One worked case: a profile, the day, the clauses that settle it, the sum by hand, and what is expected.

    The profile is ``profile``, ``profile_file`` (a path from this file) or the file's ``base``; ``without`` takes facts
    out of it and ``change`` sets some, both by paths such as ``leases[0].start``. ``subject`` is needed only where the
    profile has several subjects of the programme's kind.
    """

    name: Words
    cite: Cites
    arithmetic: NonEmpty | None = None
    profile: dict[str, Any] | None = None
    profile_file: NonEmpty | None = None
    without: list[NonEmpty] = Field(default_factory=list)
    change: dict[NonEmpty, Any] = Field(default_factory=dict)
    as_of: dt.date | None = None
    subject: NonEmpty | None = None
    expect: ExpectShape


class CasesFile(Shape):
    """``*.cases.yaml``: worked cases of one programme."""

    programme: ProgrammeId
    base: dict[str, Any] | None = None
    cases: list[CaseShape]
