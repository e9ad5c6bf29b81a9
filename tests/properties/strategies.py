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
from random import Random, SystemRandom
from typing import Protocol, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine import Engine
from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.decision import Decision
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.testing import drawing
from relief_engine.testing.borders import ABSENT, Answer, Answers
from relief_engine.testing.drawing import BYTE, Mood
from relief_engine.testing.planning import bases
from relief_engine.testing.written import mapping, written
from tests.books import shipped_book

T = TypeVar("T")

#: How many of a hundred facts are unknown: none, a few, some.
UNKNOWN_SHARES = (0, 0, 0, 3, 8, 8, 20)
#: From which selector on the base is kept in a case that is to be granted: less, more, nearly all.
KEPT = (100, 50, 26)
#: As many bytes as any one fact takes.
ONE_FACT = 10


class Chooser(Protocol):
    """Where choices come from."""

    def of(self, options: Sequence[T]) -> T:
        """One of some options."""

    def between(self, low: int, high: int) -> int:
        """A whole number in a range, both ends included."""

    def bytes(self, number: int) -> bytes:
        """So many bytes, from which facts are drawn."""


class ByHypothesis:
    """Choices that Hypothesis makes, remembers and shrinks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def of(self, options: Sequence[T]) -> T:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def between(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def bytes(self, number: int) -> bytes:
        return self.draw(st.binary(min_size=number, max_size=number))


class ByChance:
    """Choices from a seed, thousands of profiles a second."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def of(self, options: Sequence[T]) -> T:
        return options[int(self.random.random() * len(options))]

    def between(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def bytes(self, number: int) -> bytes:
        return self.random.randbytes(number)


def one_in(chooser: Chooser, number: int) -> bool:
    """True once in so many times; False is the simple case."""
    return chooser.between(0, number - 1) == number - 1


class World(drawing.World):
    """What is drawn from, with the shares and bases that the properties here ask for."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.bases: dict[tuple[str, dt.date], list[Answers]] = {}

    def draw(
        self, programme: Programme, as_of: dt.date, chooser: Chooser, *, unknown: int | None = None,
        absent: bool = True, favoured: bool | None = None,
    ) -> Answers:  # fmt: skip
        """Answers to the facts that a programme reads.

        Args:
            programme: the programme.
            as_of: the day of the decision.
            chooser: where choices come from.
            unknown: of a hundred facts so many are left out; drawn if None.
            absent: whether figures may be known not to exist.
            favoured: whether it is a granted profile with few facts changed; drawn if None.
        """
        share = chooser.of(UNKNOWN_SHARES) if unknown is None else unknown
        favoured = one_in(chooser, 2) if favoured is None else favoured
        left_out = round(share * BYTE / 100)
        in_force = programme.period.holds(as_of)
        mood = Mood(left_out, absent=absent)
        if favoured and in_force:
            key = programme.id, programme.stretch(as_of).first
            if key not in self.bases:
                self.bases[key] = bases(self, programme, as_of)
            if self.bases[key]:
                mood = Mood(left_out, max(left_out, chooser.of(KEPT)), chooser.of(self.bases[key]), absent)
        facts = self.read_by(programme)
        programs = [self.engine.program(programme, as_of)] if in_force else []
        return self.answers(facts, programs, as_of, chooser.bytes(self.width(facts)), mood)

    def drawn(self, fact: Fact, answers: Answers, as_of: dt.date, chooser: Chooser) -> Answer:
        """One value of a fact that is possible beside the others."""
        return self.value(fact, answers, as_of.toordinal(), chooser.bytes(ONE_FACT))

    def slots(self, programme: Programme, answers: Answers, as_of: dt.date) -> list[Value]:
        """The slots that the engine works on."""
        return self.vector(self.engine.program(programme, as_of), answers, as_of.toordinal())

    def barred(self, programme: Programme, answers: Answers) -> frozenset[int]:
        """The slots of figures that do not exist."""
        slots = self.engine.layout(programme.subject).slots
        return frozenset(slots[name] for name, value in answers.items() if value == ABSENT)

    def mapping(self, as_of: dt.date, *subjects: Answers) -> dict[str, object]:
        """The profile that a user would write: one applicant (of the first answers) with the leases or loans of all."""
        applicant = {name: value for name, value in subjects[0].items() if name.startswith("applicant.")}
        listed: dict[str, list[Answers]] = {}
        for answers in subjects:
            own: dict[str, Answers] = {"lease": {}} if "lease" in self.rulebook.subjects else {}
            for name, value in answers.items():
                if name not in applicant:
                    own.setdefault(name.partition(".")[0], {})[name] = value
            for kind, found in own.items():
                listed.setdefault(kind, []).append(found)
        return mapping(self.rulebook, as_of, applicant, listed)

    def plain(self, name: str, value: Answer) -> object:
        """A value as a user writes it."""
        return written(self.rulebook, name, value)


WORLD = World(Engine(shipped_book()))
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
        return self.world.slots(self.programme, self.answers, self.as_of)

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
    return drawn.but({**drawn.answers, "applicant.industry": chooser.of(WORLD.leaves(code))})


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
