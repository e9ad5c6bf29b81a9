"""A roster as a whole: what every row of the examples gets, which programmes are decided, what may be a repetition."""

import csv
import datetime as dt
import re
from collections import Counter
from contextlib import nullcontext
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.errors import InputError, UnknownName
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.counts import Counts
from relief_engine.roster.run import EngineName, Request, prepare, screen_file
from relief_engine.roster.screening import screen
from relief_engine.roster.table import Rejected
from relief_engine.roster.writing import rejected_file
from tests.books import shipped_book
from tests.roster import dirty
from tests.roster.conftest import Make

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "rosters"
EXPECTED = yaml.load((FOLDER / "expected.yaml").read_bytes(), Loader=yaml.CSafeLoader)
DAY = EXPECTED["as_of"]
RENT = EXPECTED["programme"]


@cache
def engine() -> Engine:
    return Engine(shipped_book())


def screened(
    roster: Path, output: Path, *, as_of: dt.date = DAY, by: EngineName = "auto", **more: Any
) -> tuple[Screening, Counts]:
    return screen_file(engine(), Request(roster=roster, output=output, as_of=as_of, engine=by, **more))


def programmes(roster: Path, as_of: dt.date = DAY, **more: Any) -> list[str]:
    request = Request(roster=roster, output=roster.with_name("o.csv"), as_of=as_of, **more)
    return [programme.id.partition("/")[2] for programme in prepare(engine(), request).programmes]


# --- the examples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "by"),
    [("rent-roll.xlsx", "auto"), ("rent-roll-gb18030.csv", "auto"), ("rent-roll-gb18030.csv", "duckdb")],
)
def test_every_row_of_an_example(tmp_path: Path, name: str, by: EngineName) -> None:
    wanted = EXPECTED["rosters"][name]
    target = tmp_path / "o.parquet"
    screening, counts = screened(FOLDER / name, target, by=by)
    assert screening.routes == (("duckdb",) if by == "duckdb" else ("direct", "duckdb"))
    rows = {row["row"]: row for row in dirty.read_parquet(target)}
    for row in wanted["rows"]:
        got = rows.pop(row["row"], None)
        if "rejected" in row:
            assert got is None, row
            continue
        assert got is not None, row
        assert got["outcome_id"] == row["outcome"], row
        # Beside a refusal there are no figures.
        refused = row["outcome"] == "ineligible"
        assert got["figure_leased_days"] == (None if refused else row["days"]), row
        if "months" in row and not refused:
            months = (got["figure_months_low"], got["figure_months_high"])
            assert months == (tuple(row["months"]) if isinstance(row["months"], list) else (row["months"],) * 2), row
        for key, column in (("amount", "amount"), ("if_granted", "amount_if_granted")):
            assert got[column] == (Decimal(row[key]) if key in row else None), row
        low, high = row.get("range", (None, None))
        assert got["amount_low"] == (low and Decimal(low)), row
        assert got["amount_high"] == (high and Decimal(high)), row
        assert bool(got["missing"]) == bool(row.get("missing")), row
    assert not rows, "no other row was decided"
    assert rejected_by_header(target) == {
        row["row"]: set(row["rejected"]) for row in wanted["rows"] if "rejected" in row
    }
    summed = dict(wanted["counts"])
    assert counts.rejected == summed.pop("rejected")
    assert {outcome.value: number for outcome, number in counts.outcomes.items()} == summed
    assert counts.decided == sum(summed.values())
    assert counts.rows == counts.decided + counts.rejected == len(wanted["rows"])
    assert counts.granted == Decimal(wanted["total"])


def rejected_by_header(result: Path) -> dict[int, set[str]]:
    """The headers at fault in each row that could not be read; a row of totals is at fault as a whole."""
    with rejected_file(result).open(encoding="utf-8-sig", newline="") as file:
        found: dict[int, set[str]] = {}
        for line in csv.DictReader(file):
            at_fault = found.setdefault(int(line["行号"]), set())
            assert line["问题和应填内容"]
            if line["栏目"] and line["代码"] != "total-row":
                at_fault.add("".join(line["栏目"].split()))
    return found


def test_a_tenant_twice_is_decided_twice_and_said(tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    screened(FOLDER / "rent-roll.xlsx", target)
    hints = {row["row"]: row["hints"] for row in dirty.read_parquet(target) if row["hints"]}
    assert list(hints) == [44]
    assert "第 4 行" in hints[44]


# --- what may be a repetition -----------------------------------------------------------------------------------------

TWICE = ("单位名称", "统一社会信用代码", "房屋地址", "起租日", "到期日", "月租金")
ONE = ("运河小馆", "91110112MA01ABCD17", "新华街1号", "2021-01-01", "2022-06-30", "100")


@pytest.mark.parametrize(("other", "hint"), [
    (ONE, True),
    (("运河小馆", None, "新华街1号", "2022-01-01", "open", "200"), True),  # the days meet
    ((None, "91110112MA01ABCD17", "新华街1号", "2022-06-30", None, None), True),  # on one day, known by its code
    (("运河小馆", None, "新华街1号", "2022-07-01", "2023-06-30", "100"), False),  # the next lease of the same rooms
    (("运河小馆", None, "新华街2号", "2021-01-01", "2022-06-30", "100"), False),  # other rooms
    (("北岸书店", None, "新华街1号", "2021-01-01", "2022-06-30", "100"), True),  # another firm in the same rooms
    (("运河小馆", "91110112MA01ABCE18", "新华街1号", "2021-01-01", "2022-06-30", "100"), True),  # a namesake
    ((None, None, "新华街1号", "2021-01-01", "2022-06-30", "100"), False),  # nobody
])  # fmt: skip
def test_what_may_be_a_repetition(workbook: Make, other: tuple[str | None, ...], hint: bool) -> None:
    roster = workbook([TWICE, ONE, other])
    request = Request(roster=roster, output=roster.with_name("o.xlsx"), as_of=DAY, programmes=[RENT])
    lines = list(screen(engine(), prepare(engine(), request)))
    assert [type(line) for line in lines] == [Answered, Answered], lines
    assert [bool(line.hints) for line in lines if isinstance(line, Answered)] == [False, hint]
    if hint:
        last = lines[-1]
        assert isinstance(last, Answered)
        assert "2" in last.hints[0].zh


# --- which programmes -------------------------------------------------------------------------------------------------

LEASE = ("承租方名称", "主体类型", "所属行业", "在京注册", "产权单位性质", "房屋所在区", "起租日", "到期日", "月租金")
LOAN = ("企业名称", "主体类型", "行业代码", "从业人员", "营业收入", "严重失信",
        "首次贷款", "现场登记日", "放款日", "借款合同签订日",
        "贷款用途", "已付利息", "贷款天数",
        "在贷款服务中心办理", "企业名义贷款", "已获其他市级同类资金")  # fmt: skip
FIRM = ("单位名称", "主体类型", "增值税纳税人身份", "小型微利企业", "六税两费", "从业人员", "营业收入")


def test_the_columns_say_which_programmes_are_asked(text: Make) -> None:
    assert programmes(text(",".join(LEASE) + "\n")) == ["rent-reduction-2022"]
    loans = programmes(text(",".join(LOAN) + "\n"))
    assert "first-loan-interest-subsidy-2022" in loans
    assert not {"rent-reduction-2022", "guarantee-fee-rate-2022"} & set(loans)
    firms = programmes(text(",".join(FIRM) + "\n"), kind="applicant")
    assert "six-taxes-two-fees-2022" in firms
    assert "listing-subsidy-2022" not in firms


def test_programmes_of_the_applicant_may_be_asked_of_any_row(text: Make) -> None:
    roster = text(",".join(LEASE) + "\n")
    asked = ["beijing-tongzhou/six-taxes-two-fees-2022", RENT, RENT]
    assert programmes(roster, programmes=asked) == ["six-taxes-two-fees-2022", "rent-reduction-2022"]


def test_programmes_of_another_kind_are_refused_all_at_once(text: Make) -> None:
    asked = [RENT, "beijing-tongzhou/guarantee-fee-rate-2022", "beijing-tongzhou/car-trade-in-2022"]
    with pytest.raises(InputError) as error:
        programmes(text(",".join(LEASE) + "\n"), programmes=asked)
    assert [finding.code for finding in error.value.findings] == ["roster-programme"] * 2
    assert "担保" in error.value.findings[0].message.zh
    with pytest.raises(UnknownName, match="rent-reduction-2022"):
        programmes(text(",".join(LEASE) + "\n"), programmes=["rent-reduction-2023"])


def test_programmes_in_force_come_before_others(text: Make) -> None:
    waiver = ("孵化器2022年租用这处房屋", "孵化器减免的2022年租金总额", "减免租金已经确认", "科技型孵化器")
    both = text(",".join((*waiver, *LEASE)) + "\n")
    assert "incubator-subsidy-2022" in programmes(both)
    assert programmes(both, dt.date(2023, 3, 1)) == ["rent-reduction-2022"]


def test_on_a_day_before_the_programme_nothing_is_decided(tmp_path: Path) -> None:
    roster = FOLDER / "rent-roll-gb18030.csv"
    for suffix in (".xlsx", ".csv", ".parquet"):
        _, counts = screened(roster, tmp_path / f"o{suffix}", as_of=dt.date(2022, 1, 1))
        assert counts.outcomes == {Outcome.NOT_IN_FORCE: 11}
        assert (counts.granted, counts.decided, counts.rejected) == (Decimal(0), 11, 2)
    row = dirty.read_parquet(tmp_path / "o.parquet")[0]
    assert (row["outcome_id"], row["failed"], row["unknown"]) == ("not_in_force", None, None)
    assert "2022-05-13" in row["reason"] or "2022年5月13日" in row["reason"]
    with pytest.raises(InputError, match="不适用"):
        screened(roster, tmp_path / "o.csv", as_of=dt.date(2022, 1, 1), by="duckdb")


# --- how it is asked --------------------------------------------------------------------------------------------------


def test_a_mapping_counts_when_the_row_of_headers_is_looked_for(text: Make) -> None:
    roster = text("某某公司台账,,\n2022年6月,,\n甲,乙,丙\n企业,6210,12\n")
    mapping = {"甲": "applicant.kind", "乙": "applicant.industry", "丙": "-"}
    request = Request(roster=roster, output=roster.with_name("o.csv"), as_of=DAY, mapping=mapping, kind="applicant")
    screening = prepare(engine(), request)
    assert screening.table.headers == ("甲", "乙", "丙")
    assert [column.fact and column.fact.id for column in screening.columns.columns] == [
        "applicant.kind", "applicant.industry", None
    ]  # fmt: skip


def test_every_problem_is_told_before_anything_is_decided(tmp_path: Path, text: Make) -> None:
    roster = text("月租金,每月租金,租金（天）\n1,2,3\n")
    with pytest.raises(InputError) as error:
        screened(roster, tmp_path / "o.csv", mapping={"没有": "lease.use", "月租金": "lease.nothing"})
    assert {finding.code for finding in error.value.findings} >= {"map-header", "map-fact"}
    for target, code in (
        (roster, "output-is-roster"), (tmp_path / "o.ods", "output-kind"), (tmp_path, "output-folder"),
        (tmp_path / "no" / "o.csv", "output-missing"),
    ):  # fmt: skip
        with pytest.raises(InputError) as error:
            screened(FOLDER / "rent-roll-gb18030.csv" if target != roster else roster, target)
        assert error.value.findings[0].code == code


def test_the_size_of_a_file_says_who_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relief_engine.roster.run.LONG", {".csv": 500, ".parquet": 500})
    by_database: list[Path] = []

    def table(_: object, __: Screening, target: Path, *___: object, **____: object) -> Counts:
        by_database.append(target)
        return Counts(0, 0, 0, {}, Decimal(0), (Decimal(0), Decimal(0)))

    monkeypatch.setattr("relief_engine.roster.bulk.run.screen_table", table)
    roster = FOLDER / "rent-roll-gb18030.csv"
    assert screened(roster, tmp_path / "o.csv")[0].routes == ("duckdb",)
    assert screened(roster, tmp_path / "d.csv", by="direct")[0].routes == ("direct", "duckdb")
    assert screened(roster, tmp_path / "o.xlsx")[0].routes == ("direct", "duckdb")
    with pytest.raises(InputError, match=r"\.xlsx"):
        screened(roster, tmp_path / "o.xlsx", by="duckdb")
    assert by_database == [tmp_path / "o.csv"]


def test_progress_is_told(tmp_path: Path) -> None:
    roster = dirty.write_text(tmp_path / "r.csv", dirty.rows(1, 1100, dirt=0, without=0))
    told: list[float] = []
    request = Request(roster=roster, output=tmp_path / "o.csv", as_of=DAY)
    screen_file(engine(), request, told.append)
    assert told == [500, 1000]


# --- many rows --------------------------------------------------------------------------------------------------------


def broken_in(made: list[dict[str, object]]) -> set[int]:
    """Breaks each twentieth row, in turn in one of a few ways; gives the positions."""
    ways = (
        ("房屋所在区", "通洲区"),
        ("月租金（元）", "面议"),
        ("到期日", "2019-01-01"),
        ("从业人员", "-3"),
        ("主体类型", "公司企"),
    )
    places = set(range(7, len(made), 20))
    for turn, place in enumerate(sorted(places)):
        header, cell = ways[turn % len(ways)]
        made[place][header] = cell
    return places


def clean(number: int) -> list[dict[str, object]]:
    """Rows in which nothing is wrong, tidy and untidy ones."""
    made = dirty.rows(11, number, dirt=0)
    for place, row in enumerate(made):
        row |= {"承租方名称": f"商户{place}", "日租金单价": None, "起租日": "2021-01-01"}
    return made


@pytest.mark.engines
def test_a_workbook_with_one_row_in_twenty_broken(tmp_path: Path, workbook: Make) -> None:
    made = clean(3000)
    broken = broken_in(made)
    roster = workbook([list(made[0]), *[list(row.values()) for row in made]])
    target = tmp_path / "o.parquet"
    _, counts = screened(roster, target)
    check_many(target, counts, made, {place + 2 for place in broken}, first=2)


@pytest.mark.soak
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_hundred_thousand_rows_with_one_in_twenty_broken(tmp_path: Path, suffix: str) -> None:
    made = clean(100_000)
    broken = broken_in(made)
    first = 2 if suffix == ".csv" else 1
    write = dirty.write_text if suffix == ".csv" else dirty.write_parquet
    roster = write(tmp_path / f"r{suffix}", made)
    target = tmp_path / "o.parquet"
    screening, counts = screened(roster, target, by="duckdb")
    assert screening.routes == ("duckdb",)
    check_many(target, counts, made, {place + first for place in broken}, first=first)


def check_many(target: Path, counts: Counts, made: list[dict[str, object]], broken: set[int], first: int) -> None:
    assert (counts.rows, counts.rejected) == (len(made), len(broken))
    assert counts.decided == len(made) - len(broken) == sum(counts.outcomes.values())
    with duckdb.connect() as database:
        name = str(target)
        rows = database.execute("SELECT row, outcome_id, amount FROM read_parquet(?)", [name]).fetchall()
    assert [row[0] for row in rows] == [n for n in range(first, len(made) + first) if n not in broken]
    assert Counter(row[1] for row in rows) == {outcome.value: number for outcome, number in counts.outcomes.items()}
    assert sum(row[2] for row in rows if row[1] == "eligible") == counts.granted > 0
    with rejected_file(target).open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [int(line["行号"]) for line in listed] == sorted(broken)
    assert Counter(line["栏目"] for line in listed).keys() == {
        "房屋所在区", "月租金（元）", "到期日", "从业人员", "主体类型"
    }  # fmt: skip
    assert all(line["问题和应填内容"] and line["原文"] and line["代码"] for line in listed)


# --- cells that a spreadsheet would run -------------------------------------------------------------------------------

RUN = ("=1+1", "+86 10", "-2+3", "@SUM(A1)", "＝1", "\t=1", "'=1", "=cmd|' /C calc'!A0", "-5", "+1.5")


@pytest.mark.parametrize(("given", "suffix", "by"), [
    (".xlsx", ".xlsx", "auto"), (".xlsx", ".csv", "auto"), (".xlsx", ".parquet", "auto"), (".csv", ".csv", "auto"),
    (".csv", ".xlsx", "auto"), (".parquet", ".xlsx", "auto"), (".csv", ".csv", "duckdb"),
])  # fmt: skip
def test_no_cell_becomes_a_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, suffix: str, by: EngineName
) -> None:
    monkeypatch.setattr("relief_engine.roster.run._second", lambda _: nullcontext())  # takes its time
    made: list[dict[str, object]] = [
        {"承租方名称": cell, "主体类型": "企业", "房屋所在区": "通州区", "月租金": "100", "=备注": cell} for cell in RUN
    ]
    made.append({**made[0], "房屋所在区": "=HYPERLINK(1)"})
    roster = write(tmp_path / f"r{given}", made)
    target = tmp_path / f"o{suffix}"
    _, counts = screened(roster, target, by=by)
    assert (counts.decided, counts.rejected) == (len(RUN), 1)
    if suffix == ".parquet":
        rows = dirty.read_parquet(target)
        assert [row["=备注"] for row in rows] == list(RUN), "data is as it was"
        return
    if suffix == ".xlsx":
        check_workbook(target)
        return
    with target.open(encoding="utf-8-sig", newline="") as file:
        head, *lines = list(csv.reader(file))
    assert head[-1] == "'=备注"
    for line, cell in zip(lines, RUN, strict=True):
        assert line[-1] in (cell, f"'{cell}")
        for written in line:
            assert written[:1] not in "=@\t\r＝" or not written, written
            assert written[:1] not in "+-" or written.lstrip("+-").replace(".", "").isdigit() or not written, written
    with rejected_file(target).open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["原文"] == "'=HYPERLINK(1)"


def check_workbook(target: Path) -> None:
    import zipfile

    from python_calamine import CalamineWorkbook

    with zipfile.ZipFile(target) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        own = [archive.read(name).decode() for name in names]
    book = CalamineWorkbook.from_path(target)
    sheet = next(rows for name in book.sheet_names if "=备注" in (rows := book.get_sheet_by_name(name).to_python())[0])
    place = sheet[0].index("=备注")
    assert [row[place] for row in sheet[1 : len(RUN) + 1]] == list(RUN)
    formulas = [formula for text in own for formula in re.findall("<f[^>]*>(.*?)</f>", text)]
    assert not [formula for formula in formulas if any(one in formula for one in ("1+1", "HYPERLINK", "calc", "A1)"))]


def write(path: Path, made: list[dict[str, object]]) -> Path:
    if path.suffix == ".parquet":
        return dirty.write_parquet(path, made)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([list(made[0]), *[list(row.values()) for row in made]])
        return path
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("台账")
        lines: list[list[object]] = [list(made[0]), *[list(row.values()) for row in made]]
        for number, cells in enumerate(lines):
            for column, cell in enumerate(cells):
                sheet.write_string(number, column, str(cell))
    return path


def test_a_rejected_line_keeps_its_whole_row_out(tmp_path: Path, text: Make) -> None:
    """A row that can't be taken apart, one that is a total, one with a cell too many: listed, not dropped."""
    roster = text(
        "承租方名称,房屋所在区,月租金\n甲店,通州区,100\n乙店,通州区,1,000\n合计,,100\n\n丙店,通州区,100\n", name="r.csv"
    )
    by: EngineName
    for by in ("direct", "duckdb"):
        _, counts = screened(roster, tmp_path / "o.csv", by=by, programmes=[RENT])
        assert (counts.rows, counts.decided, counts.rejected) == (4, 2, 2)
        with rejected_file(tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as file:
            assert [(line["行号"], line["代码"]) for line in csv.DictReader(file)] == [
                ("3", "cell-count"), ("4", "total-row")
            ]  # fmt: skip


def test_rejected_rows_are_told_from_answers(tmp_path: Path) -> None:
    roster = FOLDER / "rent-roll.xlsx"
    request = Request(roster=roster, output=tmp_path / "o.xlsx", as_of=DAY)
    lines = list(screen(engine(), prepare(engine(), request)))
    numbers = [line.row.number for line in lines]
    assert numbers == sorted(set(numbers))
    assert sum(isinstance(line, Rejected) for line in lines) == 6
