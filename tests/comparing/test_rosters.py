"""Who in a roster gains and loses by new rules. The sums are worked out by hand: rent × months × days ÷ 365."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.comparing.rosters import (
    Change,
    Impact,
    Kind,
    check_output,
    impact,
    impact_markdown,
    impact_records,
    impact_text,
    write_impact,
)
from relief_engine.comparing.rosters.effect import difference, kind_of
from relief_engine.comparing.rosters.model import Figures, State, Sums
from relief_engine.comparing.rosters.same import same_program, same_reading
from relief_engine.comparing.rosters.spool import Spool
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.errors import InputError, UnknownName
from relief_engine.roster import rows
from relief_engine.rulebook import record
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Text
from tests.books import shipped_book

ROOT = Path(__file__).resolve().parents[2]
RENT_ROLL = ROOT / "examples" / "rosters" / "rent-roll.xlsx"
RENT = "beijing-tongzhou/rent-reduction-2022"
RENT_FILE = "beijing-tongzhou/rent-reduction-2022.yaml"
SIZES, LEASES = "standards/enterprise-size.yaml", "facts/lease.yaml"
DAY = dt.date(2022, 6, 20)

#: A change of one file of the rules: its name, what stands there once, and what stands there then.
Edit = tuple[str, str, str]
Changed = Callable[..., Rulebook]

FEWER_MONTHS: Edit = (RENT_FILE, "value: 6, unit: 月", "value: 5, unit: 月")
#: The limits of staff in the retail row, which the one of revenue below tells from those of other rows.
_RETAIL = (
    "{{indicator: employees, unit: 人, at_least: {{small: 10, medium: {}, large: 300}}}}\n"
    "      - {{indicator: revenue, unit: 万元, at_least: {{small: 100, medium: 500"
)
MORE_STAFF: Edit = (SIZES, _RETAIL.format(50), _RETAIL.format(60))
NO_XICHENG: Edit = (
    LEASES, "- {id: 西城区, label: {zh: 西城区, en: Xicheng District}, aliases: [西城, 北京市西城区]}\n      - ", "- ",
)  # fmt: skip


@cache
def shipped() -> Rulebook:
    return shipped_book()


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    """The shipped rules with some changes, loaded once for all tests that make the same."""

    @cache
    def make(*edits: Edit) -> Rulebook:
        folder = tmp_path_factory.mktemp("changed") / "rules"
        shutil.copytree(ROOT / "rules", folder)
        for name, before, after in edits:
            file = folder / name
            text = file.read_text(encoding="utf-8")
            assert text.count(before) == 1, (name, before)
            file.write_text(text.replace(before, after), encoding="utf-8")
        return load_rulebook(folder)

    return make


#: A tenant that gets 10,000.00 × 6 = 60,000.00 yuan: a shop with 30 staff.
TENANT: Mapping[str, str] = {
    "承租方名称": "运河小店", "企业类型": "企业", "行业代码": "5211", "从业人员": "30", "营业收入（万元）": "600",
    "在京注册": "是", "连锁类型": "非连锁", "小微企业名录": "否",
    "产权单位性质": "本区国有企业", "涉及上市公司": "否", "承租关系": "直接承租", "房屋所在区": "通州区",
    "起租日": "2021-01-01", "到期日": "2023-12-31", "月租金": "10000", "合同含免租期": "否",
}  # fmt: skip


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Writes tenants, each with what differs from the usual one; the first says which columns there are besides."""

    def make(*tenants: Mapping[str, str]) -> Path:
        path = tmp_path / "台账.csv"
        headers = list(dict.fromkeys((*TENANT, *(key for tenant in tenants for key in tenant))))
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, headers)
            table.writeheader()
            table.writerows({**TENANT, **tenant} for tenant in tenants)
        return path

    return make


def compared(old: Rulebook, new: Rulebook, path: Path, programmes: Sequence[str] = (RENT,)) -> Impact:
    return impact(old, new, path, as_of=DAY, programmes=programmes)


def by_row(found: Impact) -> dict[int, Change]:
    return {change.row: change for change in found.changes()}


def adds_up(found: Impact) -> bool:
    """No row is lost, and the sums are those of the changes."""
    whole = found.changed + found.unchanged + found.rejected + found.undecided == found.rows
    gained = sum(change.difference or 0 for change in found.changes())
    return whole and gained == found.total().difference and len(list(found.changes())) == found.answers


# --- who gains and loses ------------------------------------------------------------------------------------------


def test_a_raised_limit_of_staff_makes_one_shop_small(changed: Changed, roster: Callable[..., Path]) -> None:
    path = roster(
        {"承租方名称": "五十五人商店", "从业人员": "55"}, {"从业人员": "60"}, {"从业人员": "49"}, {"行业代码": "6210"}
    )
    found = compared(shipped(), changed(MORE_STAFF), path)
    (change,) = found.changes()
    assert (found.rows, found.changed, found.unchanged, found.rejected) == (4, 1, 3, 0)
    assert (change.row, change.names, change.kind) == (2, ("五十五人商店",), Kind.GAINS)
    assert (change.before.outcome, change.after.outcome) == (Outcome.INELIGIBLE, Outcome.ELIGIBLE)
    assert (change.difference, change.after.figures.amount, change.before.figures.amount) == (
        60_000_00,
        60_000_00,
        None,
    )
    assert [(cause.sort, cause.id) for cause in change.causes] == [("criterion", "small-micro-or-individual")]
    assert "不满足 → 满足" in change.causes[0].text.zh
    assert "通政办发〔2022〕12号 附录2" in change.clauses
    assert change.before.reason.zh == "未满足“小型、微型企业或个体工商户”"
    assert change.after.reason.zh == "减免租金 60,000.00 元，由出租方给予"
    total = found.total(RENT)
    # The fourth is a restaurant: small before and after.
    assert (total.before.granted, total.after.granted, total.difference) == (120_000_00, 180_000_00, 60_000_00)
    assert adds_up(found)


def test_the_other_way_round_it_loses(changed: Changed, roster: Callable[..., Path]) -> None:
    found = compared(changed(MORE_STAFF), shipped(), roster({"从业人员": "55"}))
    (change,) = found.changes()
    assert (change.kind, change.difference) == (Kind.LOSES, -60_000_00)
    assert "满足 → 不满足" in change.causes[0].text.zh


#: What one month less of relief costs those who are eligible in the example rent roll: 270,100.50 of whole years, and
#: of rows 10 to 13 and 53 what rent × 5 × days ÷ 365 is less than what stands in expected.yaml.
ONE_MONTH = {
    4: "30000.00", 5: "8000.00", 6: "45600.00", 9: "61000.00", 10: "9041.10", 11: "1551.78", 12: "41.10",
    13: "10082.19", 36: "9500.00", 43: "6500.00", 44: "30000.00", 45: "5000.00", 53: "9132.42", 57: "4500.50",
    60: "11000.00", 65: "15000.00", 66: "5200.00", 67: "26000.00", 68: "12800.00",
}  # fmt: skip


def test_one_month_less_in_the_example_rent_roll(changed: Changed) -> None:
    found = compared(shipped(), changed(FEWER_MONTHS), RENT_ROLL, ())
    assert [pair.id for pair in found.pairs] == [RENT]
    assert (found.rows, found.changed, found.unchanged, found.rejected) == (67, 36, 25, 6)
    lost = {row: c for row, c in by_row(found).items() if c.kind is Kind.LOSES}
    assert {row: -Decimal(change.difference or 0) / 100 for row, change in lost.items()} == {
        row: Decimal(cost) for row, cost in ONE_MONTH.items()
    }
    sums = found.total(RENT)
    assert (sums.before.granted, sums.after.granted, sums.difference) == (179969451, 149974542, -29994909)
    assert all(change.causes[0].text.zh == "减免月数：6 个月 → 5 个月" for change in lost.values())
    assert lost[4].clauses == ("通政办发〔2022〕12号 二", "通政办发〔2022〕12号 附件1 二")
    # What people decide about is no gain and no loss, but its figure is another one.
    assert by_row(found)[70].kind is Kind.FIGURE
    assert (by_row(found)[70].difference, by_row(found)[70].if_granted) == (None, (-21_000_00, -21_000_00))
    # 3 or 6 months of 10,000.00: the lower end stays.
    assert by_row(found)[17].if_granted == (0, -10_000_00)
    assert "3 个月至 6 个月 → 3 个月至 5 个月" in by_row(found)[17].causes[0].text.zh
    assert adds_up(found)


def test_the_largest_change_comes_first(changed: Changed) -> None:
    found = compared(shipped(), changed(FEWER_MONTHS), RENT_ROLL)
    assert [change.row for change in found.largest(4)] == [51, 9, 37, 6]
    assert found.largest(0) == []


def without(rules: str, referral: str) -> Edit:
    """A referral dropped: from its id to the next one."""
    text = (ROOT / "rules" / rules).read_text(encoding="utf-8")
    start = text.index(f"  - id: {referral}\n")
    return rules, text[start : text.index("  - id: ", start + 1)], ""


def test_a_dropped_referral_grants_what_people_decided_about(changed: Changed) -> None:
    found = compared(shipped(), changed(without(RENT_FILE, "rent-free-period")), RENT_ROLL)
    kinds = {row: change.kind for row, change in by_row(found).items()}
    # Row 40 is no longer asked for it; rows 47 and 70 stay with people for other reasons.
    assert kinds == {40: Kind.LESS_ASKED, 52: Kind.FROM_PEOPLE}
    change = by_row(found)[52]
    assert (change.before.outcome, change.before.figures.if_granted) == (Outcome.REFERRED, (81_000_00, 81_000_00))
    assert (change.after.outcome, change.after.figures.amount) == (Outcome.ELIGIBLE, 81_000_00)
    assert change.difference is None, "it was open before: not a gain"
    assert [(cause.sort, cause.id) for cause in change.causes] == [("referral", "rent-free-period")]
    assert change.clauses == ("通政办发〔2022〕12号 二", "通政办发〔2022〕12号 附件1 二")
    total = found.total()
    assert (total.after.granted - total.before.granted, total.difference) == (81_000_00, 0)
    assert total.before.low - total.after.low == 81_000_00
    assert set(by_row(found)[40].before.missing) - set(by_row(found)[40].after.missing) == {
        "lease.has_rent_free_period"
    }
    assert found.other_reasons == 2
    assert adds_up(found)


def test_a_new_referral_leaves_to_people_and_a_new_criterion_asks(
    changed: Changed, roster: Callable[..., Path]
) -> None:
    criterion = """criteria:
  - id: honest
    title: {zh: 未列入失信名单, en: Not on a list of dishonesty}
    require: not applicant.serious_dishonesty
    cite: [{source: notice-12, clause: 一}]
"""
    referral = """referrals:
  - id: high-rent
    title: {zh: 租金很高, en: High rent}
    when: lease.monthly_rent > high_rent
    reason: {zh: 由人看, en: People look}
    cite: [{source: notice-12, clause: 二}]
"""
    parameter = """parameters:
  high_rent: [{value: 20000, unit: 元/月, cite: [{source: notice-12, clause: 二}], note: {zh: 高, en: high}}]
"""
    edits = [(RENT_FILE, f"\n{text.splitlines()[0]}\n", f"\n{text}") for text in (criterion, referral, parameter)]
    tenants = {"失信": ""}, {"失信": "否", "月租金": "30000"}, {"失信": "是"}, {"失信": "否"}
    path = roster(*({("严重失信" if k == "失信" else k): v for k, v in tenant.items()} for tenant in tenants))
    found = impact(
        shipped(),
        changed(*edits),
        path,
        as_of=DAY,
        programmes=[RENT],
        mapping={"严重失信": "applicant.serious_dishonesty"},
    )
    changes = by_row(found)
    assert {row: change.kind for row, change in changes.items()} == {2: Kind.ASKED, 3: Kind.TO_PEOPLE, 4: Kind.LOSES}
    assert changes[2].after.missing == ("applicant.serious_dishonesty",)
    assert "是新增的：不明" in changes[2].causes[0].text.zh
    assert changes[3].causes[0].text.zh == "转人工情形“租金很高”是新增的"
    assert (changes[3].difference, changes[3].after.figures.if_granted) == (None, (180_000_00, 180_000_00))
    # Certain are the sums of row 4 only: what is asked for or left to people is neither gained nor lost.
    assert found.total().difference == -60_000_00
    assert (found.total().before.granted, found.total().after.granted) == (360_000_00, 60_000_00)
    assert "得失相抵 -60,000.00 元" in impact_text(found)
    assert "得失只算两边都已确定的件" in impact_text(found)


# --- nothing differs ----------------------------------------------------------------------------------------------


def test_equal_rules_decide_no_row_and_count_all(changed: Changed, monkeypatch: pytest.MonkeyPatch) -> None:
    same = changed(
        (RENT_FILE, "value: 6, unit: 月,", "unit: 月, value: 6.0, "),
        (RENT_FILE, "{zh: 国有房屋租金减免（2022年）", "{zh: 租金减免"),
    )
    assert same.digest != shipped().digest

    def never(*_: object) -> None:
        raise AssertionError("a row was read")

    monkeypatch.setattr(rows.RowReader, "read", never)
    found = compared(shipped(), same, RENT_ROLL)
    assert (found.rows, found.undecided, found.changed, found.answers) == (67, 67, 0, 0)
    assert found.pairs[0].same
    assert "读入 67 行 = 无须判定 67 行" in impact_text(found)
    assert "没有人的结果会变" in impact_text(found)
    assert "nobody's answer changes" in impact_text(found, "en")
    assert impact_records(found)["programmes"][0]["same_rules"] is True


def test_a_change_that_reaches_nobody_is_decided_and_says_so(changed: Changed, roster: Callable[..., Path]) -> None:
    found = compared(shipped(), changed(MORE_STAFF), roster({}, {"月租金": "一万"}))
    assert (found.rows, found.unchanged, found.rejected, found.undecided, found.answers) == (2, 1, 1, 0, 0)
    assert "台账里没有人的结果会变" in impact_text(found)
    assert "两边都未能读取 1 行" in impact_text(found)


def test_what_counts_as_the_same(changed: Changed) -> None:
    """Not titles and places; but a limit in a table that the program only points at."""
    new = changed(MORE_STAFF)
    engines = Engine(shipped()), Engine(new)
    assert same_reading(shipped(), new)
    for name, same in ((RENT, False), ("beijing-tongzhou/loan-repayment-deferral-2022", True)):
        old_program, new_program = (e.program(e.rulebook.programme(name), DAY) for e in engines)
        assert same_program(old_program, new_program) is same


# --- what one rulebook alone reads --------------------------------------------------------------------------------


def test_a_row_that_the_new_rules_refuse_is_listed(changed: Changed, roster: Callable[..., Path]) -> None:
    path = roster({"承租方名称": "西城分店", "房屋所在区": "西城区"}, {}, {"月租金": "一万"})
    new = changed(NO_XICHENG)
    found = compared(shipped(), new, path)
    (change,) = found.changes()
    assert (change.row, change.kind, change.after.outcome) == (2, Kind.UNREAD, None)
    assert "房屋所在区" in change.after.reason.zh
    assert "西城区" in change.after.reason.zh
    assert change.difference is None
    assert (found.rows, found.changed, found.unchanged, found.rejected) == (3, 1, 1, 1)
    assert "新规则读不了" in impact_text(found)
    back = compared(new, shipped(), path)
    assert [(c.row, c.kind, c.before.outcome) for c in back.changes()] == [(2, Kind.READ, None)]


def test_a_column_that_only_the_new_rules_know(changed: Changed, roster: Callable[..., Path]) -> None:
    header = "是否已有免租"
    path = roster({"合同含免租期": "", header: "否"}, {"合同含免租期": "", header: ""})
    path.write_text(path.read_text(encoding="utf-8").replace("合同含免租期", "无关"), encoding="utf-8")
    text = (ROOT / "rules" / LEASES).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if "headers:" in line and "has_rent_free_period" in line)
    found = compared(shipped(), changed((LEASES, line, line.replace("[", f"[{header}, "))), path)
    assert (
        Text(
            f"“{header}”一栏只有新规则认识（lease.has_rent_free_period）",
            f"only the new rules know '{header}' (lease.has_rent_free_period)",
        )
        in found.remarks
    )
    assert {row: (c.kind, c.difference) for row, c in by_row(found).items()} == {2: (Kind.GRANTED, None)}
    assert f"“{header}”一栏只有新规则认识" in impact_text(found)


# --- programmes that come and go ----------------------------------------------------------------------------------


def test_a_programme_that_is_gone(changed: Changed, roster: Callable[..., Path]) -> None:
    new = changed((RENT_FILE, "\nfrom: 2022-05-13", "\nfrom: 2022-05-13\nto: 2022-06-19"))
    found = compared(shipped(), new, roster({}))
    (change,) = found.changes()
    assert (change.kind, change.difference, change.after.outcome) == (Kind.LOSES, -60_000_00, Outcome.NOT_IN_FORCE)
    assert change.causes[0].text.zh == "当日不再适用"
    renamed = dict(shipped().programmes)
    del renamed[RENT]
    gone = Rulebook(
        shipped().root, "sha256:other", shipped().sources, shipped().subjects, shipped().facts, shipped().standards,
        renamed, shipped().citing, None,
    )  # fmt: skip
    (change,) = compared(shipped(), gone, roster({})).changes()
    assert (change.kind, change.difference, change.after.reason.zh) == (Kind.LOSES, -60_000_00, "规则库里没有这个项目")
    (change,) = compared(gone, shipped(), roster({})).changes()
    assert (change.kind, change.difference) == (Kind.GAINS, 60_000_00)


# --- one answer ---------------------------------------------------------------------------------------------------

ELIGIBLE, REFERRED, OPEN, NO = Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.UNDETERMINED, Outcome.INELIGIBLE


def state(outcome: Outcome | None, missing: Sequence[str] = (), **figures: object) -> State:
    return State(outcome, Text("", ""), Figures(**figures), "", tuple(missing))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "kind", "certain"),
    [
        (state(NO), state(ELIGIBLE, amount=5), Kind.GAINS, 5),
        (state(ELIGIBLE, amount=5), state(ELIGIBLE, amount=4), Kind.LOSES, -1),
        (state(ELIGIBLE, amount=5), state(NO), Kind.LOSES, -5),
        (state(ELIGIBLE, amount=5), state(OPEN, ["x"]), Kind.ASKED, None),
        (state(ELIGIBLE, amount=5), state(REFERRED, if_granted=(5, 5)), Kind.TO_PEOPLE, None),
        (state(OPEN, ["x"]), state(ELIGIBLE, amount=5), Kind.GRANTED, None),
        (state(OPEN, ["x"]), state(NO), Kind.REFUSED, None),
        (state(REFERRED, if_granted=(5, 5)), state(NO), Kind.REFUSED, None),
        (state(REFERRED, if_granted=(5, 5)), state(ELIGIBLE, amount=5), Kind.FROM_PEOPLE, None),
        (state(REFERRED, if_granted=(5, 5)), state(REFERRED, if_granted=(5, 6)), Kind.FIGURE, None),
        (state(OPEN, ["x"]), state(OPEN, ["x", "y"]), Kind.ASKED, None),
        (state(OPEN, ["x", "y"]), state(OPEN, ["y"]), Kind.LESS_ASKED, None),
        (state(OPEN, ["x", "y"]), state(OPEN, ["y", "x"]), Kind.UNCHANGED, None),
        (state(ELIGIBLE, ceiling=5), state(ELIGIBLE, ceiling=6), Kind.GAINS, None),
        # The less remains to be paid, the better.
        (state(ELIGIBLE, payable=(5, 5)), state(ELIGIBLE, payable=(4, 4)), Kind.GAINS, None),
        # A lower rate may be a lower fee or a lower subsidy.
        (state(ELIGIBLE, rate=(1, 1)), state(ELIGIBLE, rate=(2, 2)), Kind.OTHER, None),
        (state(ELIGIBLE, until=dt.date(2022, 6, 1)), state(ELIGIBLE, until=dt.date(2022, 7, 1)), Kind.GAINS, None),
        (state(ELIGIBLE, amount=5, ceiling=9), state(ELIGIBLE, amount=6, ceiling=8), Kind.OTHER, 1),
        (state(NO), state(Outcome.NOT_IN_FORCE), Kind.OTHER, None),
        (state(None), state(ELIGIBLE, amount=5), Kind.READ, None),
        (state(ELIGIBLE, amount=5), state(None), Kind.UNREAD, None),
    ],
)
def test_kinds(before: State, after: State, kind: Kind, certain: int | None) -> None:
    assert (kind_of(before, after), difference(before, after)) == (kind, certain)


def test_changes_beyond_memory_come_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relief_engine.comparing.rosters.spool._MOST", 1000)
    spool = Spool()
    for row in range(200):
        spool.put(Change(row, ("甲",), RENT, Kind.GAINS, state(NO), state(ELIGIBLE, amount=row), row, None, ()))
    one, other = iter(spool), iter(spool)
    assert [(a.row, b.difference) for a, b in zip(one, other, strict=True)] == [(row, row) for row in range(200)]


# --- what can't be used -------------------------------------------------------------------------------------------


def test_problems_under_both_rulebooks_are_told_in_one_go(changed: Changed, roster: Callable[..., Path]) -> None:
    path = roster({})
    with pytest.raises(UnknownName, match=r"rent-reduction-2022"):
        compared(shipped(), shipped(), path, ["beijing-tongzhou/rent-reduction-2023"])
    with pytest.raises(InputError) as raised:
        impact(shipped(), changed(FEWER_MONTHS), path, as_of=DAY, mapping={"月租金": "lease.rent", "没有": "-"})
    messages = [finding.message.zh for finding in raised.value.findings]
    assert [sum(m.startswith(lead) for m in messages) for lead in ("按旧规则：", "按新规则：")] == [2, 2]
    with pytest.raises(InputError, match="贷款"):
        compared(shipped(), shipped(), path, ["beijing-tongzhou/first-loan-interest-subsidy-2022"])


# --- outputs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(changed: Changed, roster: Callable[..., Path]) -> Impact:
    """One that gains 60,000.00, one whose figure is for people, one unchanged, one that can't be read."""
    path = roster(
        {"承租方名称": "=1+1", "从业人员": "55"},
        {"承租方名称": "免租|*店*", "从业人员": "55", "合同含免租期": "是"},
        {},
        {"月租金": "一万"},
    )
    return compared(shipped(), changed(MORE_STAFF), path)


TEXT_ZH = """\
台账里谁受影响
台账：台账.csv
判定日：2022-06-20
读入 4 行 = 有变化 2 行 + 没有变化 1 行 + 两边都未能读取 1 行
2 件结果有变化，得失相抵 +60,000.00 元。

国有房屋租金减免（2022年）
  ↑ 得到更多    1 件
      可得 — → 60,000.00 元（+60,000.00）
  → 改由人认定  1 件
      如予同意 — → 60,000.00 元
  = 不变        1 件
    合计        3 件
      可得 60,000.00 → 120,000.00 元（+60,000.00）
      如予同意 — → 60,000.00 元

全部 2 件变化
  ↑ 第2行 =1+1：得到更多 +60,000.00 元
      原  不符合：未满足“小型、微型企业或个体工商户”
      现  符合：减免租金 60,000.00 元，由出租方给予
      原因  条件“小型、微型企业或个体工商户”：不满足 → 满足 [通政办发
            〔2022〕12号 一、附件1 四（一）、附录2]
  → 第3行 免租|*店*：改由人认定
      原  不符合：未满足“小型、微型企业或个体工商户”
      现  需人工认定：合同已有免租期。如予同意，减免租金 60,000.00 元
      原因  条件“小型、微型企业或个体工商户”：不满足 → 满足 [通政办发
            〔2022〕12号 一、附件1 四（一）、附录2]
"""


def test_text(small: Impact) -> None:
    assert impact_text(small) == TEXT_ZH
    english = impact_text(small, "en", most=1)
    assert "4 rows = 2 changed + 1 unchanged + 1 that neither rulebook could read" in english
    assert "Row 2 =1+1: gains +60,000.00 yuan" in english
    assert "1 more change is not listed" in english
    assert all(len(line) <= 80 for line in english.splitlines())


def test_markdown(small: Impact) -> None:
    said = impact_markdown(small, level=2)
    assert said.startswith("## 台账里谁受影响\n")
    assert "| 得到更多 | 1 件 |  | 60,000.00 | +60,000.00 |  |  |" in said
    assert "| **合计** | **3 件** | **60,000.00** | **120,000.00** | **+60,000.00** |  | **60,000.00** |" in said
    # What people wrote does nothing.
    assert "免租\\|\\*店\\*" in said


def test_records(small: Impact) -> None:
    found = json.loads(json.dumps(impact_records(small, "en")))
    assert found["rows"] == {"read": 4, "changed": 2, "unchanged": 1, "rejected": 1, "undecided": 0}
    (programme,) = found["programmes"]
    assert programme["programme"] == RENT
    assert [kind["kind"] for kind in programme["kinds"]] == ["gains", "to_people", "unchanged"]
    assert programme["total"] == {
        "number": 3,
        "before": {"granted": "60000.00", "if_granted": ["0.00", "0.00"], "without_figure": 0},
        "after": {"granted": "120000.00", "if_granted": ["60000.00", "60000.00"], "without_figure": 0},
        "difference": "60000.00",
    }
    first, second = found["changes"]
    assert (first["row"], first["identified_by"], first["difference"]) == (2, ["=1+1"], "60000.00")
    assert (first["before"]["outcome"], first["before"]["amount"], first["after"]["amount"]) == (
        "ineligible",
        None,
        "60000.00",
    )
    assert (second["kind"], second["difference"], second["after"]["if_granted"]) == (
        "to_people",
        None,
        ["60000.00"] * 2,
    )
    assert first["causes"][0]["id"] == "small-micro-or-individual"
    assert impact_records(small, most=1)["left_out"] == 1


def sheet(path: Path, name: str) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()]


def test_workbook(small: Impact, tmp_path: Path) -> None:
    path = tmp_path / "影响.xlsx"
    write_impact(small, path)
    heads, one, other = sheet(path, "变化")
    cells = dict(zip(heads, one, strict=True))
    assert (cells["行号"], cells["承租方名称"], cells["变化"], cells["得失（元）"]) == (
        2.0,
        "=1+1",
        "得到更多",
        60000.0,
    )
    assert (cells["原结果"], cells["现结果"], cells["原金额（元）"], cells["现金额（元）"]) == (
        "不符合",
        "符合",
        "",
        60000.0,
    )
    assert (other[heads.index("现如予同意（元）")], other[heads.index("得失（元）")]) == (60000.0, "")
    rows_ = [[cell for cell in row if cell != ""] for row in sheet(path, "汇总")]
    assert ["合计", 3.0, 60000.0, 120000.0, 60000.0, 60000.0] in rows_
    assert ["行数", "读入 4 行 = 有变化 2 行 + 没有变化 1 行 + 两边都未能读取 1 行"] in rows_


def test_workbook_of_no_changes_says_so(tmp_path: Path) -> None:
    path = tmp_path / "none.xlsx"
    write_impact(compared(shipped(), shipped(), RENT_ROLL), path, "en")
    assert sheet(path, "Changes")[1][0] == "Nobody's answer changes"
    assert any("no row was decided" in str(cell) for row in sheet(path, "Summary") for cell in row)


def test_text_file_and_parquet(small: Impact, tmp_path: Path) -> None:
    write_impact(small, tmp_path / "a.csv", "en")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        one, other = csv.DictReader(file)
    # No spreadsheet takes the name for a formula.
    assert (one["承租方名称"], one["Difference (yuan)"], one["Change id"]) == ("'=1+1", "60000.00", "gains")
    assert other["If granted (yuan), after, highest"] == "60000.00"
    duckdb = pytest.importorskip("duckdb")
    write_impact(small, tmp_path / "a.parquet")
    query = (
        f"SELECT row, kind_id, difference, if_granted_after_low, causes_ids FROM '{tmp_path}/a.parquet' ORDER BY row"
    )
    assert duckdb.sql(query).fetchall() == [
        (2, "gains", Decimal("60000.00"), None, "small-micro-or-individual"),
        (3, "to_people", None, Decimal("60000.00"), "small-micro-or-individual"),
    ]


def test_nothing_is_written_where_it_must_not_be(
    small: Impact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(small.roster).read_bytes()
    with pytest.raises(InputError):
        write_impact(small, small.roster)
    with pytest.raises(InputError, match=r"\.xlsx"):
        check_output(tmp_path / "a.txt")
    assert Path(small.roster).read_bytes() == before
    target = tmp_path / "kept.csv"
    target.write_text("kept", encoding="utf-8")

    def broken(_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(Spool, "__iter__", broken)
    with pytest.raises(OSError, match="full"):
        write_impact(small, target)
    assert target.read_text(encoding="utf-8") == "kept"
    assert sorted(p.name for p in tmp_path.glob(".*")) == []


# --- loans, and long tables ---------------------------------------------------------------------------------------

SUBSIDY, FEES = "beijing-tongzhou/first-loan-interest-subsidy-2022", "beijing-tongzhou/guarantee-fee-rate-2022"
#: A restaurant that gets 40 % of 45,000.00 yuan of interest, and pays 0.5 % of 2,000,000.00 yuan for a guarantee.
LOAN: Mapping[str, str] = {
    "企业名称": "小厨餐饮", "kind": "企业", "industry": "6210", "assets": "60", "revenue": "90", "employees": "8",
    "registered_in_beijing": "是", "hard_hit_recognised": "是", "serious_dishonesty": "否",
    "via_loan_service_centre": "是", "registered_on": "2022-02-10", "is_first_loan": "是", "contract_on": "2022-02-25",
    "disbursed_on": "2022-03-01", "amount": "2000000", "term_days": "365", "purpose": "生产经营", "in_own_name": "是",
    "other_city_subsidy": "否", "subsidy_choice": "贷款贴息", "interest_paid": "45000",
    "guarantor_kind": "政府性融资担保机构", "guarantee_applied_on": "2022-02-10", "is_startup_guarantee": "否",
}  # fmt: skip


def loan_rules(changed: Changed) -> Rulebook:
    """30 instead of 40 %, 0.4 instead of 0.5 %, and nobody asks about dishonesty."""
    subsidy, fees = (f"{name}.yaml" for name in (SUBSIDY, FEES))
    return changed(
        (subsidy, 'value: 40, unit: "%"', 'value: 30, unit: "%"'),
        (fees, 'value: 0.5, unit: "%"', 'value: 0.4, unit: "%"'),
        without(subsidy, "no-serious-dishonesty"),
    )  # fmt: skip


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["direct", "duckdb"])
def test_loans_by_two_programmes(engine: Literal["direct", "duckdb"], changed: Changed, tmp_path: Path) -> None:
    if engine == "duckdb":
        pytest.importorskip("duckdb")
        pytest.importorskip("sqlglot")
    path = tmp_path / "贷款.csv"
    loans: list[Mapping[str, str]] = [
        {}, {"hard_hit_recognised": "否"}, {"hard_hit_recognised": ""}, {"amount": "一大笔"}, {"kind": "个体工商户"},
        {"registered_in_beijing": "否", "serious_dishonesty": "是"}, {"industry": "1411", "hard_hit_recognised": "否"},
        dict.fromkeys(LOAN, ""), {"registered_in_beijing": "否"},
    ]  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(LOAN))
        table.writeheader()
        table.writerows({**LOAN, **loan} for loan in loans)
        file.write('"断"了的一行,\n')
    found = impact(shipped(), loan_rules(changed), path, as_of=DAY, programmes=[SUBSIDY, FEES], engine=engine)
    # Eight loans, an empty row that is none, and a broken line.
    assert (found.rows, found.changed, found.unchanged, found.rejected) == (9, 6, 1, 2)
    assert [(c.row, c.programme == FEES, c.kind, c.difference, c.if_granted) for c in found.changes()] == [
        (2, False, Kind.LOSES, -4_500_00, None),
        # The less is to be paid the better, but it is no sum of relief.
        (2, True, Kind.GAINS, None, None),
        (3, True, Kind.GAINS, None, None),
        (4, True, Kind.GAINS, None, None),
        (6, False, Kind.FIGURE, None, (-4_500_00, -4_500_00)),
        (6, True, Kind.FIGURE, None, None),
        (7, True, Kind.GAINS, None, None),
        (10, True, Kind.GAINS, None, None),
    ]
    fee = next(change for change in found.changes() if change.programme == FEES)
    assert (fee.before.figures.payable, fee.after.figures.payable) == ((10_000_00, 10_000_00), (8_000_00, 8_000_00))
    assert [cause.text.zh for cause in fee.causes] == ["担保费率：0.5% → 0.4%"]
    assert fee.clauses == ("通政办发〔2022〕15号 第7条",)
    # Row 7 is refused as before, but not for dishonesty.
    assert found.other_reasons == 1
    unchanged, total = found.sums[SUBSIDY, Kind.UNCHANGED], found.total(SUBSIDY)
    # Rows 3 and 8 get 20 % of the interest, 7 and 10 nothing, and of row 4 nobody knows.
    assert (unchanged.number, unchanged.before.granted, unchanged.after.granted) == (5, 18_000_00, 18_000_00)
    assert (total.before.granted, total.after.granted, total.difference) == (36_000_00, 31_500_00, -4_500_00)
    assert (total.before.low, total.after.high) == (18_000_00, 13_500_00)
    assert found.total(FEES) == Sums(7)
    assert "这个项目的数额不相加" in impact_text(found)
    assert adds_up(found)


@pytest.mark.soak
def test_the_database_finds_the_same_changes_in_a_rent_roll(changed: Changed, tmp_path: Path) -> None:
    """The example rent roll as text, row by row and by way of the database."""
    pytest.importorskip("duckdb")
    pytest.importorskip("sqlglot")
    table = CalamineWorkbook.from_path(RENT_ROLL).get_sheet_by_index(0).to_python(skip_empty_area=False)
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["".join(str(cell).split()) for cell in table[2]])
        # Codes are numbers there; the cell that holds an error is empty here, so that one row more can be read.
        out.writerows([int(c) if isinstance(c, float) and c.is_integer() else c for c in row] for row in table[3:])
    for edits in ([FEWER_MONTHS], [MORE_STAFF], [without(RENT_FILE, "rent-free-period")]):
        new = changed(*edits)
        for sides in ((shipped(), new), (new, shipped())):
            direct, by_database = (impact(*sides, path, as_of=DAY, engine=engine) for engine in ("direct", "duckdb"))
            assert impact_records(by_database, most=None) == impact_records(direct, most=None)
            assert adds_up(by_database)


def test_the_database_is_refused_where_it_can_t_be_used(changed: Changed, roster: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="DuckDB"):
        impact(shipped(), changed(FEWER_MONTHS), RENT_ROLL, as_of=DAY, engine="duckdb")
    unlike = Rulebook(
        shipped().root, "sha256:other", shipped().sources, shipped().subjects, shipped().facts, shipped().standards,
        {**shipped().programmes, RENT: changed_period(shipped().programme(RENT))}, shipped().citing, None,
    )  # fmt: skip
    with pytest.raises(InputError, match="当日不是两边都适用"):
        impact(shipped(), unlike, roster({}), as_of=DAY, programmes=[RENT], engine="duckdb")


def changed_period(programme: Programme) -> Programme:
    """The same programme, over before the day."""
    return record.changed(programme, period=Period(programme.period.first, DAY - dt.timedelta(days=1)))
