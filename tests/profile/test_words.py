"""Values and figures in words, in both languages."""

from fractions import Fraction

import pytest

from relief_engine.profile.read import ProfileReader
from relief_engine.profile.values import reader as reader_of
from relief_engine.profile.words import code_list, figure_text, plain, value_text
from relief_engine.rulebook.facts import Encoded, Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.units import parse_unit

FIGURES: list[tuple[int | Fraction, str, str, str]] = [
    (30, "人", "30 人", "30 people"),
    (1, "人", "1 人", "1 person"),
    (1500, "人", "1,500 人", "1,500 people"),
    (-5, "人", "-5 人", "-5 people"),
    (6, "月", "6 个月", "6 months"),
    (1, "月", "1 个月", "1 month"),
    (365, "天", "365 天", "365 days"),
    (1, "年", "1 年", "1 year"),
    (2, "年", "2 年", "2 years"),
    (2022, "年", "2022 年", "2022"),
    (12, "月/年", "12 月/年", "12 months/year"),
    (180_000, "元", "180,000.00 元", "180,000.00 yuan"),
    (0, "元", "0.00 元", "0.00 yuan"),
    (Fraction(657, 8), "元", "82.125 元", "82.125 yuan"),
    (Fraction(30_000, 365), "元", "约 82.1918 元", "about 82.1918 yuan"),
    (Fraction(-2, 3), "元", "约 -0.6667 元", "about -0.6667 yuan"),
    (Fraction(1, 30_000), "元", "约 0.0000 元", "about 0.0000 yuan"),
    (30_000, "元/月", "30,000.00 元/月", "30,000.00 yuan/month"),
    (Fraction(5, 2), "元/(㎡·天)", "2.50 元/(㎡·天)", "2.50 yuan/(m²·day)"),
    (8_000_000, "万元", "800 万元", "800 × 10,000 yuan"),
    (10_000, "万元", "1 万元", "1 × 10,000 yuan"),
    (Fraction(800_123_456, 100), "万元", "800.123456 万元", "800.123456 × 10,000 yuan"),
    (2_000_000_000, "亿元", "20 亿元", "20 × 100,000,000 yuan"),
    (30_000, "万元/月", "3 万元/月", "3 × 10,000 yuan/month"),
    (Fraction(241, 2), "㎡", "120.5 ㎡", "120.5 m²"),
    (Fraction(1, 50), "%", "2%", "2%"),
    (Fraction(1, 3), "%", "约 33.3333%", "about 33.3333%"),
    (1, "1", "1", "1"),
]


@pytest.mark.parametrize(("value", "unit", "zh", "en"), FIGURES)
def test_figures(value: int | Fraction, unit: str, zh: str, en: str) -> None:
    assert figure_text(value, parse_unit(unit), "zh") == zh
    assert figure_text(value, parse_unit(unit), "en") == en


def test_a_figure_without_a_unit() -> None:
    assert figure_text(Fraction(1, 2), None) == "0.5"
    assert figure_text(1_000_000, None, "en") == "1,000,000"


def test_a_product_of_units() -> None:
    rent = parse_unit("元/月") * parse_unit("月")
    assert figure_text(180_000, rent) == "180,000.00 元"
    assert figure_text(5, parse_unit("元/月") * parse_unit("天"), "en") == "5.00 yuan·days/month"


VALUES: list[tuple[str, object, str, str]] = [
    ("applicant.name", "运河小馆", "运河小馆", "运河小馆"),
    ("applicant.registered_in_beijing", True, "是", "yes"),
    ("applicant.registered_in_beijing", False, "否", "no"),
    ("applicant.kind", "individual_business", "个体工商户", "Individual business"),
    ("applicant.industry", "6210", "6210 正餐服务", "6210 正餐服务"),
    ("applicant.employees", 30, "30 人", "30 people"),
    ("applicant.revenue", 800, "800 万元", "800 × 10,000 yuan"),
    ("lease.start", "2021-01-01", "2021-01-01", "2021-01-01"),
    ("lease.end", "open", "无固定期限", "no fixed end"),
    ("lease.monthly_rent", 30000, "30,000.00 元/月", "30,000.00 yuan/month"),
    (
        "lease.rent_steps",
        [{"from": "2021-01-01", "monthly_rent": 30000}, {"from": "2022-07-01", "monthly_rent": 36000}],
        "2021-01-01 起 30,000.00 元/月；2022-07-01 起 36,000.00 元/月",
        "30,000.00 yuan/month from 2021-01-01; 36,000.00 yuan/month from 2022-07-01",
    ),
]


@pytest.mark.parametrize(("name", "written", "zh", "en"), VALUES, ids=lambda value: str(value)[:20])
def test_values(name: str, written: object, zh: str, en: str, rulebook: Rulebook) -> None:
    fact, codes = rulebook.facts[name], code_list(rulebook)
    assert isinstance(fact, Fact)
    value = reader_of(fact, codes)(written)
    assert isinstance(value, int | tuple | str)
    assert value_text(fact, value, "zh", codes) == zh
    assert value_text(fact, value, "en", codes) == en


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("lease.rent_form", 1, "按月分段", "Monthly in steps"),
        ("lease.lowest_step", 3_000_000, "30,000.00 元/月", "30,000.00 yuan/month"),
        ("applicant.size", 1, "小型", "Small"),
    ],
)
def test_derived_facts(name: str, value: Encoded, zh: str, en: str, rulebook: Rulebook) -> None:
    assert value_text(rulebook.facts[name], value, "zh").startswith(zh)
    assert value_text(rulebook.facts[name], value, "en").lower().startswith(en.lower())


def test_values_that_a_fact_can_not_have(rulebook: Rulebook) -> None:
    with pytest.raises(LookupError):
        value_text(rulebook.facts["applicant.kind"], 99)
    with pytest.raises(LookupError):
        value_text(rulebook.facts["lease.rent_form"], ((1, 2),))
    with pytest.raises(LookupError, match="needs a code list"):
        value_text(rulebook.facts["applicant.industry"], 1)


def test_a_profile_as_a_plain_mapping(reader: ProfileReader, rulebook: Rulebook) -> None:
    written = {
        "as_of": "2022-06-01",
        "applicant": {
            "name": "运河小馆", "kind": "enterprise", "industry": "0111", "registered_in_beijing": True,
            "employees": 30, "revenue": "800.5 万元", "assets": "not_available",
        },
        "leases": [
            {"premises_district": "通州区", "start": "2021-01-01", "end": "open", "monthly_rent": "30,000.50 元/月"},
            {"rent_steps": [{"from": "2021-01-01", "monthly_rent": 30000}]},
        ],
        "loans": [],
    }  # fmt: skip
    assert plain(reader.read_mapping(written), rulebook) == written
    assert plain(reader.read_mapping({"applicant": {}}), rulebook) == {"applicant": {}}
