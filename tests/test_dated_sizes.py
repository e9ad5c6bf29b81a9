"""Limits of sizes that change on a day: the day of the decision says which hold, on every route and in every word."""

import csv
import datetime as dt
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from relief_engine.cli.running import run
from relief_engine.engine import Engine
from relief_engine.explanation.history import changes
from relief_engine.explanation.records import report_record
from relief_engine.routes.chaining import ChainingRoute
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from relief_engine.rulebook.packing import packed, unpacked
from tests.books import shipped_book
from tests.rulebook.building import edit

RENT = "beijing-tongzhou/rent-reduction-2022"
DAY = dt.date(2022, 7, 1)
BEFORE = DAY - dt.timedelta(days=1)
OLD = """    limits:
      - {indicator: employees, unit: 人, at_least: {small: 10, medium: 50, large: 300}}
      - {indicator: revenue, unit: 万元, at_least: {small: 100, medium: 500, large: 20000}}
    cite: [{source: std-size-2011, clause: 第4条（五）}, {source: notice-12, clause: 附录2}]
"""
NEW = """    versions:
      - limits:
          - {indicator: employees, unit: 人, at_least: {small: 10, medium: 50, large: 300}}
          - {indicator: revenue, unit: 万元, at_least: {small: 100, medium: 500, large: 20000}}
        cite: [{source: std-size-2011, clause: 第4条（五）}, {source: notice-12, clause: 附录2}]
      - from: 2022-07-01
        limits:
          - {indicator: employees, unit: 人, at_least: {small: 10, medium: 60, large: 300}}
          - {indicator: revenue, unit: 万元, at_least: {small: 100, medium: 500, large: 20000}}
        cite: [{source: std-size-2011, clause: 第4条（五）}, {source: notice-12, clause: 附录2}]
"""
#: A retailer with 55 staff: medium while the limit is 50, small once it is 60.
SHOP: dict[str, Any] = {
    "applicant": {
        "kind": "enterprise", "industry": "5211", "employees": 55, "revenue": 800, "in_small_micro_directory": False,
        "registered_in_beijing": True, "chain_kind": "none",
    },
    "leases": [
        {
            "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
            "premises_district": "通州区", "start": "2021-01-01", "end": "2023-12-31", "monthly_rent": 10000,
            "has_rent_free_period": False,
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dated") / "rules"
    shutil.copytree(shipped_rules(), root)
    edit(root / "standards" / "enterprise-size.yaml", OLD, NEW)
    return root


@pytest.fixture(scope="module")
def engine(rules: Path) -> Engine:
    return Engine(load_rulebook(rules), verify_with=ChainingRoute())


@pytest.mark.parametrize(
    ("day", "outcome", "amount"),
    [(BEFORE, "ineligible", None), (DAY, "eligible", "60000.00"), (DAY.replace(year=2023), "eligible", "60000.00")],
)
def test_the_day_of_the_decision_says_which_limits_hold(
    engine: Engine, day: dt.date, outcome: str, amount: str | None
) -> None:
    (decision,) = engine.decide(SHOP, as_of=day, programmes=[RENT]).decisions
    assert decision.outcome.value == outcome
    assert decision.amount == (None if amount is None else Decimal(amount))


def test_a_programme_that_reads_sizes_changes_on_that_day_and_no_other(engine: Engine) -> None:
    shipped = shipped_book()
    assert DAY in engine.rulebook.programmes[RENT].change_days()
    for name, programme in engine.rulebook.programmes.items():
        reads = bool(programme.size_tables) and programme.period.holds(DAY)
        before = set(shipped.programmes[name].change_days())
        assert set(programme.change_days()) == before | ({DAY} if reads else set()), name


def test_the_margin_is_that_of_the_day(engine: Engine) -> None:
    report = engine.decide(SHOP, as_of=BEFORE, programmes=[RENT])
    written = json.dumps(report_record(report, engine, "zh", "0"), ensure_ascii=False)
    assert "须少于 50 人" in written or "不足 50 人" in written
    assert "不足 60 人" not in written


def test_the_history_of_the_rules_says_what_changed(engine: Engine) -> None:
    (change,) = [c for c in changes(engine.rulebook.programmes[RENT]) if c.part == "standard"]
    assert change.day == DAY
    assert change.text.zh == "2022-07-01 起：企业划型标准“零售业”：从业人员中型下限由 50 人改为 60 人"
    assert change.text.en == (
        "from 2022-07-01: Enterprise size, Retail: Employees, medium from: 60 people instead of 50 people"
    )


@pytest.mark.parametrize(("day", "outcome"), [(BEFORE, "不符合"), (DAY, "符合")])
def test_a_roster_is_decided_by_the_limits_of_the_day(rules: Path, tmp_path: Path, day: dt.date, outcome: str) -> None:
    """Both the direct route and, behind it, the query that DuckDB runs: they must agree before a file appears."""
    table, answers = tmp_path / "roster.csv", tmp_path / "answers.csv"
    facts = {**SHOP["applicant"], **SHOP["leases"][0]}
    table.write_text(",".join(facts) + "\n" + ",".join(map(str, facts.values())) + "\n", encoding="utf-8")
    arguments = ["screen", str(table), "--output", str(answers), "--as-of", str(day), "--rules", str(rules)]
    assert run([*arguments, "--programme", RENT]) == 0
    (row,) = csv.DictReader(answers.read_text(encoding="utf-8-sig").splitlines())
    assert outcome in row.values()


def test_relief_size_takes_a_day(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["size", "--industry", "5211", "--employees", "55", "--revenue", "800", "--rules", str(rules)]
    for day, size in ((BEFORE, "medium"), (DAY, "small")):
        assert run([*arguments, "--as-of", str(day), "--format", "json"]) == 0
        record = json.loads(capsys.readouterr().out)
        assert (record["as_of"], record["size"]) == (str(day), size)
    assert run([*arguments, "--as-of", str(DAY)]) == 0
    assert "零售业（自 2022-07-01 起）" in capsys.readouterr().out


def test_a_kept_rulebook_keeps_its_editions(rules: Path) -> None:
    built = load_rulebook(rules)
    data = packed(built)
    assert data is not None
    again = unpacked(data, rules, None)
    assert again is not None
    editions = again.standards.size_tables["enterprise-size"]
    assert [period.first for period in editions.periods()] == [dt.date.min, DAY]
    assert again.programmes[RENT].size_tables["enterprise-size"] is editions
