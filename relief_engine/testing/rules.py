"""Testing stage, its door for properties: all that apply to a rulebook, each with the profiles it is tried on.

    @pytest.mark.parametrize("prop", properties(rulebook), ids=str)
    def test_rules(prop):
        prop.check(examples=100)

A property that fails raises :class:`PropertyFailed` for the smallest profile that was found. One that holds for all
profiles that were drawn is not proven: other profiles may still fail it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from relief_engine.compiled import ir
from relief_engine.engine import Engine
from relief_engine.proving import Found, Limits, Side, Verdict, reachable
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Criterion, Programme
from relief_engine.testing import declared, holding
from relief_engine.testing.failures import PropertyFailed, failed
from relief_engine.testing.planning import Plan, Profile, world_of
from relief_engine.testing.sql_route import differences, duckdb_is_there
from relief_engine.testing.strategies import profiles, programmes_of
from relief_engine.text import Text

#: How many profiles a property is tried on unless told otherwise.
EXAMPLES = 100
#: How many bytes choose the facts that are hidden.
_HIDDEN = 3


@dataclass(frozen=True, slots=True)
class Property:
    """One property of one programme. ``str`` is a name for test reports: ``programme: id``."""

    id: str
    title: Text
    programme: str
    search: Callable[[int], None]

    def __str__(self) -> str:
        return f"{self.programme}: {self.id}"

    def check(self, examples: int = EXAMPLES) -> None:
        """Try the property on so many profiles, the same ones every time.

        Raises:
            PropertyFailed: it does not hold; with the smallest profile that was found.
        """
        self.search(examples)


#: Properties of one profile: id, title, check, and whether a programme must declare it.
_OF_ONE: tuple[tuple[str, Text, Callable[..., None]], ...] = (
    ("routes-agree", Text("各条路线结果一致", "all routes agree"), holding.routes_agree),
    ("same-again", Text("再判一次结果相同", "deciding again gives the same"), holding.deciding_again_is_the_same),
    ("order", Text("次序不影响结果", "order does not matter"), holding.order_does_not_matter),
    ("grants-are-certain", Text("结论与条件相符", "outcomes follow from criteria"), holding.grants_are_certain),
    ("explanation-recomputes", Text("说明中的算式重算一致", "explanations recompute"), holding.explanation_recomputes),
)
_DECLARED: tuple[tuple[str, Text, Callable[..., None], str], ...] = (
    ("monotone", Text("单调", "monotone as declared"), declared.results_are_monotone, "monotone"),
    ("at-most", Text("金额不超过上限", "bounded as declared"), declared.amounts_are_bounded, "at_most"),
    ("additive", Text("分段折算可以相加", "proration adds up as declared"), declared.proration_adds_up, "additive"),
)


def properties(rulebook: Rulebook, programme: str | None = None) -> tuple[Property, ...]:
    """All properties that apply to a programme, or to all programmes of a rulebook.

    Forward chaining and DuckDB are compared where they are installed. *Monotone*, *at most* and *additive* are there
    for programmes that declare them in ``properties:``.

    Raises:
        BadArgument: there is no such programme.
    """
    found: list[Property] = []
    for one in programmes_of(rulebook, programme):
        found += _of(rulebook, one)
    return tuple(found)


def check(rulebook: Rulebook, programme: str | None = None, *, examples: int = EXAMPLES) -> None:
    """Try all properties of a programme, or of all programmes.

    Raises:
        PropertyFailed: a property does not hold; the first one that was found.
    """
    for property_ in properties(rulebook, programme):
        property_.check(examples)


def _of(rulebook: Rulebook, programme: Programme) -> Iterator[Property]:
    engine, identity = world_of(rulebook).engine, programme.id
    whole = profiles(rulebook, identity)
    for name, title, holds in _OF_ONE:
        yield Property(name, title, identity, partial(_search, _one(engine, identity, holds), whole))
    if duckdb_is_there():
        title = Text("DuckDB 结果一致", "DuckDB agrees")
        yield Property("sql-agrees", title, identity, partial(_by_sql, engine, programme))
    title = Text("多知道一项事实只会更明确", "knowing more only resolves")
    pairs = st.tuples(whole, st.binary(min_size=_HIDDEN, max_size=_HIDDEN))
    yield Property("knowing-more-only-resolves", title, identity, partial(_search, _hiding(engine, programme), pairs))
    title = Text("每个条件都有满足和不满足的情形", "every criterion is met by some and failed by others")
    yield Property("criteria-reachable", title, identity, partial(_reached, engine, programme))
    section = programme.properties
    for name, title, holds, part in _DECLARED:
        if section is not None and getattr(section, part):
            known = profiles(rulebook, identity, coarse=False)
            search = partial(_search, _one(engine, identity, holds), known)
            yield Property(name, title, identity, partial(_more, search))


def _more(search: Callable[[int], None], examples: int) -> None:
    """What a programme says of itself needs nobody to look for what is missing: four times as many are cheap."""
    search(4 * examples)


def _one(engine: Engine, programme: str, holds: Callable[..., None]) -> Callable[[Any], None]:
    return lambda profile: holds(engine, profile, programme)


def _hiding(engine: Engine, programme: Programme) -> Callable[[Any], None]:
    def holds(example: tuple[Profile, bytes]) -> None:
        profile, picks = example
        paths = holding.known(profile)
        hidden = {paths[pick % len(paths)] for pick in picks} if paths else set()
        holding.knowing_more_only_resolves(engine, profile, programme.id, hidden=sorted(hidden))

    return holds


def _search(holds: Callable[[Any], None], strategy: SearchStrategy[Any], examples: int) -> None:
    """Let Hypothesis look for a profile that fails, and shrink it."""

    @settings(
        max_examples=examples, database=None, deadline=None, derandomize=True, report_multiple_bugs=False,
        print_blob=False, suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
    )  # fmt: skip
    @given(strategy)
    def search(example: Any) -> None:
        holds(example)

    search()


def _reached(engine: Engine, programme: Programme, _examples: int) -> None:
    """Every criterion is met by some profile and unmet by another; that none is may be proven or only not found."""
    side = Side(engine, programme)
    for criterion in programme.criteria:
        for value, zh, en in ((ir.MET, "满足", "met"), (ir.UNMET, "不满足", "unmet")):
            found = {found.verdict for found in _searched(side, criterion, value)}
            if Verdict.FOUND in found:
                continue
            proven = found <= {Verdict.NONE}
            message = Text(
                f"{'已证明没有' if proven else '没有找到'}{zh}条件“{criterion.id}”的资料（{criterion.where}）",
                f"the criterion {criterion.id!r} is {en} by no profile, "
                f"{'which is proven' if proven else 'as far as was searched'} ({criterion.where})",
            )
            raise PropertyFailed("criteria-reachable", message)


def _searched(side: Side, criterion: Criterion, value: int) -> Iterator[Found]:
    """What searches for a value of a criterion give, wording by wording, up to the first that finds one."""
    for day in side.programme.change_days() or (side.programme.period.first,):
        program = side.engine.program(side.programme, day)
        for compiled in program.criteria:
            if compiled.criterion.id == criterion.id:
                found = reachable(side, program, compiled.node, value, limits=Limits())
                yield found
                if found.verdict is Verdict.FOUND:
                    return


def _by_sql(engine: Engine, programme: Programme, examples: int) -> None:
    """DuckDB, in one query, says the same of many drawn profiles as the direct route does; nothing is shrunk."""
    plan = Plan(world_of(engine.rulebook), [programme], None, unknown=True, absent=True, coarse=True, most=1)
    chance = Random(programme.id)
    drawn = [plan.profile(chance.randbytes(plan.width)) for _ in range(examples)]
    found = differences(engine, programme, drawn)
    if found is not None:
        profile, message = found
        raise failed("sql-agrees", message, engine, [profile], programme.id)
