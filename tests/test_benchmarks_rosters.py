"""What the benchmarks of rosters compare is the same: all contestants give the direct route's answers."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from benchmarks import workload
from benchmarks.rosters import __main__ as command
from benchmarks.rosters import by_hand, contestants, leases, race, reference, workbook
from benchmarks.rosters.contestants import Lap, Missing
from relief_engine import Engine, Rulebook, load_rulebook
from tests.books import shipped_book

ROWS = 2_000


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(workload.RULEBOOK)


@pytest.fixture(scope="module")
def columns(rulebook: Rulebook) -> Sequence[leases.Column]:
    return leases.columns(rulebook)


@pytest.fixture(scope="module")
def roster(columns: Sequence[leases.Column], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rosters") / "leases.parquet"
    leases.write(path, columns, ROWS)
    return path


@pytest.fixture(scope="module")
def wanted(rulebook: Rulebook, columns: Sequence[leases.Column]) -> list[reference.Answer]:
    return reference.answers(Engine(rulebook), columns, leases.rows(columns, 0, ROWS))


def answers_in(path: Path) -> list[tuple[object, ...]]:
    listed = ", ".join(f'"{name}"' for name in by_hand.ANSWER)
    return leases.connect().execute(f"SELECT {listed} FROM read_parquet('{path}') ORDER BY 1").fetchall()


# --- one answer -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["compiled", "by hand", "by hand, checked", "polars"])
def test_all_agree_with_the_direct_route(
    name: str, roster: Path, wanted: list[reference.Answer], tmp_path: Path
) -> None:
    contestants.CONTESTANTS[name]([roster], tmp_path / "result.parquet")()
    assert answers_in(tmp_path / "result.parquet") == wanted


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("所属行业", "'17'"),
        ("从业人员", "-1"),
        ("营业收入", "100000000.01"),
        ("资产总额", "-0.01"),
        ("房屋所在区", "'通洲区'"),
        ("租期起", "DATE '1899-12-31'"),
        ("租期止", "DATE '2000-01-01'"),
        ("月租金", "-1"),
    ],
)
def test_what_cannot_be_is_decided_by_neither_query_that_checks(
    header: str, value: str, columns: Sequence[leases.Column], tmp_path: Path
) -> None:
    roster = tmp_path / "leases.parquet"
    rows = f"({leases.query(columns, 0, 40)})"
    day = "DATE '2022-01-01'" if header == "租期止" else "租期起"
    changed = (
        f'SELECT * REPLACE ({value} AS "{header}"{"" if header == "租期起" else f", {day} AS 租期起"}) FROM {rows}'
    )
    leases.connect().execute(f"COPY ({changed}) TO '{roster}' (FORMAT parquet)")
    found = []
    for name in ("compiled", "by hand, checked"):
        contestants.CONTESTANTS[name]([roster], tmp_path / "result.parquet")()
        found.append(answers_in(tmp_path / "result.parquet"))
    assert found[0] == found[1] == [(number, "invalid", *[None] * 5) for number in range(40)]


def test_the_rows_show_what_matters(columns: Sequence[leases.Column], wanted: list[reference.Answer]) -> None:
    outcomes = Counter(answer[1] for answer in wanted)
    assert min(outcomes[name] for name in ("eligible", "ineligible", "undetermined")) > ROWS / 10
    rows = list(leases.rows(columns, 0, ROWS))
    for place, column in enumerate(columns[1:], start=1):
        share = sum(row[place] is None for row in rows) / ROWS
        assert 0.07 < share < 0.13, (column.header, share)
    place = next(place for place, column in enumerate(columns) if column.header == "从业人员")
    limits = {
        bound for row in workload.LIMITS.values() for name, bounds in row if name == "employees" for bound in bounds
    }
    assert sum(row[place] in limits for row in rows) > ROWS / 20
    unsettled = [
        row for row, answer in zip(rows, wanted, strict=True) if row[1] is None and not int(str(answer[3])) & 2
    ]
    assert len(unsettled) > 20, "of some whose sector is unknown, all sectors agree on the size"


def test_the_rows_are_always_the_same(columns: Sequence[leases.Column]) -> None:
    once, later = list(leases.rows(columns, 0, 50)), list(leases.rows(columns, 40, 10))
    assert once[40:] == later
    first = once[0]
    assert first[0] == 0
    assert first[1:4] == ("02", 1000, first[3])
    assert first[10] == dt.date(2020, 7, 15)


def test_the_shipped_rules_have_a_roster_too() -> None:
    rulebook = shipped_book()
    columns = leases.columns(rulebook, leases.SHIPPED)
    assert {column.fact.id for column in columns if column.fact} == set(leases.SHIPPED)
    (row, *_) = leases.rows(columns, 0, 3)
    assert len(row) == len(leases.SHIPPED) + 1
    engine = Engine(rulebook)
    for row in leases.rows(columns, 0, 200):
        engine.decide(reference.profile(columns, row), programmes=["beijing-tongzhou/rent-reduction-2022"])


def test_limits_that_follow_from_others_are_left_out() -> None:
    rows = [{"a": 10, "b": 5}, {"a": 9}, {"a": 8}, {"b": 6}, {"a": 9, "b": 4}, {"a": 7, "b": 4}, {"a": 8}]
    assert by_hand.weakest(rows) == [{"a": 8}, {"b": 6}, {"a": 7, "b": 4}]


# --- the race ---------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_found(
    rulebook: Rulebook, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def here(name: str, rosters: Sequence[Path], result: Path) -> Lap:
        contestants.CONTESTANTS[name](rosters, result)()
        return Lap(0.1, 1.0, 2.0, 100.0)

    monkeypatch.setattr(race, "lap", here)
    race.agree(rulebook, roster, ("by hand", "polars"), tmp_path)
    right = by_hand.query
    monkeypatch.setattr(by_hand, "query", lambda source: right(source).replace("// 730", "// 731"))
    with pytest.raises(race.Disagreement, match="by hand and polars differ"):
        race.agree(rulebook, roster, ("by hand", "polars"), tmp_path)
    with pytest.raises(race.Disagreement, match="the direct route says"):
        race.agree(rulebook, roster, ("by hand",), tmp_path)


def test_a_lap_is_run_in_a_process_of_its_own(roster: Path, wanted: list[reference.Answer], tmp_path: Path) -> None:
    lap = contestants.lap("by hand", [roster, roster], tmp_path / "result.parquet")
    assert lap.seconds > 0
    assert 20 < lap.megabytes < 500
    assert len(answers_in(tmp_path / "result.parquet")) == 2 * len(wanted)


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(*_: object) -> Lap:
        raise Missing("Spark needs Java, and none was found")

    monkeypatch.setattr(race, "lap", missing)
    (row,) = race.on_spark([tmp_path], 1_000_000, 2, tmp_path)
    assert (row.verdict, row.note) == ("not available", "Spark needs Java, and none was found")


def test_ratios_are_held_against_the_budget() -> None:
    fast, slow = Lap(0.1, 1.0, 2.0, 100.0), Lap(0.1, 1.3, 2.6, 600.0)
    rows = race.rows(
        {"compiled": [slow, slow], "by hand": [fast, fast], "by hand, checked": [fast, slow], "polars": [slow, slow]},
        1_000_000,
    )
    judged = {(row.against, row.what.rpartition(", ")[2]): row for row in rows if row.budget is not None or row.against}
    ratio = judged["the same by hand in DuckDB's SQL", "processor time"]
    assert (ratio.measured and ratio.measured.median, ratio.verdict) == (1.3, "OVER")
    assert next(row for row in rows if row.id == "m 1 M").verdict == "OVER"
    assert {row.verdict for row in race.at_scale(fast, 100_000_000)} == {"held"}
    small, large = ({name: [lap] for name in ("compiled", "by hand", "polars")} for lap in (fast, slow))
    grown, *_ = race.growth(small, large, (1_000_000, 10_000_000))
    assert grown.measured is not None
    assert grown.measured.median == pytest.approx(1.3)


@pytest.mark.parametrize(("text", "sizes"), [("1M", [1_000_000]), ("2k,20M", [2_000, 20_000_000])])
def test_sizes_are_read(text: str, sizes: list[int]) -> None:
    assert command._sizes(text) == sizes


# --- the workbook -----------------------------------------------------------------------------------------------


def test_the_workbook_has_broken_and_open_rows(tmp_path: Path) -> None:
    workbook.write(tmp_path / "roster.xlsx", shipped_book(), 600)
    headers, *rows = CalamineWorkbook.from_path(tmp_path / "roster.xlsx").get_sheet_by_index(0).to_python()
    assert len(headers) == 16
    assert len(rows) == 600
    rent, district = headers.index("月租金"), headers.index("房屋所在区")
    assert sum(row[rent] == "" for row in rows) == 600 * workbook.EMPTY // 100
    texts = sum(isinstance(row[rent], str) and row[rent] != "" for row in rows)
    assert 0 < texts < 600 * workbook.BROKEN // 100
    assert "通洲区" in {row[district] for row in rows}
