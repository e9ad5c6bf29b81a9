"""Testing stage: Hypothesis strategies for profiles, facts and days of any rulebook.

    from relief_engine.testing import profiles

    @given(profiles(rulebook, "beijing-tongzhou/rent-reduction-2022"))
    def test_something(profile): ...

What is drawn is what a user would write in YAML, and always loads. It shrinks to few facts with plain values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.errors import StatedError, did_you_mean
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import FIRST, LAST, Programme
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.testing.borders import Answers
from relief_engine.testing.drawing import BYTE, Mood, World, bases
from relief_engine.testing.written import mapping, written
from relief_engine.text import Text

Profile = dict[str, object]

#: The bytes that stand before those of the facts: day, mood, base, programme, and one for each kind of subject.
_DAY, _MOOD, _BASE, _PROGRAMME, _HEAD = 0, 2, 3, 4, 5
#: Selectors below this leave a fact out; in a profile of which much is unknown, below the second.
_FEW, _MANY = 16, 100
#: Up to which byte few facts are unknown, up to which many, and hardly any above.
_SOME, _MUCH = 112, 136
#: From which base byte on so much is kept of the base, as the selector from which it is: less, more, nearly all.
_KEPT = ((64, 112), (128, 56), (192, 28))
#: At most so many leases or loans are drawn, whatever is asked for.
MOST = 20


class BadArgument(StatedError, ValueError):
    """An argument of a strategy that can't be used; it says what was expected. Raised where the strategy is made."""


@lru_cache(maxsize=8)
def world_of(rulebook: Rulebook) -> World:
    """What is drawn from for a rulebook, made once."""
    return World(Engine(rulebook))


# --- strategies ---------------------------------------------------------------------------------------------------


def profiles(
    rulebook: Rulebook, programme: str | None = None, *, as_of: dt.date | None = None, unknown: bool = True,
    not_available: bool = True, coarse: bool = True, most: int = 2,
) -> SearchStrategy[Profile]:  # fmt: skip
    """Profiles as plain mappings, as a user would write them in YAML; each of them loads.

    Figures are drawn on, one below and one above every limit, also those of sums and products; days on and beside the
    borders of periods and windows. Most profiles are a granted one with a few facts changed. Failing profiles shrink
    to those that leave out what does not matter.

    Args:
        rulebook: the rules.
        programme: the id of the programme whose facts are drawn; those of all programmes if left out.
        as_of: the day of the decision; drawn by :func:`days` if left out.
        unknown: whether facts may be left out. If not, all are there but other forms of one figure.
        not_available: whether figures may be known not to exist.
        coarse: whether industry codes may be too coarse to settle a class.
        most: at most so many leases, loans and so on, of each kind: 1 to 20.

    Raises:
        BadArgument: an argument can't be used.
    """
    world, chosen = world_of(_rulebook(rulebook)), programmes_of(_rulebook(rulebook), programme)
    if as_of is not None and type(as_of) is not dt.date:
        raise _expected("as_of", "日期（datetime.date）", "a datetime.date", as_of)
    if type(most) is not int or not 1 <= most <= MOST:
        raise _expected("most", f"1至{MOST}的整数", f"a whole number from 1 to {MOST}", most)
    for name, value in (("unknown", unknown), ("not_available", not_available), ("coarse", coarse)):
        if type(value) is not bool:
            raise _expected(name, "True 或 False", "True or False", value)
    plan = Plan(world, chosen, as_of, unknown=unknown, absent=not_available, coarse=coarse, most=most)
    first = st.binary(min_size=plan.width, max_size=plan.width)
    if most == 1 or not plan.own:
        return first.map(plan.profile)
    widths = {kind: st.binary(min_size=wide, max_size=wide) for kind, wide in plan.item_widths.items()}

    @st.composite
    def several(draw: st.DrawFn) -> Profile:
        data = draw(first)
        return plan.profile(data, {kind: [draw(widths[kind]) for _ in range(n)] for kind, n in plan.more(data).items()})

    return several()


def facts(rulebook: Rulebook, fact: str) -> SearchStrategy[object]:
    """Values of one fact as a user would write them, by themselves: limits are those of every industry.

    Args:
        rulebook: the rules.
        fact: the id of a fact that is asked for and is no free text, such as ``lease.monthly_rent``.

    Raises:
        BadArgument: an argument can't be used.
    """
    world = world_of(_rulebook(rulebook))
    known = {i: f for i, f in rulebook.facts.items() if isinstance(f, Fact) and f.type not in ("text", "credit_code")}
    if fact not in known:
        hint = did_you_mean(str(fact), known)
        raise BadArgument(
            Text(f"fact：没有可以抽取的事实 {fact!r}{hint.zh}", f"fact: there is no fact {fact!r} to draw{hint.en}")
        )
    found, wide = known[fact], world.width([known[fact]]) - len(world.forms)
    day = world.days[-1]
    return st.binary(min_size=wide, max_size=wide).map(
        lambda data: written(rulebook, fact, world.value(found, {}, day, data))
    )


def days(rulebook: Rulebook, programme: str | None = None) -> SearchStrategy[dt.date]:
    """Days to decide on: those on which rules begin or change, the days beside them, others between; rarely outside.

    Raises:
        BadArgument: an argument can't be used.
    """
    world, chosen = world_of(_rulebook(rulebook)), programmes_of(_rulebook(rulebook), programme)
    listed = days_of(world, chosen)
    return st.binary(min_size=2, max_size=2).map(lambda data: _day(listed, data))


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
    own: dict[Subject, list[Fact]] = field(init=False)
    applicant: list[Fact] = field(init=False)
    item_widths: dict[Subject, int] = field(init=False)
    width: int = field(init=False)
    days: Days = field(init=False)
    _bases: dict[tuple[str, int], list[Answers]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        read = {fact.id: fact for programme in self.programmes for fact in self.world.read_by(programme)}
        ordered = self.world.behind(read.values())
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
        as_of = self.as_of or _day(self.days, data[_DAY : _DAY + 2])
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


def _day(days: Days, data: bytes) -> dt.date:
    """Mostly a day inside; once in eight times one beyond, and any from the first to a year after the last."""
    zone, pick = data
    if zone < BYTE * 7 // 8:
        listed = days.inside if zone < BYTE * 3 // 4 else days.beyond
        return listed[pick % len(listed)]
    first, last = min(days.beyond), max(days.inside) + dt.timedelta(days=365)
    return first + dt.timedelta(days=(zone % 32 * BYTE + pick) * ((last - first).days + 1) // (32 * BYTE))


# --- what arguments must be ---------------------------------------------------------------------------------------


def _rulebook(rulebook: object) -> Rulebook:
    if not isinstance(rulebook, Rulebook):
        raise _expected("rulebook", "load_rulebook 的结果", "what load_rulebook gives", rulebook)
    return rulebook


def programmes_of(rulebook: Rulebook, programme: object) -> list[Programme]:
    """The programme of that id, or all; raises :class:`BadArgument` where there is none."""
    if programme is None:
        if not rulebook.programmes:
            raise BadArgument(Text("rulebook：规则库没有项目", "rulebook: it has no programme"))
        return list(rulebook.programmes.values())
    found = rulebook.programmes.get(programme) if isinstance(programme, str) else None
    if found is None:
        hint = did_you_mean(str(programme), rulebook.programmes)
        raise BadArgument(
            Text(
                f"programme：没有项目 {programme!r}{hint.zh}",
                f"programme: there is no programme {programme!r}{hint.en}",
            )
        )
    return [found]


def _expected(name: str, zh: str, en: str, got: object) -> BadArgument:
    return BadArgument(Text(f"{name}：应为{zh}，实为 {got!r}", f"{name}: expected {en}, got {got!r}"))
