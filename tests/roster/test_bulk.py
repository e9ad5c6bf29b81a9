"""Long tables, decided by the embedded database, get in every cell what row by row gives them."""

import csv
import datetime as dt
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (relief-engine[tables])")
pytest.importorskip("sqlglot", reason="sqlglot is not installed (relief-engine[tables])")

from relief_engine.decision import Outcome  # noqa: E402
from relief_engine.engine import Engine  # noqa: E402
from relief_engine.errors import InputError  # noqa: E402
from relief_engine.roster import run as screen_run  # noqa: E402
from relief_engine.roster.answers import Screening  # noqa: E402
from relief_engine.roster.bulk import deciding, queries  # noqa: E402
from relief_engine.roster.bulk.results import Writing  # noqa: E402
from relief_engine.roster.counts import Counts  # noqa: E402
from relief_engine.roster.run import EngineName, Request, screen_file  # noqa: E402
from relief_engine.roster.writing import rejected_file  # noqa: E402
from relief_engine.rulebook.record import changed  # noqa: E402
from relief_engine.text import Language  # noqa: E402
from tests.books import shipped_book  # noqa: E402
from tests.roster import dirty  # noqa: E402

#: Each builds and runs queries of many kilobytes; `make test` screens the examples by DuckDB, CI runs these too.
pytestmark = pytest.mark.engines

DAY = dt.date(2022, 6, 20)
RENT = "beijing-tongzhou/rent-reduction-2022"
#: What a row by row screening says besides: whether a row may repeat another.
BESIDES = ("hints", "提示", "Hints")


@cache
def engine() -> Engine:
    return Engine(shipped_book())


class Ran:
    """One screening: what it counted, the rows of its result, and those that it could not read, as texts."""

    def __init__(self, request: Request) -> None:
        self.screening: Screening
        self.counts: Counts
        self.screening, self.counts = screen_file(engine(), request)
        self.names, self.rows = table(request.output)
        beside = rejected_file(request.output, request.language)
        self.rejected = list(csv.reader(io.StringIO(beside.read_text("utf-8-sig")))) if beside.exists() else []

    def by_row(self) -> dict[tuple[int, str], dict[str, Any]]:
        """The answers by row and programme."""
        row, programme = (
            next(n for n in self.names if n in alike)
            for alike in (("row", "行号", "Row"), ("programme_id", "项目编号", "Programme id"))
        )
        found = {(int(line[row]), str(line[programme])): line for line in self.rows}
        assert len(found) == len(self.rows), "each row has one answer for each programme"
        return found


def table(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and rows of a result, without what only one way gives."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            names, *lines = list(csv.reader(file))
    else:
        with duckdb.connect() as database:
            found = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names, lines = [column[0] for column in found.description], found.fetchall()
    rows = [{n: value for n, value in zip(names, line, strict=True) if n not in BESIDES} for line in lines]
    return list(names), rows


def both(
    roster: Path, suffix: str = ".parquet", programmes: Sequence[str] = (), language: Language = "zh", **more: Any
) -> tuple[Ran, Ran]:
    """A roster decided row by row, and by the database."""

    def by(name: EngineName) -> Ran:
        output = roster.with_name(f"{name}{suffix}")
        return Ran(
            Request(
                roster=roster, output=output, as_of=DAY, programmes=programmes, language=language, engine=name, **more
            )
        )

    return by("direct"), by("duckdb")


def same(one: Ran, other: Ran) -> None:
    """Nothing differs, hints apart; rows stand in the order of the roster."""
    assert "duckdb" in one.screening.routes
    assert other.screening.routes == ("duckdb",)
    assert other.names == one.names
    assert other.rejected == one.rejected
    ours, theirs = one.by_row(), other.by_row()
    assert list(theirs) == sorted(ours, key=lambda key: (order(one).index(key[1]), key[0]))
    for key, wanted in ours.items():
        assert theirs[key] == wanted, key
    assert changed(other.counts, rejected_file=None) == changed(one.counts, rejected_file=None)
    assert one.counts.rows == one.counts.decided + one.counts.rejected


def order(ran: Ran) -> list[str]:
    return [programme.id for programme in ran.screening.programmes]


# --- leases, as dirty as they come ------------------------------------------------------------------------------------

WRITTEN: Mapping[str, Callable[[Path, int], Path]] = {
    "utf-8": lambda folder, seed: dirty.write_text(folder / "租户.csv", dirty.rows(seed, 150)),
    "gb18030": lambda folder, seed: dirty.write_text(folder / "租户.csv", dirty.rows(seed, 150, dirt=0.1), "gb18030"),
    "texts": lambda folder, seed: dirty.write_parquet(folder / "租户.parquet", dirty.rows(seed, 150)),
    "typed": lambda folder, seed: dirty.write_parquet(
        folder / "租户.parquet", dirty.typed(seed, dirty.rows(seed, 150, dirt=0.02)), dirty.TYPED
    ),
}


@pytest.mark.parametrize(("kind", "suffix", "language", "seed"), [
    ("utf-8", ".parquet", "zh", 1), ("gb18030", ".csv", "en", 2), ("typed", ".parquet", "en", 4),
])  # fmt: skip
def test_a_dirty_roster(tmp_path: Path, kind: str, suffix: str, language: Language, seed: int) -> None:
    one, other = both(WRITTEN[kind](tmp_path, seed), suffix, language=language)
    same(one, other)
    # The roster is worth the name: every outcome, many rows that can't be read, and most that can.
    assert set(one.counts.outcomes) >= {
        Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.UNDETERMINED, Outcome.INELIGIBLE
    }  # fmt: skip
    assert one.counts.granted > 0
    assert 12 < one.counts.rejected < one.counts.decided
    assert len({line[-1] for line in one.rejected}) > 5
    if suffix == ".parquet":
        assert kept(tmp_path / "duckdb.parquet") == kept(tmp_path / "direct.parquet")


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_one_huge_figure_takes_no_other_rows_along(tmp_path: Path, suffix: str) -> None:
    """A slip of the keyboard gives more cents than 64 bits hold; the other rows are decided all the same."""
    good = {header: usual[0] for header, usual in dirty.USUAL.items()} | {"转租方所付月租金": None}
    by_area = {**good, "月租金（元）": None, "日租金单价": "999999999999.99"}
    made = [
        {**good, "日租金单价": None, "承租面积": None},
        {**by_area, "承租面积": "10000000"},
        {**by_area, "承租面积": "999999.99", "合同含免租期": "是"},
    ]
    one, other = both(dirty.write_parquet(tmp_path / "租户.parquet", made), suffix)
    same(one, other)
    assert {outcome: number for outcome, number in one.counts.outcomes.items() if number} == {
        Outcome.ELIGIBLE: 1, Outcome.REFERRED: 2,
    }  # fmt: skip
    figures = [str(cell) for row in one.rows for cell in row.values() if str(cell).replace(".", "").isdigit()]
    assert max(map(Decimal, figures)) > 10**20


@pytest.mark.soak
@pytest.mark.parametrize("kind", WRITTEN)
def test_many_dirty_rosters(tmp_path: Path, kind: str) -> None:
    for seed in range(100, 130):
        same(*both(WRITTEN[kind](tmp_path, seed), random.Random(seed).choice((".csv", ".parquet"))))


def test_without_a_search_only_what_is_missing_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MOST_SEARCHED", 0)
    roster = dirty.write_parquet(tmp_path / "r.parquet", dirty.rows(5, 160, dirt=0.03))
    one, other = both(roster)
    assert other.rejected == one.rejected
    ours, theirs = one.by_row(), other.by_row()
    assert set(theirs) == set(ours)
    unsearched = found_out = 0
    for key, wanted in ours.items():
        got, apart = theirs[key], {"missing", "reason"}
        if wanted["outcome_id"] == "referred" and got["outcome_id"] == "undetermined":
            # That all completions are left to people only a search shows. It never grants or refuses more.
            apart |= {"outcome", "outcome_id", "clauses", "amount_if_granted", "amount_low", "amount_high"}
            found_out += 1
        if wanted["outcome_id"] in ("undetermined", "referred"):
            assert {k: v for k, v in got.items() if k not in apart} == {
                k: v for k, v in wanted.items() if k not in apart
            }, key
            said = got["missing"] or ""
            unsearched += said.startswith("没有逐项查找缺哪些资料")
            assert bool(said) >= bool(wanted["missing"]), key
        else:
            assert got == wanted, key
    assert unsearched > 8
    assert found_out < 5
    numbers, wanted_numbers = dict(other.counts.outcomes), dict(one.counts.outcomes)
    numbers[Outcome.REFERRED] += found_out
    numbers[Outcome.UNDETERMINED] -= found_out
    assert numbers == wanted_numbers
    assert (other.counts.decided, other.counts.rejected) == (one.counts.decided, one.counts.rejected)
    assert other.counts.granted == one.counts.granted


# --- other rows than leases -------------------------------------------------------------------------------------------

LOANS: Mapping[str, Sequence[object]] = {
    "单位名称": ("运河小馆", "北岸书店"), "主体类型": ("企业", "企业", "个体工商户"), "行业代码": ("6210", "5211"),
    "从业人员": (5, 30, 100, None), "营业收入（万元）": (80.5, 800.0, 20000.0, None), "驻区企业": ("是", "否", None),
    "在贷款服务中心办理": ("是", "是", "否", None), "现场登记日": ("2022-03-01", "2021-12-31", "2022/6/1", None),
    "首次贷款": ("是", "是", "否"), "借款合同签订日": ("2022-03-05", "2022-08-01", None), "严重失信": ("否", "是"),
    "放款日": ("2022-04-01", "2022-03-01", "2022-12-31", None),
    "贷款金额（万元）": (100, 500.5, 0, None),
    "贷款天数": (365, 180, 30, None), "贷款用途": ("生产经营", "其他", "流动资金"), "企业名义贷款": ("是", "否"),
    "已获其他市级同类资金": ("否", "是"), "选择的补助方式": ("贴息", "担保费", None),
    "已付利息": (12345.67, 0.01, None, -1),
    "担保机构类型": ("政府性融资担保", "其他", None), "担保申请日": ("2022-02-01", "2022-06-01", None),
    "已付担保费": (999.99, "1,000", None), "政策性创业担保项目": ("否", "是"),
}  # fmt: skip
FIRMS: Mapping[str, Sequence[object]] = {
    "单位名称": ("运河小馆", "北岸书店"), "主体类型": ("企业", "个体工商户", "事业单位", None),
    "行业代码": ("6210", "5211", "6513"), "从业人员": (5, 30, 100, None),
    "营业收入（万元）": (80, 800, 20000, None),
    "纳税人身份": ("小规模", "一般纳税人", None), "小型微利企业": ("是", "否", None),
    "六税两费": (1234.56, 0, None, "面议"),
    "应纳税所得额（万元）": (99.99, 100, 300, 300.01, None), "平均从业人数": (299, 300, 300.5, None),
    "平均资产总额": (4999.99, 5000, 5000.01, None), "国家限制或禁止行业": ("否", "是", None),
    "以单位方式参保": ("是", "否"),
    "参加企业职工基本养老保险": ("是", "否", None), "科技型中小企业": ("是", "否"), "水电气欠费": ("是", None),
    "未缴的水电气费": (5000, None), "严重失信": ("否", "是"), "受疫情影响突出": ("是", "否", None),
    "巡游出租车": ("是", "否", None),
}  # fmt: skip


def made_of(values: Mapping[str, Sequence[object]], seed: int, number: int) -> list[dict[str, object]]:
    draw = random.Random(seed)
    return [
        {header: None if (cell := draw.choice(cells)) is None else str(cell) for header, cells in values.items()}
        for _ in range(number)
    ]


def test_loans_by_several_programmes_at_once(tmp_path: Path) -> None:
    roster = dirty.write_parquet(tmp_path / "r.parquet", made_of(LOANS, 1, 40))
    names = ("first-loan-interest-subsidy-2022", "guarantee-fee-rate-2022")
    one, other = both(roster, programmes=[f"beijing-tongzhou/{name}" for name in names])
    same(one, other)
    # Rates, ceilings and amounts stand side by side; a programme's columns are empty in the rows of others.
    assert {"rate", "amount"} <= {name.partition("_")[0] for name in one.names}
    assert {outcome for outcome, number in one.counts.outcomes.items() if number} > {Outcome.INELIGIBLE}


def test_applicants_by_several_programmes_at_once(tmp_path: Path) -> None:
    roster = dirty.write_text(tmp_path / "r.csv", made_of(FIRMS, 2, 40))
    names = ("small-profit-income-tax", "six-taxes-two-fees-2022", "pension-deferral-2022")
    one, other = both(roster, ".csv", [f"beijing-tongzhou/{name}" for name in names], "en", kind="applicant")
    same(one, other)
    assert one.screening.columns.kind.id == "applicant"
    assert len(one.rows) == 3 * one.counts.decided


# --- columns of any name ----------------------------------------------------------------------------------------------

ODD_NAMES = ("code", "position", "value", "source", "relief_source", "relief_codes", "relief_codes2", 'a"b',
             "c'd", "row", "Row", "行号", "outcome", "relief_row", "relief_aside", "s1", "c0", "line", "t0",
             "file_row_number", "reason", "a,b", "{x}", "%s", "=1+1", "过\n行", "日期")  # fmt: skip


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_that_are_called_like_ours_or_oddly(tmp_path: Path, suffix: str) -> None:
    names = [name for name in ODD_NAMES if suffix == ".csv" or name != "Row"]  # parquet takes Row for row
    if suffix == ".parquet":
        names.remove("file_row_number")
    facts = ("承租方名称", "主体类型", "所属行业", "房屋所在区", "起租日", "到期日", "月租金（元）")
    usual = [{fact: row[fact] for fact in facts} for row in dirty.rows(6, 25)]
    made = [{**row, **{name: f"{name}{n}" for name in names}} for n, row in enumerate(usual)]
    # Some stand in front, so that positions and names don't run side by side.
    made = [dict(sorted(row.items(), key=lambda item: item[0] not in names[:5])) for row in made]
    if suffix == ".parquet":
        roster = dirty.write_parquet(tmp_path / "r'[1]*.parquet", made)
    else:
        roster = tmp_path / "r'[1].csv"
        with roster.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow([*made[0], "", "备注", ""])  # no name, one twice
            table.writerows([[*["" if v is None else v for v in row.values()], "x", "又", "y"] for row in made])
    one, other = both(roster, suffix, [RENT])
    same(one, other)
    values = {str(value) for row in other.rows for value in row.values()}
    decided = {int(row["row" if suffix == ".parquet" else "行号"]) for row in other.rows}
    assert decided
    assert all(any(value.startswith(name) for value in values) for name in names if not name.startswith("="))


def test_a_parquet_column_that_is_called_like_the_row_counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [{**row, "File_Row_Number": "x", "filename": "y"} for row in dirty.rows(7, 15)]
    roster = dirty.write_parquet(tmp_path / "r.parquet", made)
    target = tmp_path / "o.parquet"
    with pytest.raises(InputError, match="File_Row_Number"):
        screen_file(engine(), Request(roster=roster, output=target, as_of=DAY, engine="duckdb"))
    # However long it is, it is decided row by row if nobody asks for the database.
    monkeypatch.setitem(screen_run.LONG, ".parquet", 0)
    screening, _ = screen_file(engine(), Request(roster=roster, output=target, as_of=DAY))
    assert screening.routes[0] == "direct"
    assert {row["File_Row_Number"] for row in table(target)[1]} == {"x"}


# --- rows and types that only a test has --------------------------------------------------------------------------


#: A lease that is granted relief, and its columns.
GRANTED: Mapping[str, str] = {
    "承租方名称": "运河小馆", "主体类型": "企业", "所属行业": "6210", "从业人员": "5", "营业收入（万元）": "80",
    "小微企业名录": "是", "在京注册": "是", "在京纳税": "是", "产权单位性质": "区属国有企业", "涉及上市公司": "否",
    "房屋所在区": "通州区", "承租关系": "直接承租", "起租日": "2021-01-01", "到期日": "2023-12-31",
    "月租金（元）": "30000", "合同含免租期": "否",
}  # fmt: skip


def outcomes(ran: Ran) -> dict[int, str]:
    return {row["row"]: row["outcome_id"] for row in ran.rows}


def test_a_row_that_begins_with_a_total_is_none_whatever_stands_for_a_name(tmp_path: Path) -> None:
    numbers: list[dict[str, object]] = [{"序号": "1"}, {"序号": "合计", "承租方名称": "共66户"}, {"序号": "合计通商贸"}]
    roster = dirty.write_parquet(tmp_path / "r.parquet", [{**n, **GRANTED, **n} for n in numbers])
    one, other = both(roster, programmes=[RENT])
    same(one, other)
    assert outcomes(other) == {1: "eligible", 3: "eligible"}
    assert other.counts.rejected == 1


def test_days_of_a_data_frame_are_read_by_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = (dt.datetime(2023, 12, 31), dt.datetime(2023, 12, 31, 12), dt.datetime(2300, 1, 1), None)
    types = {"到期日": "TIMESTAMP", "起租日": "TIMESTAMP_NS"}
    made = [{**GRANTED, "起租日": dt.datetime(2021, 1, 1), "到期日": end} for end in ends]
    by_hand: list[int] = []
    real = queries.by_hand

    def noted(engine: Any, screening: Any, reader: Any, number: int, values: Any) -> Any:
        by_hand.append(number)
        return real(engine, screening, reader, number, values)

    monkeypatch.setattr(deciding, "by_hand", noted)
    one, other = both(dirty.write_parquet(tmp_path / "r.parquet", made, types), programmes=[RENT])
    same(one, other)
    assert outcomes(other)[1] == "eligible"
    assert other.counts.rejected == 2
    assert by_hand == [2, 3, 4]  # of the last it is asked what is missing


def test_what_python_would_not_be_given_is_carried_as_text(tmp_path: Path) -> None:
    types = {"登记时间": "TIMESTAMP WITH TIME ZONE", "时刻": "TIME WITH TIME ZONE", "系数": "DOUBLE", "小数": "FLOAT"}
    odd: Mapping[str, object] = {
        "登记时间": "2022-06-01 08:30:00+08", "时刻": "10:00:00+08", "系数": float("nan"), "小数": float("nan"),
    }  # fmt: skip
    made = [{**GRANTED, **odd}, {**GRANTED, **dict.fromkeys(odd), "系数": 0.5}]
    one, other = both(dirty.write_parquet(tmp_path / "r.parquet", made, types), programmes=[RENT])
    same(one, other)
    assert [row["登记时间"] for row in other.rows] == ["2022-06-01 00:30:00+00:00", None]
    assert [row["系数"] for row in other.rows] == [None, 0.5]
    assert [row["小数"] for row in other.rows] == [None, None]


def test_a_moment_in_a_time_zone_is_no_day(tmp_path: Path) -> None:
    made: list[dict[str, object]] = [{**GRANTED, "到期日": "2023-12-31 00:00:00+00"}, {**GRANTED, "到期日": None}]
    roster = dirty.write_parquet(tmp_path / "r.parquet", made, {"到期日": "TIMESTAMPTZ"})
    one, other = both(roster, programmes=[RENT])
    same(one, other)
    assert outcomes(other) == {2: "undetermined"}
    # Which day it is depends on where one stands: said of this cell, not of the file.
    assert "2023-12-31 00:00:00+00:00" in other.rejected[1]


def test_broken_lines_are_kept_in_a_file_and_told_in_order(tmp_path: Path) -> None:
    good = ",".join(GRANTED.values())
    lines = [",".join(GRANTED), good, good + ",多", "合计" + "," * (len(GRANTED) - 1), good + ",又,多", good, "少"]
    roster = tmp_path / "r.csv"
    roster.write_text("\n".join(lines) + "\n", encoding="utf-8")
    one, other = both(roster, programmes=[RENT])
    same(one, other)
    assert outcomes(other) == {2: "eligible", 6: "eligible"}
    assert (other.counts.decided, other.counts.rejected) == (2, 4)
    assert [line[1] for line in other.rejected[1:]] == ["3", "4", "5", "7"]


# --- what it leaves behind --------------------------------------------------------------------------------------------


def kept(path: Path) -> object:
    """What a parquet result says of itself."""
    with duckdb.connect() as database:
        query = "SELECT decode(value) FROM parquet_kv_metadata(?) WHERE decode(key) LIKE 'relief%'"
        ((found,),) = database.execute(query, [str(path)]).fetchall()
    return json.loads(found)


def test_a_failure_leaves_the_old_result_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roster = dirty.write_parquet(tmp_path / "r.parquet", dirty.rows(8, 12))
    target = tmp_path / "o.parquet"
    target.write_bytes(b"old")
    rejected_file(target).write_bytes(b"old too")

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Writing, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        screen_file(engine(), Request(roster=roster, output=target, as_of=DAY, engine="duckdb"))
    assert target.read_bytes() == b"old"
    assert rejected_file(target).read_bytes() == b"old too"
    assert {path.name for path in tmp_path.iterdir()} == {"r.parquet", "o.parquet", "o-未能读取.csv"}


def test_a_clean_run_takes_away_the_rejected_rows_of_an_earlier_one(tmp_path: Path) -> None:
    clean = [dict(row, 备注=None) for row in dirty.rows(9, 30, dirt=0) if row["到期日"] == "2023-12-31"]
    clean = [{**row, "日租金单价": None, "起租日": "2021-01-01"} for row in clean]
    roster = dirty.write_parquet(tmp_path / "r.parquet", clean)
    target = tmp_path / "o.parquet"
    rejected_file(target).write_text("of an earlier run", encoding="utf-8")
    _, counts = screen_file(engine(), Request(roster=roster, output=target, as_of=DAY, engine="duckdb"))
    assert (counts.rejected, counts.rejected_file) == (0, None)
    assert not rejected_file(target).exists()
    assert counts.decided == len(clean) > 3


def test_a_row_of_nothing_but_dashes_is_no_tenant(tmp_path: Path) -> None:
    made: list[dict[str, object]] = [dict(GRANTED), {**dict.fromkeys(GRANTED), "承租方名称": "-"}]
    one, other = both(dirty.write_parquet(tmp_path / "r.parquet", made), programmes=[RENT])
    same(one, other)
    assert other.counts.rejected == 1
