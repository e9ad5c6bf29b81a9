"""The static checks: each small rulebook holds one mistake, and gives the finding beside it, in its place.

A line of ``expected.txt`` is level, place and code, and for a finding that comes with a profile what that profile is
decided as: outcome, criteria not met (-), referrals that hold (+).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from relief_engine import Engine, Rulebook, load_rulebook
from relief_engine.checking import examined
from relief_engine.errors import Finding
from relief_engine.rulebook.load import read_rulebook
from tests.rulebook.building import changes, edit, line

HERE = Path(__file__).parent
MISTAKES = sorted((HERE / "mistakes").iterdir())


def made(case: Path, folder: Path) -> Path:
    """The rulebook in ``base`` with the mistake of a case."""
    root = folder / "rules"
    shutil.copytree(HERE / "base", root)
    for name, old, new in changes(case / "change.txt"):
        edit(root / name, old, new)
    return root


def decided(rulebook: Rulebook, finding: Finding) -> str:
    """What the profile of a finding is decided as."""
    if finding.profile is None:
        return ""
    (decision,) = Engine(rulebook).decide({"as_of": "2022-03-01", **yaml.safe_load(finding.profile)}).decisions
    unmet = [f"-{found.id}" for found in decision.criteria if found.status == "unmet"]
    held = [f"+{found.id}" for found in decision.referrals]
    return " ".join(["", decision.outcome, *unmet, *held])


def said(root: Path) -> list[str]:
    """All findings of a rulebook, one a line."""
    rulebook = load_rulebook(root)
    return [
        f"{found.level} {line(str(found.where), root)} {found.code}{decided(rulebook, found)}"
        for found in examined(rulebook)
    ]


def test_a_right_rulebook_gives_nothing(tmp_path: Path) -> None:
    root = tmp_path / "rules"
    shutil.copytree(HERE / "base", root)
    assert read_rulebook(root)[1] == []
    assert said(root) == []


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_a_mistake_is_found_where_it_is(case: Path, tmp_path: Path) -> None:
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert said(made(case, tmp_path)) == expected
