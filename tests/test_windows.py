"""Days and months of a window: exact on both routes, explained, and seen by the search for what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from relief_engine import Engine, Outcome, load_rulebook
from relief_engine.compiled import ir
from relief_engine.decision import Decision
from relief_engine.explanation.build import explain
from relief_engine.explanation.phrases import Phrases
from relief_engine.routes.chaining import ChainingRoute
from relief_engine.rulebook.expressions import calendar_months
from tests.explanation.conftest import more_rules

SPRING = "town/spring"
DAY = dt.date(2030, 6, 1)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the rulebook with relief for spring and summer."""
    return more_rules(tmp_path_factory.mktemp("more"))


@pytest.fixture(scope="module")
def engine(rules: Path) -> Engine:
    """Its engine, which decides by both routes."""
    return Engine(load_rulebook(rules), verify_with=ChainingRoute())


def decided(engine: Engine, **lease: object) -> Decision:
    """The relief for spring and summer, for a lease of 1,000 yuan a month."""
    mapping = {"applicant": {}, "leases": [{"monthly_rent": 1000, **lease}]}
    (decision,) = engine.decide(mapping, as_of=DAY, programmes=[SPRING]).decisions
    return decision


@pytest.mark.parametrize(
    ("start", "end", "free", "half", "amount"),
    [
        # Three whole months, and three at half the rent: 1,000 × (3 + 3 × 50 %).
        ("2030-01-01", "open", 3, 3, "4500.00"),
        ("2030-03-01", "2030-08-31", 3, 3, "4500.00"),
        # 22 of 31 days of March, all of April and May; June, and 15 of 31 days of July: 107/31 of 1,000.
        ("2030-03-10", "2030-07-15", Fraction(84, 31), Fraction(46, 31), "3451.61"),
        # From the last day before to the first day after.
        ("2030-02-28", "2030-03-01", Fraction(1, 31), 0, "32.26"),
        ("2030-08-31", "2030-09-01", 0, Fraction(1, 31), "16.13"),
        # Two days of one month; a month of 30 days.
        ("2030-04-29", "2030-04-30", Fraction(2, 30), 0, "66.67"),
        ("2030-05-31", "2030-06-01", Fraction(1, 31), Fraction(1, 30), "48.92"),
    ],
)
def test_months_by_hand(engine: Engine, start: str, end: str, free: Fraction, half: Fraction, amount: str) -> None:
    decision = decided(engine, start=start, end=end)
    assert decision.figures["free_months"] == free
    assert decision.figures["half_months"] == half
    assert Decimal(amount) in (decision.amount, decision.amount_if_granted)


def test_days_of_a_window(engine: Engine) -> None:
    """31 + 30 + 31 + 30 + 31 + 31 days; a single day of them is referred."""
    assert decided(engine, start="2029-01-01", end="open").figures["days"] == 184
    assert decided(engine, start="2030-03-02", end="2030-08-30").figures["days"] == 182
    assert decided(engine, start="2030-08-31", end="2031-08-31").outcome is Outcome.REFERRED
    assert decided(engine, start="2030-09-01", end="2031-08-31").outcome is Outcome.INELIGIBLE


@pytest.mark.parametrize(
    ("first", "last", "lengths"),
    [
        (dt.date(2024, 1, 1), dt.date(2024, 3, 31), [31, 29, 31]),
        (dt.date(2023, 12, 1), dt.date(2024, 1, 31), [31, 31]),
        (dt.date(2100, 2, 1), dt.date(2100, 2, 28), [28]),
    ],
)
def test_calendar_months(first: dt.date, last: dt.date, lengths: list[int]) -> None:
    months = calendar_months(first, last)
    assert [(end - begin).days + 1 for begin, end in months] == lengths
    assert (months[0][0], months[-1][1]) == (first, last)


def test_only_known_nodes_are_needed(engine: Engine) -> None:
    """Every route has months without knowing of them."""
    program = engine.program(engine.rulebook.programme(SPRING), DAY)
    assert sum(isinstance(node, ir.Days) for node in program.nodes) == 7
    assert {type(node) for node in program.nodes} <= {*ir.CONDITIONS, *ir.Figure.__args__}


def test_the_calculation_names_parts_of_months(engine: Engine) -> None:
    explained = explain(decided(engine, start="2030-03-10", end="2030-07-15"), engine)
    written = {line.name: line.written for line in explained.lines}
    assert written["free_months"].zh == (
        "2030-03-10 至 2030-07-15 在 2030-03-01 至 2030-05-31 内的月数（2 个整月，2030-03 22/31）"
    )
    assert written["half_months"].en == (
        "the months of 2030-03-10 to 2030-07-15 within 2030-06-01 to 2030-08-31 (1 whole month, 15/31 of 2030-07)"
    )
    open_ = explain(decided(engine, start="2030-03-10", end="open"), engine)
    assert open_.lines[1].written.zh == "2030-03-10 起在 2030-06-01 至 2030-08-31 内的月数（3 个整月）"


def test_the_rule_in_words(engine: Engine) -> None:
    programme = engine.rulebook.programme(SPRING)
    phrases = Phrases(programme, DAY)
    assert phrases.figure(programme.lets["free_months"].value).zh == (
        "起租日至到期日在 2030-03-01 至 2030-05-31 内的月数（不满一个月的按天数折算）"
    )
    assert phrases.figure(programme.lets["days"].value).en == (
        "the days from start to end within 2030-03-01 to 2030-08-31"
    )


# --- what is missing ------------------------------------------------------------------------------------------------


def by_brute_force(engine: Engine, known: dict[str, str], days: Iterable[dt.date]) -> set[str]:
    """The unknown days of a lease that alone change what is decided, over all of some days."""
    listed = [*days]
    hidden = [name for name in ("start", "end") if name not in known]
    answers: dict[tuple[str, ...], object] = {}
    for first in listed:
        for last in listed if len(hidden) == 2 else [first]:
            chosen = dict(zip(hidden, (first.isoformat(), last.isoformat()), strict=False)) | known
            if chosen["start"] <= chosen["end"]:
                decision = decided(engine, **chosen)
                answers[chosen["start"], chosen["end"]] = (
                    decision.outcome, decision.amount, decision.amount_if_granted,
                )  # fmt: skip
    found = set()
    for place, name in enumerate(("start", "end")):
        seen: dict[str, object] = {}
        for days_, answer in answers.items():
            if seen.setdefault(days_[1 - place], answer) != answer:
                found.add(name)
    return found


@pytest.mark.parametrize(
    "known",
    [
        {"start": "2030-01-01"}, {"start": "2030-05-31"}, {"start": "2030-08-30"}, {"start": "2030-09-01"},
        {"end": "2030-02-28"}, {"end": "2030-03-02"}, {"end": "2030-07-01"}, {"end": "2031-01-01"}, {},
    ],
)  # fmt: skip
def test_what_is_missing_by_brute_force(rules: Path, known: dict[str, str]) -> None:
    engine = Engine(load_rulebook(rules))
    step = 1 if known else 9
    days = [dt.date(2030, 2, 20) + dt.timedelta(days=step * number) for number in range(210 // step)]
    decision = decided(engine, **known)
    assert decision.missing.exact
    assert {missing.fact.name for missing in decision.missing.facts} == by_brute_force(engine, known, days)


def test_the_search_sees_windows_that_a_calculated_period_passes(tmp_path: Path) -> None:
    """Long before and long after the window nothing is given, so that only days between them show a difference."""
    rules = more_rules(tmp_path)
    file = rules / "town" / "spring.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace(
        "overlap_months(lease.start, lease.end, free_from, free_until)",
        "overlap_months(lease.start + fewest_days, add_months(lease.start, two), free_from, free_until)",
    ).replace("days <= fewest_days", "lease.rent_free")
    text = text.replace("lease.start <= half_until and lease.end >= free_from", "lease.owner == state")
    text = text.replace("amount: rent * (free_months + half_months * half)", "amount: rent * free_months")
    two = "  two: [{value: 2, unit: 月, cite: [{source: rent-notice, clause: 二}]}]\n"
    text = text.replace("  months_in_year:", f"{two}  months_in_year:")
    begin, end = text.index("  half_months:"), text.index("  rent:\n")
    text = text[:begin] + text[end:]
    for name in ("half_from", "half_until", "half"):
        text = "\n".join(line for line in text.split("\n") if not line.startswith(f"  {name}:"))
    file.write_text(text, encoding="utf-8")
    engine = Engine(load_rulebook(rules))
    for last in ({}, {"end": "open"}):
        decision = decided(engine, owner="state", rent_free=False, **last)
        assert [missing.fact.id for missing in decision.missing.facts] == ["lease.start"]
        assert decision.missing.exact
