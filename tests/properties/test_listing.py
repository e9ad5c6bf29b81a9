"""A district that is listed later: the rule is there, and no shipped table makes it hold yet."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from relief_engine import Engine
from relief_engine.checking import findings
from relief_engine.rulebook.load import shipped_rules
from tests.properties import oracle
from tests.properties.rules import FILE, changed
from tests.properties.strategies import RENT, ByChance, Case, World, case
from tests.properties.test_decisions import bounds, verdict_bounds
from tests.properties.test_knowledge import brute_of, the_list_is_exact

LISTED_ON = dt.date(2022, 8, 1)
DAYS = (LISTED_ON, dt.date(2022, 7, 31), dt.date(2023, 3, 1))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shipped rules with a second table, from 1 August 2022, in which 海淀区 and 延庆区 are listed."""
    text = (shipped_rules() / FILE).read_text(encoding="utf-8")
    (table,) = re.findall(r"  listed_on:\n(    - from:.*?)(?=\n  \w)", text, re.DOTALL)
    later = table.replace("2022-05-13", str(LISTED_ON)).replace("{", f"{{海淀区: {LISTED_ON}, 延庆区: {LISTED_ON}, ", 1)
    rulebook = changed(tmp_path_factory.mktemp("listing"), (table, f"{table}\n{later}"))
    assert not findings(rulebook)
    return World(Engine(rulebook))


def drawn_in(world: World, chooser: ByChance) -> Case:
    """A complete case, more often than not in a district that is listed later."""
    programme = world.rulebook.programmes[RENT.id]
    drawn = case(chooser, unknown=0, absent=False, favoured=True, programme=programme, world=world, days=DAYS)
    district = world.rulebook.facts["lease.premises_district"].domain  # type: ignore[union-attr]
    assert district is not None
    code = drawn.answers["applicant.industry"]
    assert isinstance(code, int)
    place = district.ids.index(chooser.of(("海淀区", "海淀区", "延庆区", "通州区", "顺义区")))
    fine = chooser.of(world.leaves(code))
    return drawn.but({**drawn.answers, "applicant.industry": fine, "lease.premises_district": place})


def test_the_oracle_agrees_on_later_listings(world: World) -> None:
    chooser = ByChance("listing")
    ranges = 0
    for _ in range(1200):
        drawn = drawn_in(world, chooser)
        applicant, leases = drawn.mapping["applicant"], drawn.mapping["leases"]
        assert isinstance(applicant, dict)
        assert isinstance(leases, list)
        late = {"海淀区": LISTED_ON, "延庆区": LISTED_ON} if drawn.as_of >= LISTED_ON else {}
        verdict = oracle.decide(drawn.as_of, applicant, leases[0], {**oracle.LISTED, **late})
        found = drawn.decision.outcome.value, bounds(drawn.decision)
        assert found == (verdict.outcome, verdict_bounds(verdict)), drawn
        ranges += "listed-after-lease-ended" in {referral.id for referral in drawn.decision.referrals}
    assert ranges > 20


def test_missing_facts_are_exact_with_later_listings(world: World) -> None:
    chooser = ByChance("listing")
    for _ in range(60):
        the_list_is_exact(brute_of(drawn_in(world, chooser), chooser, 3000))
