"""A result for several programmes has each row several times: screened as a roster it would count them so often."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from relief_engine.comparing.rosters.reading import Request as Compared
from relief_engine.comparing.rosters.reading import read_both
from relief_engine.errors import Finding, InputError
from relief_engine.roster.counts import Counts
from relief_engine.roster.run import EngineName, Request, prepare, screen_file
from relief_engine.roster.screening import screen
from relief_engine.roster.several import refuse_several
from relief_engine.roster.table import Row, Table
from relief_engine.roster.writing import write_results
from tests.roster.test_people import DAY, RENT, engine, roster

TESTING = "beijing-tongzhou/free-testing-2022"
TWO = [RENT, TESTING]
PARQUET = ("row", "programme", "outcome", "programme_id", "outcome_id", "rulebook")


def screened(path: Path, output: str, **more: Any) -> Counts:
    """Screens by the direct route alone, which is all that counts here."""
    request = Request(roster=path, output=path.with_name(output), as_of=DAY, **{"programmes": [RENT], **more})
    given = prepare(engine(), request)
    return write_results(request.output, given, screen(engine(), given), request.language)


def refused(path: Path, **more: Any) -> Finding:
    with pytest.raises(InputError) as caught:
        screened(path, "再.xlsx", **more)
    (finding,) = caught.value.findings
    return finding


@pytest.mark.parametrize(
    ("suffix", "language"), [(".xlsx", "zh"), (".xlsx", "en"), (".csv", "zh"), (".csv", "en"), (".parquet", "zh")]
)
def test_it_is_refused_whatever_its_kind(tmp_path: Path, suffix: str, language: Any) -> None:
    screened(roster(tmp_path, {}), f"一{suffix}", programmes=TWO, language=language)
    found = [refused(tmp_path / f"一{suffix}", programmes=programmes) for programmes in (TWO, ())]
    assert {finding.code for finding in found} == {"result-of-several"}
    finding = found[0]
    assert ("台账.csv" in finding.message.zh) == (suffix != ".csv")
    assert "several times (as lines " in finding.message.en
    assert finding.where.line == {".xlsx": 3, ".csv": 3, ".parquet": 2}[suffix]
    assert not (tmp_path / "再.xlsx").exists()


def test_a_database_and_a_comparison_refuse_it_too(tmp_path: Path) -> None:
    screened(roster(tmp_path, {}), "一.csv", programmes=TWO)
    ways: tuple[EngineName, ...] = ("duckdb", "direct")
    for way in ways:
        request = Request(tmp_path / "一.csv", tmp_path / "再.csv", DAY, [RENT], engine=way)
        with pytest.raises(InputError, match="几个项目的判定结果"):
            screen_file(engine(), request)
    with pytest.raises(InputError, match="几个项目的判定结果"):
        read_both(engine(), engine(), Compared(tmp_path / "一.csv", DAY, [RENT]))


def rewritten(path: Path, keep: Any, drop: str = "") -> Path:
    """A text file of results with some of its lines, and without a column."""
    lines = [line for line in csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()) if keep(line)]
    with path.with_name("改.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, [name for name in lines[0] if name != drop], extrasaction="ignore")
        table.writeheader()
        table.writerows(lines)
    return path.with_name("改.csv")


def test_lines_that_were_sorted_or_lost_their_numbers_are_noticed(tmp_path: Path) -> None:
    screened(roster(tmp_path, {}, {"免租期": "否"}), "一.csv", programmes=TWO)
    # Whoever screens again takes out the old outcomes first.
    for drop in ("项目", "行号", "判定结果"):
        assert refused(rewritten(tmp_path / "一.csv", lambda _: True, drop)).code == "result-of-several"
    text = (tmp_path / "一.csv").read_text(encoding="utf-8-sig").splitlines()
    (tmp_path / "一.csv").write_text("\n".join([text[0], text[1], text[3], text[2]]), encoding="utf-8")
    assert refused(tmp_path / "一.csv").where.line == 4


def test_the_lines_of_one_programme_are_a_roster(tmp_path: Path) -> None:
    """A clerk who left the lines of one programme has every row once, and may correct it and go on."""
    screened(roster(tmp_path, {"月租金": ""}, {"免租期": "否"}), "一.csv", programmes=TWO)
    left = rewritten(tmp_path / "一.csv", lambda line: line["项目编号"] == RENT)
    counts = screened(left, "二.csv")
    assert (counts.rows, counts.granted) == (2, Decimal("48000.00"))
    screened(left, "二.csv", programmes=TWO)
    assert refused(tmp_path / "二.csv").code == "result-of-several"


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_a_result_for_one_programme_is_a_roster_and_again(tmp_path: Path, suffix: str) -> None:
    screened(roster(tmp_path, {}, {"免租期": "否"}), f"一{suffix}")
    for source, output in (("一", "二"), ("二", "三")):
        counts = screened(tmp_path / f"{source}{suffix}", f"{output}{suffix}")
        assert (counts.rows, counts.granted) == (2, Decimal("48000.00"))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_the_name_of_a_missing_fact_is_no_second_header(tmp_path: Path, suffix: str) -> None:
    screened(roster(tmp_path, {"月租金": ""}), f"一{suffix}")
    for source, output in (("一", "二"), ("二", "三")):
        counts = screened(tmp_path / f"{source}{suffix}", f"{output}{suffix}")
        assert (counts.rows, counts.rejected) == (1, 0)


def test_an_edited_result_counts_every_row_once(tmp_path: Path) -> None:
    screened(roster(tmp_path, {"月租金": ""}, {"免租期": "否"}), "一.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "一.xlsx").get_sheet_by_name("判定结果").to_python()
    rows[1][rows[0].index("月租金")] = 8000
    rows[1][rows[0].index("免租期")] = "否"
    with xlsxwriter.Workbook(tmp_path / "改.xlsx") as book:
        sheet = book.add_worksheet("判定结果")
        for number, cells in enumerate(rows):
            sheet.write_row(number, 0, cells)
    counts = screened(tmp_path / "改.xlsx", "二.xlsx")
    assert (counts.rows, counts.granted) == (2, Decimal("96000.00"))


def table(headers: tuple[str, ...], *rows: tuple[object, ...]) -> Table:
    found = [Row(number, cells) for number, cells in enumerate(rows, 2)]
    return Table("台账.xlsx", "表", headers, 1, (), lambda: iter(found))


def check(given: Table, *, look: bool = True) -> None:
    refuse_several(given, Path("台账.xlsx"), [engine().rulebook], look=look)


def test_rosters_with_such_columns_of_their_own_are_let_be() -> None:
    check(table(("行号", "项目", "月租金"), (1, "甲", 1), (1, "乙", 1)))
    check(table(("行号", "项目", "月租金"), (1, RENT, 1), (2, TESTING, 1), (1, "甲", 1)))
    check(table(("项目", "月租金"), (RENT, 1), (TESTING, 1)))
    check(table(("项目", "判定结果"), ("甲", "符合"), ("乙", "符合")))
    check(table(("行号", "项目", "判定结果"), (1, "甲", ""), (2.0, "乙", ""), (None, "丙", ""), (None, "丁", "")))
    check(table(("行号", "项目编号", "判定结果"), (1, RENT, ""), (1, RENT, "")), look=False)


def test_numbers_are_told_however_they_are_kept() -> None:
    with pytest.raises(InputError, match="如第 2 行和第 4 行"):
        check(table(("行号", "项目", "判定结果"), (1.0, "甲", ""), (2, "乙", ""), ("1", "乙", "")))
    with pytest.raises(InputError, match="几个项目的判定结果"):
        check(table(PARQUET, (1, "甲", "")), look=False)
    check(table(("row", "programme", "outcome"), (1, "甲", "")), look=False)


def test_beyond_what_is_remembered_two_programmes_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relief_engine.roster.several._MOST", 2)
    check(table(("行号", "项目", "判定结果"), *[(n, "甲", "") for n in range(5)]))
    with pytest.raises(InputError, match="几个项目"):
        check(table(("行号", "项目", "判定结果"), (1, "甲", ""), (2, "甲", ""), (3, "甲", ""), (4, "乙", "")))
