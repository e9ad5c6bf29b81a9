"""Rulebook stage: programmes and their dated elements, with every expression typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import AnyFact, SubjectKind
from relief_engine.rulebook.periods import LAST, Dated, Period
from relief_engine.rulebook.properties import Properties
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import SizeTable
from relief_engine.rulebook.terms import Subject
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text

BenefitKind = Literal["entitlement", "ceiling", "rate", "deferral", "in_kind"]


class ParameterValue(Record):
    """One version of a parameter. ``value`` is as written; ``unit`` is None for anything but figures."""

    value: Decimal | dt.date | tuple[str, ...] | Mapping[str, Decimal | dt.date]
    unit: Unit | None
    citations: tuple[Citation, ...]
    note: Text | None
    where: Location

    @property
    def in_base_units(self) -> Fraction | None:
        """A figure in base units (元, not 万元); None for anything that is no figure."""
        if not isinstance(self.value, Decimal):
            return None
        return Fraction(self.value) * (self.unit.scale if self.unit is not None else 1)


class Parameter(Record):
    """A figure, day, list or table from a policy, with the dates it holds for."""

    name: str
    type: ex.Type
    versions: Dated[ParameterValue]
    where: Location


class Let(Record):
    """A named intermediate figure."""

    name: str
    title: Text
    shown: bool
    value: ex.Expr


class Wording(Record):
    """One dated wording of a criterion, referral or remark: its condition, citations and our reading of the text."""

    condition: ex.Expr
    citations: tuple[Citation, ...]
    remark: Text | None
    where: Location


class Criterion(Record):
    """A named condition that must hold."""

    id: str
    title: Text
    versions: Dated[Wording]
    where: Location


class Referral(Record):
    """A named situation that the text leaves to people; ``in_place_of`` names the criteria it may stand in for."""

    id: str
    title: Text
    in_place_of: tuple[str, ...]
    versions: Dated[Wording]
    where: Location


class Rounding(Record):
    """The one stated rounding of a formula: half up to ``step`` yuan."""

    step: Decimal
    citations: tuple[Citation, ...]


class BenefitWording(Record):
    """What an eligible applicant gets, in one period. Figures that the kind does not have are None."""

    amount: ex.Expr | None
    ceiling: ex.Expr | None
    rate: ex.Expr | None
    payable: ex.Expr | None
    until: ex.Expr | None
    rounding: Rounding | None
    citations: tuple[Citation, ...]
    where: Location


class Benefit(Record):
    """The kind of benefit and who gives it."""

    kind: BenefitKind
    payer: str
    versions: Dated[BenefitWording]


class Deadline(Record):
    """A day by which someone must act."""

    id: str
    title: Text
    date: ex.Expr
    condition: ex.Expr | None
    period: Period
    citations: tuple[Citation, ...]
    where: Location


class Remark(Record):
    """A sentence shown with the decision, always or while a condition holds."""

    id: str
    text: Text
    condition: ex.Expr | None
    period: Period
    citations: tuple[Citation, ...]
    where: Location


class NotAvailable(Record):
    """The referral that holds when only figures that do not exist are open."""

    id: str
    title: Text
    reason: Text
    citations: tuple[Citation, ...]
    where: Location


class Programme(Record):
    """One relief measure for one kind of subject. ``size_tables`` are those that its rules read, by id."""

    id: str
    title: Text
    summary: Text
    authority: Text
    kind: SubjectKind
    period: Period
    citations: tuple[Citation, ...]
    facts: Mapping[str, AnyFact]
    parameters: Mapping[str, Parameter]
    lets: Mapping[str, Let]
    criteria: tuple[Criterion, ...]
    referrals: tuple[Referral, ...]
    not_available: NotAvailable | None
    benefit: Benefit
    deadlines: tuple[Deadline, ...]
    ways: tuple[Remark, ...]
    check_by_hand: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    properties: Properties | None
    size_tables: Mapping[str, Dated[SizeTable]]
    where: Location

    @property
    def subject(self) -> Subject:
        """The kind of subject that is decided about, one at a time."""
        return self.kind.id

    def change_days(self) -> tuple[dt.date, ...]:
        """The days on which a rule of the programme begins or ceases to hold, in order."""
        periods: list[Period] = [self.period]
        for parameter in self.parameters.values():
            periods.extend(parameter.versions.periods())
        for criterion in self.criteria:
            periods.extend(criterion.versions.periods())
        for referral in self.referrals:
            periods.extend(referral.versions.periods())
        periods.extend(self.benefit.versions.periods())
        for editions in self.size_tables.values():
            periods.extend(editions.periods())
        periods.extend(deadline.period for deadline in self.deadlines)
        periods.extend(remark.period for remark in (*self.ways, *self.check_by_hand, *self.remarks))
        days = {period.first for period in periods}
        days |= {period.last + dt.timedelta(days=1) for period in periods if period.last < LAST}
        return tuple(sorted(day for day in days if self.period.holds(day)))

    def stretch(self, day: dt.date) -> Period:
        """The longest period around a day in which no rule of the programme changes."""
        changes = self.change_days()
        first = max((change for change in changes if change <= day), default=self.period.first)
        later = [change for change in changes if change > day]
        last = later[0] - dt.timedelta(days=1) if later else self.period.last
        return Period(first, last)
