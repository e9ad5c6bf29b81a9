"""The result workbook, read again: what stands on each sheet, as what, and that nothing is a formula or a link."""

import datetime as dt
import re
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from relief_engine.errors import StatedError
from relief_engine.profile.values import BadValue
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.known import Known
from relief_engine.roster.problems import xl_column
from relief_engine.roster.table import Rejected, Row
from relief_engine.roster.workbook import decisions, widths, write_workbook
from relief_engine.roster.workbook.form import sheet_name
from relief_engine.rulebook.facts import SizeFact
from relief_engine.text import Language, Text
from tests.roster.screenings import HEADERS, REVENUE, answered, lines, rejected, screening, tenant

FORM = "国有房屋租金减免统计表"
Sheets = dict[str, list[list[Any]]]


def book(
    folder: Path, made: Sequence[Answered | Rejected], given: Screening | None = None, language: Language = "zh"
) -> Sheets:
    path = folder / "结果.xlsx"
    write_workbook(path, given or screening(), made, language)
    found = CalamineWorkbook.from_path(path)
    return {name: found.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in found.sheet_names}


def xml(folder: Path, number: int) -> str:
    with zipfile.ZipFile(folder / "结果.xlsx") as archive:
        return archive.read(f"xl/worksheets/sheet{number}.xml").decode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("book")


@pytest.fixture(scope="module")
def sheets(folder: Path) -> Sheets:
    return book(folder, [*lines(screening())])


def test_the_sheets_in_their_order(sheets: Sheets) -> None:
    assert list(sheets) == ["汇总", "判定结果", FORM, "未能读取", "relief-engine"]


# --- decisions ----------------------------------------------------------------------------------------------------


def test_decisions_have_results_and_then_the_roster_as_it_was(sheets: Sheets) -> None:
    head, first, *rest = sheets["判定结果"]
    assert head[:4] == ["行号", "申请方", "判定结果", "减免月数"]
    assert head[-len(HEADERS) :] == list(HEADERS)
    assert first[:7] == [2, "运河小馆", "符合", 6, 365, 180000, 180000]
    given = [cell if cell is not None else "" for cell in tenant()]
    assert first[-len(HEADERS) :] == given
    assert isinstance(first[-5], dt.date)
    assert [row[0] for row in (first, *rest)] == [2, 3, 4, 5, 7]
    assert [row[2] for row in (first, *rest)] == ["符合", "资料不足", "资料不足", "需人工认定", "符合"]


def test_texts_that_look_like_formulas_stay_texts(sheets: Sheets, folder: Path) -> None:
    row = sheets["判定结果"][3]
    assert row[1] == '=HYPERLINK("http://x")'
    assert row[-1] == "+86"
    with zipfile.ZipFile(folder / "结果.xlsx") as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            assert set(re.findall("<f>(.*?)</f>", text)) <= {"SUM(K3:INDEX(K:K,ROW()-1))"}, name
            assert "<hyperlink" not in text, name


def test_outcomes_have_colours_and_the_head_stays_in_view(folder: Path, sheets: Sheets) -> None:
    text = xml(folder, 2)
    assert '<autoFilter ref="A1:' in text
    assert 'xSplit="2" ySplit="1"' in text
    styles = {
        cell[2]: re.search(rf'<c r="C{number}" s="(\d+)"', text)[1]  # type: ignore[index]
        for number, cell in enumerate(sheets["判定结果"][1:], start=2)
    }
    assert len(set(styles.values())) == len(styles) == 3


def test_columns_that_nothing_fills_are_folded_away(folder: Path, sheets: Sheets) -> None:
    head = sheets["判定结果"][0]
    hidden: set[str] = set()
    for first, last in re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* hidden="1"', xml(folder, 2)):
        hidden.update(head[int(first) - 1 : int(last)])
    assert hidden == {"最低金额（元）", "最高金额（元）"}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("91110112000000000012", "91110112000000000012"), (123456789012345, 123456789012345.0),
        (1234567890123456, "1234567890123456"), (Decimal("12345678901234.56"), "12345678901234.56"),
        (Decimal("1234567890123.45"), 1234567890123.45), (True, True), (dt.date(1900, 1, 1), "1900-01-01"),
        (dt.date(2022, 2, 28), dt.date(2022, 2, 28)),
        (dt.datetime(2022, 2, 28, 6, 30), dt.datetime(2022, 2, 28, 6, 30)),
        ("a\nb", "a\nb"), (" x ", " x "), ("<&>\"'", "<&>\"'"), ("_x000D_", "_x000D_"), (float("inf"), "inf"),
        ("@SUM(1)", "@SUM(1)"), ("-1+2", "-1+2"), ("长" * 40000, "长" * 32766 + "…"), ("\ud800", "\ufffd"),
        (1.1, 1.1), (0, 0.0), ("", ""),
    ],
)  # fmt: skip
def test_cells_come_back_as_they_were(tmp_path: Path, value: object, read: object) -> None:
    given = screening()
    # Twice: what comes again stands in the workbook's table of texts.
    made = [answered(given, number, tenant()) for number in (2, 3)]
    made = [Answered(line.row._replace(cells=(*line.row.cells[:-1], value)), line.answers, ()) for line in made]
    rows = book(tmp_path, made, given)["判定结果"]
    assert [row[-1] for row in rows[1:]] == [read, read]
    assert type(rows[1][-1]) is type(read)


def test_more_answers_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MOST_ROWS", 3)
    with pytest.raises(StatedError, match="csv"):
        book(tmp_path, [*lines(screening())])


def test_wide_characters_count_twice() -> None:
    assert [widths.width(text) for text in ("", "abc", "金额", "金额a\n长长长")] == [0, 3, 4, 6]


# --- rows that could not be read ----------------------------------------------------------------------------------


def test_rejected_rows_say_where_what_and_what_was_expected(sheets: Sheets) -> None:
    head, row = sheets["未能读取"]
    assert head == ["工作表", "行号", "列", "栏目", "原文", "问题和应填内容", "代码"]
    assert row == ["", 6, "N", "房屋所在区", "通洲区", "没有选项“通洲区”，是否想写“通州区”？", "choice"]


def test_columns_have_letters_as_spreadsheets_do() -> None:
    assert [xl_column(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_without_rejected_rows_it_says_so(tmp_path: Path) -> None:
    given = screening()
    assert book(tmp_path, [answered(given, 2, tenant())], given)["未能读取"][1][5] == "所有行都已读取"


# --- summary ------------------------------------------------------------------------------------------------------


def found(rows: list[list[Any]], first: str) -> list[Any]:
    """The cells of the first row that begins with a text, without empty ones."""
    return next([cell for cell in row if cell != ""] for row in rows if first in row)


def test_the_summary_counts_and_sums(sheets: Sheets) -> None:
    rows = sheets["汇总"]
    assert found(rows, "行数")[1] == "读入 6 行 = 已判定 5 行 + 未能读取 1 行"
    assert found(rows, "判定日")[1] == "2022-06-01"
    assert found(rows, "规则库")[1] == screening().rulebook.digest
    assert found(rows, "符合") == ["符合", 2, 0.4, "核对后办理减免", 269260.27]
    assert found(rows, "需人工认定") == ["需人工认定", 1, 0.2, "由人认定后再办理", 74074.02]
    assert found(rows, "通州区") == ["通州区", 2, 1, 2, 0, 269260.27, 74074.02]
    text = "\n".join(str(cell) for row in rows for cell in row)
    assert "GB18030" in text
    assert "判定没有用到的栏（2 栏，原样保留）：统一社会信用代码、备注" in text
    assert "有提示（如可能重复）的行中有 1 件判为符合，金额共 89,260.27 元" in text


@pytest.mark.usefixtures("sheets")
def test_the_summary_has_a_chart(folder: Path) -> None:
    with zipfile.ZipFile(folder / "结果.xlsx") as archive:
        assert "汇总" in archive.read("xl/charts/chart1.xml").decode()


def test_districts_are_told_apart_and_unknown_ones_have_a_name(tmp_path: Path) -> None:
    given = screening()
    made = [answered(given, 2, tenant()), answered(given, 3, tenant(房屋所在区="北京市朝阳区"))]
    made.append(answered(given, 4, tenant(房屋所在区=None)))
    rows = book(tmp_path, made, given)["汇总"]
    assert [found(rows, name)[1] for name in ("通州区", "朝阳区", "（未填）")] == [1, 0, 0]


def test_sums_with_open_figures_are_ranges(tmp_path: Path) -> None:
    given = screening()
    made = [answered(given, 2, tenant(房屋所在区="经开区", 月租金=rent)) for rent in (30000.0, 1000.0)]
    assert found(book(tmp_path, made, given)["汇总"], "需人工认定")[-1] == "93,000.00—186,000.00"


def test_several_programmes_have_a_table_of_their_own(tmp_path: Path) -> None:
    given = screening(programmes=(screening().programmes[0].id, "beijing-tongzhou/free-testing-2022"))
    sheets = book(tmp_path, [answered(given, 2, tenant())], given)
    assert found(sheets["汇总"], "国有房屋租金减免（2022年）")[1] == 1
    assert [row[0] for row in sheets["判定结果"][1:]] == [2, 2]
    assert found(sheets["汇总"], "件数")[1].startswith("每行按 2 个项目判定")


def test_tables_have_answers_of_programmes_that_are_not_in_force(tmp_path: Path, sheets: Sheets) -> None:
    given = screening(as_of=dt.date(2020, 6, 1))
    rows = book(tmp_path, [answered(given, 2, tenant())], given)["汇总"]
    assert "当日无适用规定" in found(rows, "房屋所在区")
    assert found(rows, "通州区") == ["通州区", 0, 0, 0, 0, 1]
    assert "当日无适用规定" not in found(sheets["汇总"], "房屋所在区")


# --- the official form --------------------------------------------------------------------------------------------


def form(rows: list[list[Any]]) -> list[list[Any]]:
    """The lines of the form and its sum."""
    last = next(i for i, row in enumerate(rows) if row[0] == "合计")
    return rows[3 : last + 1]


def test_the_form_has_its_twelve_columns_and_eligible_rows_only(sheets: Sheets) -> None:
    rows = sheets[FORM]
    assert rows[0][0] == FORM
    assert [title.replace("\n", "") for title in rows[2]] == [
        "序号", "主管部门", "出租方名称", "房屋所在行政区", "出租房屋地址门牌号", "承租的小微企业/个体工商户名称",
        "分类", "租赁用途", "承租房屋面积（平方米）", "减免天数", "减免租金总金额（万元）", "是否存在转租行为",
    ]  # fmt: skip
    first, second, total = form(rows)
    assert first == [
        1, "区国资委", "通州置业", "通州区", "新华西街1号", "运河小馆", "小型", "餐饮", 120.5, "", 18.0, "否",
    ]  # fmt: skip
    assert (second[0], second[6], second[10]) == (2, "个体", 8.926027)
    assert (total[0], total[10]) == ("合计", 26.926027)
    notes = "\n".join(str(row[0]) for row in rows)
    assert "“减免天数”未填（全部 2 行）" in notes
    assert "需人工认定的 1 行不列入本表" in notes


def test_amounts_show_as_the_form_has_them_and_the_sum_is_of_the_exact_ones(tmp_path: Path) -> None:
    """Three of 0.05 (ten thousand yuan) each show as 0.1; their sum shows as 0.2 and not as 0.3."""
    given = screening()
    made = [answered(given, number, tenant(月租金=83.35)) for number in (2, 3, 4)]
    *shown, total = form(book(tmp_path, made, given)[FORM])
    assert [row[10] for row in shown] == [0.05001] * 3
    assert total[10] == 0.15003
    assert 'formatCode="0.0"' in zipfile.ZipFile(tmp_path / "结果.xlsx").read("xl/styles.xml").decode()


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, "小型"), ({"从业人员": 9.0}, "微型"), ({"主体类型": "个体户"}, "个体"),
        ({"从业人员": None, "小微企业名录": "是"}, ""), ({"从业人员": 600.0, REVENUE: 9e8, "小微企业名录": "是"}, ""),
    ],
    ids=["small", "micro", "individual", "directory-only", "directory-against-figures"],
)  # fmt: skip
def test_the_class_is_never_guessed(tmp_path: Path, changes: dict[str, object], size: str) -> None:
    given = screening()
    rows = book(tmp_path, [answered(given, 2, tenant(**changes))], given)[FORM]
    assert form(rows)[0][6] == size
    assert ("“分类”未填" in "\n".join(str(row[0]) for row in rows)) is (size == "")


@pytest.mark.parametrize(("tenancy", "word"), [("直接承租", "否"), ("经本区国有单位转租", "是")])
def test_subletting(tmp_path: Path, tenancy: str, word: str) -> None:
    given = screening()
    assert form(book(tmp_path, [answered(given, 2, tenant(承租关系=tenancy))], given)[FORM])[0][11] == word


def test_days_are_copied_from_a_column_of_that_name(tmp_path: Path) -> None:
    given = screening(headers=(*HEADERS[:-1], "减免天数"))
    made = [answered(given, 2, tenant(备注=181.0))]
    assert form(book(tmp_path, made, given)[FORM])[0][9] == 181


def test_days_are_copied_only_where_they_are_days(tmp_path: Path) -> None:
    given = screening(headers=(*HEADERS[:-1], "减免天数（天）"))
    cells = (365.0, "１８１", 400, "约半年", 90.5, None, True, "0")
    made = [answered(given, number, tenant(备注=cell)) for number, cell in enumerate(cells, start=2)]
    sheets = book(tmp_path, made, given)
    *shown, _ = form(sheets[FORM])
    assert [row[9] for row in shown] == [365, 181, *[""] * 6]
    notes = "\n".join(str(row[0]) for row in sheets[FORM])
    assert "“减免天数”：序号 3、4、5、7、8 台账所填不是 1 至 366 的整数" in notes
    assert "“减免天数”未填（序号 6）" in notes
    assert "（1 栏，原样保留）：统一社会信用代码" in "\n".join(str(cell) for row in sheets["汇总"] for cell in row)


def test_the_sum_is_a_formula_over_the_lines_and_the_row_above_it(sheets: Sheets, folder: Path) -> None:
    """A line that is cut out, or put in above the sum, counts at once."""
    assert form(sheets[FORM])[-1][10] == 26.926027
    assert re.search(r'<c r="K6" s="\d+"><f>SUM\(K3:INDEX\(K:K,ROW\(\)-1\)\)</f><v>26\.926027</v></c>', xml(folder, 3))


def test_the_form_says_that_judged_eligible_is_not_yet_relieved(sheets: Sheets) -> None:
    said = next(str(row[0]) for row in sheets[FORM] if "不等于已经减免" in str(row[0]))
    assert said.endswith(
        "（通政办发〔2022〕12号 四（二）、通政办发〔2022〕12号 四（四）、通政办发〔2022〕12号 六（三））"
    )


def test_lines_that_a_sublessor_reports_are_named(tmp_path: Path) -> None:
    given = screening()
    made = [answered(given, n, tenant(承租关系=w)) for n, w in ((2, "直接承租"), (3, "经本区国有单位转租"))]
    notes = "\n".join(str(row[0]) for row in book(tmp_path, made, given)[FORM])
    assert "序号 2：由转租方减免" in notes
    assert "由转租方减免" not in "\n".join(str(row[0]) for row in book(tmp_path, made[:1], given)[FORM])


def test_amounts_that_show_as_nothing_are_told(tmp_path: Path) -> None:
    given = screening()
    made = [answered(given, number, tenant(月租金=rent)) for number, rent in ((2, 83.33), (3, 83.34), (4, 41.1))]
    notes = "\n".join(str(row[0]) for row in book(tmp_path, made, given)[FORM])
    assert "序号 1、3 不足 0.05 万元，显示为 0.0，实为（序号：金额）1：499.98 元；3：246.60 元。" in notes


def test_facts_are_read_as_they_were_decided() -> None:
    """What the reader of rows takes for a figure, a tick or a day is one for the form and the groups too."""
    given = screening()
    facts = given.rulebook.facts
    row = Row(2, tenant(**{REVENUE: "¥8000000"}, 涉及上市公司="√", 租赁用途="-", 起租日="2022/1/1", 房屋所在区="—"))
    known = Known(given)
    values = [known.value(facts[f"lease.{name}"], row) for name in ("owner_is_listed_company", "use", "start")]  # type: ignore[arg-type]
    assert values == [1, None, dt.date(2022, 1, 1).toordinal()]
    size = facts["applicant.size"]
    assert isinstance(size, SizeFact)
    assert known.size(size, row) == known.size(size, Row(3, tenant())) is not None
    with pytest.raises(BadValue):
        known.value(facts["lease.use"], Row(4, tenant(租赁用途="没有这种")))  # type: ignore[arg-type]


@pytest.mark.usefixtures("sheets")
def test_the_form_is_set_up_to_be_sent(folder: Path) -> None:
    text = xml(folder, 3)
    for setting in ('orientation="landscape"', 'paperSize="9"', 'fitToHeight="0"'):
        assert setting in text
    with zipfile.ZipFile(folder / "结果.xlsx") as archive:
        names = archive.read("xl/workbook.xml").decode()
    assert re.search(rf"Print_Titles[^>]*>{FORM}!\$3:\$3<", names)
    # Printed are title, lines, sum and the note on it, and not what the clerk must know.
    assert re.search(rf"Print_Area[^>]*>{FORM}!\$A\$1:\$L\$7<", names)


def test_english(tmp_path: Path) -> None:
    sheets = book(tmp_path, [*lines(screening())], language="en")
    assert list(sheets)[:2] == ["Summary", "Decisions"]
    assert found(sheets["Summary"], "eligible")[1] == 2
    assert sheets["Decisions"][1][2] == "eligible"


def test_names_of_sheets_differ_and_fit() -> None:
    title = Text("汇总", "A table: of [every] relief that anybody may ask for")
    assert sheet_name(title, "zh", ["汇总", "汇总 2"]) == "汇总 3"
    name = sheet_name(title, "en")
    assert name == "A table of every relief that an"
    assert sheet_name(title, "en", [name.upper()]) == f"{name[:27]} 2"


def test_rejected_rows_alone(tmp_path: Path) -> None:
    made = [rejected(2, tenant(), "房屋所在区", "不对", "wrong")]
    sheets = book(tmp_path, made)
    assert found(sheets["汇总"], "行数")[1] == "读入 1 行 = 已判定 0 行 + 未能读取 1 行"
    assert len(sheets["判定结果"]) == 1
    assert form(sheets[FORM]) == [["合计", *[""] * 9, 0, ""]]
