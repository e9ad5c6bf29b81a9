"""Rulebook stage: the shape of ``forms/*.yaml``, the tables that the texts want filled in."""

from typing import Annotated, Literal

from pydantic import Field

from relief_engine.rulebook.shapes import Cites, FactId, NonEmpty, ProgrammeId, Shape, Slug, Words, YesNo

Decimals = Annotated[int, Field(strict=True, ge=0, le=4)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Width = Annotated[int, Field(strict=True, ge=4, le=60)]


class FormWords(Shape):
    """One line of a column of fixed words: what is written where a fact has a value."""

    fact: FactId
    is_: NonEmpty = Field(alias="is")
    write: Words


class FormColumn(Shape):
    """One column of a form, and where its cells come from: exactly one of result, fact, words and copied.

    ``result`` is the running number or the amount; ``fact`` a fact as it was given; ``words`` the line of the first
    fact that has its value, nothing where one before it is unknown; ``copied`` the roster's own column of that header;
    with ``whole``, only whole numbers from the first to the second are taken.
    """

    title: Words
    width: Width | None = None
    result: Literal["number", "amount"] | None = None
    fact: FactId | None = None
    words: Annotated[tuple[FormWords, ...], Field(min_length=1)] | None = None
    copied: Annotated[tuple[NonEmpty, ...], Field(min_length=1)] | None = None
    whole: Annotated[tuple[Whole, Whole], Field(strict=False)] | None = None
    unit: NonEmpty | None = None
    decimals: Decimals | None = None
    sum: YesNo = False
    note: Words | None = None


class FormCase(Shape):
    """The lines where a fact has a value."""

    fact: FactId
    is_: NonEmpty = Field(alias="is")


class FormNote(Shape):
    """What the clerk must know before the table is sent: of the table, or of the lines of one case."""

    note: Words
    when: FormCase | None = None
    cite: Cites | None = None


class FormFile(Shape):
    """``forms/*.yaml``: one table that a text wants of whoever grants relief, a line for each eligible case."""

    form: Slug
    programme: ProgrammeId
    title: Words
    columns: Annotated[list[FormColumn], Field(min_length=1)]
    notes: Annotated[list[FormNote], Field(min_length=1)] | None = None
    cite: Cites
