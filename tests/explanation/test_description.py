"""Programmes in words: everything that a rule says is said, on every day, in both languages, and nothing else."""

import datetime as dt
import re
from fractions import Fraction
from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.explanation import say
from relief_engine.explanation.answer import headline
from relief_engine.explanation.description import Part, day_of, describe
from relief_engine.explanation.outline import Item
from relief_engine.explanation.phrases import Phrases
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text
from tests.books import shipped_book
from tests.rulebook.building import HERE, made

SHIPPED = shipped_book()
DAY = dt.date(2022, 7, 1)
RENT = SHIPPED.programmes["beijing-tongzhou/rent-reduction-2022"]


def lines(parts: tuple[Part, ...]) -> list[str]:
    found: list[str] = []

    def add(item: Item) -> None:
        found.append(item.text)
        for below in item.items:
            add(below)

    for part in parts:
        for item in part.items:
            add(item)
    return found


def whole(programme: Programme, day: dt.date, language: Language) -> str:
    return "\n".join(lines(describe(programme, day, language)))


@pytest.fixture(params=["shipped", "expressions", "benefits", "dates"])
def rulebook(request: pytest.FixtureRequest, tmp_path: Path) -> Rulebook:
    if request.param == "shipped":
        return SHIPPED
    return load_rulebook(made(HERE / "good" / request.param, tmp_path))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_programme_is_described_on_every_day_of_change(rulebook: Rulebook, language: Language) -> None:
    for programme in rulebook.programmes.values():
        for day in programme.change_days():
            text = whole(programme, day, language)
            for criterion in programme.criteria:
                wording = criterion.versions.on(day)
                if wording is None:
                    continue
                assert criterion.title.in_(language).lower() in text.lower()
                assert Phrases(programme, day).condition(wording.condition).in_(language).lower() in text.lower()


def test_every_figure_that_a_condition_reads_is_said(rulebook: Rulebook) -> None:
    for programme in rulebook.programmes.values():
        for day in programme.change_days():
            text = whole(programme, day, "zh")
            for criterion in programme.criteria:
                wording = criterion.versions.on(day)
                for part in () if wording is None else ex.walk(wording.condition):
                    if isinstance(part, ex.ParamRef):
                        value = Phrases(programme, day).parameter(part.name)
                        number = value.in_base_units
                        shown = str(value.value) if number is None else say.figure(number, value.unit).zh
                        assert shown in text, (programme.id, part.name)


def test_the_day_decides_which_wording_is_told() -> None:
    before, after = whole(RENT, dt.date(2022, 6, 14), "zh"), whole(RENT, dt.date(2022, 6, 15), "zh")
    assert "连锁门店以门店为单位" not in before
    assert "连锁门店以门店为单位" in after


def test_a_day_outside_is_moved_to_the_nearest_inside() -> None:
    assert day_of(RENT, dt.date(2020, 1, 1)) == RENT.period.first
    assert day_of(RENT, DAY) == DAY


def test_brackets_keep_the_meaning() -> None:
    referral = next(r for r in RENT.referrals if r.id == "sublessor-own-position")
    wording = referral.versions.on(DAY)
    assert wording is not None
    said = Phrases(RENT, DAY).condition(wording.condition).zh
    assert said == "承租关系为转租方，并且（“最终承租方符合条件”为否，或者本区机关事业单位或国有企业）"
    opposite = Phrases(RENT, DAY).condition(wording.condition, wanted=False).zh
    assert opposite == "承租关系不为转租方，或者（最终承租方符合条件，并且“本区机关事业单位或国有企业”为否）"


def test_figures_are_written_out() -> None:
    text = whole(RENT, DAY, "zh")
    assert "金额：“减免月数对应的租金” × “2022年内实际承租天数” ÷ 全年天数（365 天）" in text
    assert re.search(r"中高风险地区所在区的减免月数（6 个月）", text)
    assert Fraction(6) == Phrases(RENT, DAY).parameter("months_listed").in_base_units


@pytest.mark.parametrize(
    ("programme", "zh", "en"),
    [
        ("guarantee-fee-rate-2022", "优惠费率或比例，由担保机构执行", "A reduced rate, applied by the guarantor"),
        (
            "licence-extension-food-2022",
            "缓缴或延期，由主管部门办理",
            "A deferral or extension, handled by the authority",
        ),
        ("first-loan-interest-subsidy-2022", "定额减免或补助，由政府给予", "An amount, given by the government"),
    ],
)
def test_who_does_what_is_said_as_in_an_answer(programme: str, zh: str, en: str) -> None:
    described = SHIPPED.programmes[f"beijing-tongzhou/{programme}"]
    assert zh in whole(described, DAY, "zh").splitlines()
    assert en in whole(described, DAY, "en").splitlines()


def test_a_rate_of_nothing_is_said_to_be_free() -> None:
    loan = {
        "guarantor_kind": "government_financing_guarantee",
        "guarantee_applied_on": "2022-07-01",
        "is_startup_guarantee": True,
        "amount": 100,
        "term_days": 365,
    }
    mapping = {"applicant": {"kind": "enterprise"}, "loans": [loan]}
    report = Engine(SHIPPED).decide(mapping, as_of=DAY, programmes=["beijing-tongzhou/guarantee-fee-rate-2022"])
    assert headline(report.decisions[0]) == Text(
        "符合：免收（比例 0%），应付 0.00 元，由担保机构执行",
        "eligible: free (a rate of 0%), payable: 0.00 yuan, applied by the guarantor",
    )
