"""Rulebook stage: the shape of every file, as Pydantic models (their JSON Schema is what editors use).

Shapes say what a file may contain; what its names and expressions mean is decided by ``build``.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
ProgrammeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)+$", max_length=120)]
FactId = Annotated[str, StringConstraints(pattern=r"^(applicant|lease|loan)\.[a-z][a-z0-9_]*$", max_length=80)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
NonEmpty = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Subject = Literal["applicant", "lease", "loan"]
#: A day as the reader of YAML gives it; never a number, which Pydantic would take for seconds since 1970.
Day = Annotated[dt.date, Field(strict=True)]


class Shape(BaseModel):
    """Base of every shape: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Words(Shape):
    """A text in both languages."""

    zh: NonEmpty
    en: NonEmpty


class Cite(Shape):
    """A citation: a document of ``sources.yaml`` and one of its clauses."""

    source: Slug
    clause: NonEmpty


Cites = Annotated[list[Cite], Field(min_length=1)]


class Dated(Shape):
    """When an element may be used to decide: both days inclusive, open where left out.

    The expiry of a cited source bounds the element too, unless ``outlives_source`` says otherwise and why.
    """

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    outlives_source: NonEmpty | None = None


# --- sources.yaml -----------------------------------------------------------------------------------------------


class ClauseShape(Shape):
    """One clause of a document: its number as printed and what it is about, in our own words."""

    id: NonEmpty
    about: Words


class SourceShape(Shape):
    """A document that rules cite. ``expires`` is the last day it may be used, if it states one."""

    id: Slug
    kind: Literal["policy", "standard", "public_page", "convention"]
    number: NonEmpty
    title: Words
    issuer: Words
    issued: Day
    expires: Day | None = None
    clauses: Annotated[list[ClauseShape], Field(min_length=1)]


class SourcesFile(Shape):
    """``sources.yaml``: every document with its clauses; every citation must point into it."""

    sources: list[SourceShape]


# --- facts/*.yaml -----------------------------------------------------------------------------------------------


class ChoiceShape(Shape):
    """One allowed value of a choice fact."""

    id: Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w*$", max_length=40)]
    label: Words
    aliases: list[NonEmpty] = []


FactType = Literal[
    "text", "credit_code", "yes_no", "choice", "count", "number", "amount", "date", "industry_code", "steps"
]


class FactShape(Shape):
    """One input: what it is called, how it is written, how it is asked for."""

    id: Id
    type: FactType
    unit: NonEmpty | None = None
    period: Words | None = None
    label: Words
    question: Words
    note: Words | None = None
    headers: list[NonEmpty] = []
    evidence: Words | None = None
    changeable: bool = False
    not_available: bool = False
    informative: bool = False
    choices: list[ChoiceShape] = []
    like: Id | None = None
    codes: Slug | None = None
    open_ended: bool = False
    at_most: Decimal | None = None


class GivenForm(Shape):
    """A derived choice that says which of several forms of one figure a profile gives."""

    id: Id
    label: Words
    choices: list[ChoiceShape]
    form_given_by: dict[Id, NonEmpty]
    otherwise: NonEmpty


class StepExtreme(Shape):
    """A derived amount: the lowest or highest step in force on the days of a period within a calendar year."""

    id: Id
    label: Words
    extreme: Literal["lowest", "highest"]
    of: Id
    from_: Id = Field(alias="from")
    to: Id
    year: Annotated[int, Field(ge=1900, le=2100)]
    cite: Cites


class NotBefore(Shape):
    """A relation: ``later`` must not come before ``earlier``."""

    later: Id
    not_before: Id


class OneForm(Shape):
    """A relation: of several groups of facts a profile gives at most one."""

    one_form_of: Annotated[list[list[Id]], Field(min_length=2)]


class AmongSteps(Shape):
    """A relation: if both are given, ``value`` is one of the amounts in ``among_steps``."""

    value: Id
    among_steps: Id


def _derived_tag(value: Any) -> str:
    return "a highest or lowest step" if isinstance(value, dict) and ("extreme" in value or "of" in value) else "a form"


def _relation_tag(value: Any) -> str:
    if isinstance(value, dict) and "one_form_of" in value:
        return "one form"
    return "among steps" if isinstance(value, dict) and ("among_steps" in value or "value" in value) else "not before"


# Which of several shapes is meant is told by one key, so that a mistake in one is not reported as one in all.
AnyDerived = Annotated[
    Annotated[GivenForm, Tag("a form")] | Annotated[StepExtreme, Tag("a highest or lowest step")],
    Discriminator(_derived_tag),
]
AnyRelation = Annotated[
    Annotated[NotBefore, Tag("not before")]
    | Annotated[OneForm, Tag("one form")]
    | Annotated[AmongSteps, Tag("among steps")],
    Discriminator(_relation_tag),
]


class FactsFile(Shape):
    """``facts/*.yaml``: the facts of one kind of subject, in the order in which they are asked and shown."""

    subject: Subject
    label: Words
    facts: list[FactShape]
    derived: list[AnyDerived] = []
    relations: list[AnyRelation] = []


# --- standards/*.yaml -------------------------------------------------------------------------------------------


class CodeListFile(Shape):
    """A hierarchical list of codes, in a CSV beside the file (columns code, level, name, parent)."""

    standard: Slug
    kind: Literal["code_list"]
    title: Words
    file: NonEmpty
    cite: Cites


class ClassShape(Shape):
    """One class of a classification."""

    id: Id
    label: Words


class DerivesClass(Shape):
    """A derived fact: the class of a code."""

    fact: FactId
    code: FactId
    label: Words


class ClassMapFile(Shape):
    """A classification of codes: a CSV of code prefixes, where the longest match wins (columns prefix, class)."""

    standard: Slug
    kind: Literal["class_map"]
    title: Words
    codes: Slug
    classes: Annotated[list[ClassShape], Field(min_length=1)]
    file: NonEmpty
    derives: list[DerivesClass]
    cite: Cites


class IndicatorShape(Shape):
    """An indicator of a size table and the unit in which the table states its limits."""

    id: Id
    label: Words


class LimitShape(Shape):
    """The lower limits of one indicator for each class above the lowest, ascending; a value on it is inside."""

    indicator: Id
    unit: NonEmpty
    at_least: dict[Id, Decimal]


class RowShape(Shape):
    """One row of a size table: a sector and the limits of its indicators."""

    id: Id
    label: Words
    limits: Annotated[list[LimitShape], Field(min_length=1)]
    cite: Cites


class DerivesSize(Shape):
    """A derived fact: the class that a size table gives for a code and indicators."""

    fact: FactId
    sector_fact: FactId | None = None
    code: FactId
    indicators: dict[Id, FactId]
    label: Words


class SizeTableFile(Shape):
    """A size classification: sectors found by code prefix, each with limits; the lowest class of all indicators."""

    standard: Slug
    kind: Literal["size_table"]
    title: Words
    codes: Slug
    sectors: NonEmpty
    classes: Annotated[list[ClassShape], Field(min_length=2)]
    uncovered: ClassShape
    indicators: list[IndicatorShape]
    rows: Annotated[list[RowShape], Field(min_length=1)]
    derives: list[DerivesSize]
    cite: Cites


# --- programmes -------------------------------------------------------------------------------------------------

Scalar = Decimal | Day | NonEmpty


class ParameterVersion(Dated):
    """One figure for one period of time, with its citation.

    A value is a number, a date, a choice, a list of choices, or a table from choices to dates or numbers.
    """

    value: Scalar | list[NonEmpty] | dict[NonEmpty, Decimal | Day]
    unit: NonEmpty | None = None
    cite: Cites
    note: Words | None = None


class LetShape(Shape):
    """A named intermediate figure; ``title`` is what the explanation calls it."""

    value: Expression
    title: Words
    shown: bool = True


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
    versions: list[CriterionVersion] = []


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
    in_place_of: list[Slug] = []
    when: Expression | None = None
    cite: Cites | None = None
    versions: list[ReferralVersion] = []


class RoundingShape(Shape):
    """The one stated rounding of a formula."""

    to: Decimal
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
        "tax_authority",
        "social_insurance",
        "bank",
        "guarantor",
        "utility",
        "buyer",
        "authority",
    ]
    amount: Expression | None = None
    ceiling: Expression | None = None
    rate: Expression | None = None
    payable: Expression | None = None
    until: Expression | None = None
    rounding: RoundingShape | None = None
    cite: Cites | None = None
    versions: list[BenefitVersion] = []


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


class ProgrammeFile(Dated):
    """One relief measure: criteria, referrals and a benefit, for one kind of subject."""

    programme: ProgrammeId
    title: Words
    summary: Words
    authority: Words
    subject: Subject
    cite: Cites
    parameters: dict[Id, list[ParameterVersion]] = {}
    let: dict[Id, LetShape] = {}
    criteria: Annotated[list[CriterionShape], Field(min_length=1)]
    referrals: list[ReferralShape] = []
    not_available: NotAvailableShape | None = None
    benefit: BenefitShape
    deadlines: list[DeadlineShape] = []
    ways: list[RemarkShape] = []
    check_by_hand: list[RemarkShape] = []
    remarks: list[RemarkShape] = []
