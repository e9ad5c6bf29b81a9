"""Versions hold from their first to their last day, both included; nothing else decides on the days between."""

import datetime as dt
from pathlib import Path

import pytest

from relief_engine.rulebook.expressions import add_months
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.programme import FIRST, LAST, Period, Programme
from tests.rulebook.mistakes import BASE, Change, copy_with

DAY = dt.timedelta(days=1)
JUNE = dt.date(2022, 6, 15)


def programme(changes: list[Change], folder: Path) -> Programme:
    return load_rulebook(copy_with(changes, folder)).programme("town/rent")


def test_a_version_without_end_runs_until_the_next_begins() -> None:
    listed = load_rulebook(BASE).programme("town/rent").parameters["listed_on"].versions
    assert list(listed.periods()) == [Period(dt.date(2022, 5, 1), JUNE - DAY), Period(JUNE, LAST)]
    before, after = listed.on(JUNE - DAY), listed.on(JUNE)
    assert before is not None
    assert after is not None
    assert before.value == {"东区": dt.date(2022, 1, 1)}
    assert after.value == {"东区": dt.date(2022, 1, 1), "西区": JUNE}
    assert listed.on(dt.date(2022, 4, 30)) is None
    assert listed.on(LAST) is after


def test_the_expiry_of_a_source_bounds_what_cites_it(tmp_path: Path) -> None:
    (remark,) = load_rulebook(BASE).programme("town/rent").remarks
    assert remark.period == Period(JUNE, dt.date(2022, 12, 31))
    said = "from: 2022-06-15\n    outlives_source: It is about 2022.\n    cite"
    (remark,) = programme([("town/rent.yaml", "from: 2022-06-15\n    cite", said)], tmp_path).remarks
    assert remark.period == Period(JUNE, LAST)


@pytest.mark.parametrize("last", [JUNE, JUNE + DAY, dt.date(2022, 12, 31)])
def test_the_end_of_a_programme_bounds_all_of_it(last: dt.date, tmp_path: Path) -> None:
    changed = ("town/rent.yaml", "from: 2022-05-01\n", f"from: 2022-05-01\nto: {last}\n")
    found = programme([changed], tmp_path)
    assert found.period == Period(dt.date(2022, 5, 1), last)
    assert found.remarks[0].period.last == last
    assert all(list(p.versions.periods())[-1].last == last for p in found.parameters.values())
    assert found.benefit.versions.on(last) is not None
    assert found.benefit.versions.on(last + DAY) is None


def test_change_days_and_stretches() -> None:
    found = load_rulebook(BASE).programme("town/rent")
    assert found.change_days() == (dt.date(2022, 5, 1), JUNE, dt.date(2023, 1, 1))
    assert found.stretch(dt.date(2022, 5, 1)) == found.stretch(JUNE - DAY) == Period(dt.date(2022, 5, 1), JUNE - DAY)
    assert found.stretch(JUNE) == found.stretch(dt.date(2022, 12, 31)) == Period(JUNE, dt.date(2022, 12, 31))
    assert found.stretch(dt.date(2023, 1, 1)) == Period(dt.date(2023, 1, 1), LAST)


def test_every_shipped_programme_has_all_its_versions_on_every_border_day() -> None:
    for found in load_rulebook().programmes.values():
        days = {day for change in found.change_days() for day in (change, change - DAY if change > FIRST else change)}
        for day in (day for day in days if found.period.holds(day)):
            assert found.stretch(day).holds(day)
            assert found.benefit.versions.on(day) is not None
            assert all(parameter.versions.on(day) is not None for parameter in found.parameters.values())
            holding = [[period.holds(day) for period in criterion.versions.periods()] for criterion in found.criteria]
            assert all(sum(holds) <= 1 for holds in holding)


def test_periods_share_days_only_where_both_hold() -> None:
    early, late = Period(dt.date(2022, 1, 1), JUNE), Period(JUNE, LAST)
    assert early.cut(late) == Period(JUNE, JUNE)
    assert early.cut(Period(JUNE + DAY, LAST)) is None
    assert [early.holds(JUNE), early.holds(JUNE + DAY), early.holds(dt.date(2021, 12, 31))] == [True, False, False]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2022-01-31", 1, "2022-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2022-12-15", 1, "2023-01-15"),
        ("2022-11-30", 3, "2023-02-28"),
        ("2022-03-31", -1, "2022-02-28"),
        ("2022-05-13", 0, "2022-05-13"),
        ("2021-12-31", 12, "2022-12-31"),
    ],
)
def test_months_later(day: str, months: int, later: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(later)
