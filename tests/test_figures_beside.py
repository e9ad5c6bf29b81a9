"""Figures that stand beside a rate, and the words for a licence that is valid for longer."""

from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.explanation.sheet import sheet
from relief_engine.explanation.terminal import render
from relief_engine.rulebook.load import load_rulebook

RULES = Path(__file__).parent.parent / "rules"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_rulebook(RULES))


def told(engine: Engine, programme: str, profile: dict[str, object]) -> str:
    report = engine.decide({"as_of": "2022-07-20", "applicant": {}, **profile}, programmes=[programme])
    return render(sheet(report, engine, "zh", "0"), width=120, colour=False)


def test_figures_beside_a_rate_are_calculated_though_nothing_leans_on_them(engine: Engine) -> None:
    project = {
        "applicant_is_buyer": True,
        "category": "services",
        "funding": "government",
        "budget": 3000000,
        "suits_smaller_firms": True,
    }
    text = told(engine, "beijing-tongzhou/procurement-reserved-share-2022", {"procurements": [project]})
    assert "至少预留给中小企业：3,000,000.00 元 × 40% = 1,200,000.00 元" in text
    assert "其中至少预留给小微企业：1,200,000.00 元 × 70% = 840,000.00 元" in text


def test_a_licence_is_extended_not_paid_later(engine: Engine) -> None:
    licence = {"kind": "food_production", "expires_on": "2022-07-10"}
    text = told(engine, "beijing-tongzhou/licence-extension-food-2022", {"licences": [licence]})
    assert "符合：延至 2023-01-10" in text
