"""A row of a result file, read again: the roster's cells, what decided it, what was answered."""

import csv
import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from relief_engine.decision import Outcome
from relief_engine.errors import InputError
from relief_engine.roster.answers import Answered
from relief_engine.roster.reopen import reopen
from relief_engine.roster.table import Row
from relief_engine.roster.writing import SUFFIXES, write_results
from relief_engine.rulebook.record import changed
from relief_engine.text import Language
from tests.roster.screenings import HEADERS, RENT, answered, columns, engine, lines, profile, screening, tenant

KINDS = pytest.mark.parametrize("suffix", SUFFIXES)
TESTING = "beijing-tongzhou/free-testing-2022"


@KINDS
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_row_comes_back_with_what_was_answered(tmp_path: Path, suffix: str, language: Language) -> None:
    given = screening()
    path = tmp_path / f"r{suffix}"
    write_results(path, given, lines(given), language)
    found = reopen(path, 5)
    assert (found.headers, found.as_of, found.rulebook) == (HEADERS, given.as_of, given.rulebook.digest)
    assert found.language == language
    (before,) = found.answers
    assert (before.programme, before.outcome) == (RENT, Outcome.REFERRED)
    assert before.amounts == {"amount_if_granted": Decimal("74074.02")}


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
@pytest.mark.parametrize("file", ["/home/someone/rosters/台账.xlsx", "C:\\Users\\someone\\台账.xlsx", "台账.xlsx"])
def test_a_result_keeps_the_name_of_its_roster_and_no_folder(tmp_path: Path, suffix: str, file: str) -> None:
    given = screening()
    given = changed(given, table=dataclasses.replace(given.table, file=file))
    path = tmp_path / f"r{suffix}"
    write_results(path, given, lines(given))
    kept = reopen(path, 5).read
    assert kept is not None
    assert kept["file"] == "台账.xlsx"


def test_the_name_of_a_result_is_no_pattern(tmp_path: Path) -> None:
    given = screening()
    for name in ("o*.parquet", "o1.parquet"):
        write_results(tmp_path / name, given, lines(given))
    (answer,) = reopen(tmp_path / "o*.parquet", 5).answers
    assert answer.programme == RENT


@KINDS
def test_the_cells_decide_the_same_again(tmp_path: Path, suffix: str) -> None:
    given = screening()
    path = tmp_path / f"r{suffix}"
    made = [*lines(given)]
    write_results(path, given, made)
    for line in made:
        if isinstance(line, Answered):
            found = reopen(path, line.row.number)
            if suffix != ".csv":
                assert found.row == line.row
                assert [type(cell) for cell in found.row.cells] == [type(cell) for cell in line.row.cells]
            cells = found.row.cells
            if suffix == ".csv":
                # What a reader of rows does with text under a header that states a unit.
                cells = tuple(float(c) if h == "营业收入（元）" else c for h, c in zip(HEADERS, cells, strict=True))  # type: ignore[arg-type]
            (decision,) = engine().decide(profile(cells), as_of=found.as_of, programmes=[RENT]).decisions
            assert decision.outcome is found.answers[0].outcome
            assert decision.amount == found.answers[0].amounts.get("amount")


@KINDS
def test_clashing_and_repeated_headers(tmp_path: Path, suffix: str) -> None:
    headers = ("行号", "金额（元）", "金额（元）（原表）", "备注", "备注", "减免月数（最低）", "row", *HEADERS[7:])
    rest = tuple(c if c.index >= 7 else changed(c, fact=None) for c in columns().columns)
    given = screening(headers=headers, made=changed(columns(), columns=rest))
    base = answered(screening(), 2, tenant())
    cells = ("甲", "乙", "丙", "丁", "戊", "己", "庚", *base.row.cells[7:])
    write_results(tmp_path / f"r{suffix}", given, [Answered(Row(2, cells), base.answers, ())])
    found = reopen(tmp_path / f"r{suffix}", 2)
    assert found.headers == headers
    assert found.row.cells[:7] == ("甲", "乙", "丙", "丁", "戊", "己", "庚")


def test_a_number_that_two_lines_have_is_nobodys(tmp_path: Path) -> None:
    """Else the cells of one line are explained by the answer to another."""
    given = screening()
    path = tmp_path / "r.csv"
    write_results(path, given, lines(given))
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, first, second, *rest = csv.reader(stream)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([head, first, [first[0], *second[1:]], *rest])
    with pytest.raises(InputError) as error:
        reopen(path, int(first[0]))
    assert [finding.code for finding in error.value.findings] == ["result-row-twice"]


@KINDS
def test_several_programmes(tmp_path: Path, suffix: str) -> None:
    given = screening(programmes=(RENT, TESTING))
    write_results(tmp_path / f"r{suffix}", given, [answered(given, 2, tenant())])
    assert [before.programme for before in reopen(tmp_path / f"r{suffix}", 2).answers] == [RENT, TESTING]


@KINDS
def test_text_codes_dates_and_nothing(tmp_path: Path, suffix: str) -> None:
    given = screening()
    cells = tenant(统一社会信用代码="911101120000000012", 到期日=None, 备注="'=甲")
    write_results(tmp_path / f"r{suffix}", given, [answered(given, 2, cells)])
    found = dict(zip(HEADERS, reopen(tmp_path / f"r{suffix}", 2).row.cells, strict=True))
    assert found["统一社会信用代码"] == "911101120000000012"
    assert found["到期日"] is None
    assert found["备注"] == "'=甲"
    assert str(found["起租日"]) == "2021-01-01"
    assert suffix == ".csv" or isinstance(found["起租日"], dt.date)


def test_columns_may_be_moved_and_rows_sorted(tmp_path: Path) -> None:
    """As people do in a spreadsheet: the order of rows and columns of the sheet of decisions says nothing."""
    given = screening()
    write_results(tmp_path / "r.xlsx", given, lines(given))
    book = CalamineWorkbook.from_path(tmp_path / "r.xlsx")
    with xlsxwriter.Workbook(tmp_path / "moved.xlsx", {"strings_to_formulas": False}) as moved:
        day = moved.add_format({"num_format": "yyyy-mm-dd"})
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python()
            if name == "判定结果":
                rows = [list(reversed(row)) for row in [rows[0], *reversed(rows[1:])]]
            sheet = moved.add_worksheet(name)
            for number, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write(number, place, cell, day if isinstance(cell, dt.date) else None)
    again, before = reopen(tmp_path / "moved.xlsx", 5), reopen(tmp_path / "r.xlsx", 5)
    assert (again.headers, again.row, again.answers) == (before.headers, before.row, before.answers)


def code(path: Path, number: int = 2) -> str:
    with pytest.raises(InputError) as error:
        reopen(path, number)
    return error.value.findings[0].code


@KINDS
def test_rows_without_an_answer(tmp_path: Path, suffix: str) -> None:
    given = screening()
    write_results(tmp_path / f"r{suffix}", given, lines(given))
    assert code(tmp_path / f"r{suffix}", 6) == "result-row"
    assert code(tmp_path / f"r{suffix}", 99) == "result-row"


def test_other_files_are_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "other.xlsx") as book:
        book.add_worksheet("判定结果").write(0, 0, "行号")
    with (tmp_path / "other.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(HEADERS)
    (tmp_path / "gbk.csv").write_bytes("行号,结果".encode("gb18030"))
    (tmp_path / "empty.csv").touch()
    duckdb.sql(f"COPY (SELECT 1 AS row) TO '{tmp_path / 'other.parquet'}'")
    for name in ("broken.xlsx", "broken.parquet"):
        (tmp_path / name).write_bytes(b"PK\x03\x04nothing")
    for name in ("other.xlsx", "other.csv", "empty.csv", "other.parquet", "broken.xlsx", "broken.parquet"):
        assert code(tmp_path / name) == "not-a-result", name
    assert code(tmp_path / "gbk.csv") == "result-unreadable"
    assert code(tmp_path / "none.xlsx") == "result-missing"
    assert code(tmp_path / "r.ods") == "result-kind"
