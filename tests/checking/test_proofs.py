"""What the solver adds to the checks: proofs, profiles that drawing misses, and no finding by drawing alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from relief_engine import Engine, load_rulebook
from relief_engine.checking import examined
from relief_engine.errors import Finding
from relief_engine.proving import reach
from tests.checking.building import HERE, edited, mistaken

GRANT = "city/grant.yaml"
PLAIN = "    when: not applicant.registered"
#: One rent and one revenue in all the world: half of a revenue that is so much above the rent.
RARE = "applicant.rent == applicant.revenue - few_yuan and applicant.revenue == applicant.rent + applicant.rent"
FEW_YUAN = (
    GRANT,
    "  share_of_few:\n",
    "  few_yuan:\n    - {value: 777.77, unit: 元, cite: [{source: notice, clause: 二}]}\n  share_of_few:\n",
)


def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "solver_is_there", lambda: False)


def found(root: Path) -> list[Finding]:
    """All that is found, but for what the rare condition is rightly told: that it sees less than it could."""
    return [finding for finding in examined(load_rulebook(root)) if finding.code != "nothing-missing"]


def test_only_a_proof_is_called_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = mistaken(HERE / "mistakes" / "part-never-matters-of-amounts", tmp_path)
    (proven,) = found(root)
    assert proven.message.zh.startswith("已证明没有")
    assert proven.message.en.startswith("proven: no profile")
    without_solver(monkeypatch)
    (tried,) = found(root)
    assert (tried.code, tried.where) == (proven.code, proven.where)
    assert tried.message.zh.startswith("未找到")
    assert "没有证明不存在" in tried.message.zh
    assert tried.message.en.startswith("no profile was found")
    assert "not proven" in tried.message.en


def test_what_drawing_alone_misses_is_no_finding_with_the_solver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = edited([(GRANT, PLAIN, f"    when: applicant.registered and {RARE}"), FEW_YUAN], tmp_path)
    assert found(root) == []
    without_solver(monkeypatch)
    assert [finding.code for finding in found(root)] == ["referral-never-holds"]


def test_the_solver_finds_the_one_case_that_is_left_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    formula = f"(applicant.rent * between(share_of_many, share_of_few) if {RARE} else applicant.rent * share)"
    root = edited([(GRANT, "applicant.rent * share\n", f"{formula}\n"), FEW_YUAN], tmp_path)
    (finding,) = found(root)
    assert (finding.code, finding.level) == ("range-without-referral", "error")
    assert finding.profile is not None
    (decision,) = Engine(load_rulebook(root)).decide(yaml.safe_load(finding.profile)).decisions
    assert decision.outcome == "undetermined"
    assert decision.missing.facts == ()
    without_solver(monkeypatch)
    assert "range-without-referral" not in [finding.code for finding in found(root)]
