"""The columns of results: which there are, in which order, and what stands in them."""

import datetime as dt
from decimal import Decimal

import pytest

from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.results import Line, Results, decimal
from relief_engine.roster.titles import own_header, roster_header
from relief_engine.text import Text
from tests.roster.screenings import DAY, HEADERS, PROFILES, RENT, answered, engine, screening, tenant

FEE = "beijing-tongzhou/guarantee-fee-rate-2022"
PENSION = "beijing-tongzhou/pension-deferral-2022"


def cells(given: Screening, line: Answered, number: int = 0) -> dict[str, object]:
    """The cells of one answer by column id."""
    return {c.id: c.get(Line(line, line.answers[number])) for c in Results(given).columns}


def test_people_read_months_and_days_before_money_and_reasons() -> None:
    assert [column.id for column in Results(screening()).shown] == [
        "row", "name", "outcome", "figure_months", "figure_leased_days", "figure_rent_of_months", "amount",
        "amount_if_granted", "amount_low", "amount_high", "reason", "missing", "clauses", "hints",
    ]  # fmt: skip


def test_an_eligible_row() -> None:
    given = screening()
    found = cells(given, answered(given, 2, tenant()))
    assert found == {
        "row": 2, "name": "运河小馆", "outcome": "符合", "figure_months": (6, 6), "figure_leased_days": (365, 365),
        "figure_rent_of_months": (180000, 180000), "amount": Decimal("180000.00"), "amount_if_granted": None,
        "amount_low": None, "amount_high": None, "reason": "减免租金 180,000.00 元，由出租方给予", "missing": None,
        "clauses": "通政办发〔2022〕12号 一、二、附件1 二", "hints": None, "programme_id": RENT,
        "outcome_id": "eligible", "failed": 0, "unknown": 0, "referred": 0, "as_of": DAY,
        "rulebook": engine().rulebook.digest,
    }  # fmt: skip
    assert str(found["amount"]) == "180000.00"


def test_a_referred_row_shows_its_figure_apart() -> None:
    given = screening()
    found = cells(given, answered(given, 2, tenant(合同含免租期="是", 月租金=12345.67)))
    assert (found["outcome"], found["amount"], found["amount_if_granted"]) == ("需人工认定", None, Decimal("74074.02"))
    assert found["referred"] == 1


def test_a_range_is_shown_by_its_ends() -> None:
    """The Economic-Technological Development Area: three months or six."""
    given = screening()
    found = cells(given, answered(given, 2, tenant(房屋所在区="经开区")))
    assert found["figure_months"] == (3, 6)
    assert (found["amount_low"], found["amount_high"]) == (Decimal("90000.00"), Decimal("180000.00"))
    assert found["amount"] is found["amount_if_granted"] is None


def test_masks_say_which_criteria() -> None:
    given = screening()
    found = cells(given, answered(given, 2, tenant(行业代码="3011", 在京注册=None)))
    ids = [c.id for c in given.programmes[0].criteria]
    assert found["failed"] == 1 << ids.index("service-industry")
    assert found["unknown"] == 1 << ids.index("beijing-link")


def test_hints_and_what_is_missing() -> None:
    given = screening()
    line = answered(
        given, 2, tenant(合同含免租期=None), Text("可能重复", "maybe twice"), Text("地址为空", "no address")
    )
    found = cells(given, line)
    assert (found["missing"], found["hints"]) == ("合同含免租期", "可能重复；地址为空")


def test_english() -> None:
    given = screening()
    results = Results(given, "en")
    line = Line(answered(given, 2, tenant(行业代码="3011")), answered(given, 2, tenant(行业代码="3011")).answers[0])
    found = {c.title.en: c.get(line) for c in results.shown}
    assert (found["Outcome"], found["Reason"]) == ("ineligible", "Not met: The business is a service")


def test_each_programme_adds_its_columns_once() -> None:
    given = screening(programmes=(RENT, FEE, PENSION), as_of=dt.date(2022, 10, 1))
    ids = [column.id for column in Results(given).shown]
    assert len(ids) == len(set(ids))
    assert ids[:4] == ["row", "name", "programme", "outcome"]
    assert {"rate", "until", "payable", "amount"} <= set(ids)


def test_rates_keep_their_decimals() -> None:
    report = engine().decide(engine().read_profile(PROFILES / "loan-supplier.yaml"), programmes=[FEE])
    given = screening(programmes=(FEE,), as_of=report.as_of)
    from relief_engine.roster.answers import answer_of
    from relief_engine.roster.table import Row

    line = Answered(Row(2, tenant()), tuple(answer_of(d) for d in report.decisions), ())
    rate = report.decisions[0].rate
    assert rate is not None
    assert cells(given, line)["rate"] == (Decimal(rate.numerator) / rate.denominator,) * 2


def test_a_programme_not_in_force_has_an_outcome_and_no_figures() -> None:
    given = screening(as_of=dt.date(2022, 1, 1))
    found = cells(given, answered(given, 2, tenant()))
    assert (found["outcome"], found["outcome_id"]) == ("当日无适用规定", "not_in_force")
    assert "2022-05-13" in str(found["reason"])


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [(12, 2, "6"), (1, 4, "0.25"), (100000, 3, "33333.3333"), (2, 3, "0.6667"), (1, 20000, "0.0001"),
     (-1, 20000, "-0.0001"), (0, 7, "0"), (10**20, 10, "10000000000000000000")],
)  # fmt: skip
def test_figures_as_decimals_are_rounded_half_up(numerator: int, denominator: int, text: str) -> None:
    assert str(decimal(numerator, denominator)) == text


@pytest.mark.parametrize(
    "header", ["备注", "金额（元）", "金额（元）（原表）", "金额（元）（原表）（原表）", "备注（原表）", ""]
)
def test_headers_that_clash_are_marked_and_found_again(header: str) -> None:
    taken = {"金额（元）", "理由"}
    written = own_header(header, taken, "zh")
    assert written not in taken
    assert (written == header) is not header.startswith("金额")
    assert roster_header(written, taken, "zh") == header


def test_clashes_of_a_whole_table() -> None:
    given = screening(headers=("判定结果", *HEADERS[1:]))
    results = Results(given)
    assert results.headers[:2] == ("判定结果（原表）", HEADERS[1])
    assert given.table.headers[0] == "判定结果"


def test_a_refused_row_shows_no_figures() -> None:
    """Six months and their rent beside a refusal read like a grant."""
    given = screening()
    made = answered(given, 2, tenant(产权单位性质="非国有"))
    line = Line(made, made.answers[0])
    assert made.answers[0].summary["figure_months_low"] == 6
    found = {column.id: column.get(line) for column in Results(given).columns}
    assert found["outcome_id"] == "ineligible"
    assert {value for name, value in found.items() if name.startswith("figure_")} == {None}
