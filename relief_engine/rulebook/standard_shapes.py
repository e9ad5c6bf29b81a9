"""Rulebook stage: the shapes of the files of standards."""

from typing import Annotated, Literal

from pydantic import Field

from relief_engine.rulebook.shapes import Cites, Dated, FactId, Figure, Id, NonEmpty, Shape, Slug, Words


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
    at_least: dict[Id, Figure]


Limits = Annotated[list[LimitShape], Field(min_length=1)]


class RowVersion(Dated):
    """The limits of a sector for one period."""

    limits: Limits
    cite: Cites


class RowShape(Shape):
    """One row of a size table: a sector and the limits of its indicators, the same always or in dated ``versions``."""

    id: Id
    label: Words
    limits: Limits | None = None
    cite: Cites | None = None
    versions: tuple[RowVersion, ...] = ()


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
