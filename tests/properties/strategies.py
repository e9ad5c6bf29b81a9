"""Hypothesis strategies for profiles of the shipped rulebook, as answers, plain mappings and vectors.

A property is written once, over one :class:`Case` or :class:`Pair`. Hypothesis searches with few examples and shrinks
what it finds; ``by_chance`` looks at many more for what is rare, and at hundreds of thousands in a soak.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import SystemRandom
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine import Engine, load_rulebook
from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision
from relief_engine.rulebook.programme import Programme
from tests.properties.drawing import Answers, ByChance, ByHypothesis, Chooser, World

T = TypeVar("T")

WORLD = World(Engine(load_rulebook()))
ENGINE = WORLD.engine
RENT = WORLD.rulebook.programmes["beijing-tongzhou/rent-reduction-2022"]

#: Before and after each of the three notices, the year's end, and the year after.
DAYS: Sequence[dt.date] = tuple(
    dt.date.fromisoformat(day)
    for day in ("2022-05-13", "2022-05-19", "2022-05-20", "2022-06-14", "2022-06-15", "2022-12-31", "2023-03-01")
)


class Case:
    """Drawn answers about one lease and its tenant, on a day. (No dataclass: Hypothesis would print the rulebook.)"""

    def __init__(self, as_of: dt.date, answers: Answers, programme: Programme = RENT, world: World = WORLD) -> None:
        self.as_of, self.answers, self.programme, self.world = as_of, answers, programme, world

    @cached_property
    def mapping(self) -> dict[str, object]:
        """The profile as a user would write it; with one subject of the programme's kind at least."""
        found = self.world.mapping(self.as_of, self.answers)
        for name, kind in self.world.rulebook.lists.items():
            if kind.id == self.programme.subject:
                found.setdefault(name, [{}])
        return found

    @cached_property
    def program(self) -> ir.Program:
        """The programme on the day."""
        return self.world.engine.program(self.programme, self.as_of)

    @cached_property
    def vector(self) -> list[Value]:
        """The slots that the engine works on."""
        return self.world.vector(self.programme, self.answers, self.as_of)

    @cached_property
    def values(self) -> Sequence[int | None]:
        """The values of all nodes."""
        return self.world.engine.evaluator(self.program)(self.vector)

    @cached_property
    def barred(self) -> frozenset[int]:
        """The slots of figures that do not exist."""
        return self.world.barred(self.programme, self.answers)

    @cached_property
    def decision(self) -> Decision:
        """What is decided, through the door that users take."""
        (decision,) = self.world.engine.decide(self.mapping, programmes=[self.programme.id]).decisions
        return decision

    def but(self, answers: Answers) -> Case:
        """The same with other answers."""
        return Case(self.as_of, answers, self.programme, self.world)

    def __repr__(self) -> str:
        return f"Case({self.mapping!r})"


def case(
    chooser: Chooser, *, unknown: int | None = None, absent: bool = True, favoured: bool | None = None,
    programme: Programme = RENT, world: World = WORLD, days: Sequence[dt.date] = DAYS,
) -> Case:  # fmt: skip
    """One case; ``unknown``, ``absent`` and ``favoured`` are those of :meth:`World.draw`."""
    day = chooser.of(days)
    answers = world.draw(programme, day, chooser, unknown=unknown, absent=absent, favoured=favoured)
    return Case(day, answers, programme, world)


def complete(chooser: Chooser) -> Case:
    """A case of which every fact is known, the industry to its finest code."""
    drawn = case(chooser, unknown=0, absent=False)
    code = drawn.answers["applicant.industry"]
    assert isinstance(code, int)
    return drawn.but({**drawn.answers, "applicant.industry": chooser.of(WORLD.codes.leaves(code))})


@dataclass(frozen=True)
class Pair:
    """A case, and the same case with more facts known."""

    less: Case
    more: Case


def pair(chooser: Chooser) -> Pair:
    """Answers of which some are hidden, one to four or a share of them."""
    return hidden(case(chooser, unknown=chooser.of((0, 0, 8))), chooser)


def hidden(more: Case, chooser: Chooser, keep: Sequence[str] = ()) -> Pair:
    """A case with some of its answers hidden, but not those to keep."""
    known = [name for name, value in more.answers.items() if not isinstance(value, str) and name not in keep]
    if chooser.between(0, 1):
        names = {chooser.of(known) for _ in range(chooser.between(1, 4))} if known else set()
    else:
        names = {name for name in known if chooser.between(0, 3) == 3}
    return Pair(more.but({name: value for name, value in more.answers.items() if name not in names}), more)


def cases(make: Callable[[Chooser], T]) -> st.SearchStrategy[T]:
    """The Hypothesis strategy of a maker of cases."""

    @st.composite
    def drawn(draw: st.DrawFn) -> T:
        return make(ByHypothesis(draw))

    return drawn()


def profiles() -> st.SearchStrategy[dict[str, object]]:
    """Profiles as plain mappings, with unknown facts and values on every border."""
    return cases(lambda chooser: case(chooser).mapping)


def vectors() -> st.SearchStrategy[list[Value]]:
    """Profiles as slot vectors."""
    return cases(lambda chooser: case(chooser).vector)


def by_hypothesis(check: Callable[[T], None], make: Callable[[Chooser], T], examples: int) -> None:
    """Let Hypothesis look for a case that fails a check, and shrink it."""

    @given(cases(make))
    @settings(max_examples=examples)
    def search(drawn: T) -> None:
        check(drawn)

    search()


def by_chance(check: Callable[[T], None], make: Callable[[Chooser], T], examples: int) -> None:
    """Check many cases, the same ones every time, or fresh ones with RELIEF_SOAK=1; a failure carries its case."""
    fresh = SystemRandom().getrandbits(32) if os.environ.get("RELIEF_SOAK", "0") not in ("", "0") else 0
    chooser = ByChance(f"{check.__name__} {fresh}")
    for _ in range(examples):
        drawn = make(chooser)
        try:
            check(drawn)
        except Exception as error:
            error.add_note(repr(drawn))
            raise
