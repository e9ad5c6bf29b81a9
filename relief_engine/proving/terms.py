"""Proving stage: programs as terms in one normal form, so that what two programs share is one and the same term.

Conditions have three values and figures may be unknown, exactly as in ``compiled.ir``. A term is a position in the list
of ``normal.Terms``, which holds each once.
"""

from __future__ import annotations

from relief_engine.rulebook.record import Value

#: The position of a term.
Term = int


class Truth(Value):
    """A condition that is fixed."""

    value: int


class Among(Value):
    """A choice is one of ``met``, or of ``unmet``; of any other value, or unknown, the condition is unknown."""

    fact: str
    met: frozenset[int]
    unmet: frozenset[int]


class Which(Value):
    """Which of some facts is the first that is given; the truth for each, and where none is. Never unknown."""

    facts: tuple[tuple[str, bool], ...]
    otherwise: bool


class InClass(Value):
    """A code is of a kind in ``met`` or ``unmet``, else it is unknown; ``unknown`` holds for an unknown code."""

    fact: str
    met: frozenset[int]
    unmet: frozenset[int]
    unknown: int


class RowTest(Value):
    """A test of the size class by one row: (fact or None, lower limits) pairs, and the truth for each class."""

    limits: tuple[tuple[str | None, tuple[int, ...]], ...]
    truths: tuple[bool, ...]


#: For each row that may apply: its test, or the truth where there is no row.
RowTests = tuple[RowTest | bool, ...]


class InSize(Value):
    """A test of a size class: (kinds of code, tests of the rows that they may have) pairs, each kind in one."""

    fact: str
    rows: tuple[tuple[frozenset[int], RowTests], ...]
    unknown: RowTests


class AtMostZero(Value):
    """A figure is nought or less."""

    figure: Term


class IsZero(Value):
    """A figure is nought, or (``negated``) it is not."""

    figure: Term
    negated: bool


class Every(Value):
    """All conditions hold."""

    parts: tuple[Term, ...]


class Some(Value):
    """At least one condition holds."""

    parts: tuple[Term, ...]


class Nothing(Value):
    """A figure that is never known."""


class Read(Value):
    """The value of a fact that is a figure or a day; the empty id is the day of the decision."""

    fact: str


class Step(Value):
    """The lowest or highest step of a rent on the days from ``start`` to ``end`` within two days (facts by id)."""

    lowest: bool
    steps: str
    start: str
    end: str
    first: int
    last: int


class Total(Value):
    """A constant and some figures with coefficients."""

    constant: int
    parts: tuple[tuple[Term, int], ...]


class Times(Value):
    """A product of figures of which none is fixed."""

    parts: tuple[Term, ...]


class Least(Value):
    """The least (or greatest) of some figures."""

    least: bool
    parts: tuple[Term, ...]


class Choose(Value):
    """One of two figures, by a condition."""

    condition: Term
    then: Term
    otherwise: Term


class DaysIn(Value):
    """The days from ``start`` to ``end`` that lie in ``first`` to ``last``; see :class:`ir.Days`."""

    start: Term
    end: Term
    first: int
    last: int


class Later(Value):
    """A day some months later."""

    day: Term
    months: int


Condition = Truth | Among | Which | InClass | InSize | AtMostZero | IsZero | Every | Some
Figure = Nothing | Read | Step | Total | Times | Least | Choose | DaysIn | Later
Form = Condition | Figure
