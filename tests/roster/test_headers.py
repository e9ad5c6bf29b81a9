"""Columns become facts by their headers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief_engine.errors import InputError
from relief_engine.roster.formats import open_table
from relief_engine.roster.headers import Columns, known, recognise
from relief_engine.roster.names import Names
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from tests.roster.conftest import Make, in_memory


@pytest.fixture(scope="module")
def names(rulebook: Rulebook) -> Names:
    return Names(rulebook)


def found(columns: Columns) -> list[str | None]:
    return [None if column.fact is None else column.fact.id for column in columns.columns]


def wrong(rulebook: Rulebook, headers: Sequence[str], **more: object) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as error:
        recognise(in_memory(headers), rulebook, **more)  # type: ignore[arg-type]
    assert all(finding.message.en for finding in error.value.findings)
    return [(finding.code, finding.message.zh) for finding in error.value.findings]


@pytest.mark.parametrize(
    ("header", "fact", "unit"),
    [
        ("月租金", "lease.monthly_rent", None),
        ("月租金(元)", "lease.monthly_rent", "元"),
        ("月租金（元/月）", "lease.monthly_rent", "元/月"),
        ("月租金【单位：万元】", "lease.monthly_rent", "万元"),
        ("月租金/元", "lease.monthly_rent", "元"),
        ("月租金、元", "lease.monthly_rent", "元"),
        ("营业收入（万元）", "applicant.revenue", "万元"),
        ("月租金（千元）", "lease.monthly_rent", "千元"),
        ("月租金（百万元）", "lease.monthly_rent", "百万元"),
        ("月租金（万）", "lease.monthly_rent", "万元"),
        ("月租金 万元", "lease.monthly_rent", "万元"),
        ("月租金_万元/月", "lease.monthly_rent", "万元/月"),
        ("承租面积㎡", "lease.area", "㎡"),
        ("月租金（元/月）（元）", "lease.monthly_rent", "元/月"),
        ("营业收入（2021年）（元）", "applicant.revenue", "元"),
        ("2021年营业收入", "applicant.revenue", None),
        ("2021年末从业人员（人）", "applicant.employees", "人"),
        ("承租面积（平方米）", "lease.area", "平方米"),
        ("承租面积(平米)", "lease.area", "㎡"),
        ("承租面积（㎡）", "lease.area", "㎡"),
        ("年租金（万元/年）", "lease.annual_rent", "万元/年"),
        ("日租金单价（元/㎡·天）", "lease.daily_rent_per_m2", "元/(㎡·天)"),
        ("日租金单价（元/平方米/天）", "lease.daily_rent_per_m2", "元/平方米/天"),
        (" *房屋\n所在　区（必填）：", "lease.premises_district", None),
        ("起租日（年/月/日）", "lease.start", None),
        ("Ｍonthly Rent", "lease.monthly_rent", None),
        ("monthly_rent", "lease.monthly_rent", None),
        ("lease.monthly_rent", "lease.monthly_rent", None),
        ("Monthly rent (yuan/month)", "lease.monthly_rent", "元/月"),
        ("Revenue (10,000 yuan)", "applicant.revenue", "万元"),
        ("Employees (end of 2021)", "applicant.employees", None),
        ("2021年末从业人数", "applicant.employees", None),
        ("2021年度营业收入（万元）", "applicant.revenue", "万元"),
        ("承租单位名称", "applicant.name", None),
        ("租户", "applicant.name", None),
        ("合同月租金（元）", "lease.monthly_rent", "元"),
        ("租期起", "lease.start", None),
        ("合同截止日期", "lease.end", None),
    ],
)
def test_a_header_is_known_however_it_is_written(names: Names, header: str, fact: str, unit: str | None) -> None:
    (reading,) = names.readings(header)
    assert (reading.fact.id, None if reading.unit is None else str(reading.unit)) == (fact, unit)
    assert reading.fits


@pytest.mark.parametrize(
    "header",
    [
        "营业收入（2020年）",
        "月租金（减免后）",
        "起租日（天）",
        "备注",
        "租金（元/年）",
        "月租金（美元）",
        "月租金日元",
        "月租金（元/季）",
        "月租金十万元",
        "万元月租金",
        "月租斤",
        "元",
        "（元）",
        "2020年营业收入",
    ],
)
def test_what_a_header_may_not_mean_is_not_guessed(names: Names, header: str) -> None:
    assert names.readings(header) == []


def test_every_name_that_a_fact_declares_is_known(names: Names, rulebook: Rulebook) -> None:
    facts = [fact for fact in rulebook.facts.values() if isinstance(fact, Fact)]
    assert len(facts) > 100
    for fact in facts:
        for name in (*fact.headers, fact.label.zh, fact.label.en, fact.id, fact.name):
            for spelling in (name, f" {name}\n", f"{name}（必填）"):
                assert fact in [reading.fact for reading in names.readings(spelling)], spelling


def test_columns_are_found_in_any_order_and_others_are_carried(rulebook: Rulebook) -> None:
    columns = recognise(in_memory(["序号", "月租金（元）", "", "承租方", "备注"]), rulebook)
    assert found(columns) == [None, "lease.monthly_rent", None, "applicant.name", None]
    assert [column.header for column in columns.columns] == ["序号", "月租金（元）", "", "承租方", "备注"]
    assert columns.kind.id == "lease"
    assert columns.position("applicant.name") == 3
    assert columns.remarks == ()


def test_near_misses_are_remarked_on_and_never_taken(rulebook: Rulebook) -> None:
    columns = recognise(in_memory(["承租方", "月租斤", "月租金", "出租方名秤", "营业收入（2020年）"]), rulebook)
    assert found(columns) == ["applicant.name", None, "lease.monthly_rent", None, None]
    assert [remark.zh for remark in columns.remarks] == [
        "“月租斤”没有识别，是否想写“月租金”？用 --map 指定",
        "“出租方名秤”没有识别，是否想写“出租方名称”？用 --map 指定",
        "“营业收入（2020年）”不是2021年的，没有读取；营业收入要填2021年的",
    ]


def test_a_figure_of_another_year_is_never_asked_to_pass_for_it(rulebook: Rulebook) -> None:
    columns = recognise(in_memory(["承租方", "2020年末从业人员", "2022年从业人员", "2021年末从业人圆"]), rulebook)
    assert [remark.zh for remark in columns.remarks] == [
        "“2020年末从业人员”不是2021年末的，没有读取；从业人员要填2021年末的",
        "“2022年从业人员”不是2021年末的，没有读取；从业人员要填2021年末的",
        "“2021年末从业人圆”没有识别，是否想写“2021年末从业人员”？用 --map 指定",
    ]


def test_the_kind_of_a_row_is_what_most_columns_speak_of(rulebook: Rulebook) -> None:
    def kind(*headers: str, asked: str | None = None) -> str:
        return recognise(in_memory(headers), rulebook, kind=asked).kind.id

    assert kind("承租方", "从业人员") == "applicant"
    assert kind("承租方", "主管部门") == "applicant"  # no decision reads the supervising body
    assert kind("承租方", "月租金", "到期日") == "lease"
    assert kind("许可证种类", "到期日") == "licence"
    assert kind("贷款金额", "放款日", "月租金") == "loan"
    assert kind("到期日", asked="licences") == "licence"
    assert kind("到期日", asked="租约") == "lease"
    assert wrong(rulebook, ["到期日"]) == [
        ("row-kind", "分不清每一行是租约还是许可证，请用 --row 指明（lease、licence）")
    ]
    assert wrong(rulebook, ["到期日"], kind="leas") == [("row-kind", "--row：没有“leas”这一种，是否想写“lease”？")]


def test_a_header_of_several_kinds_gives_the_fact_of_the_rows_own(rulebook: Rulebook) -> None:
    licence = recognise(in_memory(["kind", "到期日", "有效期至"][:2]), rulebook, kind="licence")
    assert found(licence) == ["licence.kind", "licence.expires_on"]
    assert found(recognise(in_memory(["kind", "到期日"]), rulebook, kind="lease")) == ["applicant.kind", "lease.end"]
    both = recognise(in_memory(["name", "项目名称", "核定总投资额"]), rulebook)
    assert found(both)[:2] == ["applicant.name", "project.name"]


def test_columns_of_another_kind_are_left_and_said(rulebook: Rulebook) -> None:
    columns = recognise(in_memory(["承租方", "月租金", "起租日", "贷款金额"]), rulebook)
    assert found(columns)[3] is None
    assert [remark.zh for remark in columns.remarks] == ["“贷款金额”属于贷款，这张表每行是一份租约，没有读取"]


def test_two_columns_for_one_fact_are_refused(rulebook: Rulebook) -> None:
    headers = ["承租方", "商户名称", "月租金"]
    assert wrong(rulebook, headers) == [
        ("two-columns", "“承租方”和“商户名称”都是单位名称，只能读一列；不用的写 --map 商户名称=-")
    ]
    columns = recognise(in_memory(headers), rulebook, mapping={"商户名称": "-"})
    assert found(columns) == ["applicant.name", None, "lease.monthly_rent"]


def test_a_unit_of_another_kind_is_refused(rulebook: Rulebook) -> None:
    assert wrong(rulebook, ["承租方", "月租金（元/年）", "承租面积（元）"]) == [
        ("header-unit", "“月租金（元/年）”的单位应为 元/月，实为“元/年”"),
        ("header-unit", "“承租面积（元）”的单位应为 ㎡，实为“元”"),
    ]


@pytest.mark.parametrize(
    "header",
    ["万元月租金", "月租金（美元）", "租金日元", "租金十万元", "月租金(元/季)", "租金（亩）", "租金(2022年，万元)"],
)
def test_a_unit_that_can_not_be_read_is_never_left_out(rulebook: Rulebook, header: str) -> None:
    ((code, words),) = wrong(rulebook, ["承租方", header], mapping={header: "lease.monthly_rent"})
    assert code == "header-unit"
    assert "如“月租金（元/月）”" in words


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("租金 万元", "万元"),
        ("租金_万元/月", "万元/月"),
        ("合同约定的月租（含税）（千元）", "千元"),
        ("月租金（含税）", None),
        ("2022年单元租金", None),
        ("租金（2022年）", None),
        ("租金2022（万元）", "万元"),
    ],
)
def test_a_mapped_header_is_read_in_the_unit_that_it_states(rulebook: Rulebook, header: str, unit: str | None) -> None:
    columns = recognise(in_memory(["承租方", header]), rulebook, mapping={header: "lease.monthly_rent"})
    assert found(columns)[1] == "lease.monthly_rent"
    assert columns.columns[1].unit is None if unit is None else str(columns.columns[1].unit) == unit


def test_two_units_in_one_header_are_refused(rulebook: Rulebook) -> None:
    for mapping in ({}, {"月租金（元）（万元）": "lease.monthly_rent"}):
        ((code, words),) = wrong(rulebook, ["承租方", "月租金（元）（万元）"], mapping=mapping)
        assert code == "header-unit"
        assert "“万元、元”" in words


def test_a_header_with_a_strange_unit_or_remark_gets_a_hint(rulebook: Rulebook) -> None:
    columns = recognise(in_memory(["承租方", "月租金（美元）", "万元年租金", "到期日-调整前"]), rulebook, kind="lease")
    assert found(columns) == ["applicant.name", None, None, None]
    assert [remark.zh for remark in columns.remarks] == [
        "“月租金（美元）”的单位“美元”读不懂，没有读取；请改表头单位，如“月租金（元/月）”",
        "“万元年租金”的单位“万元年租金”读不懂，没有读取；请改表头单位，如“年租金（元/年）”",
        "“到期日-调整前”没有识别，是否想写“到期日”？用 --map 指定",
    ]


@pytest.mark.parametrize(
    "above",
    ["单位：万元", "租户台账（金额单位：人民币万元）", "租金以万元计", "万元", "Unit: 10,000 yuan", "单位：美元"],
)
def test_a_unit_above_the_table_must_stand_in_the_headers(rulebook: Rulebook, above: str) -> None:
    table = replace(in_memory(["承租方", "月租金", "承租面积"]), above=("2022年", above))
    with pytest.raises(InputError) as error:
        recognise(table, rulebook)
    ((code, words),) = [(finding.code, finding.message.zh) for finding in error.value.findings]
    assert code == "header-unit"
    assert "“月租金”没有写单位" in words
    assert found(recognise(replace(table, headers=("承租方", "月租金（万元）", "承租面积")), rulebook))[1]
    assert found(recognise(table, rulebook, mapping={"月租金": "-"}))[1] is None


@pytest.mark.parametrize(
    "above",
    [
        "截至2022年6月20日　金额单位：元",
        "年租金10万元以上",
        "单位：元",
        "填报单位：万家物业",
        "单位：元/月",
        "单位：平方米",
        "2022年",
        "台账（试行）",
    ],
)
def test_a_line_above_the_table_that_says_what_is_read_anyway(rulebook: Rulebook, above: str) -> None:
    table = replace(in_memory(["承租方", "月租金"]), above=(above,))
    assert found(recognise(table, rulebook)) == ["applicant.name", "lease.monthly_rent"]


def test_what_stands_above_the_headers_of_files_is_looked_at(rulebook: Rulebook, text: Make, workbook: Make) -> None:
    rows = [["单位：", "万元"], ["承租方", "月租金"], ["甲", "3"]]
    for path in (text("\n".join(map(",".join, rows)) + "\n"), workbook(rows)):
        with pytest.raises(InputError, match="万元"):
            recognise(open_table(path, known=known(rulebook)), rulebook)


def test_a_mapped_fact_of_another_kind_is_an_error(rulebook: Rulebook) -> None:
    headers = ["承租方", "月租金", "起租日", "从业人员"]
    assert wrong(rulebook, headers, mapping={"从业人员": "loan.amount"}) == [
        ("map-kind", "--map：“从业人员”属于贷款，这张表每行是一份租约")
    ]


def test_a_mapping_names_facts_with_the_units_of_headers(rulebook: Rulebook) -> None:
    mapping = {"租金(万元/年)": "lease.annual_rent", "户名": "单位名称", "日期": "-"}
    columns = recognise(in_memory(["户名", "租金（万元/年）", "日期"]), rulebook, mapping=mapping)
    assert found(columns) == ["applicant.name", "lease.annual_rent", None]
    assert str(columns.columns[1].unit) == "万元/年"
    assert known(rulebook, mapping)("户名")
    assert not known(rulebook)("户名")


def test_every_mistake_of_a_mapping_is_listed(rulebook: Rulebook) -> None:
    mapping = {"户铭": "applicant.name", "租金": "lease.monthly_rentt", "户名": "applicant.size", "x": "kind"}
    assert wrong(rulebook, ["户名", "租金", "x"], mapping=mapping) == [
        ("map-header", "--map：没有表头“户铭”，是否想写“户名”？"),
        ("map-fact", "--map：没有事实“lease.monthly_rentt”，是否想写“lease.monthly_rent”？"),
        ("map-fact", "--map：applicant.size 由规则推算，不能从表里读"),
        ("map-fact", "--map：“kind”可能指 applicant.kind、licence.kind，请写全"),
    ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(max_size=20) | st.sampled_from(["月租金（", "）（元", "(元))", "/元", "——", "月租金(元)(元)"]),
        max_size=4,
    )
)
def test_any_header_is_carried_or_known_and_nothing_fails(rulebook: Rulebook, headers: list[str]) -> None:
    columns = recognise(in_memory(["承租方", *headers]), rulebook, mapping={h: "-" for h in headers if h})
    assert found(columns) == ["applicant.name", *[None] * len(headers)]
    for header in headers:
        known(rulebook)(header)


def test_a_table_without_any_known_header_is_refused_with_a_way_out(rulebook: Rulebook) -> None:
    ((code, words),) = wrong(rulebook, ["甲", "乙", "丙"])
    assert code == "no-header"
    assert "“甲”、“乙”、“丙”" in words
    assert "relief screen --template" in words
