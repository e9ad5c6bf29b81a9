"""``relief check``: what is decided, on which day, in which form."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from relief_engine.version import VERSION
from tests.cli.conftest import RENT, RESTAURANT, TOWN_RULES, Relief

Write = Callable[[str | bytes], Path]
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def test_text(relief: Relief) -> None:
    ran = relief("check", RESTAURANT)
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[:3] == ["判定日：2022-06-01", "申请方：运河小馆", f"资料文件：{RESTAURANT}"]
    assert "符合：减免租金 180,000.00 元，由出租方给予" in lines
    assert "\x1b" not in ran.out
    day, rulebook, profile, engine, routes = lines[-5:]
    assert day == "判定日 2022-06-01"
    assert DIGEST.fullmatch(rulebook.removeprefix("规则库 "))
    assert DIGEST.fullmatch(profile.removeprefix("资料 "))
    assert engine == f"引擎 relief-engine {VERSION}"
    assert routes.startswith("计算路径 直接计算")


def test_english(relief: Relief) -> None:
    ran = relief("check", RESTAURANT, "--lang", "en")
    assert ran.status == 0
    assert "Eligible: rent relief of 180,000.00 yuan, given by the landlord" in ran.out.splitlines()


@pytest.mark.parametrize(("form", "begin"), [("markdown", "- 判定日"), ("html", "<!doctype html>"), ("json", "{")])
def test_forms(relief: Relief, form: str, begin: str) -> None:
    ran = relief("check", RESTAURANT, "--format", form)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(begin)
    assert ran.out.endswith("\n")


@pytest.mark.parametrize(
    ("option", "in_profile", "day"),
    [("2022-07-01", "2022-06-01", "2022-07-01"), (None, "2022-06-01", "2022-06-01"), (None, None, None)],
)
def test_the_day_is_the_option_else_the_profiles_else_today(
    relief: Relief, profile: Write, option: str | None, in_profile: str | None, day: str | None
) -> None:
    path = profile(f"{'as_of: ' + in_profile if in_profile else ''}\napplicant: {{}}\nleases: []\n")
    before = dt.date.today().isoformat()
    ran = relief("check", path, *(["--as-of", option] if option else []))
    assert ran.status == 0
    first = ran.out.splitlines()[0].removeprefix("判定日：")
    assert first in ({day} if day else {before, dt.date.today().isoformat()})


def test_programmes_by_name(relief: Relief, profile: Write) -> None:
    path = profile("as_of: 2030-06-01\napplicant: {kind: firm, fee: 10}\n")
    record = relief(
        "check", path, "--rules", TOWN_RULES, "--programme", "town/fee", "--programme", "town/deferral",
        "--programme", "town/fee", "--format", "json",
    ).json  # fmt: skip
    assert [d["programme"] for d in record["decisions"]] == ["town/fee", "town/deferral"]
    assert record["skipped"] == []


def test_all_programmes(relief: Relief, profile: Write) -> None:
    path = profile("as_of: 2030-06-01\napplicant: {kind: firm, fee: 10}\n")
    record = relief("check", path, "--rules", TOWN_RULES, "--format", "json").json
    assert len(record["decisions"]) == 4
    assert record["skipped"] == [{"programme": "town/rent", "reason": "资料没有提到租约（leases）"}]


def test_leases_that_are_not_mentioned_are_asked_for(relief: Relief, profile: Write) -> None:
    path = profile("as_of: 2022-06-01\napplicant: {kind: enterprise}\n")
    skipped = relief("check", path, "--format", "json").json
    assert {found["subject"] for found in skipped["decisions"]} <= {"applicant"}
    assert RENT in [s["programme"] for s in skipped["skipped"]]
    (decision,) = relief("check", path, "--format", "json", "--programme", RENT).json["decisions"]
    assert (decision["outcome"], decision["subject"]) == ("undetermined", "leases")
    assert {("lease.owner_kind", "leases")} <= {(m["fact"], m["subject"]) for m in decision["missing"]}
    assert decision["explanation"]["headline"] == "资料不足：资料没有提到租约（leases）"


def test_no_leases_is_none(relief: Relief, profile: Write) -> None:
    path = profile("as_of: 2022-06-01\napplicant: {kind: enterprise}\nleases: []\n")
    record = relief("check", path, "--format", "json", "--programme", RENT).json
    assert record["decisions"] == []
    assert record["skipped"] == [{"programme": RENT, "reason": "资料中没有租约（leases）"}]
    text = relief("check", path).out
    assert "没有判定的项目" in text
    assert "资料中没有租约（leases）" in text


def test_not_in_force_says_from_when(relief: Relief) -> None:
    ran = relief("check", RESTAURANT, "--as-of", "2022-05-12", "--programme", RENT)
    assert ran.status == 0
    assert "当日无适用规定：自 2022-05-13 起才可适用，判定日 2022-05-12 在此之前" in ran.out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--programme", "beijing-tongzhou/rent"], f"--programme: 没有项目“beijing-tongzhou/rent”，是否想写“{RENT}”？"),
        (["--programme", "zzz"], "--programme: 没有项目“zzz”，可用的见 relief programmes"),
        (["--rules", "no-such-folder"], "no-such-folder: 没有这个规则目录"),
    ],
)
def test_unknown_names(relief: Relief, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    from relief_engine.cli import check
    from relief_engine.rulebook.load import load_rulebook

    monkeypatch.setattr(check, "cached_rulebook", load_rulebook)
    ran = relief("check", RESTAURANT, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(said)


def test_unknown_programmes_are_told_together(relief: Relief) -> None:
    ran = relief("check", "nofile.yaml", "--programme", "a", "--programme", "b", "--format", "json")
    assert ran.status == 2
    assert [error["code"] for error in ran.json["errors"]] == ["unknown-programme"] * 2 + ["file-unreadable"]
