"""The behavioural checks of a rulebook: the shipped one passes, and each check finds the mistake that it is for."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
import yaml

from relief_engine import Engine, Rulebook, load_rulebook
from relief_engine.checking import CHECKS, findings, observe
from relief_engine.decision import Outcome
from relief_engine.engine.missing import Search
from relief_engine.rulebook.load import shipped_rules
from tests.properties.strategies import WORLD

RENT = Path("beijing-tongzhou") / "rent-reduction-2022.yaml"


def changed(folder: Path, *edits: tuple[str, str]) -> Rulebook:
    """The shipped rules with some text replaced; the worked cases, which belong to the true ones, are left out."""
    rules = folder / "rules"
    shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("*.cases.yaml"))
    text = (rules / RENT).read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (rules / RENT).write_text(text, encoding="utf-8")
    return load_rulebook(rules)


def test_the_shipped_rulebook_passes_in_time() -> None:
    started = time.process_time()
    assert findings(WORLD.rulebook) == []
    assert time.process_time() - started < 5 * len(WORLD.rulebook.programmes)


def test_the_samples_show_every_outcome() -> None:
    for programme in WORLD.rulebook.programmes.values():
        behaviour = observe(WORLD.engine, programme)
        outcomes = {sample.outcome for sample in (*behaviour.complete, *behaviour.partial)}
        assert outcomes == set(Outcome) - {Outcome.NOT_IN_FORCE}


def test_findings_are_the_same_every_time(tmp_path: Path) -> None:
    rulebook = changed(tmp_path, LEASED_DAYS)
    assert findings(rulebook) == findings(rulebook)


def test_every_check_says_what_it_finds() -> None:
    assert all(check.__doc__ for check in CHECKS)


#: Both ends must be known before the days are; that there are none may follow from one.
LEASED_DAYS = (
    "require: lease.start <= year_ends and lease.end >= year_begins",
    "require: leased_days > 0 or lease.start > year_ends and lease.end < year_begins",
)

MISTAKES = [
    pytest.param(
        [LEASED_DAYS],
        [("nothing-missing", "programme:")],
        id="a lease that ended before the year waits for its start",
    ),
    pytest.param(
        [("require: lease.premises_district != 京外", "require: lease.start > year_ends and lease.end < year_begins")],
        [("criterion-never-met", "- id: premises-in-beijing")],
        id="a criterion that nobody meets",
    ),
    pytest.param(
        [("require: lease.premises_district != 京外", "require: lease.start <= lease.end")],
        [("criterion-never-fails", "- id: premises-in-beijing")],
        id="a criterion that nobody fails",
    ),
    pytest.param(
        [("    when: lease.has_rent_free_period\n",
          "    when: lease.rent_form == daily and lease.rent_form == annual\n")],
        [("referral-never-holds", "- id: rent-free-period")],
        id="a referral that can't hold",
    ),
    pytest.param(
        [("    when: lease.tenancy != via_other and lease.rent_form == daily\n",
          "    when: lease.tenancy == via_other and lease.rent_form == daily\n")],
        [("range-without-referral", "kind: entitlement")],
        id="a daily rent that nobody decides on",
    ),
    pytest.param(
        [("  amount: rent_of_months * leased_days / days_in_year\n",
          "  amount: rent_of_months * leased_days / days_in_year - lease.head_monthly_rent * months\n")],
        [("negative-amount", "kind: entitlement")],
        id="an amount below nothing",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), MISTAKES)
def test_a_mistake_is_found(edits: list[tuple[str, str]], expected: list[tuple[str, str]], tmp_path: Path) -> None:
    rulebook = changed(tmp_path, *edits)
    found = findings(rulebook)
    codes = [finding.code for finding in found]
    for code, at in expected:
        finding = found[codes.index(code)]
        line = Path(finding.where.file).read_text(encoding="utf-8").splitlines()[finding.where.line - 1]
        assert at in line or at in "\n".join(_around(finding.where.file, finding.where.line))
        assert finding.message.zh
        assert finding.message.en
        assert finding.message.zh != finding.message.en


def _around(file: str, line: int) -> list[str]:
    return Path(file).read_text(encoding="utf-8").splitlines()[line - 2 : line + 1]


def test_the_profile_of_a_finding_can_be_tried(tmp_path: Path) -> None:
    rulebook = changed(tmp_path, LEASED_DAYS)
    (finding,) = [found for found in findings(rulebook) if found.code == "nothing-missing"]
    profile = yaml.safe_load(finding.message.en.split(":\n", 1)[1])
    engine = Engine(rulebook)
    (decision,) = engine.decide(profile).decisions
    assert decision.outcome is Outcome.UNDETERMINED
    assert not decision.missing.exact
    assert decision.program is not None
    search = Search(
        decision.program,
        engine.cells(decision.program),
        engine.evaluator(decision.program),
        frozenset(),
    )
    search.run(decision.slots)
    assert search.agreed
