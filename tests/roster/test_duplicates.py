"""Hints: rows that may be one and the same, one place at one time, figures that look like slips."""

import datetime as dt
import time
from pathlib import Path

import pytest

from relief_engine.roster.answers import Answered
from relief_engine.roster.duplicates import Duplicates
from relief_engine.roster.headers import recognise
from relief_engine.roster.rows import RowReader
from relief_engine.roster.run import Request, prepare
from relief_engine.roster.screening import screen
from relief_engine.roster.table import Rejected, Row
from tests.roster.conftest import in_memory
from tests.roster.screenings import DAY, RENT, engine, tenant
from tests.roster.screenings import HEADERS as ALL

HEADERS = ("承租方名称", "统一社会信用代码", "房屋地址", "承租关系", "承租面积（㎡）", "起租日", "到期日")
ONE, TWO = "91110112XAMP00202W", "91110112XAMP00201R"


def hints(*rows: tuple[object, ...]) -> list[str | None]:
    rulebook = engine().rulebook
    table = in_memory(HEADERS, *rows)
    columns = recognise(table, rulebook)
    reader, seen = RowReader(rulebook, table, columns), Duplicates(rulebook, columns.kind)
    found = []
    for row in table.rows():
        assert isinstance(row, Row)
        read = reader.read(row)
        assert not isinstance(read, Rejected), read.problems
        hint = seen.hint(row.number, read)
        found.append(None if hint is None else hint.zh)
    return found


def lease(**changes: object) -> tuple[object, ...]:
    cells = dict(zip(HEADERS, ("甲店", None, "新华西街1号", "直接承租", 50, "2022-01-01", "2022-12-31"), strict=True))
    return tuple({**cells, **changes}.values())


SAME = "与第 2 行同一房屋、租期重叠，承租方不同，请核对"


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({}, SAME), ({"承租关系": "经本区国有单位转租"}, None), ({"承租面积（㎡）": 51}, None),
        ({"承租面积（㎡）": None}, SAME), ({"房屋地址": "新华西街2号"}, None), ({"房屋地址": None}, None),
        ({"起租日": "2023-01-01", "到期日": "2023-12-31"}, None), ({"承租方名称": None}, None),
        ({"承租方名称": "甲店"}, "可能与第 2 行重复，请核对"),
    ],
    ids=["same", "chain", "other-unit", "area-unknown", "other-place", "no-place", "later", "nobody", "same-applicant"],
)  # fmt: skip
def test_one_place_at_one_time(changes: dict[str, object], hint: str | None) -> None:
    assert hints(lease(), lease(**({"承租方名称": "乙店"} | changes)))[1] == hint


def test_a_building_is_not_told_of_every_tenant() -> None:
    found = hints(*[lease(承租方名称=f"店{number}") for number in range(40)])
    assert found[:4] == [None, SAME, SAME, SAME]
    assert set(found[4:]) == {None}


def test_a_row_without_a_code_is_held_against_all_of_its_name() -> None:
    codes: tuple[dict[str, object], ...] = (
        {"统一社会信用代码": ONE},
        {"统一社会信用代码": TWO},
        {},
        {"统一社会信用代码": TWO},
    )
    again = "可能与第 {} 行重复，请核对".format
    assert hints(*[lease(**one) for one in codes]) == [None, SAME, again(2), again(3)]


def test_one_name_that_comes_all_the_time_costs_no_more_than_others() -> None:
    first = dt.date(2022, 1, 1)
    days = [(first + dt.timedelta(days=number)).isoformat() for number in range(6000)]
    rows = [lease(起租日=day, 到期日=day) for day in days]
    start = time.process_time()
    assert set(hints(*rows)) == {None}
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"月租金": "0"}, ["金额为 0，请核对所填数据"]), ({"月租金": "100"}, []),
        ({"从业人员": "0", "营业收入（元）": "0"}, ["从业人员、营业收入都是 0，请核对"]), ({"从业人员": "0"}, []),
        ({"月租金": "0", "产权单位性质": "非国有"}, []),
    ],
    ids=["no-rent", "rent", "nobody-and-nothing", "nobody", "refused"],
)  # fmt: skip
def test_figures_that_look_like_slips_are_told(tmp_path: Path, changes: dict[str, str], hint: list[str]) -> None:
    cells = dict(zip(ALL, ["" if cell is None else str(cell) for cell in tenant()], strict=True))
    cells = {
        k: v
        for k, v in (cells | {"统一社会信用代码": "", "营业收入（元）": "8000000", "从业人员": "30"} | changes).items()
        if v
    }
    roster = tmp_path / "r.csv"
    roster.write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    screening = prepare(engine(), Request(roster, tmp_path / "o.csv", DAY, programmes=[RENT]))
    (line,) = screen(engine(), screening)
    assert isinstance(line, Answered), line
    assert [one.zh for one in line.hints] == hint
