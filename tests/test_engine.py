"""The engine's door: what it accepts, and what it says of a subject that nobody described."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from relief_engine import Engine, Outcome, ProfileError, load_rulebook
from relief_engine.rulebook.load import shipped_rules
from tests.books import shipped_book

RENT = "beijing-tongzhou/rent-reduction-2022"
STRANGER: dict[str, Any] = {
    "applicant": {"registered_in_beijing": False, "pays_tax_in_beijing": False, "epidemic_hardship": False}
}


@pytest.fixture(scope="module")
def engine() -> Engine:
    """An engine of the shipped rules."""
    return Engine(shipped_book())


def test_a_profile_read_with_another_rulebook_is_refused(engine: Engine, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(shipped_rules(), rules)
    facts = rules / "facts" / "lease.yaml"
    facts.write_text(facts.read_text(encoding="utf-8") + "# another edition\n", encoding="utf-8")
    other = Engine(load_rulebook(rules))
    with pytest.raises(ProfileError, match="other-rulebook"):
        other.decide(engine.profile({**STRANGER, "as_of": "2022-06-01"}))


def test_a_lease_that_nobody_described_is_asked_for_and_never_refused(engine: Engine) -> None:
    (decision,) = engine.decide(STRANGER, as_of=dt.date(2022, 6, 1), programmes=[RENT]).decisions
    assert decision.outcome is Outcome.UNDETERMINED
    assert "lease.owner_kind" in {missing.fact.id for missing in decision.missing.facts}
    assert not decision.missing.exact


@pytest.mark.parametrize(
    "arguments",
    [{"programmes": RENT}, {"as_of": "2022-06-01"}, {"as_of": dt.datetime(2022, 6, 1)}],
)
def test_wrong_arguments_are_named(engine: Engine, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="expected"):
        engine.decide(STRANGER, **arguments)
