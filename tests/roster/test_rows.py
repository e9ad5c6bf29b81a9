"""A row becomes the profile that the same facts in a file would be, or everything that is wrong with it."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine import Engine
from relief_engine.explanation import say
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.roster.headers import recognise
from relief_engine.roster.rows import ODD_BEGINNING, RowReader
from relief_engine.roster.table import COVERED, NOT_CALCULATED, CellError, Problem, Rejected, Row
from relief_engine.rulebook.facts import OPEN_END
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book
from tests.profile.strategies import subjects
from tests.roster.conftest import in_memory

RULEBOOK = shipped_book()


def read(header: str | list[str], *cells: object, spreadsheet: bool = True, **more: Any) -> Profile | Rejected:
    headers = [header] if isinstance(header, str) else header
    table = in_memory(headers, cells, spreadsheet=spreadsheet, **more)
    return RowReader(RULEBOOK, table, recognise(table, RULEBOOK, kind="lease")).read(Row(2, cells))


def value(header: str, cell: object, **more: Any) -> object:
    """What is known after reading one cell beside a name; the problem's code and words if there is one."""
    found = read(["承租方", header], "甲", cell, **more)
    if isinstance(found, Rejected):
        (problem,) = found.problems
        assert problem.column == 1
        assert problem.message.en
        return problem.code
    (lease,) = found.lists["lease"]
    known = {**found.applicant.values, **lease.values}
    known.pop("applicant.name", None)
    absent = found.applicant.not_available | lease.not_available
    return "absent" if absent else next(iter(known.values()), None)


def day(year: int, month: int, day_: int) -> int:
    return dt.date(year, month, day_).toordinal()


# --- the same as a file ---------------------------------------------------------------------------------------------


@given(data=st.data())
def test_a_row_and_a_file_of_the_same_facts_are_the_same_profile(data: st.DataObject) -> None:
    applicant = data.draw(subjects(RULEBOOK, "applicant"))
    lease = data.draw(subjects(RULEBOOK, "lease"))
    headers = [*(f"applicant.{name}" for name in applicant), *(f"lease.{name}" for name in lease)]
    expected = ProfileReader(RULEBOOK).read_mapping({"applicant": applicant, "leases": [lease]})
    found = read(headers, *applicant.values(), *lease.values(), spreadsheet=False) if headers else None
    if isinstance(found, Rejected):
        assert [problem.code for problem in found.problems] in (["empty-row"], ["total-row"], ["note-row"])
        assert not expected.applicant.values
    elif found is not None:
        assert found.applicant == expected.applicant
        assert found.lists == expected.lists
        assert (found.as_of, found.digest, found.rulebook) == (None, expected.digest, expected.rulebook)


def test_rows_of_applicants_say_nothing_about_leases(rulebook: Rulebook) -> None:
    table = in_memory(["企业名称", "从业人员"], ("甲", 3.0))
    found = RowReader(rulebook, table, recognise(table, rulebook)).read(Row(2, ("甲", 3.0)))
    assert isinstance(found, Profile)
    assert found.lists == {}
    assert found.applicant.values == {"applicant.name": "甲", "applicant.employees": 3}


def test_an_engine_decides_a_row_and_says_where_each_value_stood(rulebook: Rulebook) -> None:
    headers = [
        "承租方",
        "企业类型",
        "行业",
        "在京注册",
        "产权单位性质",
        "房屋所在区",
        "承租关系",
        "起租日",
        "到期日",
        "月租金(元)",
        "免租期",
        "涉及上市公司",
    ]
    cells = (
        "甲",
        "个体户",
        6210.0,
        "√",
        "本区机关事业单位",
        "通州",
        "直租",
        "2021/1/1",
        44926.0,
        "30,000.00",
        "×",
        "否",
    )
    found = read(headers, *cells)
    assert isinstance(found, Profile)
    report = Engine(rulebook).decide(
        found, as_of=dt.date(2022, 6, 1), programmes=["beijing-tongzhou/rent-reduction-2022"]
    )
    (decision,) = report.decisions
    assert (decision.outcome.value, decision.amount) == ("eligible", Decimal("180000.00"))
    assert str(found.locate(("leases", 0, "monthly_rent"))) == "租户.xlsx:台账!J2"
    assert str(found.locate(("leases", 0, "area"))) == "租户.xlsx:台账!2"
    assert str(found.locate(("applicant", "kind"))) == "租户.xlsx:台账!B2"
    assert say.place(found.locate(("leases", 0, "monthly_rent")), found.source).zh == "台账!J2"
    in_text = read(headers, *cells[:8], "2022-12-31", *cells[9:], spreadsheet=False)
    assert isinstance(in_text, Profile)
    assert str(in_text.locate(("leases", 0, "monthly_rent"))) == "租户.csv:2:10"
    assert say.place(in_text.locate(("leases", 0, "monthly_rent")), in_text.source).en == "line 2"


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        dt.date(2022, 1, 5),
        dt.datetime(2022, 1, 5),
        "2022-01-05",
        "2022/1/5",
        "2022.1.5",
        "2022年1月5日",
        "２０２２／１／５",
        "20220105",
        20220105.0,
        44566.0,
        44566,
        "2022-01-05 00:00:00",
        "2022/1/5 0:00",
        "2022-01-05T00:00:00",
        "2022 年 1 月 5 日",
        " 2022/01/05 ",
    ],
)
def test_days_as_spreadsheets_and_people_write_them(cell: object) -> None:
    assert value("起租日", cell) == day(2022, 1, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "2022-02-30",
        "2022/1",
        "1/5/2022",
        "2022年",
        "44566",
        44566.5,
        20221301.0,
        0.0,
        59.0,
        True,
        "2022-01-05 08:00:00",
        dt.datetime(2022, 1, 5, 8),
        "2022/1.5",
        float("inf"),
        99999.0,
    ],
)
def test_what_is_no_day_for_sure_is_refused(cell: object) -> None:
    assert value("起租日", cell) == "date"


def test_serial_numbers_count_from_the_day_of_the_workbook(rulebook: Rulebook) -> None:
    table = in_memory(["承租方", "起租日"])
    for day_zero, serial in ((dt.date(1899, 12, 30), 44566.0), (dt.date(1904, 1, 1), 43104.0)):
        dated = type(table)(table.file, table.sheet, table.headers, 1, (), table.rows, day_zero)
        found = RowReader(rulebook, dated, recognise(dated, rulebook, kind="lease")).read(Row(2, ("甲", serial)))
        assert isinstance(found, Profile)
        assert found.lists["lease"][0].values == {"lease.start": day(2022, 1, 5)}
    assert value("起租日", 44566, spreadsheet=False) == "date"


@pytest.mark.parametrize("cell", ["长期", "open", "无固定期限"])
def test_a_lease_without_end(cell: str) -> None:
    assert value("到期日", cell) == OPEN_END


@pytest.mark.parametrize(
    ("header", "cell", "cents"),
    [
        ("月租金", 30000.0, 3_000_000),
        ("月租金", "30,000.50", 3_000_050),
        ("月租金", "３０，０００元", 3_000_000),
        ("月租金", "¥30000", 3_000_000),
        ("月租金（元）", 0.1 + 0.2, 30),
        ("月租金（元）", "3万元", 3_000_000),
        ("月租金（元）", "3万元/月", 3_000_000),
        ("月租金（万元）", 3.21, 3_210_000),
        ("月租金（万元）", "3.21", 3_210_000),
        ("月租金（万元）", "32100元", 3_210_000),
        ("月租金（万元）", Decimal("3.21"), 3_210_000),
        ("营业收入", 800.0, 800_000_000),
        ("营业收入（元）", 8_000_000.01, 800_000_001),
        ("营业收入（元）", "800万元", 800_000_000),
        ("营业收入（亿元）", "0.08", 800_000_000),
        ("年租金（万元/年）", 24, 24_000_000),
        ("日租金单价（元/㎡·天）", 3.5, 350),
    ],
)
def test_figures_stand_in_the_unit_of_the_header_unless_they_have_their_own(
    header: str, cell: object, cents: int
) -> None:
    assert value(header, cell) == cents


@pytest.mark.parametrize(
    ("header", "cell", "code"),
    [
        ("月租金（万元）", "3元/年", "unit"),
        ("月租金", "三万", "number"),
        ("月租金", -1.0, "negative"),
        ("月租金", 0.001, "precision"),
        ("月租金（万元）", 0.0000001, "precision"),
        ("月租金", "1,00", "number"),
        ("月租金", True, "number"),
        ("月租金", dt.date(2022, 1, 1), "number"),
        ("从业人员", 3.5, "precision"),
        ("从业人员", "约30", "number"),
        ("在京注册", 1.0, "yes-no"),
        ("在京注册", "大概", "yes-no"),
        ("房屋所在区", "通洲区", "choice"),
        ("统一社会信用代码", 9.1110000600037342e17, "credit-code"),
        ("统一社会信用代码", 911100006000373410, "credit-code"),
        ("行业", 111.0, "industry-code"),
        ("在京注册", "无", "not-available"),
        ("月租金", CellError("#REF!"), "cell-error"),
        ("出租方", CellError("#N/A"), "cell-error"),
        ("月租金", NOT_CALCULATED, "cell-error"),
        ("月租金", COVERED, "cell-error"),
    ],
)
def test_a_cell_that_can_not_be_read_is_a_problem_and_never_unknown(header: str, cell: object, code: str) -> None:
    assert value(header, cell) == code


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("在京注册", "√", 1),
        ("在京注册", "×", 0),
        ("在京注册", "是 ", 1),
        ("在京注册", True, 1),
        ("有无免租期", "有", 1),
        ("免租期", "无", 0),
        ("从业人员", "３０人", 30),
        ("从业人员", "无", "absent"),
        ("房屋所在区", " 北京市通州区 ", 8),
        ("统一社会信用代码", " 91110000600037341L", "91110000600037341L"),
        ("出租方", 123.0, "123"),
        (
            "分段租金",
            "2021/1/1 起 30000；2022年7月1日 起 3.6万元",
            ((day(2021, 1, 1), 3_000_000), (day(2022, 7, 1), 3_600_000)),
        ),
        ("出租方", "—", "—"),
        ("出租方", "'d", "'d"),
        ("统一社会信用代码", "'91110000600037341L", "91110000600037341L"),
        ("从业人员", "'30", 30),
    ],
)
def test_other_spellings(header: str, cell: object, expected: object) -> None:
    assert value(header, cell) == expected


@pytest.mark.parametrize("cell", [None, "", "  ", "　", "-", "—", "/", " -- "])
@pytest.mark.parametrize("header", ["月租金", "起租日", "在京注册", "房屋所在区", "从业人员"])
def test_a_cell_with_nothing_in_it_is_unknown(header: str, cell: object) -> None:
    assert value(header, cell) is None


def test_an_exact_code_of_a_database_is_no_rounded_number() -> None:
    assert value("统一社会信用代码", 911100006000373418, spreadsheet=False) == "credit-code"  # its check digit is wrong
    found = read(["承租方", "统一社会信用代码"], "甲", 913501001000001000, spreadsheet=False)
    assert isinstance(found, Rejected)
    assert "存成数字" not in found.problems[0].message.zh


def test_a_share_in_a_spreadsheet_must_carry_its_sign(rulebook: Rulebook) -> None:
    from relief_engine.roster.cells import cell_reader
    from relief_engine.roster.headers import Column
    from relief_engine.rulebook.facts import Fact
    from relief_engine.rulebook.record import changed
    from relief_engine.rulebook.units import parse_unit

    area = rulebook.facts["lease.area"]
    assert isinstance(area, Fact)
    share = changed(area, unit=parse_unit("%"), denominator=10_000)
    reads = cell_reader(Column(0, "比例", share, None), None, dt.date(1899, 12, 30))
    assert reads("2%") == 200
    with pytest.raises(ValueError, match="text with its sign"):
        reads(0.02)
    assert cell_reader(Column(0, "比例", share, None), None, None)(2) == 200


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "cell", "shown"),
    [
        ("行业", 511.0, "511"),
        ("从业人员", 30.5, "30.5"),
        ("月租金", -1e13, "-10000000000000"),
        ("统一社会信用代码", 9.1110000600037342e17, "9.111000060003734e+17"),
        ("月租金", "030.0x", "030.0x"),
    ],
)
def test_a_cell_is_shown_as_its_owner_sees_it(header: str, cell: object, shown: str) -> None:
    found = read(header, cell)
    assert isinstance(found, Rejected)
    assert [problem.cell for problem in found.problems] == [shown]


def problems(found: Profile | Rejected) -> list[tuple[str, int | None]]:
    assert isinstance(found, Rejected)
    return [(problem.code, problem.column) for problem in found.problems]


def test_all_problems_of_a_row_come_at_once_in_the_order_of_columns() -> None:
    found = read(
        ["到期日", "承租方", "起租日", "月租金", "年租金", "企业类型"], "2021-1-1", "甲", "2022/1/1", 5.0, 6.0, "企叶"
    )
    assert problems(found) == [("end-before-start", 0), ("two-forms", 4), ("choice", 5)]
    assert isinstance(found, Rejected)
    assert found.row.number == 2
    assert found.problems[2] == Problem("choice", 5, found.problems[2].message, "企叶")
    assert found.problems[2].message.zh == "主体类型没有选项“企叶”，是否想写“企业”？"


@pytest.mark.parametrize("first", ["合计", "合 计", "总计：", "小计（二期）", "本页合计", "合计12户", "Total"])
def test_a_row_of_totals_is_rejected_and_not_decided(first: str) -> None:
    assert problems(read(["承租方", "月租金"], first, 99.0)) == [("total-row", 0)]
    assert problems(read(["序号", "承租方", "月租金"], first, None, 99.0)) == [("total-row", 0)]


@pytest.mark.parametrize(
    "first",
    ["合计数", "累计", "本月合计", "年合计", "一季度小计", "总合计", "合计金额", "1#楼小计", "∑", "SUM", "总额",
     "本月 合计12户", "租金合计（元）：", "金额合计"],
)  # fmt: skip
def test_totals_in_other_words(first: str) -> None:
    assert problems(read(["承租方", "月租金", "房屋所在区"], first, 99.0, "通州")) == [("total-row", 0)]
    assert problems(read(["楼号", "承租方", "月租金"], first, None, 99.0)) == [("total-row", 0)]
    assert re.search(ODD_BEGINNING, first)


@pytest.mark.parametrize("name", ["合计（北京）餐饮", "合计8号店", "老街小计", "运河总额（北京）"])
def test_a_tenant_with_all_its_cells_is_one_though_its_name_is_like_a_total(name: str) -> None:
    headers = ["承租方", "月租金", "房屋所在区", "起租日"]
    assert isinstance(read(headers, name, 9.0, "通州", "2022-01-01"), Profile)
    assert problems(read(headers, name, 9.0, "通州", None)) == [("total-row", 0)]
    # What a merged cell fills in says nothing about the row itself.
    assert problems(read(headers, name, 9.0, "通州", "2022-01-01", merged={(2, 2): 3, (2, 0): 1})) == [("total-row", 0)]
    assert problems(read(headers, "合计", 9.0, "通州", "2022-01-01")) == [("total-row", 0)]


@given(
    st.lists(
        st.sampled_from(
            ["本月", "年", "合计", "小计", "总额", "金额", "数", "累计", "SUM", "Σ", "（", "）", "：", "12户", "甲",
             " ", "\u3000", "备注"]
        ),
        min_size=1, max_size=6,
    ).map("".join)
)  # fmt: skip
def test_no_odd_text_escapes_the_pattern_of_databases(text: str) -> None:
    found = read(["承租方", "月租金"], text, 9.0)
    if isinstance(found, Rejected) and problems(found)[0][0] in ("total-row", "note-row"):
        assert re.search(ODD_BEGINNING, text)


def test_a_row_of_dashes_says_nothing() -> None:
    headers = ["承租方", "月租金", "房屋所在区", "备注"]
    assert problems(read(headers, "-", "—", "/", None)) == [("empty-row", None)]
    assert problems(read(headers, "-", None, None, "--")) == [("empty-row", None)]
    assert isinstance(read(headers, "-", 9.0, "-", None), Profile)
    assert problems(read(["楼号", "承租方", "月租金"], "1#楼小计", "-", 99.0)) == [("total-row", 0)]


def test_rows_merged_across_are_totals_or_titles_and_not_a_tenant() -> None:
    headers = ["序号", "承租方", "房屋所在区", "月租金"]
    assert problems(read(headers, "合  计", COVERED, COVERED, 99.0)) == [("total-row", 0)]
    assert problems(read(headers, "一、甲座", COVERED, COVERED, COVERED)) == [("title-row", 0)]
    assert problems(read(headers, 1.0, "甲", COVERED, 5.0)) == [("cell-error", 2)]


def test_a_tenant_is_no_total_because_of_a_word() -> None:
    for cells in (("合计超市", 9.0, None), ("甲", 9.0, "小计"), ("总计划公司", 9.0, "合计：")):
        assert isinstance(read(["承租方", "月租金", "备注"], *cells), Profile)


def test_notes_and_rows_of_nothing_are_rejected() -> None:
    headers = ["承租方", "月租金", "序号"]
    assert problems(read(headers, "备注：以上租金含税", None, None)) == [("note-row", 0)]
    assert problems(read(headers, "制表人：某", "审核：某", None)) == [("note-row", 0)]
    assert problems(read(headers, None, None, 7.0)) == [("empty-row", None)]
    assert isinstance(read(headers, None, 5.0, 7.0), Profile)
    assert isinstance(read(headers, "甲", None, None), Profile)


def test_a_figure_merged_over_rows_may_be_a_sum_and_is_refused() -> None:
    headers = ["承租方", "月租金", "房屋所在区", "从业人员"]
    shared = {(2, column): 3 for column in range(4)}
    found = read(headers, "甲", 9000.0, "通州", 30.0, merged=shared)
    assert problems(found) == [("merged-figure", 1)]
    assert isinstance(found, Rejected)
    assert "合并了 3 行" in found.problems[0].message.zh
    assert isinstance(read(headers, "甲", 9000.0, "通州", 30.0, merged={(2, 0): 3, (2, 2): 3, (2, 3): 3}), Profile)
    assert isinstance(read(headers, "甲", 9000.0, "通州", 30.0, merged={(9, 1): 3}), Profile)
