"""Testing stage: the bytes of one draw are laid out, and become a whole profile on some day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.proving.sampling import Sampler
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.testing.borders import ABSENT, Answers
from relief_engine.testing.drawing import BYTE, Mood, World
from relief_engine.testing.written import mapping

Profile = dict[str, object]

#: The bytes that stand before those of the facts: day, mood, base, programme, and one for each kind of subject.
_DAY, _MOOD, _BASE, _PROGRAMME, _HEAD = 0, 2, 3, 4, 5
#: Selectors below this leave a fact out; in a profile of which much is unknown, below the second.
_FEW, _MANY = 16, 100
#: Up to which byte few facts are unknown, up to which many, and hardly any above.
_SOME, _MUCH = 112, 136
#: From which base byte on so much is kept of the base, as the selector from which it is: less, more, nearly all.
_KEPT = ((64, 112), (128, 56), (192, 28))
#: How many bases are looked for, in how many draws.
_BASES, _TRIES = 24, 72


@lru_cache(maxsize=8)
def world_of(rulebook: Rulebook) -> World:
    """What is drawn from for a rulebook, made once."""
    return World(Engine(rulebook))


# --- from bytes to a profile --------------------------------------------------------------------------------------


class Days(NamedTuple):
    """Days on which a programme is in force, those on which rules begin first; and the days just outside."""

    inside: tuple[dt.date, ...]
    beyond: tuple[dt.date, ...]


@dataclass
class Plan:
    """How the bytes of one strategy are laid out, and what they become."""

    world: World
    programmes: Sequence[Programme]
    as_of: dt.date | None
    unknown: bool
    absent: bool
    coarse: bool
    most: int
    also: Sequence[Fact] = ()
    own: dict[Subject, list[Fact]] = field(init=False)
    applicant: list[Fact] = field(init=False)
    item_widths: dict[Subject, int] = field(init=False)
    width: int = field(init=False)
    days: Days = field(init=False)
    _bases: dict[tuple[str, int], list[Answers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        read = {fact.id: fact for programme in self.programmes for fact in self.world.read_by(programme)}
        ordered = self.world.behind((*read.values(), *self.also))
        self.applicant = [fact for fact in ordered if fact.subject == APPLICANT]
        self.own = {p.subject: [] for p in self.programmes if p.subject != APPLICANT}
        for fact in ordered:
            if fact.subject != APPLICANT:
                self.own.setdefault(fact.subject, []).append(fact)
        self.item_widths = {kind: self.world.width(found) for kind, found in self.own.items()}
        head = _HEAD + len(self.own)
        self.width = head + self.world.width(self.applicant) + sum(self.item_widths.values())
        self.days = days_of(self.world, self.programmes)

    def more(self, data: bytes) -> dict[Subject, int]:
        """How many leases, loans and so on there are beside the first of each kind."""
        return {kind: max(0, self._count(data, place) - 1) for place, kind in enumerate(self.own)}

    def _count(self, data: bytes, place: int) -> int:
        """One mostly; two or more in a quarter of the profiles, and rarely none at all."""
        pick = data[_HEAD + place]
        if pick == BYTE - 1 and self.unknown:
            return 0
        return 1 if pick < BYTE * 3 // 4 or self.most == 1 else 2 + pick % (self.most - 1)

    def profile(self, data: bytes, extra: dict[Subject, list[bytes]] | None = None) -> Profile:
        """The profile that some bytes mean; ``extra`` holds those of further leases and so on."""
        as_of = self.as_of or day_from(self.days, data[_DAY : _DAY + 2])
        world = self.world
        holding = [p for p in self.programmes if p.period.holds(as_of)]
        aimed = holding[data[_PROGRAMME] % len(holding)] if holding else None
        mood = self._mood(data, aimed, as_of)
        at = _HEAD + len(self.own)
        wide = world.width(self.applicant)
        general = self._program(aimed, as_of)
        applicant = world.answers(self.applicant, general, as_of, data[at : at + wide], mood)
        at += wide
        listed: dict[Subject, list[Answers]] = {}
        for place, (kind, read) in enumerate(self.own.items()):
            wide = self.item_widths[kind]
            aim = general if aimed is not None and aimed.subject == kind else ()
            parts = [data[at : at + wide], *(extra or {}).get(kind, ())][: self._count(data, place)]
            at += wide
            listed[kind] = [world.answers(read, aim, as_of, part, mood, applicant) for part in parts]
        return mapping(world.rulebook, as_of, applicant, listed)

    def _program(self, aimed: Programme | None, as_of: dt.date) -> Sequence[ir.Program]:
        return () if aimed is None else (self.world.engine.program(aimed, as_of),)

    def _mood(self, data: bytes, aimed: Programme | None, as_of: dt.date) -> Mood:
        left_out = 0
        if self.unknown:
            # One at the least: the smallest selector always leaves a fact out, so that shrinking can.
            left_out = _FEW if data[_MOOD] < _SOME else _MANY if data[_MOOD] < _MUCH else 1
        pick = data[_BASE]
        kept = next((kept for first, kept in reversed(_KEPT) if pick >= first), BYTE)
        base = None
        if kept < BYTE and aimed is not None:
            key = (aimed.id, aimed.stretch(as_of).first.toordinal())
            if key not in self._bases:
                self._bases[key] = bases(self.world, aimed, as_of)
            found = self._bases[key]
            base = found[pick % len(found)] if found else None
        return Mood(left_out, max(kept, left_out), base, self.absent, self.coarse)


def days_of(world: World, programmes: Sequence[Programme]) -> Days:
    """The days that :func:`days` draws from."""
    changes = sorted({day for programme in programmes for day in programme.change_days() if day != FIRST})
    ends = sorted({p.period.last for p in programmes if p.period.last != LAST})
    whole = changes or [dt.date.fromordinal(day) for day in world.days]
    one = dt.timedelta(days=1)
    beside = [d for day in whole for d in (day + one, day + 40 * one)] + [day - one for day in whole[1:]]
    inside = [day for day in (*whole, *beside, *ends) if any(p.period.holds(day) for p in programmes)]
    return Days(tuple(dict.fromkeys(inside or whole)), (whole[0] - one, *(end + one for end in ends)))


def day_from(days: Days, data: bytes) -> dt.date:
    """Mostly a day inside; once in eight times one beyond, and any from the first to a year after the last."""
    zone, pick = data
    if zone < BYTE * 7 // 8:
        listed = days.inside if zone < BYTE * 3 // 4 else days.beyond
        return listed[pick % len(listed)]
    first, last = min(days.beyond), max(days.inside) + dt.timedelta(days=365)
    return first + dt.timedelta(days=(zone % 32 * BYTE + pick) * ((last - first).days + 1) // (32 * BYTE))


# --- profiles that are granted ------------------------------------------------------------------------------------


def bases(world: World, programme: Programme, as_of: dt.date) -> list[Answers]:
    """Answers of which all that a programme reads is known and that it grants or refers, always the same ones."""
    if not programme.period.holds(as_of):
        return []
    program = world.engine.program(programme, as_of)
    sampler = Sampler(world.engine, program, programme.id)
    found: list[Answers] = []
    for_people = 0
    for number in range(_TRIES):
        sample = sampler.mended(sampler.draw(), for_people=number % 3 == 2)
        for_people += sample.outcome is Outcome.REFERRED
        if sample.outcome is Outcome.ELIGIBLE or (sample.outcome is Outcome.REFERRED and for_people <= _BASES // 3):
            answers: Answers = {}
            for slot in sampler.read:
                fact, value = program.layout.facts[slot], sample.vector[slot]
                if fact is not None and (value is not None or slot in sample.barred):
                    answers[fact.id] = ABSENT if value is None else value
            found.append(answers)
            if len(found) == _BASES:
                break
    return found
