"""People's answers in a roster: they come back from its columns, count apart, and are never dropped unseen."""

import csv
import datetime as dt
import json
import pickle
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.cli.screen import lines as lines_of
from relief_engine.decision import Outcome, State
from relief_engine.engine import Engine
from relief_engine.errors import InputError
from relief_engine.roster import ahead
from relief_engine.roster.again import read_again, with_answers
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Counts
from relief_engine.roster.records import screening_record
from relief_engine.roster.reopen import reopen
from relief_engine.roster.run import Request, prepare, screen_file
from relief_engine.roster.screening import screen
from relief_engine.roster.table import Rejected
from tests.books import shipped_book

RENT = "beijing-tongzhou/rent-reduction-2022"
DAY = dt.date(2022, 8, 1)
#: A lease that is referred for its rent-free period alone: 8,000 yuan for six months.
TENANT = {
    "承租人": "甲", "主体类型": "个体工商户", "行业代码": "6210", "在京注册": "是", "产权单位性质": "本区国有企业",
    "涉及上市公司": "否", "承租关系": "直接承租", "所在区": "通州区", "起租日": "2022-01-01", "到期日": "2023-06-30",
    "月租金": "8000", "免租期": "是",
}  # fmt: skip
YES = {"人工认定": "同意", "认定日期": "2022-07-03", "认定单位": "减免专班"}
NO = {**YES, "人工认定": "不同意"}
BOTH = {"涉及上市公司": "是"}


@cache
def engine() -> Engine:
    return Engine(shipped_book())


def roster(folder: Path, *rows: Mapping[str, str]) -> Path:
    """A text file of tenants that differ from the usual one as the rows say; every header of any row is a column."""
    headers = list(dict.fromkeys([*TENANT, *(name for row in rows for name in row)]))
    path = folder / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, headers)
        table.writeheader()
        for number, row in enumerate(rows, 1):
            table.writerow({**TENANT, "承租人": f"租户{number}", **row})
    return path


def screened(path: Path, output: str = "结果.csv", **more: Any) -> tuple[Screening, Counts]:
    request = Request(roster=path, output=path.with_name(output), as_of=DAY, **{"programmes": [RENT], **more})
    return screen_file(engine(), request)


def answered(folder: Path, *rows: Mapping[str, str], **more: Any) -> list[Any]:
    """What becomes of each row: state, amount in cents and first reason; or the codes and columns of its problems."""
    request = Request(roster(folder, *rows), folder / "结果.csv", DAY, **{"programmes": [RENT], **more})
    found: list[Any] = []
    for line in screen(engine(), prepare(engine(), request)):
        if isinstance(line, Rejected):
            headers = request.roster.read_text(encoding="utf-8").splitlines()[0].split(",")
            found.append([(p.code, None if p.column is None else headers[p.column]) for p in line.problems])
            continue
        people = line.answers[0].people
        reasons = "" if people is None or not people.reasons else people.reasons[0].en
        found.append(None if people is None else (people.state.value, people.cents, reasons))
    return found


def test_an_answer_is_about_the_referral_that_holds(tmp_path: Path) -> None:
    yes, lower, no, none, filled_down = answered(
        tmp_path, YES, {**YES, "认定金额（万元）": "3", "认定说明": "商定"}, NO, {}, {"认定单位": "减免专班"}
    )
    assert yes == ("granted", 4_800_000, "")
    assert lower[:2] == ("granted", 3_000_000)
    assert no == ("refused", None, "")
    assert none is None
    assert filled_down is None


def test_what_does_not_fit_is_not_applied(tmp_path: Path) -> None:
    high, late, eligible, other = answered(
        tmp_path, {**YES, "认定金额": "48000.01"}, {**YES, "认定日期": "2022-08-02"}, {**YES, "免租期": "否"},
        {**YES, "认定事项": "产权单位是上市公司"},
    )  # fmt: skip
    assert {line[0] for line in (high, late, eligible, other)} == {"not_applied"}
    assert "above the most that the rules allow" in high[2]
    assert "after the day of the decision" in late[2]
    assert "not referred to a person but eligible" in eligible[2]
    assert "this is no such case" in other[2]


def test_of_several_referrals_the_answer_names_those_that_it_is_about(tmp_path: Path) -> None:
    unnamed, one, both, refused = answered(
        tmp_path, {**BOTH, **YES}, {**BOTH, **YES, "认定事项": "合同已有免租期"},
        {**BOTH, **YES, "认定事项": "合同已有免租期；listed-owner"}, {**BOTH, **NO, "认定事项": "listed-owner"},
    )  # fmt: skip
    assert unnamed[0] == "not_applied"
    assert "does not say which it is about" in unnamed[2]
    assert one[0] == "partly"
    assert both == ("granted", 4_800_000, "")
    assert refused[0] == "refused"


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        ({"人工认定": "同意", "认定日期": "2022-07-03"}, [("missing", "认定单位")]),
        ({"人工认定": "同意", "认定单位": "x"}, [("missing", "认定日期")]),
        ({**YES, "人工认定": "研究中"}, [("yes-no", "人工认定")]),
        ({**YES, "认定日期": "7月"}, [("date", "认定日期")]),
        ({**YES, "认定金额": "三万"}, [("number", "认定金额")]),
        ({**YES, "认定金额": "0"}, [("resolution-amount", "认定金额")]),
        ({**NO, "认定金额": "100"}, [("resolution-amount", "认定金额")]),
        ({"认定金额": "100"}, [("missing", "人工认定")]),
        ({**YES, "认定事项": "免租"}, [("resolution-referral", "认定事项")]),
        ({**YES, "认定项目": "首贷"}, [("resolution-programme", "认定项目")]),
        ({"人工认定": "同意", "认定日期": "7月"}, [("date", "认定日期"), ("missing", "认定单位")]),
        ({"认定金额": "三万"}, [("missing", "人工认定"), ("number", "认定金额")]),
        ({**YES, "人工认定": "研究中", "认定金额": "100"}, [("yes-no", "人工认定")]),
        ({"人工认定": "研究中", "认定事项": "免租"}, [
            ("yes-no", "人工认定"), ("missing", "认定日期"), ("missing", "认定单位"),
            ("resolution-referral", "认定事项"),
        ]),
        ({"人工认定": "同意", "认定日期": "2022-07-03", "免租期": "也许"}, [
            ("yes-no", "免租期"), ("missing", "认定单位"),
        ]),
    ],
)  # fmt: skip
def test_a_bad_answer_rejects_its_row(tmp_path: Path, row: dict[str, str], problems: list[Any]) -> None:
    assert answered(tmp_path, {**YES}, row)[1] == problems


def test_what_is_no_answer_is_told_in_the_words_of_the_column(tmp_path: Path) -> None:
    request = Request(roster(tmp_path, {**YES, "人工认定": "基本同意"}), tmp_path / "结果.csv", DAY, programmes=[RENT])
    (line,) = screen(engine(), prepare(engine(), request))
    assert isinstance(line, Rejected)
    assert [problem.message.zh for problem in line.problems] == ["人工认定应为 同意 或 不同意，实为“基本同意”"]


def test_an_answer_about_a_programme_that_is_not_screened_is_not_turned_to_another(tmp_path: Path) -> None:
    row = {**YES, "认定项目": "首次贷款贴息（2022年）"}
    request = Request(roster(tmp_path, row), tmp_path / "结果.csv", DAY, programmes=[RENT])
    (line,) = screen(engine(), prepare(engine(), request))
    assert isinstance(line, Rejected)
    (problem,) = line.problems
    assert problem.message.zh.startswith("本次没有判定“首次贷款贴息（2022年）”，判定的是国有房屋租金减免（2022年）；")
    assert "是否想写" not in problem.message.zh


def test_a_row_of_totals_lacks_no_answer(tmp_path: Path) -> None:
    total = {**dict.fromkeys(TENANT, ""), "承租人": "合计", "月租金": "16000", "人工认定": "2", "认定金额": "96000"}
    assert [[code for code, _ in line] for line in answered(tmp_path, YES, total)[1:]] == [["total-row"]]


def findings(path: Path, **more: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        screened(path, **more)
    return [found.code for found in caught.value.findings]


def test_columns_that_can_not_be_read_are_refused(tmp_path: Path) -> None:
    assert findings(roster(tmp_path, {**YES, "认定金额（估）": "1"})) == ["answer-header"]
    assert findings(roster(tmp_path, {**YES, "认定数额": "1"})) == ["answer-header"]
    assert findings(roster(tmp_path, {**YES, "认定金额（人）": "1"})) == ["header-unit"]
    assert findings(roster(tmp_path, {"人工认定": "同意"})) == ["answer-columns"]
    assert findings(roster(tmp_path, {**YES, "认定岗位": "x"})) == ["two-columns"]
    screened(roster(tmp_path, {**YES, "认定数额": "1"}), mapping={"认定数额": "-"})


@pytest.mark.parametrize(
    "header", ["核定金额（元）", "同意金额", "批准减免金额", "Agreed sum", "Approved amount (yuan)"]
)
def test_an_agreed_amount_is_never_passed_over(tmp_path: Path, header: str) -> None:
    """Else the whole figure of the rules would be granted."""
    path = roster(tmp_path, {**YES, header: "30000"})
    assert findings(path) == ["answer-header"]
    screening, counts = screened(path, mapping={header: "resolution.amount"})
    assert (counts.granted_by_people, screening.columns.remarks) == (Decimal("30000.00"), ())
    screening, counts = screened(path, mapping={header: "-"})
    assert counts.granted_by_people == Decimal("48000.00")
    assert "没有“认定金额”一列" in screening.columns.remarks[-1].zh


def test_what_a_roster_may_have_besides_is_let_be(tmp_path: Path) -> None:
    _, counts = screened(roster(tmp_path, {**YES, "批准文号": "12", "审批日期": "x", "合同金额": "9"}))
    assert counts.by_people == {State.GRANTED: 1}


def test_a_mapping_names_them(tmp_path: Path) -> None:
    rows = {"批复": "同意", "批复日": "2022-07-03", "批复人": "减免专班", "批复金额（元）": "30000"}
    mapping = {"批复": "resolution.granted", "批复日": "resolution.on", "批复人": "resolution.by",
               "批复金额（元）": "resolution.amount"}  # fmt: skip
    assert answered(tmp_path, rows, mapping=mapping)[0][:2] == ("granted", 3_000_000)


def test_without_the_column_that_says_yes_or_no_nothing_is_read_and_that_is_said(tmp_path: Path) -> None:
    screening, counts = screened(roster(tmp_path, {"认定单位": "x", "认定日期": "y"}))
    assert screening.columns.answers == ()
    assert counts.by_people == {}
    assert any("认定单位" in remark.zh and "没有作为人工认定读取" in remark.zh for remark in screening.columns.remarks)


def test_several_programmes_want_to_know_which(tmp_path: Path) -> None:
    two = [RENT, "beijing-tongzhou/free-testing-2022"]
    assert findings(roster(tmp_path, YES), programmes=two) == ["answer-programme"]
    path = roster(
        tmp_path, {**YES, "认定项目": "国有房屋租金减免（2022年）"}, {**YES, "认定项目": "free-testing-2022"}, YES
    )
    request = Request(path, tmp_path / "结果.csv", DAY, programmes=two)
    lines = [*screen(engine(), prepare(engine(), request))]
    told = [[answer.people is not None for answer in line.answers] for line in lines if isinstance(line, Answered)]
    assert told == [[True, False], [False, True]]
    assert isinstance(lines[2], Rejected)


def test_a_database_does_not_drop_them(tmp_path: Path) -> None:
    path = roster(tmp_path, YES)
    assert findings(path, engine="duckdb") == ["engine"]
    assert findings(path, output="结果.parquet", brief=True) == ["engine"]


def test_counts_and_sums_stand_apart(tmp_path: Path) -> None:
    path = roster(
        tmp_path, {"免租期": "否"}, YES, {**YES, "认定金额": "30000"}, NO, {**YES, "认定日期": "2022-08-02"}, {}
    )
    screening, counts = screened(path)
    assert counts.outcomes == {Outcome.ELIGIBLE: 1, Outcome.REFERRED: 5}
    assert counts.granted == Decimal("48000.00")
    assert counts.if_granted == (Decimal("240000.00"), Decimal("240000.00"))
    assert counts.by_people == {State.GRANTED: 2, State.REFUSED: 1, State.NOT_APPLIED: 1}
    assert counts.granted_by_people == Decimal("78000.00")
    said = "\n".join(lines_of(screening, counts, Path("结果.csv"), "zh"))
    assert "经人工认定同意 2，金额合计 78,000.00 元" in said
    record = json.loads(json.dumps(screening_record(screening, counts, Path("结果.csv"), (), "zh")))
    assert (record["total"], record["total_by_people"]) == ("48000.00", "78000.00")
    assert record["by_people"] == {"granted": 2, "refused": 1, "partly": 0, "not_applied": 1}
    assert record["columns"]["人工认定"] == "resolution.granted"


def test_the_workbook_shows_them_and_can_be_screened_again(tmp_path: Path) -> None:
    """A clerk fills the columns in, in the roster or in the result, and screens again."""
    path = roster(tmp_path, {**YES, "认定金额": "30000", "认定说明": "商定"}, NO, {"免租期": "否"})
    _, counts = screened(path, "结果.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "结果.xlsx")
    head, *rows = book.get_sheet_by_name("判定结果").to_python()
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert [line["认定情况"] for line in lines] == ["经人工认定同意", "经人工认定不同意", ""]
    assert [line["经人工认定同意金额（元）"] for line in lines] == [30000.0, "", ""]
    assert lines[0]["判定结果"] == "需人工认定"
    assert "低于按规则算得的 48,000.00 元" in str(lines[0]["认定情况说明"])
    assert [line["认定说明"] for line in lines] == ["商定", "", ""]
    summary = [str(cell) for row in book.get_sheet_by_name("汇总").to_python() for cell in row]
    assert "1 件，金额合计 30,000.00 元（不在下表的减免金额合计内）" in summary
    form = [str(cell) for row in book.get_sheet_by_name("国有房屋租金减免统计表").to_python() for cell in row]
    assert any("1 行已经人工认定同意" in cell for cell in form)
    _, again = screened(tmp_path / "结果.xlsx", "再.xlsx")
    assert (again.outcomes, again.by_people) == (counts.outcomes, counts.by_people)
    assert again.granted_by_people == counts.granted_by_people == Decimal("30000.00")


def with_columns(path: Path, *rows: Mapping[str, str]) -> Path:
    """A text file of results to which a clerk has added columns, and nothing else."""
    lines = [*csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())]
    lines = [{**line, **dict.fromkeys(rows[0], ""), **row} for line, row in zip(lines, rows, strict=True)]
    with path.with_name("填好.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(lines[0]))
        table.writeheader()
        table.writerows(lines)
    return path.with_name("填好.csv")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_text_file_of_results_can_be_screened_again_and_again(tmp_path: Path, language: Any) -> None:
    screened(roster(tmp_path, {}, {"免租期": "否"}), "一.csv", language=language)
    filled = with_columns(tmp_path / "一.csv", {**YES, "认定金额": "30000"}, {})
    for source, output in ((filled, "二.csv"), (tmp_path / "二.csv", "三.csv")):
        _, counts = screened(source, output, language=language)
        assert (counts.rows, counts.granted) == (2, Decimal("48000.00"))
        assert counts.granted_by_people == Decimal("30000.00")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_result_for_several_programmes_would_count_rows_twice_and_is_refused(tmp_path: Path, language: Any) -> None:
    two = [RENT, "beijing-tongzhou/free-testing-2022"]
    screened(roster(tmp_path, {}), "一.csv", programmes=two, language=language)
    filled = with_columns(tmp_path / "一.csv", {**YES, "认定项目": RENT}, {})
    for programmes in (two, [RENT]):
        assert findings(filled, output="二.csv", programmes=programmes) == ["result-of-several"]


@pytest.mark.parametrize("output", ["结果.xlsx", "结果.csv"])
def test_a_row_is_explained_with_its_answer(tmp_path: Path, output: str) -> None:
    screened(roster(tmp_path, {**YES, "认定金额（万元）": "3"}), output)
    found = reopen(tmp_path / output, 2)
    profile = read_again(found, engine().rulebook)
    assert not isinstance(profile, Rejected)
    report = with_answers(found, engine().decide(profile, as_of=found.as_of, programmes=[RENT]))
    assert not isinstance(report, Rejected)
    assert report.total_by_people == Decimal("30000.00")
    assert report.decisions[0].resolution is not None
    assert report.decisions[0].resolution.state is State.GRANTED


def test_they_cross_to_the_process_that_writes(tmp_path: Path) -> None:
    request = Request(roster(tmp_path, {**YES, "认定金额": "30000"}, {}), tmp_path / "结果.csv", DAY, programmes=[RENT])
    screening = prepare(engine(), request)
    programs = (engine().program(screening.programmes[0], DAY),)
    sender = ahead.Sender(iter(()), lambda row: Rejected(row, ()), lambda: None, screening, programs)
    lines = [*screen(engine(), screening)]
    parcel = pickle.loads(pickle.dumps([(line.row, ahead._reply(line)) for line in lines]))
    assert [*ahead._opened(sender, parcel)] == lines


def test_a_roster_without_such_columns_is_as_it_was(tmp_path: Path) -> None:
    screening, _ = screened(roster(tmp_path, {}))
    head = (tmp_path / "结果.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert screening.columns.answers == ()
    assert "认定情况" not in head
