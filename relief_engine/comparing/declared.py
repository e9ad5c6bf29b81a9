"""Comparing stage: the edits of what a programme declares of itself for tests; no decision reads it."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.comparing.edit import Part, Reach
from relief_engine.comparing.matching import by_name
from relief_engine.comparing.notebook import Element, Notebook
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.properties import Properties


def compare_declared(old: Properties | None, new: Properties | None, notes: Notebook) -> None:
    """Write down what is declared no longer, and what is declared anew; one that is reworded is both."""
    before, after = (dict(() if side is None else _entries(side)) for side in (old, new))
    for name, (was, now) in zip({**after, **before}, by_name(before, after), strict=True):
        where = now or was
        if was is None or now is None:
            write = notes.added if was is None else notes.removed
            write(Element(Part.PROPERTY, "", say.both(name)), say.both(name), where, (), Reach.WORDING)


def _entries(section: Properties) -> Iterator[tuple[str, Location]]:
    """Each property as it is written, with its place."""
    for entry in section.monotone:
        result = "rises" if entry.rises else "falls"
        yield f"monotone: {entry.fact.id}, {entry.result} {result}{_while(entry.condition)}", entry.where
    if section.at_most is not None:
        bound = section.at_most
        yield f"at_most: {section.money} {written(bound.value)}{_while(bound.condition)}", bound.where
    if section.additive is not None:
        days = section.additive
        yield f"additive: {section.money}, {days.start.id} – {days.end.id}{_while(days.condition)}", days.where


def _while(condition: ex.Expr | None) -> str:
    return "" if condition is None else f" when {written(condition)}"
