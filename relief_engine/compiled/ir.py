"""Compiled stage: the intermediate form. One program is one programme between two changes of its rules.

Nodes stand in an order in which operands come first. A *condition* node has one of three values, and negation is
pushed down to the atoms, where it is exact: there is no node for it. A *figure* node has an ``int`` or, where
something it needs is unknown, ``None``; its denominator is fixed when the program is made, so that all arithmetic is on
whole numbers. Every route computes the values of the same nodes, therefore two routes can be compared node by node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Literal

from relief_engine.compiled.layout import Layout
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.programme import BenefitWording, Criterion, Deadline, Programme, Referral, Remark, Wording
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.standards import ClassMap, SizeTable
from relief_engine.rulebook.units import Unit

#: The three values of a condition, chosen so that *and* is ``&`` and *or* is ``|``.
UNMET, UNKNOWN, MET = 0, 1, 3


def negated(value: int) -> int:
    """*Not* in three-valued logic."""
    return value if value == UNKNOWN else MET - value


Order = Literal["<", "<=", "==", "!=", ">=", ">"]


# --- conditions -------------------------------------------------------------------------------------------------


class Const(Value):
    """A condition whose value the rulebook fixes."""

    value: int


class Is(Value):
    """A choice or yes/no fact has one of some values."""

    slot: int
    values: frozenset[int]


class ClassIs(Value):
    """The class of a code is one of some: met if every candidate is, unmet if none is."""

    code: int
    table: ClassMap
    values: frozenset[int]


class SizeIs(Value):
    """The size class is one of some; ``indicators`` are (indicator, slot) pairs of the table."""

    code: int
    table: SizeTable
    indicators: tuple[tuple[str, int], ...]
    values: frozenset[int]


class Compare(Value):
    """A comparison of two figures or days that have one denominator."""

    op: Order
    left: int
    right: int


class AllOf(Value):
    """Met if all parts are, unmet as soon as one is."""

    parts: tuple[int, ...]


class AnyOf(Value):
    """Met as soon as one part is, unmet if all are."""

    parts: tuple[int, ...]


# --- figures ----------------------------------------------------------------------------------------------------


class FactValue(Value):
    """The value of a slot."""

    slot: int


class Fixed(Value):
    """A figure or day that the rulebook fixes."""

    value: int


class Sum(Value):
    """``left + right``."""

    left: int
    right: int


class Difference(Value):
    """``left - right``."""

    left: int
    right: int


class Product(Value):
    """``left × right``."""

    left: int
    right: int


class Extreme(Value):
    """The least or greatest of some figures."""

    least: bool
    parts: tuple[int, ...]


class Pick(Value):
    """``then`` if the condition is met, ``otherwise`` if it is unmet, unknown if it is unknown."""

    condition: int
    then: int
    otherwise: int


class Days(Value):
    """The days from ``start`` to ``end``, both included, that lie in ``first`` to ``last``; never negative."""

    start: int
    end: int
    first: int
    last: int


class Months(Value):
    """A day some whole months later."""

    day: int
    months: int


Condition = Const | Is | ClassIs | SizeIs | Compare | AllOf | AnyOf
Figure = FactValue | Fixed | Sum | Difference | Product | Extreme | Pick | Days | Months
Node = Condition | Figure
CONDITIONS = (Const, Is, ClassIs, SizeIs, Compare, AllOf, AnyOf)


# --- the program ------------------------------------------------------------------------------------------------


class Range(Value):
    """A figure as two nodes, lowest and highest, that are one where the texts leave nothing open."""

    low: int
    high: int
    denominator: int
    unit: Unit | None


class Money(Value):
    """A formula for money and its one rounding, half up to ``step`` yuan."""

    figure: Range
    step: Decimal
    citations: tuple[Citation, ...]


class CompiledCriterion(Value):
    """A criterion's wording on the day, its node, and the node of what may stand in for it (or None)."""

    criterion: Criterion
    wording: Wording
    node: int
    in_place: int | None


class CompiledReferral(Value):
    """A referral's wording on the day and its node; ``replaces`` are positions of criteria, empty for a plain one."""

    referral: Referral
    wording: Wording
    node: int
    replaces: tuple[int, ...]


class CompiledBenefit(Value):
    """What an eligible applicant gets."""

    wording: BenefitWording
    amount: Money | None
    ceiling: Money | None
    payable: Money | None
    rate: Range | None
    until: Range | None

    @property
    def shown(self) -> Mapping[str, Range]:
        """The figures that the wording has, by name."""
        money = {"amount": self.amount, "ceiling": self.ceiling, "payable": self.payable}
        found = {name: formula.figure for name, formula in money.items() if formula is not None}
        plain = {"rate": self.rate, "until": self.until}
        return found | {name: figure for name, figure in plain.items() if figure is not None}


#: The figure that is given, by kind of benefit.
_GIVEN = {"entitlement": "amount", "ceiling": "ceiling", "rate": "rate", "deferral": "until"}


class CompiledDeadline(Value):
    """A deadline: (condition that this entry is the one, node of its day) pairs, and the node of its condition."""

    deadline: Deadline
    entries: tuple[tuple[int | None, int], ...]
    condition: int | None


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Program:
    """One programme between two changes of its rules.

    ``node_of`` leads from a typed condition (by ``id``; the programme keeps it alive) to its node. ``indifferent``
    are the choices of figures (by ``id``) whose branches are one and the same, so that their condition does not matter.
    """

    programme: Programme
    layout: Layout
    period: Period
    nodes: tuple[Node, ...]
    criteria: tuple[CompiledCriterion, ...]
    referrals: tuple[CompiledReferral, ...]
    open: int
    refer: int
    benefit: CompiledBenefit
    lets: Mapping[str, Range]
    deadlines: tuple[CompiledDeadline, ...]
    remarks: Mapping[str, tuple[tuple[Remark, int | None], ...]]
    node_of: Mapping[int, int]
    indifferent: frozenset[int]
    #: What must be known, as one figure, before a case is eligible: what the kind of benefit gives, and what else the
    #: texts leave open. Other figures, such as the amount deferred, are shown where they are known, and so is what
    #: remains to be paid, which follows from what is given.
    figures: tuple[Range, ...] = field(init=False)

    def __post_init__(self) -> None:
        given = _GIVEN.get(self.programme.benefit.kind)
        shown = self.benefit.shown.items()
        found = [f for name, f in shown if name == given or (name != "payable" and f.low != f.high)]
        object.__setattr__(self, "figures", tuple(found))


def rounded(numerator: int, denominator: int, step: Decimal) -> int:
    """A rational amount in yuan as whole cents, rounded half up (away from zero) to ``step`` yuan."""
    step_top, step_bottom = _parts(step)
    bottom = 2 * denominator * step_top
    steps = (2 * abs(numerator) * step_bottom + denominator * step_top) // bottom
    cents = steps * step_top * 100 // step_bottom
    return -cents if numerator < 0 else cents


@cache
def _parts(step: Decimal) -> tuple[int, int]:
    return step.as_integer_ratio()
