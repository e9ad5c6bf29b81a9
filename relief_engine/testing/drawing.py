"""Testing stage: bytes become a profile's answers, with values on and beside every border.

Whoever draws gives bytes: Hypothesis, which shrinks them one by one, or a generator of random ones, which is fast. Each
fact has its own bytes at its own place, so that shrinking one fact moves no other, and zeros mean the simplest: a fact
that is left out, or where it must be known, its plainest value.

The first byte of a fact, the *selector*, says where its value comes from; the second, the *detail*, which one it is.
From the lowest selectors to the highest: unknown; round values, borders, turning points and any values in turn; then
the value of a *base*, a profile that is granted. Almost every profile drawn at random fails some criterion, and what is
granted would go untested: so most draws are a base with a few facts changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.rulebook.facts import (
    FIRST_DAY,
    OPEN_END,
    AmongStepsRelation,
    ExtremeFact,
    Fact,
    OneFormRelation,
)
from relief_engine.testing.borders import ABSENT, Answer, Answers, Borders

#: How many values a byte has.
BYTE = 256
#: The bytes of one fact; rent steps take more.
_FACT, _STEPS = 2, 10
#: How far around the days that rules name any other day is drawn from.
MARGIN = 400
#: From this selector on, a figure that may not exist does not; an end that may be open is, from this detail on.
_NONE, _OPEN = 236, 224


@dataclass(frozen=True, slots=True)
class Mood:
    """How one profile is drawn: selectors below ``unknown`` leave a fact out, those from ``kept`` on take the base's.

    ``absent`` and ``coarse`` say whether figures may be known not to exist, and codes be too coarse.
    """

    unknown: int = 0
    kept: int = BYTE
    base: Answers | None = None
    absent: bool = True
    coarse: bool = True


class World(Borders):
    """Draws answers for the programmes of one rulebook."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        relations = [r for s in self.rulebook.subjects.values() for r in s.relations]
        self.forms = [r for r in relations if isinstance(r, OneFormRelation)]
        self.stepped = [r for r in relations if isinstance(r, AmongStepsRelation)]
        self._rounds: dict[str, list[int]] = {}
        self._borders: dict[tuple[int, str], list[int]] = {}

    def __repr__(self) -> str:
        return f"World({self.rulebook.digest[:14]})"

    # --- all facts of one subject -------------------------------------------------------------------------------

    def width(self, facts: Sequence[Fact]) -> int:
        """How many bytes :meth:`answers` takes for some facts."""
        return len(self.forms) + sum(_STEPS if fact.type == "steps" else _FACT for fact in facts)

    def answers(
        self, facts: Sequence[Fact], programs: Sequence[ir.Program], as_of: dt.date, data: bytes, mood: Mood,
        known: Answers | None = None,
    ) -> Answers:  # fmt: skip
        """Answers to some facts, in the order of ``Borders.read_by``.

        Args:
            facts: the facts, those of the applicant and of one other kind of subject at most.
            programs: the programs whose borders are aimed at.
            as_of: the day of the decision.
            data: so many bytes as :meth:`width` says.
            mood: how they are drawn.
            known: answers that are there already: those of the applicant, for the second of its leases.
        """
        skipped = self._skipped(data, mood.base)
        answers: Answers = dict(known or {})
        at = len(self.forms)
        for fact in facts:
            wide = _STEPS if fact.type == "steps" else _FACT
            own = data[at : at + wide]
            at += wide
            if fact.id not in skipped and own[0] >= mood.unknown:
                answers[fact.id] = self._chosen(fact, answers, programs, as_of.toordinal(), own, mood)
        for name in known or ():
            del answers[name]
        return answers

    def _chosen(
        self, fact: Fact, answers: Answers, programs: Sequence[ir.Program], day: int, own: bytes, mood: Mood
    ) -> Answer:
        kept = None if mood.base is None or own[0] < mood.kept else mood.base.get(fact.id)
        if kept is not None and self._fits(fact, kept, answers, mood):
            return kept
        if fact.not_available and mood.absent and own[0] >= _NONE:
            return ABSENT
        own = bytes((own[0] - mood.unknown, *own[1:]))
        return self.value(fact, answers, day, own, programs, coarse=mood.coarse)

    def _fits(self, fact: Fact, kept: Answer, answers: Answers, mood: Mood) -> bool:
        """Whether a value of the base is allowed beside what has been drawn instead of the rest of it."""
        if kept == ABSENT:
            return mood.absent
        if fact.type == "industry_code" and isinstance(kept, int):
            return mood.coarse or not self.is_coarse(kept)
        if fact.type == "date" and isinstance(kept, int):
            low, high = self.span(fact, answers)
            return low <= kept <= high or kept == OPEN_END
        return True

    def _skipped(self, data: bytes, base: Answers | None) -> set[str]:
        """The facts that stay empty because another form of the same figure is given; the base's form mostly stays."""
        skipped: set[str] = set()
        for place, relation in enumerate(self.forms):
            pick, groups = data[place], relation.groups
            kept = groups[pick % len(groups)]
            if base is not None and pick >= BYTE // 4:
                kept = next((group for group in groups if not base.keys().isdisjoint(group)), kept)
            skipped |= {name for group in groups if group is not kept for name in group}
            for among in self.stepped:
                if among.value in kept:
                    stepped = base is not None and among.steps in base if pick >= BYTE // 4 else pick // 8 % 2 == 1
                    skipped.add(among.value if stepped else among.steps)
        return skipped

    # --- one fact -----------------------------------------------------------------------------------------------

    def value(
        self, fact: Fact, answers: Answers, day: int, own: bytes, programs: Sequence[ir.Program] = (), *,
        coarse: bool = True,
    ) -> Answer:  # fmt: skip
        """One value of a fact that is possible beside the others; ``own`` are its bytes, two or for steps ten."""
        selector, detail = own[0], own[1]
        match fact.type:
            case "yes_no":
                return detail % 2
            case "choice":
                return detail % len(fact.domain.ids) if fact.domain else 0
            case "industry_code":
                # Every combination of classes is as likely, and coarse ones come last.
                kinds = [k for k in self.kinds_of_code if coarse or not self.is_coarse(k[0])]
                kind = kinds[(selector % 4 * BYTE + detail) % len(kinds)]
                return kind[selector // 4 % len(kind)]
            case "date":
                if fact.open_ended and detail >= _OPEN:
                    return OPEN_END
                return self._day(fact, answers, day, own, programs)
            case "steps":
                return self._steps(fact, answers, day, own, programs)
            case _:
                return self._figure(fact, answers, day, own, programs)

    def _figure(self, fact: Fact, answers: Answers, day: int, own: bytes, programs: Sequence[ir.Program]) -> int:
        """A figure: round, on or beside a limit, on or beside where a comparison turns, or any."""
        selector, detail = own[0], own[1]
        zone, spread = selector % 4, selector // 4
        if zone == 1:
            borders = sorted(set(self.limits(fact, answers)))
            if borders:
                return min(max(0, _beside(borders, detail)), fact.highest)
        if zone in (1, 2) and programs:
            found = self.turn(programs[spread % len(programs)], fact, answers, day, detail // 3)
            if found is not None:
                return min(max(fact.lowest, found + (0, -1, 1)[detail % 3]), fact.highest)
        if zone == 3:
            # Any figure of some number of digits, in whole units or not; the factors only scatter.
            digits = int(10 ** (1 + spread % len(str(fact.highest))))
            whole = fact.denominator if spread // 16 % 2 else 1
            return min((detail * 2_654_435_761 + spread * 40_503) % digits // whole * whole + 1, fact.highest)
        rounds = self._round(fact)
        return rounds[detail % len(rounds)]

    def _round(self, fact: Fact) -> list[int]:
        """One, two, five, ten … in the unit that people write; then nothing at all, and the most there can be."""
        if fact.id in self._rounds:
            return self._rounds[fact.id]
        unit = int(fact.unit.scale * fact.denominator) if fact.unit else fact.denominator
        steps = (m * 10**e * unit for e in range(1, len(str(fact.highest))) for m in (1, 2, 5))
        found = [unit, 2 * unit, 5 * unit, *(step for step in steps if step <= min(fact.highest, 10**7 * unit))]
        found = [value for value in found if fact.lowest <= value <= fact.highest] + [fact.lowest, fact.highest]
        self._rounds[fact.id] = found
        return found

    def _day(self, fact: Fact, answers: Answers, day: int, own: bytes, programs: Sequence[ir.Program]) -> int:
        """A day on or beside one that rules name, where a comparison turns, or any day of the years around."""
        selector, detail = own[0], own[1]
        zone, spread = selector % 4, selector // 4
        low, high = self.span(fact, answers)
        return self._any_day(fact, answers, day, (zone, spread, detail), (low, high), programs)

    def _any_day(
        self, fact: Fact, answers: Answers, day: int, pick: tuple[int, int, int], within: tuple[int, int],
        programs: Sequence[ir.Program],
    ) -> int:  # fmt: skip
        (zone, spread, detail), (low, high) = pick, within
        program = programs[spread % len(programs)] if programs else None
        key = (id(program), fact.id)
        borders = self._borders.get(key)
        if borders is None:
            # The days on which this programme itself turns come first: they shrink to what its text names.
            borders = list(dict.fromkeys((*(self.edges(program, fact) if program else ()), *self.days)))
            self._borders[key] = borders
        if zone == 2:
            turn = self.turn(program, fact, answers, day, detail // 3) if program else None
            found = day if turn is None else turn
            return min(max(low, found + (0, -1, 1)[detail % 3]), high)
        if zone == 3:
            first, last = max(low, min(borders) - MARGIN), min(high, max(borders) + MARGIN)
            return first + (spread * BYTE + detail) % (last - first + 1) if first <= last else (low, high)[detail % 2]
        possible = [border for border in borders if low <= border <= high]
        if not possible:
            return (low, high)[detail % 2]
        return possible[detail % len(possible)] if zone == 0 else min(max(low, _beside(possible, detail)), high)

    def _steps(self, fact: Fact, answers: Answers, day: int, own: bytes, programs: Sequence[ir.Program]) -> Answer:
        """Rent steps of which the first holds on the first day that counts."""
        derived = next(f for f in self.rulebook.facts.values() if isinstance(f, ExtremeFact) and f.of == fact.id)
        start = answers.get(derived.start)
        latest = max(start if isinstance(start, int) else 0, derived.first_day)
        days: list[int] = []
        for number in range(own[0] % 4 + 1):
            pick = (own[2 + number] % 4, own[2 + number] // 4, own[1] + number)
            within = (FIRST_DAY, latest) if not days else (days[0], self.days[-1] + MARGIN)
            days.append(self._any_day(fact, answers, day, pick, within, ()))
        amounts = [self._figure(fact, answers, day, own[6 + 2 * half : 8 + 2 * half], programs) for half in range(2)]
        return tuple((first, amounts[(own[1] >> place) % 2]) for place, first in enumerate(sorted(set(days))))


def _beside(borders: Sequence[int], detail: int) -> int:
    """A border, or the value below or above it."""
    return borders[detail // 3 % len(borders)] + (0, -1, 1)[detail % 3]
