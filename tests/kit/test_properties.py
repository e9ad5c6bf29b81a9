"""Ready properties: they hold of the shipped rules and others, and each fails where what it says is not so."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine, Outcome, Rulebook, load_rulebook
from relief_engine.compiled.layout import Value
from relief_engine.decision import NOTHING_MISSING, Decision
from relief_engine.profile.model import Profile
from relief_engine.rulebook.programme import Programme
from relief_engine.testing import PropertyFailed, check, decisions, declared, holding, properties, rules, sql_route
from relief_engine.testing.strategies import BadArgument
from tests.books import shipped_book
from tests.kit.seeded import RENT, with_mistake

ROOT = Path(__file__).resolve().parents[2]
LOAN = "beijing-tongzhou/first-loan-interest-subsidy-2022"
TOWN = "beijing-tongzhou"
INCUBATOR = "beijing-tongzhou/incubator-subsidy-2022"
#: A grant of 180,000 yuan; with a second lease that is refused.
GRANTED: Mapping[str, Any] = {
    "as_of": dt.date(2022, 6, 1),
    "applicant": {
        "kind": "enterprise", "industry": "6210", "employees": 30, "revenue": 800, "registered_in_beijing": True,
        "chain_kind": "none",
    },
    "leases": [
        {
            "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
            "premises_district": "通州区", "start": dt.date(2021, 1, 1), "end": dt.date(2023, 12, 31),
            "monthly_rent": 30000, "has_rent_free_period": False,
        },
        {"owner_kind": "private"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(shipped_book())


# --- they hold ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prop", properties(shipped_book(), RENT), ids=str)
def test_they_hold_of_the_rent_programme(prop: rules.Property) -> None:
    prop.check(8)


def test_they_hold_of_others() -> None:
    check(shipped_book(), INCUBATOR, examples=8)
    check(load_rulebook(ROOT / "examples" / "rulebooks" / "wenzhou"), examples=5)


@pytest.mark.soak
@pytest.mark.parametrize("prop", properties(shipped_book()), ids=str)
def test_they_hold_of_every_programme(prop: rules.Property) -> None:
    prop.check(400)


def test_what_applies_is_what_is_declared() -> None:
    rulebook = shipped_book()
    named = {
        one: {p.id for p in properties(rulebook, one)} for one in (RENT, LOAN, "beijing-tongzhou/free-testing-2022")
    }
    assert {"monotone", "at-most", "additive"} <= named[RENT]
    assert {"monotone", "at-most"} <= named[LOAN]
    assert "additive" not in named[LOAN]
    assert not {"monotone", "at-most", "additive"} & named["beijing-tongzhou/free-testing-2022"]
    assert len(properties(rulebook)) >= 8 * len(rulebook.programmes)
    with pytest.raises(BadArgument, match="rent-reduction-2022"):
        properties(rulebook, "beijing-tongzhou/rent-reduction-2020")


def test_quick_decisions_are_those_of_the_engine(engine: Engine) -> None:
    profile = {**GRANTED, "as_of": dt.date(2022, 5, 12)}
    for given in (GRANTED, profile, holding.without(GRANTED, ["leases[0].start"])):
        for programme in (RENT, None):
            quick = {(d.programme.id, d.index): d for d in decisions(engine, given, programme)}
            slow = {(d.programme.id, d.index): d for d in holding.decided(engine, given, programme)}
            assert {key: holding.shown(d) for key, d in quick.items()} == {
                key: holding.shown(slow[key]) for key in quick
            }
            assert slow.keys() <= quick.keys() if programme else quick
            assert all(quick[key].criteria == slow[key].criteria for key in quick)


# --- rules with a mistake -----------------------------------------------------------------------------------------

WRONG_RULES = [
    pytest.param("monotone", f"{TOWN}/metaverse-office-rent", ("years_received < most_years",
                 "years_received >= most_years"), id="turned round"),
    pytest.param("monotone", INCUBATOR, ("amount: borne_by_city + borne_by_district",
                 "amount: borne_by_city - borne_by_district - borne_by_district"), id="minus for plus"),
    pytest.param("at-most", INCUBATOR, ("amount: borne_by_city + borne_by_district",
                 "amount: borne_by_city + borne_by_district + lease.rent_waived_for_firms"), id="added twice"),
    pytest.param("additive", RENT, ("amount: rent_of_months * leased_days / days_in_year",
                 "amount: rent_of_months * min(leased_days, most_days_listed) / days_in_year"), id="half a year"),
    pytest.param("criteria-reachable", INCUBATOR, ("lease.rent_waived_for_firms > 0",
                 "lease.rent_waived_for_firms >= 0"), id="nobody fails it"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "programme", "edit"), WRONG_RULES)
def test_wrong_rules_are_found(name: str, programme: str, edit: tuple[str, str], tmp_path: Path) -> None:
    rulebook = with_mistake(tmp_path, programme, edit)
    (prop,) = [p for p in properties(rulebook, programme) if p.id == name]
    with pytest.raises(PropertyFailed) as raised:
        prop.check(400)
    error = raised.value
    assert error.property == name
    assert f"{programme}.yaml:" in error.message.zh
    assert len(error.profiles) == len(error.decisions) == {"at-most": 1, "monotone": 2, "additive": 3}.get(name, 0)
    again = pickle.loads(pickle.dumps(error))
    assert (again.report("zh"), again.report("en")) == (error.report("zh"), error.report("en"))
    for profile, decision in zip(error.profiles, error.decisions, strict=True):
        assert "as_of: 20" in profile
        assert profile.rstrip() in error.report("en")
        assert decision.en.rstrip() in error.report("en")


# --- an engine with a mistake -------------------------------------------------------------------------------------


class Tampered(Engine):
    """An engine that answers some questions wrongly."""

    def __init__(self, rulebook: Rulebook, lie: Callable[[Decision], Decision]) -> None:
        super().__init__(rulebook)
        self.lie = lie

    def decide_one(self, programme: Programme, profile: Profile, index: int | None, day: dt.date) -> Decision:
        return self.lie(super().decide_one(programme, profile, index, day))


def with_values(decision: Decision, name: str, more: int) -> Decision:
    """The decision with another value of one figure."""
    assert decision.program is not None
    values = list(decision.values)
    figure = decision.program.benefit.shown[name]
    for node in {figure.low, figure.high}:
        values[node] = (values[node] or 0) + more
    return replace(decision, values=tuple(values))


def test_a_grant_in_doubt_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        return replace(decision, outcome=Outcome.ELIGIBLE, missing=NOTHING_MISSING)

    holding.grants_are_certain(engine, GRANTED, RENT)
    with pytest.raises(PropertyFailed, match="grants-are-certain"):
        holding.grants_are_certain(Tampered(engine.rulebook, lie), GRANTED, RENT)


def test_a_refusal_without_reason_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        return replace(decision, outcome=Outcome.INELIGIBLE) if decision.index == 0 else decision

    with pytest.raises(PropertyFailed, match="不符合，但没有条件不满足"):
        holding.grants_are_certain(Tampered(engine.rulebook, lie), GRANTED, RENT)


def test_a_figure_below_nothing_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        return with_values(decision, "amount", -(10**18)) if decision.index == 0 else decision

    with pytest.raises(PropertyFailed, match="金额为负"):
        holding.grants_are_certain(Tampered(engine.rulebook, lie), GRANTED, RENT)


def test_an_explanation_of_another_figure_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        return with_values(decision, "amount", 1) if decision.index == 0 else decision

    holding.explanation_recomputes(engine, GRANTED, RENT)
    with pytest.raises(PropertyFailed, match="explanation-recomputes") as raised:
        holding.explanation_recomputes(Tampered(engine.rulebook, lie), GRANTED, RENT)
    assert "monthly_rent: 30000" in raised.value.profiles[0]


def test_an_engine_that_remembers_is_found(engine: Engine) -> None:
    asked: list[int] = []

    def lie(decision: Decision) -> Decision:
        asked.append(1)
        return replace(decision, outcome=Outcome.REFERRED) if len(asked) > 2 else decision

    holding.deciding_again_is_the_same(engine, GRANTED, RENT)
    with pytest.raises(PropertyFailed, match="same-again"):
        holding.deciding_again_is_the_same(Tampered(engine.rulebook, lie), GRANTED, RENT)


def test_an_engine_that_looks_at_the_order_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        return with_values(decision, "amount", 10**9) if decision.index == 0 else decision

    holding.order_does_not_matter(engine, GRANTED, RENT)
    with pytest.raises(PropertyFailed, match="order"):
        holding.order_does_not_matter(Tampered(engine.rulebook, lie), GRANTED, RENT)


def test_an_unknown_fact_taken_for_yes_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        unknown = "lease.has_rent_free_period" in {missing.fact.id for missing in decision.missing.facts}
        return replace(decision, outcome=Outcome.ELIGIBLE, missing=NOTHING_MISSING) if unknown else decision

    whole = {**GRANTED, "leases": [{**GRANTED["leases"][0], "has_rent_free_period": True}]}
    hidden = ["leases[0].has_rent_free_period"]
    holding.knowing_more_only_resolves(engine, whole, RENT, hidden=hidden)
    with pytest.raises(PropertyFailed, match="knowing-more-only-resolves") as raised:
        holding.knowing_more_only_resolves(Tampered(engine.rulebook, lie), whole, RENT, hidden=hidden)
    less, more = raised.value.profiles
    assert "has_rent_free_period" not in less
    assert "has_rent_free_period: true" in more


def test_a_fact_missing_too_late_is_found(engine: Engine) -> None:
    def lie(decision: Decision) -> Decision:
        few = replace_missing(decision)
        return few if "lease.start" in {missing.fact.id for missing in decision.missing.facts} else decision

    def replace_missing(decision: Decision) -> Decision:
        kept = tuple(m for m in decision.missing.facts if m.fact.id == "lease.start")
        return replace(decision, missing=type(decision.missing)(kept, True))

    more = holding.without(GRANTED, ["leases[0].end"])
    with pytest.raises(PropertyFailed, match=r"lease\.end"):
        holding.knowing_more_only_resolves(
            Tampered(engine.rulebook, lie), more, RENT, hidden=["leases[0].start", "leases[0].monthly_rent"]
        )


def test_routes_that_disagree_are_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        name = "other"

        def run(self, program: Any, vector: list[Value]) -> tuple[int | None, ...]:
            values = engine.evaluate(program, vector)
            return (*values[:-1], 7)

    monkeypatch.setattr(holding, "_verified", lambda _: Engine(engine.rulebook, verify_with=Other()))  # type: ignore[arg-type]
    with pytest.raises(PropertyFailed, match="routes-agree"):
        holding.routes_agree(engine, GRANTED, RENT)


def test_sql_that_disagrees_is_found(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    programme = engine.rulebook.programmes[RENT]
    assert sql_route.differences(engine, programme, [GRANTED]) is None
    wrong = {**GRANTED, "applicant": {**GRANTED["applicant"], "industry": "13"}}
    answers = sql_route._answers

    def other(program: Any, decisions: Any) -> Any:
        first = answers(program, decisions)
        return [{**row, "outcome": "eligible"} for row in first]

    monkeypatch.setattr(sql_route, "_answers", other)
    found = sql_route.differences(engine, programme, [GRANTED, wrong])
    assert found is not None
    assert found[0] is GRANTED  # its second lease is refused
    assert "outcome" in found[1].en


# --- what is told -------------------------------------------------------------------------------------------------


def test_a_failure_tells_the_whole_story(tmp_path: Path) -> None:
    rulebook = with_mistake(
        tmp_path,
        RENT,
        (
            "amount: rent_of_months * leased_days",
            "amount: rent_of_months * months_listed / months_listed * leased_days",
        ),
    )
    declared.amounts_are_bounded(Engine(rulebook), GRANTED, RENT)
    rulebook = with_mistake(tmp_path, RENT, ("{value: 365, unit: 天, cite", "{value: 36, unit: 天, cite"))
    with pytest.raises(PropertyFailed) as raised:
        declared.amounts_are_bounded(Engine(rulebook), GRANTED, RENT)
    zh, en = raised.value.report("zh"), raised.value.report("en")
    assert str(raised.value) == zh
    for text, parts in ((zh, ("超过 180000", "国有房屋租金减免")), (en, ("more than 180000", "Rent reduction"))):
        assert all(part in text for part in ("at-most", "monthly_rent: 30000", "1,825,000.00", *parts)), text
    assert f"{RENT}.yaml:" in en
