"""Rulebook stage: what a fact is. Facts are declared once in YAML; everything that reads or asks for one uses these.

Inside the engine a known value is always an ``int`` (or a tuple of steps): yes/no is 1/0, a choice its position, a
date its proleptic Gregorian ordinal, a figure its value in base units times ``denominator`` (money in cents), an
industry code its position in the code list. ``None`` is unknown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from relief_engine.errors import Location
from relief_engine.rulebook.record import Record, Value
from relief_engine.rulebook.terms import FactType, Subject
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text

#: What a fact's value is inside the engine.
Encoded = int | tuple[tuple[int, int], ...]

#: The encoded value of a date without end (``open``): later than every day.
OPEN_END = dt.date.max.toordinal()
FIRST_DAY = dt.date(1900, 1, 1).toordinal()
LAST_DAY = dt.date(2100, 12, 31).toordinal()

#: How many parts a base unit is cut into: money to the cent, areas and other numbers to two decimals.
DENOMINATOR: Mapping[FactType, int] = {"count": 1, "amount": 100, "number": 100, "steps": 100}


class Domain(Record):
    """The named values of a choice, in their declared order."""

    name: str
    ids: tuple[str, ...]
    labels: tuple[Text, ...]

    def index(self, value: str) -> int | None:
        """The position of a value's id, or None."""
        return self.ids.index(value) if value in self.ids else None


class Fact(Record):
    """One input about an applicant, or about one of its leases, loans and so on."""

    id: str
    subject: Subject
    type: FactType
    unit: Unit | None
    denominator: int
    domain: Domain | None
    names: Mapping[str, int]
    label: Text
    question: Text
    period: Text | None
    note: Text | None
    evidence: Text | None
    headers: tuple[str, ...]
    changeable: bool
    not_available: bool
    informative: bool
    identifies: bool
    open_ended: bool
    lowest: int
    highest: int
    where: Location

    @property
    def name(self) -> str:
        """The id without its subject: the key in a profile."""
        return self.id.partition(".")[2]


class FormFact(Record):
    """A derived choice: which of several forms of one figure the profile gives. It is always known."""

    id: str
    subject: Subject
    label: Text
    domain: Domain
    given_by: tuple[tuple[str, int], ...]
    otherwise: int
    where: Location


class ExtremeFact(Record):
    """A derived amount: the lowest or highest step in force on the days from ``start`` to ``end`` within a year.

    Unknown while the steps are, and while an unknown ``start`` or ``end`` could change it.
    """

    id: str
    subject: Subject
    label: Text
    unit: Unit
    denominator: int
    lowest: bool
    of: str
    start: str
    end: str
    first_day: int
    last_day: int
    where: Location


class ClassFact(Record):
    """A derived class: what a classification says of a code."""

    id: str
    subject: Subject
    label: Text
    domain: Domain
    code: str
    standard: str
    where: Location


class SizeFact(Record):
    """A derived class: what a size table says of a code and its indicators, given as (indicator, fact) pairs."""

    id: str
    subject: Subject
    label: Text
    domain: Domain
    code: str
    standard: str
    indicators: tuple[tuple[str, str], ...]
    where: Location


DerivedFact = FormFact | ExtremeFact | ClassFact | SizeFact
AnyFact = Fact | DerivedFact


def behind(fact: AnyFact) -> tuple[str, ...]:
    """The ids of the facts that a derived one is worked out from; none for one that a profile gives."""
    match fact:
        case FormFact(given_by=given):
            return tuple(name for name, _ in given)
        case ExtremeFact(of=of, start=start, end=end):
            return (of, start, end)
        case ClassFact(code=code):
            return (code,)
        case SizeFact(code=code, indicators=indicators):
            return (code, *(name for _, name in indicators))
        case _:
            return ()


class NotBeforeRelation(Value):
    """``later`` is not before ``earlier`` (both known)."""

    later: str
    earlier: str


class OneFormRelation(Value):
    """A profile gives facts of at most one of the groups."""

    groups: tuple[tuple[str, ...], ...]


class AmongStepsRelation(Value):
    """If both are given, ``value`` is the amount of one of the steps."""

    value: str
    steps: str


Relation = NotBeforeRelation | OneFormRelation | AmongStepsRelation


class SubjectKind(Value):
    """A kind of subject: what it is called, and, if a profile lists several, under which key and counted by what."""

    id: Subject
    label: Text
    list: str | None
    counter: str

    def name(self, index: int | None) -> str:
        """What one of them is called in results, the path of its place in a profile: ``leases[0]``."""
        if self.list is None:
            return self.id
        return self.list if index is None else f"{self.list}[{index}]"


class SubjectFacts(Record):
    """All facts of one kind of subject."""

    kind: SubjectKind
    facts: tuple[Fact, ...]
    derived: tuple[FormFact | ExtremeFact, ...]
    relations: tuple[Relation, ...]

    @property
    def label(self) -> Text:
        """What the kind of subject is called."""
        return self.kind.label
