"""Rulebook stage: what a programme says of itself for tests, beside its rules and read by none of them."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.record import Record


class Monotone(Record):
    """As ``fact`` rises, a result (a figure of the benefit, or ``outcome``) never moves the other way.

    ``rises`` is False where the result never rises, or never gets better, instead. ``condition``, where there is one,
    holds before and after.
    """

    fact: Fact
    result: str
    rises: bool
    condition: ex.Expr | None
    where: Location


class AtMost(Record):
    """The most that the money given comes to, before rounding."""

    value: ex.Expr
    condition: ex.Expr | None
    where: Location


class Additive(Record):
    """The money given for the days from ``start`` to ``end`` is that for two adjoining parts of them together."""

    start: Fact
    end: Fact
    condition: ex.Expr | None
    where: Location


class Properties(Record):
    """What a programme says of itself for tests; no decision reads it. ``money`` names the figure that it is about."""

    money: str | None
    monotone: tuple[Monotone, ...]
    at_most: AtMost | None
    additive: Additive | None

    def expressions(self) -> Iterator[ex.Expr]:
        """Every expression of the section."""
        yield from (entry.condition for entry in self.monotone if entry.condition is not None)
        for part in (self.at_most, self.additive):
            if part is not None and part.condition is not None:
                yield part.condition
        if self.at_most is not None:
            yield self.at_most.value
