"""One value at a time: what is read for what is written, and what is said of the rest."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from relief_engine.profile.read import ProfileReader
from relief_engine.profile.values import NOT_AVAILABLE, BadValue
from relief_engine.profile.values import reader as reader_of
from relief_engine.profile.words import code_list, value_text
from relief_engine.profile.written import shown, visible
from relief_engine.rulebook.facts import Encoded, Fact
from relief_engine.rulebook.model import Rulebook


def fact_of(rulebook: Rulebook, name: str) -> Fact:
    fact = rulebook.facts[name]
    assert isinstance(fact, Fact)
    return fact


def said_of(rulebook: Rulebook, name: str, value: object) -> str:
    """The value in words, 无, nothing for unknown, or the code of the mistake in brackets."""
    fact, codes = fact_of(rulebook, name), code_list(rulebook)
    try:
        found = reader_of(fact, codes)(value)
    except BadValue as bad:
        return f"[{bad.code}]"
    if found is None:
        return ""
    assert not isinstance(found, type(NOT_AVAILABLE)) or found is NOT_AVAILABLE
    return "无" if found is NOT_AVAILABLE else value_text(fact, as_known(found), "zh", codes)


def as_known(found: object) -> Encoded | str:
    assert isinstance(found, int | str | tuple)
    return found


FIGURES: list[tuple[str, Any, str]] = [
    ("applicant.revenue", 800, "800 万元"),
    ("applicant.revenue", "800", "800 万元"),
    ("applicant.revenue", "800万元", "800 万元"),
    ("applicant.revenue", "800 万元", "800 万元"),
    ("applicant.revenue", "８００万元", "800 万元"),
    ("applicant.revenue", "8000000元", "800 万元"),
    ("applicant.revenue", "8,000,000 元", "800 万元"),
    ("applicant.revenue", "0.08亿元", "800 万元"),
    ("applicant.revenue", "800\u200b", "800 万元"),
    ("applicant.revenue", 0, "0 万元"),
    ("applicant.revenue", -0.0, "0 万元"),
    ("applicant.revenue", Decimal("-0E-99999999"), "0 万元"),
    ("applicant.revenue", 0.1 + 0.2, "0.3 万元"),
    ("applicant.revenue", 800.000001, "800.000001 万元"),
    ("applicant.revenue", 800.0000001, "[precision]"),
    ("applicant.revenue", "800.0000001", "[precision]"),
    ("applicant.revenue", Decimal("1E-99999999"), "[precision]"),
    ("applicant.revenue", Decimal("0." + "0" * 60 + "1"), "[precision]"),
    ("applicant.revenue", 100_000_000, "100,000,000 万元"),
    ("applicant.revenue", 100_000_000.01, "[too-large]"),
    ("applicant.revenue", "100000001", "[too-large]"),
    ("applicant.revenue", Decimal("1E+99999999"), "[too-large]"),
    ("applicant.revenue", 10**5000, "[too-large]"),
    ("applicant.revenue", -1, "[negative]"),
    ("applicant.revenue", "-1万元", "[negative]"),
    ("applicant.revenue", -(10**5000), "[negative]"),
    ("applicant.revenue", True, "[number]"),
    ("applicant.revenue", False, "[number]"),
    ("applicant.revenue", float("nan"), "[number]"),
    ("applicant.revenue", float("inf"), "[number]"),
    ("applicant.revenue", Decimal("sNaN"), "[number]"),
    ("applicant.revenue", Decimal("Infinity"), "[number]"),
    ("applicant.revenue", "nan", "[number]"),
    ("applicant.revenue", "8e2", "800 万元"),
    ("applicant.revenue", "8E-2亿元", "800 万元"),
    ("applicant.revenue", "1e999", "[too-large]"),
    ("applicant.revenue", "1e-999", "[precision]"),
    ("applicant.revenue", "1,000e3", "[number]"),
    ("applicant.revenue", "1,0000", "[number]"),
    ("applicant.revenue", "很多", "[number]"),
    ("applicant.revenue", "800元/年", "[unit]"),
    ("applicant.revenue", "800人", "[unit]"),
    ("applicant.revenue", "9" * 201, "[too-long]"),
    ("applicant.revenue", b"800", "[number]"),
    ("applicant.revenue", "无", "无"),
    ("applicant.revenue", " not_available ", "无"),
    ("applicant.revenue", NOT_AVAILABLE, "无"),
    ("applicant.revenue", None, ""),
    ("applicant.revenue", "", ""),
    ("applicant.revenue", "\u3000 ", ""),
    ("applicant.assets", 10_000_000_000, "10,000,000,000 万元"),
    ("applicant.employees", 29999.999999999996, "30,000 人"),
    ("applicant.employees", 30.0, "30 人"),
    ("applicant.employees", Decimal("30.00"), "30 人"),
    ("applicant.employees", "1,000人", "1,000 人"),
    ("applicant.employees", 30.5, "[precision]"),
    ("applicant.employees", "30²", "[unit]"),
    ("applicant.employees", "30①", "[unit]"),
    ("applicant.employees", "３０\xa0人", "30 人"),
    ("applicant.employees", "٣٠", "[number]"),
    ("applicant.employees", 1_000_000_000, "1,000,000,000 人"),
    ("applicant.employees", 1_000_000_001, "[too-large]"),
    ("lease.monthly_rent", "30000元", "30,000.00 元/月"),
    ("lease.monthly_rent", "3万元/月", "30,000.00 元/月"),
    ("lease.monthly_rent", "3 万元 / 月", "30,000.00 元/月"),
    ("lease.monthly_rent", "30000元/年", "[unit]"),
    ("lease.monthly_rent", "30000元/)", "[unit]"),
    ("lease.monthly_rent", 0.005, "[precision]"),
    ("lease.monthly_rent", 1_000_000_000_000, "1,000,000,000,000.00 元/月"),
    ("lease.monthly_rent", "无", "[not-available]"),
    ("lease.monthly_rent", NOT_AVAILABLE, "[not-available]"),
    ("lease.annual_rent", "36万元", "360,000.00 元/年"),
    ("lease.annual_rent", "3万元/月", "[unit]"),
    ("lease.daily_rent_per_m2", "2.5元/(㎡·天)", "2.50 元/(㎡·天)"),
    ("lease.daily_rent_per_m2", "2.5元/平方米/天", "2.50 元/(㎡·天)"),
    ("lease.daily_rent_per_m2", "2.5元/天", "[unit]"),
    ("lease.area", "120.55 平方米", "120.55 ㎡"),
    ("lease.area", "120.55m²", "120.55 ㎡"),
    ("lease.area", 120.555, "[precision]"),
    ("loan.term_days", "365天", "365 天"),
    ("loan.term_days", "12个月", "[unit]"),
    ("loan.amount", "200万元", "2,000,000.00 元"),
]
CHOICES: list[tuple[str, Any, str]] = [
    ("applicant.registered_in_beijing", True, "是"),
    ("applicant.registered_in_beijing", "yes", "是"),
    ("applicant.registered_in_beijing", "Ｙ", "是"),
    ("applicant.registered_in_beijing", "否", "否"),
    ("applicant.registered_in_beijing", "FALSE", "否"),
    ("applicant.registered_in_beijing", 1, "[yes-no]"),
    ("applicant.registered_in_beijing", 0.0, "[yes-no]"),
    ("applicant.registered_in_beijing", [], "[yes-no]"),
    ("applicant.registered_in_beijing", "无", "[not-available]"),
    ("applicant.kind", "企业", "企业"),
    ("applicant.kind", "Enterprise", "企业"),
    ("applicant.kind", "ENTERPRISE", "企业"),
    ("applicant.kind", " 个体户 ", "个体工商户"),
    ("applicant.kind", "无", "[choice]"),
    ("applicant.kind", 0, "[choice]"),
    ("applicant.kind", ["企业"], "[choice]"),
    ("applicant.chain_kind", "none", "非连锁"),
    ("applicant.chain_kind", None, ""),
    ("lease.premises_district", "通州", "通州区"),
    ("lease.premises_district", "亦庄", "北京经济技术开发区"),
    ("lease.premises_district", "通洲", "[choice]"),
]
DAYS: list[tuple[str, Any, str]] = [
    ("lease.start", "2022-06-01", "2022-06-01"),
    ("lease.start", " 2022-6-1", "2022-06-01"),
    ("lease.start", "２０２２－０６－０１", "2022-06-01"),
    ("lease.start", dt.date(2022, 6, 1), "2022-06-01"),
    ("lease.start", dt.datetime(2022, 6, 1), "2022-06-01"),
    ("lease.start", dt.datetime(2022, 6, 1, 12), "[date]"),
    ("lease.start", dt.datetime(2022, 6, 1, tzinfo=dt.UTC), "[date]"),
    ("lease.start", "2022-02-29", "[date]"),
    ("lease.start", "2024-02-29", "2024-02-29"),
    ("lease.start", "2022-W01-1", "[date]"),
    ("lease.start", "20220601", "[date]"),
    ("lease.start", 20220601, "[date]"),
    ("lease.start", True, "[date]"),
    ("lease.start", "1900-01-01", "1900-01-01"),
    ("lease.start", "1899-12-31", "[date-range]"),
    ("lease.start", "2100-12-31", "2100-12-31"),
    ("lease.start", dt.date(2101, 1, 1), "[date-range]"),
    ("lease.start", "open", "[date]"),
    ("lease.start", "无", "[not-available]"),
    ("lease.end", "open", "无固定期限"),
    ("lease.end", "Open", "无固定期限"),
    ("lease.end", "无固定期限", "无固定期限"),
    ("lease.end", "没有固定期限", "无固定期限"),
    ("lease.end", "不定期", "无固定期限"),
    ("lease.end", " 长期 ", "无固定期限"),
    ("lease.start", "长期", "[date]"),
    ("lease.end", "无", "[not-available]"),
    ("lease.end", dt.date.max, "[date-range]"),
    ("loan.contract_on", "open", "[date]"),
]
CODES: list[tuple[str, Any, str]] = [
    ("applicant.industry", "6210", "6210 正餐服务"),
    ("applicant.industry", 6210, "6210 正餐服务"),
    ("applicant.industry", 6210.0, "6210 正餐服务"),
    ("applicant.industry", "６２１０", "6210 正餐服务"),
    ("applicant.industry", "0111", "0111 稻谷种植"),
    ("applicant.industry", "111", "111 煤炭开采和洗选专业及辅助性活动"),
    ("applicant.industry", 111, "[industry-code]"),
    ("applicant.industry", 111.0, "[industry-code]"),
    ("applicant.industry", 62, "[industry-code]"),
    ("applicant.industry", "59", "59 装卸搬运和仓储业"),
    ("applicant.industry", "H", "H 住宿和餐饮业"),
    ("applicant.industry", " h ", "H 住宿和餐饮业"),
    ("applicant.industry", "正餐服务", "[industry-code]"),
    ("applicant.industry", "6210 ", "6210 正餐服务"),
    ("applicant.industry", "62100", "[industry-code]"),
    ("applicant.industry", 62.5, "[industry-code]"),
    ("applicant.industry", -62, "[industry-code]"),
    ("applicant.industry", 10**5000, "[industry-code]"),
    ("applicant.industry", True, "[industry-code]"),
    ("applicant.industry", {}, "[industry-code]"),
    ("applicant.industry", "无", "[not-available]"),
    ("applicant.credit_code", "91110000600037341L", "91110000600037341L"),
    ("applicant.credit_code", " 9111 0000-600037341l ", "91110000600037341L"),
    ("applicant.credit_code", "91110000600037341M", "[credit-code]"),
    ("applicant.credit_code", 911100006000373412, "[credit-code]"),
    ("applicant.credit_code", 9.11e17, "[credit-code]"),
    ("applicant.credit_code", 10**5000, "[credit-code]"),
    ("applicant.credit_code", True, "[credit-code]"),
    ("applicant.credit_code", "", ""),
]
TEXTS: list[tuple[str, Any, str]] = [
    ("applicant.name", "  运河小馆（通州）　", "运河小馆（通州）"),
    ("applicant.name", "张　三", "张　三"),
    ("lease.address", "新华大街\r\n1号", "新华大街 1号"),
    ("applicant.name", "无", "无"),
    ("applicant.name", 711, "711"),
    ("applicant.name", 711.0, "711"),
    ("applicant.name", Decimal("7.50"), "7.50"),
    ("applicant.name", dt.date(2022, 6, 1), "2022-06-01"),
    ("applicant.name", "　", ""),
    ("applicant.name", None, ""),
    ("applicant.name", True, "[text]"),
    ("applicant.name", float("nan"), "[text]"),
    ("applicant.name", Decimal("1E+99999999"), "[text]"),
    ("applicant.name", Decimal("1E-99999999"), "[text]"),
    ("applicant.name", 10**5000, "[text]"),
    ("applicant.name", b"x", "[text]"),
    ("applicant.name", "a\x1b[31m", "[text]"),
    ("applicant.name", "\ud800", "[text]"),
    ("applicant.name", "名" * 200, "名" * 200),
    ("applicant.name", "名" * 201, "[too-long]"),
]
STEPS: list[tuple[str, Any, str]] = [
    ("lease.rent_steps", [{"from": "2021-01-01", "monthly_rent": "3万元"}], "2021-01-01 起 30,000.00 元/月"),
    ("lease.rent_steps", ({"from": dt.date(2021, 1, 1), "monthly_rent": 0.5},), "2021-01-01 起 0.50 元/月"),
    ("lease.rent_steps", "2022-7-1起2；2021-01-01 起 1元/月；", "2021-01-01 起 1.00 元/月；2022-07-01 起 2.00 元/月"),
    ("lease.rent_steps", "2021-01-01 起 1\n2022-07-01 起 2", "2021-01-01 起 1.00 元/月；2022-07-01 起 2.00 元/月"),
    ("lease.rent_steps", "从2021年起 1", "[date]"),
    ("lease.rent_steps", "30000", "[steps]"),
    ("lease.rent_steps", [], "[steps]"),
    ("lease.rent_steps", {"from": "2021-01-01", "monthly_rent": 1}, "[steps]"),
    ("lease.rent_steps", [{"from": "open", "monthly_rent": 1}], "[date]"),
    ("lease.rent_steps", [{"from": "", "monthly_rent": 1}], "[steps]"),
    ("lease.rent_steps", [{1: 1, "from": "2021-01-01", "monthly_rent": 1}], "[unknown-key]"),
    ("lease.rent_steps", "无", "[not-available]"),
    ("lease.rent_steps", None, ""),
]


@pytest.mark.parametrize(
    "cases",
    [FIGURES, CHOICES, DAYS, CODES, TEXTS, STEPS],
    ids=["figures", "choices", "days", "codes", "texts", "steps"],
)
def test_values(cases: list[tuple[str, Any, str]], rulebook: Rulebook) -> None:
    said = [said_of(rulebook, name, value) for name, value, _ in cases]
    assert said == [expected for _, _, expected in cases]


def test_all_mistakes_of_steps_come_together(rulebook: Rulebook) -> None:
    steps = [{"from": "2021-02-30", "monthly_rent": -1, "to": 1}, 5, {"from": "2021-01-01", "monthly_rent": 1}]
    with pytest.raises(BadValue) as caught:
        reader_of(fact_of(rulebook, "lease.rent_steps"), None)(steps)
    found = [(bad.code, bad.at) for bad in (caught.value, *caught.value.also)]
    assert found == [
        ("unknown-key", (0, "to")), ("date", (0, "from")), ("negative", (0, "monthly_rent")), ("steps", (1,)),
    ]  # fmt: skip


def test_a_code_fact_needs_a_list(rulebook: Rulebook) -> None:
    with pytest.raises(LookupError, match="needs a code list"):
        reader_of(fact_of(rulebook, "applicant.industry"), None)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("三十", "“三十”", "'三十'"),
        ("a\nb\u202e", "“a\\nb\\u202e”", "'a\\nb\\u202e'"),
        ("x" * 50, f"“{'x' * 40}…”", f"'{'x' * 40}…'"),
        (True, "“true”", "true"),
        (30.5, "“30.5”", "30.5"),
        (None, "空值", "nothing"),
        ([[[]]], "一个列表", "a list"),
        ({}, "一组键值对", "a mapping"),
        (10**50, "一个极大的数", "a huge number"),
        (b"", "一个 bytes 类型的值", "a value of type bytes"),
    ],
)
def test_a_value_in_a_message(value: object, zh: str, en: str) -> None:
    assert (shown(value).zh, shown(value).en) == (zh, en)


def test_what_nobody_sees_is_spelled_out() -> None:
    assert visible("\x00\u200b\ud800é字") == "\\x00\\u200b\\ud800é字"


PROGRAM = """
import sys
from relief_engine.profile.read import ProfileReader
from relief_engine.rulebook.load import load_rulebook
reader = ProfileReader(load_rulebook())
reader.read_mapping({"applicant": {"name": "运河小馆"}})
reader.read_mapping({"applicant": {"credit_code": ""}})
print("stdnum" in sys.modules)
reader.read_mapping({"applicant": {"credit_code": "91110000600037341L"}})
print("stdnum" in sys.modules)
"""


def test_a_profile_without_a_credit_code_does_not_load_what_checks_one() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_credit_codes_agree_with_the_reader(reader: ProfileReader) -> None:
    """Each of the 31 check characters that could stand at the end but one is refused."""
    good = [
        c
        for c in "0123456789ABCDEFGHJKLMNPQRTUWXY"
        if said_of(reader.rulebook, "applicant.credit_code", f"91110000600037341{c}") != "[credit-code]"
    ]
    assert good == ["L"]
