"""``relief rules check``: errors refuse, hints do not and are told apart, and profiles can be copied out."""

from __future__ import annotations

from pathlib import Path

import yaml

from relief_engine import Engine, load_rulebook
from tests.checking.building import HERE, mistaken
from tests.cli.conftest import Relief


def test_hints_refuse_nothing(relief: Relief, tmp_path: Path) -> None:
    root = mistaken(HERE / "mistakes" / "prefix-repeats", tmp_path)
    ran = relief("rules", "check", root)
    assert (ran.status, ran.err) == (0, "")
    first, second, digest = ran.out.splitlines()
    assert first.startswith("规则库没有问题：")
    assert second == "提示 1 条，--hints 列出。"
    assert digest.startswith("sha256:")
    told = relief("rules", "check", root, "--hints", "--lang", "en")
    assert (told.status, told.err) == (0, "")
    hint, summary, _ = told.out.splitlines()
    assert hint.endswith("[prefix-repeats]")
    assert summary.startswith("No findings.")


def test_errors_refuse_and_show_a_profile(relief: Relief, tmp_path: Path) -> None:
    root = mistaken(HERE / "mistakes" / "referral-never-stands-in", tmp_path)
    ran = relief("rules", "check", root)
    assert (ran.status, ran.out) == (2, "")
    lines = ran.err.splitlines()
    assert "[referral-never-stands-in]" in lines[0]
    assert lines[-1] == "共 1 处问题。"
    profile = yaml.safe_load("\n".join(lines[1:-1]))
    (decision,) = Engine(load_rulebook(root)).decide(profile).decisions
    assert "small" not in [result.id for result in decision.criteria if result.status == "unmet"]


def test_json_keeps_errors_and_hints_apart(relief: Relief, tmp_path: Path) -> None:
    root = mistaken(HERE / "mistakes" / "limit-out-of-reach", tmp_path)
    ran = relief("rules", "check", root, "--format", "json")
    assert (ran.status, ran.err) == (2, "")
    (error,), (hint,) = ran.json["findings"], ran.json["hints"]
    assert (error["code"], hint["code"]) == ("limit-out-of-reach", "limit-out-of-line")
    assert error["line"] == hint["line"] == 18
    assert yaml.safe_load(error["profile"])["applicant"]["industry"]
