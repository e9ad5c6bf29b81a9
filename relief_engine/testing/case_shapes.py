"""Testing stage: the shape of a file of worked cases."""

# No `from __future__ import annotations` in modules of shapes: Pydantic would compile each annotation from its text.
import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from relief_engine.rulebook.shapes import Cites, FactId, Id, NonEmpty, ProgrammeId, Shape, Slug, Words

Yuan = Annotated[Decimal, Field(ge=0, decimal_places=2)]

#: Stands for a value that nobody has worked out yet. It is taken out before a file is held against its shape.
AWAITED = "?"


def _or_awaited(part: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a value that may be ``?`` too, by itself or by its name in a mapping."""
    part = {key: value for key, value in part.items() if key not in ("title", "default")}
    for way in part.get("anyOf", ()):
        if "additionalProperties" in way:
            way["additionalProperties"] = {"anyOf": [{"const": AWAITED}, way["additionalProperties"]]}
        if "patternProperties" in way:
            named = way["patternProperties"].items()
            way["patternProperties"] = {name: {"anyOf": [{"const": AWAITED}, value]} for name, value in named}
    return {"anyOf": [{"const": AWAITED}, part]}


def _keys_may_be_awaited(schema: dict[str, Any]) -> None:
    schema["properties"] = {name: _or_awaited(part) for name, part in schema["properties"].items()}


def _all_may_be_awaited(schema: dict[str, Any]) -> None:
    schema["properties"]["expect"] = _or_awaited(schema["properties"]["expect"])


class ExpectShape(Shape):
    """What a case expects. Only the keys that are given are compared.

    With ``outcome`` the three amounts always are: one that is not given must be null. ``unmet`` includes criteria that
    a referral stands in for. A deadline that is null is expected not to apply. ``resolution`` and ``amount_by_people``
    are what the profile's ``resolutions`` come to. A case fails while a key is ``?``.
    """

    model_config = ConfigDict(json_schema_extra=_keys_may_be_awaited)

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
    resolution: Literal["granted", "refused", "partly", "not_applied"] | None = None
    amount_by_people: Yuan | None = None


class CaseShape(Shape):
    """One worked case: a profile, the day, the clauses that settle it, the sum by hand, and what is expected.

    The profile is ``profile``, ``profile_file`` (a path from this file) or the file's ``base``; ``without`` takes facts
    out of it and ``change`` sets some, both by paths such as ``leases[0].start``. ``subject`` is needed only where the
    profile has several subjects of the programme's kind. A case without ``expect`` fails: its expectation can be
    accepted from the engine, and then be checked against the clauses.
    """

    model_config = ConfigDict(json_schema_extra=_all_may_be_awaited)

    name: Words
    cite: Cites
    arithmetic: NonEmpty | None = None
    profile: dict[str, Any] | None = None
    profile_file: NonEmpty | None = None
    without: list[NonEmpty] = Field(default_factory=list)
    change: dict[NonEmpty, Any] = Field(default_factory=dict)
    as_of: dt.date | None = None
    subject: NonEmpty | None = None
    expect: ExpectShape | None = None


class CasesFile(Shape):
    """``*.cases.yaml``: worked cases of one programme."""

    programme: ProgrammeId
    base: dict[str, Any] | None = None
    cases: list[CaseShape]
