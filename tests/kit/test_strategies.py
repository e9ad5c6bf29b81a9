"""Strategies: whatever is drawn loads, every border is hit, and arguments are checked where a strategy is made."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from relief_engine import Engine, Outcome, Rulebook, load_rulebook
from relief_engine.engine.cells import Crossing
from relief_engine.rulebook.facts import Fact
from relief_engine.testing import BadArgument, days, facts, profiles, to_yaml
from relief_engine.testing.planning import Plan, world_of
from relief_engine.testing.strategies import programmes_of
from tests.books import shipped_book

ROOT = Path(__file__).resolve().parents[2]
RENT = "beijing-tongzhou/rent-reduction-2022"
BOOKS = {
    "shipped": None,
    "town": ROOT / "tests" / "explanation" / "rules",
    "small": ROOT / "tests" / "rulebook" / "base",
    **{path.name: path for path in sorted((ROOT / "examples" / "rulebooks").iterdir()) if (path / "facts").exists()},
}
GENERATE = settings(
    max_examples=60, database=None, deadline=None, phases=(Phase.generate,), derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return shipped_book()


def drawn(rulebook: Rulebook, programme: str | None, number: int, **how: Any) -> list[dict[str, object]]:
    """Profiles from a seed, by the way that Hypothesis takes, and faster."""
    asked: dict[str, Any] = {"as_of": None, "unknown": True, "absent": True, "coarse": True, "most": 1, **how}
    plan = Plan(world_of(rulebook), programmes_of(rulebook, programme), **asked)
    chance = Random(f"{programme}")
    return [plan.profile(chance.randbytes(plan.width)) for _ in range(number)]


@pytest.mark.parametrize("book", BOOKS)
def test_whatever_is_drawn_loads(book: str) -> None:
    """Of every programme, and of all at once; as a mapping and as YAML, to the same profile."""
    rulebook = load_rulebook(BOOKS[book])
    engine = Engine(rulebook)
    for programme in (None, *rulebook.programmes):
        for profile in drawn(rulebook, programme, 5 if book == "shipped" else 15):
            read = engine.profile(profile)
            assert engine.reader.read_bytes(to_yaml(profile).encode(), "drawn").digest == read.digest


def test_hypothesis_draws_what_loads(shipped: Rulebook) -> None:
    engine = Engine(shipped)
    counts: Counter[int] = Counter()

    @GENERATE
    @given(profiles(shipped, RENT, most=4))
    def search(profile: dict[str, Any]) -> None:
        engine.profile(profile)
        counts[len(profile["leases"])] += 1

    search()
    assert {1, 2} <= set(counts)
    assert max(counts) <= 4


@pytest.mark.parametrize("programme", [RENT, "beijing-tongzhou/metaverse-office-rent"])
def test_every_outcome_is_drawn(shipped: Rulebook, programme: str) -> None:
    engine = Engine(shipped)
    found = Counter(
        decision.outcome
        for profile in drawn(shipped, programme, 150)
        for decision in engine.decide(profile, programmes=[programme]).decisions
    )
    assert set(found) == set(Outcome)
    assert found[Outcome.NOT_IN_FORCE] < 40


def test_limits_of_size_are_drawn_with_their_neighbours(shipped: Rulebook) -> None:
    """Retail: 10, 50 and 300 people; one less and one more."""
    seen = {p["applicant"].get("employees") for p in drawn(shipped, RENT, 5_000)}  # type: ignore[attr-defined]
    assert {near for limit in (5, 10, 20, 50, 100, 300) for near in (limit - 1, limit, limit + 1)} <= seen


def test_borders_of_days_are_drawn_with_their_neighbours(shipped: Rulebook) -> None:
    seen = {p["leases"][0].get("end") for p in drawn(shipped, RENT, 2_000) if p["leases"]}  # type: ignore[index]
    wanted = [dt.date(2022, 1, 1), dt.date(2022, 12, 31), dt.date(2022, 5, 13)]
    assert {day + dt.timedelta(days=step) for day in wanted for step in (-1, 0, 1)} <= seen
    assert "open" in seen


def test_turning_points_of_products_are_hit(shipped: Rulebook) -> None:
    """The head rent of a year against the annual rent, and of six months against a daily rent times an area."""
    world, day = world_of(shipped), dt.date(2022, 6, 20)
    program = world.engine.program(shipped.programmes[RENT], day)
    head = program.layout.slots["lease.head_monthly_rent"]
    signs: dict[Crossing, set[int]] = {}
    for profile in drawn(shipped, RENT, 1_500, as_of=day, unknown=False, absent=False):
        values = world.engine.evaluator(program)(world.engine.profile(profile).vector(program.layout, "lease", 0, day))
        for crossing in world.engine.cells(program).readers[head]:
            sign = crossing.sign(values)
            left, right = values[crossing.left], crossing.bound if crossing.right is None else values[crossing.right]
            if sign is not None and left is not None and right is not None and abs(left - right) <= right // 1_000:
                signs.setdefault(crossing, set()).add(sign)
    assert sum(len(found) == 3 for found in signs.values()) >= 2, signs
    assert sum(len(found) >= 2 for found in signs.values()) >= 3, signs


def test_unknown_not_available_and_coarse_can_be_left_out(shipped: Rulebook) -> None:
    world = world_of(shipped)
    codes = world.codes
    assert codes is not None
    position = {code.id: index for index, code in enumerate(codes.codes)}
    read = world.read_by(shipped.programmes[RENT])
    some: Counter[str] = Counter()
    for strict in (True, False):
        how = {"unknown": False, "absent": False, "coarse": False} if strict else {}
        for profile in drawn(shipped, RENT, 200, **how):
            applicant: dict[str, Any] = profile["applicant"]  # type: ignore[assignment]
            missing = sum(fact.subject == "applicant" for fact in read) - len(applicant)
            absent = "not_available" in [*applicant.values()]
            coarse = "industry" in applicant and world.is_coarse(position[applicant["industry"]])
            if strict:
                assert (missing == 0, absent, coarse) == (True, False, False), profile
            else:
                some.update(name for name, there in (("m", missing > 0), ("a", absent), ("c", coarse)) if there)
    assert {"m", "a", "c"} <= set(some)


def test_facts_and_days(shipped: Rulebook) -> None:
    engine = Engine(shipped)
    for identity, fact in shipped.facts.items():
        if not isinstance(fact, Fact) or fact.type in ("text", "credit_code"):
            continue
        value = find(facts(shipped, identity), lambda _: True, settings=GENERATE)
        name = engine.rulebook.subjects[fact.subject].kind.list
        profile = {"applicant": {}, name: [{fact.name: value}]} if name else {"applicant": {fact.name: value}}
        engine.profile(profile)
    assert find(days(shipped, RENT), lambda _: True) == dt.date(2022, 5, 13)
    assert find(days(shipped, RENT), lambda day: day < dt.date(2022, 5, 13)) == dt.date(2022, 5, 12)


def test_a_profile_without_demands_is_empty(shipped: Rulebook) -> None:
    smallest = find(profiles(shipped, RENT), lambda _: True, settings=GENERATE)
    assert smallest == {"as_of": dt.date(2022, 5, 13), "applicant": {}, "leases": [{}]}


def test_yaml_is_what_a_user_would_write(shipped: Rulebook) -> None:
    profile = find(
        profiles(shipped, RENT, as_of=dt.date(2022, 6, 1)),
        lambda p: p["leases"] != [] and "end" in p["leases"][0] and p["applicant"].get("revenue", 0) != 0,
        settings=settings(GENERATE, max_examples=2000, phases=(Phase.generate, Phase.shrink)),
    )
    assert to_yaml(profile) == ("as_of: 2022-06-01\napplicant:\n  revenue: 1\nleases:\n- end: 2022-01-01\n")
    assert yaml.safe_load(to_yaml(profile)) == profile


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("rules",), "rulebook"),
        ((RENT.replace("2022", "2021"),), "programme"),
        ((7,), "programme"),
        ((RENT, {"as_of": "2022-06-01"}), "as_of"),
        ((RENT, {"as_of": dt.datetime(2022, 6, 1, tzinfo=dt.UTC)}), "as_of"),
        ((RENT, {"most": 0}), "most"),
        ((RENT, {"most": True}), "most"),
        ((RENT, {"unknown": 1}), "unknown"),
        ((RENT, {"not_available": None}), "not_available"),
        ((RENT, {"coarse": "no"}), "coarse"),
        ((RENT, {"also": "lease.use"}), "also"),
        ((RENT, {"also": ["lease.us"]}), "also"),
        ((RENT, {"also": ["loan.amount"]}), "also"),
    ],
)
def test_bad_arguments_are_told_at_once(shipped: Rulebook, arguments: tuple[Any, ...], named: str) -> None:
    how = arguments[1] if len(arguments) > 1 else {}
    with pytest.raises(BadArgument, match=f"^{named}：") as raised:
        profiles("rules" if named == "rulebook" else shipped, arguments[0], **how)  # type: ignore[arg-type]
    assert raised.value.message.en.startswith(f"{named}: ")


def test_bad_names_bring_the_nearest(shipped: Rulebook) -> None:
    with pytest.raises(BadArgument, match="rent-reduction-2022"):
        days(shipped, "beijing-tongzhou/rent-reduction-2202")
    with pytest.raises(BadArgument, match=r"lease\.monthly_rent"):
        facts(shipped, "lease.montly_rent")
    with pytest.raises(BadArgument, match=r"applicant\.name"):
        facts(shipped, "applicant.name")


def test_facts_that_no_rule_reads_are_drawn_where_they_are_named(shipped: Rulebook) -> None:
    """A restaurant's use of its premises is no matter of the rent programme."""
    assert not any("use" in lease for p in drawn(shipped, RENT, 50) for lease in p["leases"])  # type: ignore[attr-defined]
    named = profiles(shipped, RENT, also=["lease.use"])
    found = find(named, lambda p: any(lease.get("use") == "office" for lease in p["leases"]))
    assert found["leases"] == [{"use": "office"}]


def test_strategies_compose(shipped: Rulebook) -> None:
    both = st.tuples(profiles(shipped, RENT), profiles(shipped, "beijing-tongzhou/six-taxes-two-fees-2022"))
    one, other = find(both, lambda _: True, settings=GENERATE)
    assert "leases" in one
    assert "leases" not in other
