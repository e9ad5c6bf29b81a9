"""The static checks: each small rulebook holds one mistake, and gives the finding beside it, in its place.

A line of ``expected.txt`` is level, place and code, and for a finding that comes with a profile what that profile is
decided as: outcome, criteria not met (-), referrals that hold (+).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from relief_engine import Engine, Rulebook, load_rulebook
from relief_engine.checking import examined
from relief_engine.errors import Finding
from relief_engine.rulebook.load import read_rulebook
from tests.checking.building import HERE, MISTAKES, edited, mistaken
from tests.rulebook.building import edit, line


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
    root = edited([], tmp_path)
    assert read_rulebook(root)[1] == []
    assert said(root) == []


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case.name)
def test_a_mistake_is_found_where_it_is(case: Path, tmp_path: Path) -> None:
    expected = (case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert said(mistaken(case, tmp_path)) == expected


def test_the_profile_of_a_masked_row_has_the_class_of_another(tmp_path: Path) -> None:
    rulebook = load_rulebook(mistaken(HERE / "mistakes" / "prefix-masked", tmp_path))
    (finding,) = examined(rulebook)
    assert finding.profile is not None
    code = yaml.safe_load(finding.profile)["applicant"]["industry"]
    sectors = next(rulebook.standards.size_tables["size"].values()).sectors
    classes = [sectors.domain.ids[index] for index in sectors.of(sectors.codes.positions[code])]
    assert code.startswith("62")
    assert classes == ["catering"]


def test_the_profile_of_a_limit_out_of_reach_is_the_largest_there_is(tmp_path: Path) -> None:
    """No profile is in the highest class, be its figure ever so large; of farming in the right table this one is."""
    wrong = load_rulebook(mistaken(HERE / "mistakes" / "limit-out-of-reach", tmp_path / "wrong"))
    finding = next(found for found in examined(wrong) if found.code == "limit-out-of-reach")
    assert finding.profile is not None
    profile = yaml.safe_load(finding.profile)
    for rulebook, size in ((wrong, "small"), (load_rulebook(HERE / "base"), "large")):
        (decision,) = Engine(rulebook).decide({"as_of": "2022-03-01", **profile}).decisions
        table = next(rulebook.standards.size_tables["size"].values())
        figure = decision.profile.applicant.values["applicant.revenue"]
        assert isinstance(figure, int)
        (limit,) = table.rows[0].limits
        reached = sum(figure >= bound for bound in limit.bounds)
        assert table.domain.ids[reached] == size


def test_a_programme_without_beginning_is_tried_on_a_day_that_a_profile_may_have(tmp_path: Path) -> None:
    root = mistaken(HERE / "mistakes" / "referral-never-stands-in", tmp_path)
    edit(root / "city" / "grant.yaml", "from: 2022-01-10\n", "")
    rulebook = load_rulebook(root)
    (finding,) = examined(rulebook)
    assert decided(rulebook, finding) == " eligible"


def test_the_reference_lists_every_finding_and_no_other() -> None:
    """Those that small rulebooks show here, and those of profiles, which tests/properties/test_checking.py shows."""
    shown = {"nothing-missing", "range-without-referral", "undecidable", "not-available-unexplained", "negative-amount"}
    for case in MISTAKES:
        shown |= {entry.split()[2] for entry in (case / "expected.txt").read_text(encoding="utf-8").splitlines()}
    text = (HERE.parent.parent / "docs" / "rulebook.md").read_text(encoding="utf-8")
    section = text[text.index("## Checking") : text.index("## Mistakes that no case would notice")]
    rows = re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
    assert shown == {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
