"""How the rules of a programme changed: one line for each change, by which clause, and nothing that did not change."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from relief_engine import Engine, load_rulebook
from relief_engine.explanation import html, markdown, terminal
from relief_engine.explanation.build import explain
from relief_engine.explanation.history import changes
from relief_engine.explanation.outline import Section
from relief_engine.explanation.records import decision_record
from relief_engine.explanation.sheet import Sheet, sheet
from tests.explanation.conftest import FIRM, LEASE, MIDDLE, MORE, more_rules

DISCOUNT = [
    ("parameter", "least", "changes", "2030-05-01 起：最低折扣由 10% 改为 20%", "三（一）"),
    ("parameter", "apply_by", "changes", "2030-05-01 起：申请截止日由 2030-06-30 改为 2030-10-31", "三（一）"),
    ("criterion", "registered", "changes", "2030-05-01 起：条件“在本区注册”的规定改变", "三（一）"),
    ("parameter", "kinds", "changes", "2030-09-01 起：主体范围增加社团，去掉个体工商户", "三（一）"),
    ("criterion", "plan", "begins", "2030-09-01 起：新增条件“已申报方案”", "三（一）"),
    ("benefit", "benefit", "changes", "2030-09-01 起：待遇的规定改变", "三（一）"),
    ("criterion", "registered", "basis", "2030-11-01 起：条件“在本区注册”不变，依据更新", "二"),
    ("referral", "unregistered", "ends",
     "自 2031-01-01 起不再适用：转人工情形“未注册的”（所引某政发〔2030〕2号 2030-12-31 失效）", "第2条"),
]  # fmt: skip


def test_every_kind_of_change_in_order_of_time(more: Engine) -> None:
    found = changes(more.rulebook.programme("town/discount"))
    assert [(c.part, c.id, c.how, c.text.zh, c.citations[0].split()[1]) for c in found] == DISCOUNT
    assert all(len(change.citations) == 1 for change in found)
    assert [change.text.en for change in found][:4] == [
        "from 2030-05-01: lowest discount: 20% instead of 10%",
        "from 2030-05-01: last day to apply: 2030-10-31 instead of 2030-06-30",
        "from 2030-05-01: new wording of the criterion “Registered here”",
        "from 2030-09-01: kinds of applicants: added Club; removed Shop",
    ]


def test_rules_that_do_not_change_say_nothing(more: Engine, town: Engine) -> None:
    assert changes(more.rulebook.programme("town/spring")) == ()
    assert changes(town.rulebook.programme("town/rent")) == ()


def test_the_end_of_a_programme_is_a_change(town: Engine) -> None:
    (change,) = changes(town.rulebook.programme("town/grant"))
    assert (change.day, change.part, change.how) == (dt.date(2031, 1, 1), "programme", "ends")
    assert change.text.zh == "自 2031-01-01 起不再适用：本项目（所引某政发〔2030〕2号 2030-12-31 失效）"


def edited(folder: Path, *edits: tuple[str, str]) -> list[str]:
    """The changes of the discount with some of its text replaced."""
    rules = more_rules(folder)
    text = (MORE / "discount.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (rules / "town" / "discount.yaml").write_text(text, encoding="utf-8")
    return [change.text.zh for change in changes(load_rulebook(rules).programme("town/discount"))]


def test_a_programme_that_ends_by_its_own_words_names_no_document(tmp_path: Path) -> None:
    found = edited(tmp_path, ("from: 2030-02-01\n", "from: 2030-02-01\nto: 2030-11-30\n"), ("    to: 2030-12-31\n", ""))
    assert found[-1] == "自 2030-12-01 起不再适用：本项目"
    # What ends with the programme, or after it, is no change of it.
    assert found[:-1] == [text for _, _, _, text, _ in DISCOUNT[:-1]]


TABLE = """\
parameters:
  days:
    - {value: {firm: 2030-06-30, shop: 2030-07-31}, cite: [{source: rent-notice, clause: 二}],
       note: {zh: 各类截止日, en: days}}
    - {from: 2030-05-01, value: {firm: 2030-08-31, club: 2030-07-31}, cite: [{source: rent-notice, clause: 二}]}
"""
PAUSED = """\
    versions:
      - {to: 2030-03-31, when: applicant.kind == firm, cite: [{source: rent-notice, clause: 二}]}
      - {from: 2030-10-01, when: applicant.kind == firm, cite: [{source: rent-notice, clause: 二}]}
"""


def test_tables_tell_their_entries(tmp_path: Path) -> None:
    found = edited(
        tmp_path,
        ("parameters:\n", TABLE),
        ("<= apply_by", "<= apply_by and applicant.applied_on <= days[applicant.kind]"),
    )
    assert found[0] == (
        "2030-05-01 起：各类截止日增加社团（2030-07-31），去掉个体工商户（2030-07-31），改为企业（2030-08-31）"
    )


def test_a_rule_that_pauses_ends_and_begins(tmp_path: Path) -> None:
    found = edited(
        tmp_path,
        ("    to: 2030-12-31\n    cite: [{source: money-notice, clause: 第2条}]\n", PAUSED),
        ("    in_place_of: [registered]\n    when: applicant.kind == firm\n", "    in_place_of: [registered]\n"),
    )
    assert [text for text in found if "未注册的" in text] == [
        "自 2030-04-01 起不再适用：转人工情形“未注册的”",
        "2030-10-01 起：新增转人工情形“未注册的”",
    ]


# --- in the report ----------------------------------------------------------------------------------------------------


def report(engine: Engine, day: dt.date = MIDDLE) -> Sheet:
    mapping = {"applicant": {**FIRM, "plan": "basic", "applied_on": "2030-05-31", "fee": 100}, "leases": [LEASE] * 2}
    return sheet(engine.decide(mapping, as_of=day, programmes=["town/discount"]), engine, "zh", "0")


def section(sheet_: Sheet) -> Section:
    (group,) = sheet_.groups
    return next(found for found in group.decisions[0].sections if found.kind == "changes")


def test_the_section_stands_in_every_form(more: Engine) -> None:
    laid_out = report(more)
    assert section(laid_out).title == "规定的变化"
    assert [item.text for item in section(laid_out).items] == [text for _, _, _, text, _ in DISCOUNT]
    for text in (terminal.render(laid_out, width=200), markdown.render(laid_out), html.render(laid_out)):
        assert "规定的变化" in text
        assert "最低折扣由 10% 改为 20%" in text
    (decision,) = more.decide({"applicant": FIRM}, as_of=MIDDLE, programmes=["town/discount"]).decisions
    record = decision_record(decision, more, "zh")["explanation"]["changes"]
    assert record[0] == {
        "from": "2030-05-01",
        "part": "parameter",
        "id": "least",
        "how": "changes",
        "text": "2030-05-01 起：最低折扣由 10% 改为 20%",
        "citations": ["某政发〔2030〕1号 三（一）"],
    }


@pytest.mark.parametrize("day", [dt.date(2030, 2, 1), dt.date(2031, 6, 1)])
def test_past_and_coming_changes_are_the_same_on_every_day(more: Engine, day: dt.date) -> None:
    assert section(report(more, day)) == section(report(more))


def test_leases_share_the_section(shipped: Engine) -> None:
    """15号 第3条 made two cases for people, whatever was decided; it is said once for all leases."""
    mapping = {"applicant": {"kind": "individual_business"}, "leases": [{"owner_kind": "private"}, {}]}
    report = shipped.decide(mapping, as_of=dt.date(2022, 5, 25), programmes=["beijing-tongzhou/rent-reduction-2022"])
    laid_out = sheet(report, shipped, "zh", "0")
    (group,) = [group for group in laid_out.groups if "租金" in group.title]
    (shared,) = [found for found in group.shared if found.kind == "changes"]
    assert "2022-06-15 起：新增转人工情形“连锁门店以门店为单位”" in [item.text for item in shared.items]
    assert terminal.render(laid_out).count("规定的变化") == 1


def test_what_is_not_in_force_has_no_section(more: Engine) -> None:
    (decision,) = more.decide({"applicant": {}}, as_of=dt.date(2030, 1, 1), programmes=["town/discount"]).decisions
    assert explain(decision, more).changes == ()
