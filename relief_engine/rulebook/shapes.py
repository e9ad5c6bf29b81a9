"""Rulebook stage: the shapes of ``sources.yaml`` and of fact files, and what all shapes are made of.

Shapes are Pydantic models, and their JSON Schema is what editors use. They say what a file may contain; what its names
and expressions mean is decided by the builders.
"""

# No `from __future__ import annotations` in modules of shapes: Pydantic would compile each annotation from its text.
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PlainValidator, StringConstraints, Tag, WithJsonSchema

from relief_engine.rulebook import scalars
from relief_engine.rulebook.terms import FactType

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=80)]
ProgrammeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)+$", max_length=120)]
FactId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$", max_length=80)]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
NonEmpty = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

#: A day as YYYY-MM-DD, in quotes or not. Pydantic alone would take 20220513 for seconds since 1970.
Day = Annotated[dt.date, PlainValidator(scalars.day), WithJsonSchema({"type": "string", "format": "date"})]
#: A number as written; text is not one, even where it looks like it.
Figure = Annotated[Decimal, PlainValidator(scalars.figure), WithJsonSchema({"type": "number"})]
YesNo = Annotated[bool, Field(strict=True)]
Year = Annotated[int, Field(strict=True, ge=1900, le=2100)]


class Shape(BaseModel):
    """Base of every shape: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


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


class RulebookFile(Shape):
    """``rulebook.yaml``: what a rulebook extends, if it is more than what stands in its own folder.

    ``shipped`` is the rulebook that comes with the package: its documents, facts and standards may be used, and its
    programmes are left out.
    """

    extends: Literal["shipped"]


class SourcesFile(Shape):
    """``sources.yaml``: every document with its clauses; every citation must point into it."""

    sources: list[SourceShape]


# --- facts/*.yaml -----------------------------------------------------------------------------------------------


class ChoiceShape(Shape):
    """One allowed value of a choice fact."""

    id: Annotated[
        str,
        StringConstraints(pattern=scalars.NAME.pattern, max_length=40),
        WithJsonSchema({"type": "string", "pattern": scalars.NAME_IN_SCHEMA, "maxLength": 40}),
    ]
    label: Words
    aliases: tuple[NonEmpty, ...] = ()


class FactShape(Shape):
    """One input: what it is called, how it is written, how it is asked for."""

    id: Id
    type: FactType
    unit: NonEmpty | None = None
    period: Words | None = None
    label: Words
    question: Words
    note: Words | None = None
    headers: tuple[NonEmpty, ...] = ()
    evidence: Words | None = None
    changeable: YesNo = False
    not_available: YesNo = False
    informative: YesNo = False
    identifies: YesNo = False
    choices: tuple[ChoiceShape, ...] = ()
    codes: Slug | None = None
    open_ended: YesNo = False
    at_most: Figure | None = None


class GivenForm(Shape):
    """A derived choice that says which of several forms of one figure a profile gives."""

    id: Id
    label: Words
    choices: Annotated[list[ChoiceShape], Field(min_length=1)]
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
    year: Year
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


def _by_key(tags: Mapping[str, str]) -> Discriminator:
    """Tell shapes apart by a key that only one of them has."""

    def tag(value: Any) -> str | None:
        return next((tags[key] for key in tags if isinstance(value, dict) and key in value), None)

    return Discriminator(tag)


Derived = Annotated[
    Annotated[GivenForm, Tag("GivenForm")] | Annotated[StepExtreme, Tag("StepExtreme")],
    _by_key({"form_given_by": "GivenForm", "otherwise": "GivenForm", "extreme": "StepExtreme", "of": "StepExtreme"}),
]
RelationShape = Annotated[
    Annotated[NotBefore, Tag("NotBefore")]
    | Annotated[OneForm, Tag("OneForm")]
    | Annotated[AmongSteps, Tag("AmongSteps")],
    _by_key({"later": "NotBefore", "not_before": "NotBefore", "one_form_of": "OneForm", "among_steps": "AmongSteps"}),
]


class FactsFile(Shape):
    """``facts/*.yaml``: facts of one kind of subject, in the order in which they are asked and shown.

    One file of each kind says what it is called (``label``) and, unless it is the applicant, under which key a profile
    lists it (``list``) and how it is counted. Other files add facts to it.
    """

    subject: Id
    label: Words | None = None
    list_: Id | None = Field(default=None, alias="list")
    counter: NonEmpty | None = None
    facts: list[FactShape]
    derived: tuple[Derived, ...] = ()
    relations: tuple[RelationShape, ...] = ()
