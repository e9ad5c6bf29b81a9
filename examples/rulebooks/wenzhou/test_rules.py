"""Tests of these rules. They need `pip install 'relief-engine[testing]'` and nothing else; run them with `pytest`."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from relief_engine import Engine, Outcome, load_rulebook
from relief_engine.testing import Property, decisions, profiles, properties

RULES = load_rulebook(Path(__file__).parent)
ENGINE = Engine(RULES)
RENT = "example-wenzhou/rent-2022"


@pytest.mark.parametrize("prop", properties(RULES), ids=str)
def test_property(prop: Property) -> None:
    """What is true of any rules, and what rent-2022.yaml says of itself."""
    prop.check(examples=50)


@settings(max_examples=200, deadline=None)
@given(profiles(RULES, RENT, as_of=date(2022, 6, 1), also=["lease.landlord_is_state_owned"]))
def test_a_private_landlord_gives_nothing(profile: dict[str, Any]) -> None:
    """Relief is for premises of state-owned enterprises alone."""
    for lease, decision in zip(profile["leases"], decisions(ENGINE, profile, RENT), strict=True):
        if lease.get("landlord_is_state_owned") is False:
            assert decision.outcome is Outcome.INELIGIBLE
