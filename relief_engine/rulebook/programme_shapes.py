"""Rulebook stage: the shape of a programme file."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from relief_engine.rulebook import scalars
from relief_engine.rulebook.shapes import (
    Cites,
    Dated,
    Expression,
    FactId,
    Figure,
    Id,
    NonEmpty,
    ProgrammeId,
    Shape,
    Slug,
    Words,
    YesNo,
)  # fmt: skip

_NAME = {"type": "string", "pattern": scalars.NAME_IN_SCHEMA}
_NUMBER_OR_DAY = [{"type": "number"}, {"type": "string", "format": "date"}]
ParameterContent = Annotated[
    Decimal | dt.date | str | list[str] | dict[str, Decimal | dt.date],
    PlainValidator(scalars.parameter_value),
    WithJsonSchema(
        {
            "anyOf": [
                *_NUMBER_OR_DAY,
                _NAME,
                {"type": "array", "items": _NAME},
                {"type": "object", "minProperties": 1, "additionalProperties": {"anyOf": _NUMBER_OR_DAY}},
            ]
        }
    ),
]


class ParameterVersion(Dated):
    """One figure for one period of time, with its citation.

    A value is a number, a date, a choice, a list of choices, or a table from choices to dates or numbers.
    """

    value: ParameterContent
    unit: NonEmpty | None = None
    cite: Cites
    note: Words | None = None


class LetShape(Shape):
    """A named intermediate figure; ``title`` is what the explanation calls it."""

    value: Expression
    title: Words
    shown: YesNo = True


class CriterionVersion(Dated):
    """One dated wording of a criterion."""

    require: Expression
    cite: Cites
    reading: Words | None = None


class CriterionShape(Dated):
    """A condition that must hold; either one wording or dated ``versions``."""

    id: Slug
    title: Words
    require: Expression | None = None
    cite: Cites | None = None
    reading: Words | None = None
    versions: tuple[CriterionVersion, ...] = ()


class ReferralVersion(Dated):
    """One dated wording of a referral."""

    when: Expression
    reason: Words | None = None
    cite: Cites


class ReferralShape(Dated):
    """A situation that the text leaves to people; ``in_place_of`` names criteria that it may stand in for."""

    id: Slug
    title: Words
    reason: Words
    in_place_of: tuple[Slug, ...] = ()
    when: Expression | None = None
    cite: Cites | None = None
    versions: tuple[ReferralVersion, ...] = ()


class RoundingShape(Shape):
    """The one stated rounding of a formula."""

    to: Figure
    mode: Literal["half_up"]
    cite: Cites


class BenefitVersion(Dated):
    """What an eligible applicant gets, for one period."""

    amount: Expression | None = None
    ceiling: Expression | None = None
    rate: Expression | None = None
    payable: Expression | None = None
    until: Expression | None = None
    rounding: RoundingShape | None = None
    cite: Cites


class BenefitShape(Dated):
    """What an eligible applicant gets and who gives it; either one wording or dated ``versions``."""

    kind: Literal["entitlement", "ceiling", "rate", "deferral", "in_kind"]
    payer: Literal[
        "landlord",
        "district",
        "city",
        "city_and_district",
        "government",
        "tax_authority",
        "social_insurance",
        "bank",
        "lender",
        "guarantor",
        "utility",
        "buyer",
        "market",
        "debtor",
        "authority",
    ]
    amount: Expression | None = None
    ceiling: Expression | None = None
    rate: Expression | None = None
    payable: Expression | None = None
    until: Expression | None = None
    rounding: RoundingShape | None = None
    cite: Cites | None = None
    versions: tuple[BenefitVersion, ...] = ()


class DeadlineShape(Dated):
    """A day by which someone must act; an expression of type date, left out where it has no value."""

    id: Slug
    title: Words
    date: Expression
    when: Expression | None = None
    cite: Cites


class RemarkShape(Dated):
    """A sentence shown with the decision (always, or ``when`` a condition holds); no decision reads it."""

    id: Slug
    text: Words
    when: Expression | None = None
    cite: Cites


class NotAvailableShape(Shape):
    """What is said when only figures that do not exist are open; the decision is then referred."""

    id: Slug
    title: Words
    reason: Words
    cite: Cites


class MonotoneShape(Shape):
    """How a result moves as one fact rises and nothing else changes; one of the five results, or several."""

    fact: FactId
    amount: Literal["rises", "falls"] | None = None
    ceiling: Literal["rises", "falls"] | None = None
    payable: Literal["rises", "falls"] | None = None
    rate: Literal["rises", "falls"] | None = None
    outcome: Literal["never_better", "never_worse"] | None = None
    when: Expression | None = None


class AtMostShape(Shape):
    """The most that the money given may ever come to, before rounding."""

    value: Expression
    when: Expression | None = None


class AdditiveShape(Shape):
    """The dates of a period: the money given for it is that for its two parts together, before rounding."""

    start: FactId
    end: FactId
    when: Expression | None = None


class PropertiesShape(Shape):
    """What is true of every profile, said a second time for tests (`relief_engine.testing`); no decision reads it."""

    monotone: tuple[MonotoneShape, ...] = ()
    at_most: AtMostShape | None = None
    additive: AdditiveShape | None = None


class ProgrammeFile(Dated):
    """One relief measure: criteria, referrals and a benefit, for one kind of subject."""

    programme: ProgrammeId
    title: Words
    summary: Words
    authority: Words
    subject: Id
    cite: Cites
    parameters: dict[Id, list[ParameterVersion]] = Field(default_factory=dict)
    let: dict[Id, LetShape] = Field(default_factory=dict)
    criteria: Annotated[list[CriterionShape], Field(min_length=1)]
    referrals: tuple[ReferralShape, ...] = ()
    not_available: NotAvailableShape | None = None
    benefit: BenefitShape
    deadlines: tuple[DeadlineShape, ...] = ()
    ways: tuple[RemarkShape, ...] = ()
    check_by_hand: tuple[RemarkShape, ...] = ()
    remarks: tuple[RemarkShape, ...] = ()
    properties: PropertiesShape | None = None
