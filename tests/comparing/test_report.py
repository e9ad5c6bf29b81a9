"""A whole report in every form, pinned letter by letter, and what it says of proofs.

After a change that is meant, write the files anew and read what the version control shows of them::

    RELIEF_RENEW=1 python -m pytest tests/comparing/test_report.py
"""

import datetime as dt
import json
import os
from pathlib import Path

import pytest

from relief_engine.cli.comparing import rendered
from relief_engine.cli.options import DiffFormat
from relief_engine.comparing import difference as doors
from relief_engine.comparing import effects
from relief_engine.comparing.difference import Difference, Status, difference
from relief_engine.comparing.revisions import Revision
from relief_engine.explanation.columns import columns
from relief_engine.proving import Limits
from relief_engine.rulebook.periods import LAST, Period
from relief_engine.text import Language
from tests.comparing.books import APPLICANT, RENT, SIZE, Change, base, edited, read
from tests.comparing.fakes import Told, finding

GOLDEN = Path(__file__).parent / "golden"
FORMS: tuple[tuple[str, Language, bool], ...] = (
    ("txt", "zh", False), ("txt", "en", False), ("txt", "zh", True), ("md", "zh", False), ("json", "zh", False),
    ("json", "en", False),
)  # fmt: skip
_BEGINS, _LISTED = dt.date(2022, 1, 10), dt.date(2022, 6, 10)
ALL = Period(_BEGINS, LAST)
RENT_ID = "city/rent"
HOTEL = {
    "as_of": "2022-01-10",
    "applicant": {"kind": "enterprise", "industry": "61", "employees": 100, "revenue": 2000},
    "leases": [{"district": "东区", "start": "2022-01-01", "end": "2022-12-31", "monthly_rent": 1000}],
}
SOUTH = {
    "as_of": "2022-06-10",
    "applicant": {"kind": "individual", "industry": "61", "registered": True},
    "leases": [{"district": "西区", "start": "2022-01-01", "end": "2022-12-31", "monthly_rent": 1000}],
}
#: A limit is raised, a district is listed from a day on, a title and a payer change.
CHANGES: list[Change] = [
    (SIZE, "{small: 10, large: 100}", "{small: 10, large: 120}"),
    (RENT, "    - {value: {东区: 2022-01-01, 西区: 2022-03-01}, cite: [{source: notice, clause: 二}]}",
     ("    - {value: {东区: 2022-01-01, 西区: 2022-03-01}, cite: [{source: notice, clause: 二}]}\n"
     "    - {from: 2022-06-10, value: {东区: 2022-01-01}, cite: [{source: plan, clause: 三}], outlives_source: On.}")),
    (RENT, "title: {zh: 小微, en: Small}", "title: {zh: 小型或微型, en: Small or micro}"),
    (RENT, "payer: landlord", "payer: district"),
    (RENT, "when: not applicant.registered and lease.district not in near", "when: lease.district not in near"),
]  # fmt: skip
TOLD = [
    Told(Period(_LISTED, LAST), SOUTH, figures=("amount", "months"), notes=("pay", "remarks:ask")),
    Told(ALL, {"applicant": {"employees": 100, "industry": "61"}, "leases": [{"district": "南区"}]}, ("small",)),
    Told(ALL, HOTEL, ("small",)),
]


_GRANT = """programme: city/grant
title: {zh: 补助, en: Grant}
summary: {zh: 补助, en: A grant}
authority: {zh: 区, en: District}
subject: applicant
from: 2022-01-10
cite: [{source: notice, clause: 一}]
criteria:
  - id: registered
    title: {zh: 注册, en: Registered}
    require: applicant.registered
    cite: [{source: notice, clause: 一}]
benefit: {kind: in_kind, payer: district, cite: [{source: notice, clause: 一}]}
"""


def side(name: str, *changes: Change) -> Revision:
    return Revision(name, read(edited(*changes), name), "0123456789abcdef" if ":" in name else None)


def compared(
    monkeypatch: pytest.MonkeyPatch, changes: list[Change], told: list[Told], *undecided: Period
) -> Difference:
    found = finding({RENT_ID: told}, {RENT_ID: undecided})
    monkeypatch.setattr(effects, "compare", found)
    return difference(side("HEAD~1:rules"), side("rules", *changes), Limits())


@pytest.mark.parametrize(("form", "language", "details"), FORMS)
def test_golden(form: str, language: Language, details: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = compared(monkeypatch, CHANGES, TOLD)
    kind = {"txt": DiffFormat.TEXT, "md": DiffFormat.MARKDOWN, "json": DiffFormat.JSON}[form]
    actual = rendered(found, language, kind, details=details)
    path = GOLDEN / f"diff{'.details' if details else ''}.{language}.{form}"
    if os.environ.get("RELIEF_RENEW", "0") not in ("", "0"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual, encoding="utf-8", newline="\n")
    assert actual == path.read_text(encoding="utf-8")


def test_cases_that_are_granted_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    (effect,) = compared(monkeypatch, CHANGES, TOLD).effects
    assert [case.weight.name for case in effect.differences] == ["GRANTED", "BENEFIT", "REASON"]


def test_no_line_of_text_is_wider_than_the_terminal_but_what_is_to_be_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    found = compared(monkeypatch, CHANGES, TOLD)
    copied = {f"  {line}" for case in found.effects[0].differences for line in case.yaml.splitlines()}
    for line in rendered(found, "zh", DiffFormat.TEXT, details=True).splitlines():
        assert columns(line) <= 60 or line in copied


def test_a_witness_is_ready_to_be_decided(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (effect,) = compared(monkeypatch, CHANGES, TOLD).effects
    for case in effect.differences:
        path = tmp_path / "profile.yaml"
        path.write_text(case.yaml, encoding="utf-8")
        for decided, outcome in ((case.old, case.transition.old), (case.new, case.transition.new)):
            assert decided is not None
            profile = decided.engine.read_profile(path)
            (decision,) = decided.engine.decide(profile, as_of=case.period.first, programmes=[RENT_ID]).decisions
            assert decision.outcome is outcome


UNPROVEN = Period(_LISTED, LAST)


@pytest.mark.parametrize(
    ("changes", "told", "undecided", "status", "said"),
    [
        ([], [], (), Status.SAME, ["没有差别（已证明），1 个项目：city/rent", "结论没有任何差别（已证明）。"]),
        ([CHANGES[0], CHANGES[2]], [], (), Status.SAME,
         ["改动涉及、但没有差别（已证明）", "结论没有任何差别（已证明）。"]),
        ([CHANGES[0]], [], (UNPROVEN,), Status.OPEN,
         ["没有找到差别，但未能在限度内证明没有（自 2022-06-10 起）。",
          "1 个项目未能在限度内证明没有差别：没有找到，不等于没有。"]),
        (CHANGES, TOLD, (UNPROVEN,), Status.DIFFERENT,
         ["未能在限度内证明没有其他差别（自 2022-06-10 起）。", "1 个项目的结论有 3 类差别。",
          "1 个项目未能在限度内证明没有其他差别：没有找到，不等于没有。"]),
        (CHANGES, TOLD, (), Status.DIFFERENT, ["除此之外没有其他差别（已证明）。", "1 个项目的结论有 3 类差别。"]),
        ([], [], (UNPROVEN,), Status.OPEN, ["改动没有涉及，但没有证明没有差别，1 个项目：city/rent"]),
    ],
)  # fmt: skip
def test_what_is_proven_is_said_and_nothing_more(
    changes: list[Change], told: list[Told], undecided: tuple[Period, ...], status: Status, said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = compared(monkeypatch, changes, told, *undecided)
    assert found.status is status
    text = rendered(found, "zh", DiffFormat.TEXT, to_file=True).replace("\n", "")
    for words in said:
        assert words in text
    assert ("已证明" in text) == (not undecided)
    assert json.loads(rendered(found, "zh", DiffFormat.JSON))["exit_status"] == int(status)


def test_without_a_solver_it_says_that_profiles_were_only_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "solver_is_there", lambda: False)
    text = rendered(compared(monkeypatch, CHANGES, [], UNPROVEN), "zh", DiffFormat.TEXT, to_file=True)
    assert "没有可用的 z3：只抽样，未证明" in text
    assert "已证明" not in text
    proven = rendered(compared(monkeypatch, [], []), "zh", DiffFormat.TEXT, to_file=True)
    assert "z3" not in proven


def test_another_reading_of_inputs_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search sees it: the encoded profiles are the same."""
    found = compared(monkeypatch, [(APPLICANT, ", aliases: [公司]", "")], [])
    assert found.status is Status.DIFFERENT
    text = rendered(found, "en", DiffFormat.TEXT, to_file=True)
    assert "Edits that change how profiles and rosters are read: 1." in text
    assert "No decision changes" not in text


def test_another_payer_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcome and figures are the same, so that no search sees it either."""
    found = compared(monkeypatch, [(RENT, "payer: landlord", "payer: district")], [])
    assert found.status is Status.DIFFERENT
    text = rendered(found, "zh", DiffFormat.TEXT, to_file=True)
    assert "1 处改动改变待遇的种类或由谁给予。" in text
    assert "结论和数额没有差别（已证明），但资料的读法、待遇的种类、给予方或没有数据时的转人工情形有改动" in text
    assert "但没有差别" not in text


def test_a_programme_of_another_kind_of_subject_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {**base(), "city/grant.yaml": _GRANT}
    other = {**files, "city/grant.yaml": _GRANT.replace("subject: applicant", "subject: lease")}
    before, after = Revision("old", read(files, "old"), None), Revision("new", read(other, "new"), None)
    monkeypatch.setattr(effects, "compare", finding({"city/grant": [Told(ALL, SOUTH)]}))
    found = difference(before, after, Limits(), ["city/grant"])
    cases = found.effects[0].differences
    assert {(case.transition.old.value, case.transition.new.value) for case in cases} == {
        ("eligible", "not_in_force"), ("not_in_force", "eligible"),
    }  # fmt: skip
    assert [(case.old is None, case.new is None) for case in cases] == [(True, False), (False, True)]


def test_a_programme_that_only_one_side_has(monkeypatch: pytest.MonkeyPatch) -> None:
    added: Change = ("city/other.yaml", "", base()[RENT].replace("programme: city/rent", "programme: city/other"))
    monkeypatch.setattr(effects, "compare", finding({"city/other": [Told(ALL, SOUTH)]}))
    there = difference(side("old"), side("new", added), Limits())
    back = difference(side("new", added), side("old"), Limits())
    assert [effect.programme for effect in back.effects] == ["city/rent", "city/other"]
    assert "新：没有这个项目" in rendered(back, "zh", DiffFormat.TEXT)
    assert "Old: there is no such programme" in rendered(there, "en", DiffFormat.TEXT)
    (record,) = [r for r in json.loads(rendered(there, "en", DiffFormat.JSON))["programmes"] if r["differences"]]
    assert (record["programme"], record["differences"][0]["decisions"]["old"]) == ("city/other", None)


def test_only_what_concerns_the_programmes_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    other = base()[RENT].replace("programme: city/rent", "programme: city/other")
    without_size = other.replace(" or applicant.size in [micro, small]", "").replace(
        "applicant.size == none", "applicant.registered"
    )
    old, new = {**base(), "city/other.yaml": without_size}, {**edited(*CHANGES), "city/other.yaml": without_size}
    monkeypatch.setattr(effects, "compare", finding({}))
    before, after = Revision("old", read(old, "old"), None), Revision("new", read(new, "new"), None)
    assert difference(before, after, Limits(), ["city/other"]).edits == ()
    found = difference(before, after, Limits(), ["city/rent"])
    assert [effect.programme for effect in found.effects] == ["city/rent"]
    assert [(edit.owner.id, edit.part.value) for edit in found.edits] == [
        ("city/rent", "parameter"), ("city/rent", "criterion"), ("city/rent", "benefit"), ("city/rent", "remark"),
        ("size", "limit"),
    ]  # fmt: skip
    assert [edit.part.value for edit in found.effects[0].touched_by] == ["parameter", "benefit", "remark", "limit"]
