"""Testing stage: Hypothesis strategies for profiles, facts and days of any rulebook.

    from relief_engine.testing import profiles

    @given(profiles(rulebook, "beijing-tongzhou/rent-reduction-2022"))
    def test_something(profile): ...

What is drawn is what a user would write in YAML, and always loads. It shrinks to few facts with plain values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from relief_engine.errors import StatedError, did_you_mean
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.testing.planning import Plan, Profile, day_from, days_of, world_of
from relief_engine.testing.written import written
from relief_engine.text import Text

#: At most so many leases or loans are drawn, whatever is asked for.
MOST = 20


class BadArgument(StatedError, ValueError):
    """An argument of a strategy that can't be used; it says what was expected. Raised where the strategy is made."""


# --- strategies ---------------------------------------------------------------------------------------------------


def profiles(
    rulebook: Rulebook, programme: str | None = None, *, as_of: dt.date | None = None, unknown: bool = True,
    not_available: bool = True, coarse: bool = True, most: int = 2, also: Sequence[str] = (),
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
        also: ids of facts that are drawn though no rule may read them. A test about a fact names it here: rules that
            forget the fact would otherwise leave the test without anything to fail on.

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
    extra = _also(rulebook, chosen, also)
    plan = Plan(world, chosen, as_of, unknown=unknown, absent=not_available, coarse=coarse, most=most, also=extra)
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
    known = _drawable(rulebook)
    if fact not in known:
        raise _no_fact("fact", fact, known)
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
    return st.binary(min_size=2, max_size=2).map(lambda data: day_from(listed, data))


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


def _drawable(rulebook: Rulebook) -> dict[str, Fact]:
    """The facts that are asked for and are no free text, by id."""
    return {i: f for i, f in rulebook.facts.items() if isinstance(f, Fact) and f.type not in ("text", "credit_code")}


def _also(rulebook: Rulebook, programmes: Sequence[Programme], also: object) -> tuple[Fact, ...]:
    """The facts of those ids, which must be about the applicant or what the programmes are about."""
    if isinstance(also, str) or not isinstance(also, Sequence):
        raise _expected("also", "事实代号的列表", "a list of ids of facts", also)
    subjects = {APPLICANT, *(programme.subject for programme in programmes)}
    known = {name: fact for name, fact in _drawable(rulebook).items() if fact.subject in subjects}
    for name in also:
        if name not in known:
            raise _no_fact("also", name, known)
    return tuple([known[name] for name in also])


def _no_fact(argument: str, name: object, known: Mapping[str, Fact]) -> BadArgument:
    hint = did_you_mean(str(name), known)
    zh = f"{argument}：没有可以抽取的事实 {name!r}{hint.zh}"
    return BadArgument(Text(zh, f"{argument}: there is no fact {name!r} to draw{hint.en}"))


def _expected(name: str, zh: str, en: str, got: object) -> BadArgument:
    return BadArgument(Text(f"{name}：应为{zh}，实为 {got!r}", f"{name}: expected {en}, got {got!r}"))
