"""Files of answers: whole or not at all, refused before work starts, and what stands in .csv and .parquet."""

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from relief_engine.decision import Outcome
from relief_engine.errors import InputError
from relief_engine.roster import whole
from relief_engine.roster.answers import Answered
from relief_engine.roster.flat import harmless, harmless_back
from relief_engine.roster.table import Rejected, Row
from relief_engine.roster.writing import SUFFIXES, check_target, rejected_file, write_results
from tests.roster.screenings import HEADERS, ROOT, answered, lines, screening, tenant

KINDS = pytest.mark.parametrize("suffix", SUFFIXES)


@KINDS
def test_counts_and_sums(tmp_path: Path, suffix: str) -> None:
    counts = write_results(tmp_path / f"结果{suffix}", screening(), lines(screening()))
    assert (counts.rows, counts.decided, counts.rejected) == (6, 5, 1)
    assert counts.outcomes == {Outcome.ELIGIBLE: 2, Outcome.REFERRED: 1, Outcome.UNDETERMINED: 2}
    assert counts.granted == Decimal("269260.27")
    assert counts.if_granted == (Decimal("74074.02"),) * 2
    beside = (tmp_path / "结果-未能读取.csv").as_posix()
    assert counts.rejected_file == (None if suffix == ".xlsx" else beside)


@KINDS
def test_a_failure_leaves_the_old_result_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"r{suffix}"
    target.write_bytes(b"old")

    def broken() -> Iterator[Answered | Rejected]:
        yield answered(screening(), 2, tenant())
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        write_results(target, screening(), broken())
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_bytes() == b"old"


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@KINDS
def test_a_killed_run_leaves_the_old_result_and_the_next_one_cleans_up(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"r{suffix}"
    target.write_bytes(b"old")
    script = """
        import sys, os, signal
        from relief_engine.roster.writing import write_results
        from tests.roster.screenings import lines, screening

        def killed():
            yield from lines(screening())
            os.kill(os.getpid(), signal.SIGKILL)

        write_results(sys.argv[1], screening(), killed())
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(target)], cwd=ROOT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"old"
    left = [path for path in tmp_path.iterdir() if path != target]
    # XlsxWriter and DuckDB write their files at the end.
    assert len(left) == {".xlsx": 0, ".csv": 2, ".parquet": 1}[suffix]
    write_results(target, screening(), lines(screening()))
    assert target.read_bytes() != b"old"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.skipif(os.name == "nt", reason="processes are not asked there")
def test_only_stale_files_of_this_machine_are_removed(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    host = whole._host()
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    stale = tmp_path / f".r.csv.relief-{host}-{int(gone.stdout)}-0011aabb.tmp"
    kept = [
        tmp_path / name
        for name in (
            f".r.csv.relief-{host}-{os.getpid()}-0011aabb.tmp", ".r.csv.relief-00000000-1-0011aabb.tmp",
            f".s.csv.relief-{host}-{int(gone.stdout)}-0011aabb.tmp", ".r.csv.relief-mine.tmp", "r.csv.tmp",
        )
    ]  # fmt: skip
    for path in (stale, *kept):
        path.touch()
    whole.clear(target)
    assert not stale.exists()
    assert all(path.exists() for path in kept)


def test_a_new_result_keeps_the_rights_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    target.touch()
    target.chmod(0o640)
    write_results(target, screening(), lines(screening()))
    assert target.stat().st_mode & 0o777 == 0o640


def problem(path: Path, source: Path | None = None) -> str:
    with pytest.raises(InputError) as error:
        check_target(path, source)
    (finding,) = error.value.findings
    return f"{finding.code}: {finding.message.zh}"


def test_targets_that_can_not_be_are_told_before_work_starts(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.touch()
    (tmp_path / "dir.xlsx").mkdir()
    (tmp_path / "link.csv").symlink_to(roster)
    check_target(tmp_path / "r.XLSX", roster)
    assert problem(tmp_path / "dir.xlsx") == "output-folder: 这是一个文件夹，应为文件名"
    for nameless in (".", "..", "/"):
        assert problem(Path(nameless)) == "output-folder: 这是一个文件夹，应为文件名"
    assert (
        problem(tmp_path / "r.xls")
        == "output-kind: 结果只能写成 .xlsx、.csv、.parquet，不能写成“.xls”，是否想写“.xlsx”？"
    )
    assert problem(tmp_path / "none" / "r.csv").startswith("output-missing: 没有文件夹")
    assert problem(roster, roster).startswith("output-is-roster")
    assert problem(tmp_path / "r.csv", tmp_path / "r-未能读取.csv").startswith("output-is-roster")
    check_target(tmp_path / "r.xlsx", tmp_path / "r-未能读取.csv")
    assert problem(tmp_path / "link.csv", roster).startswith("output-is-roster")
    assert problem(tmp_path / "." / "roster.csv", roster).startswith("output-is-roster")


def test_a_read_only_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert problem(tmp_path / "r.csv") == "output-read-only: 这里不能写入（只读）"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_rejected_rows_of_an_earlier_run_do_not_stay(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"r{suffix}"
    given = screening()
    write_results(target, given, lines(given))
    beside = rejected_file(target)
    with beside.open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert head[1:4] == ["行号", "列", "栏目"]
    assert row[1:6] == ["6", "N", "房屋所在区", "通洲区", "没有选项“通洲区”，是否想写“通州区”？"]
    counts = write_results(target, given, [answered(given, 2, tenant())])
    assert counts.rejected_file is None
    assert not beside.exists()


# --- csv ----------------------------------------------------------------------------------------------------------


def test_csv_has_the_columns_of_the_workbook_and_those_for_machines(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    write_results(target, screening(), lines(screening()))
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[-len(HEADERS) :] == list(HEADERS)
    first, formula = rows[0], rows[2]
    assert first["金额（元）"] == "180000.00"
    assert first["减免月数（最低）"] == first["减免月数（最高）"] == "6"
    assert (first["结果编号"], first["判定日"]) == ("eligible", "2022-06-01")
    assert first["规则库摘要"] == screening().rulebook.digest
    assert (first["从业人员"], first["承租面积"], first["起租日"], first["备注"]) == ("30", "120.5", "2021-01-01", "")
    assert formula["承租方名称"] == formula["申请方"] == '\'=HYPERLINK("http://x")'
    assert formula["备注"] == "+86"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+86 138", "'+86 138"), ("-通州", "'-通州"), ("\t=1", "'\t=1"),
        ("\r1", "'\r1"), ("＝1+1", "'＝1+1"), ("'=1", "''=1"), ("-5", "-5"), ("+1,200.50", "+1,200.50"), ("-3%", "-3%"),
        ("'引文'", "'引文'"), ("a=b", "a=b"), ("", ""), ("-", "'-"),
    ],
)  # fmt: skip
def test_formulas_are_made_harmless_and_come_back(text: str, written: str) -> None:
    assert harmless(text) == written
    assert harmless_back(written) == text


# --- parquet ------------------------------------------------------------------------------------------------------


def typed(target: Path) -> tuple[dict[str, str], list[dict[str, object]]]:
    with duckdb.connect() as database:
        table = database.execute("SELECT * FROM read_parquet(?)", [str(target)])
        names = [column[0] for column in table.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
        types = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(target)]).fetchall()
    return {name: kind for name, kind, *_ in types}, rows


def test_parquet_has_types(tmp_path: Path) -> None:
    target = tmp_path / "结'果.parquet"
    write_results(target, screening(), lines(screening()))
    types, rows = typed(target)
    assert types["amount"] == "DECIMAL(38,2)"
    assert (types["row"], types["as_of"], types["failed"]) == ("BIGINT", "DATE", "BIGINT")
    assert (types["月租金"], types["起租日"], types["承租方名称"]) == ("DOUBLE", "DATE", "VARCHAR")
    assert [row["row"] for row in rows] == [2, 3, 4, 5, 7]
    assert rows[0]["amount"] == Decimal("180000.00")
    assert rows[0]["figure_months_low"] == 6
    assert rows[2]["承租方名称"] == '=HYPERLINK("http://x")'
    assert rows[0]["备注"] is None


def test_parquet_says_what_decided(tmp_path: Path) -> None:
    target = tmp_path / "r.parquet"
    write_results(target, screening(), lines(screening()))
    with duckdb.connect() as database:
        kept = database.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = 'relief'", [str(target)])
        about = json.loads(kept.fetchall()[0][0])
    assert (about["schema"], about["as_of"]) == ("relief-result/1", "2022-06-01")
    assert about["rulebook"] == screening().rulebook.digest


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, 2], "BIGINT", [1, 2]), ([1, 2.5], "DOUBLE", [1.0, 2.5]), ([2**70, 1], "VARCHAR", [str(2**70), "1"]),
        ([Decimal("1.10"), 3], "DECIMAL(38,2)", [Decimal("1.10"), Decimal("3.00")]),
        ([True, None], "BOOLEAN", [True, None]),
        ([dt.date(2022, 1, 2), None], "DATE", [dt.date(2022, 1, 2), None]), (["", None], "VARCHAR", ["", None]),
        ([dt.datetime(2022, 1, 2, 3, 4), None], "TIMESTAMP", [dt.datetime(2022, 1, 2, 3, 4), None]),
        ([dt.date(2022, 1, 2), "下月"], "VARCHAR", ["2022-01-02", "下月"]), ([None, None], "VARCHAR", [None, None]),
        (["0123", 'a,"b\nc'], "VARCHAR", ["0123", 'a,"b\nc']), ([0.1, 1e300], "DOUBLE", [0.1, 1e300]),
        ([Decimal("1E-30"), None], "VARCHAR", [f"{Decimal('1E-30'):f}", None]),
    ],
)  # fmt: skip
def test_parquet_keeps_the_rosters_values(tmp_path: Path, values: list[object], kind: str, read: list[object]) -> None:
    given = screening()
    base = answered(given, 2, tenant())
    made = [Answered(Row(2 + i, (*base.row.cells[:-1], value)), base.answers, ()) for i, value in enumerate(values)]
    write_results(tmp_path / "r.parquet", given, made)
    types, rows = typed(tmp_path / "r.parquet")
    assert types["备注"] == kind
    assert [row["备注"] for row in rows] == read


def test_parquet_names_differ(tmp_path: Path) -> None:
    given = screening(headers=("row", "AMOUNT", "备注", "备注", *HEADERS[4:]))
    write_results(tmp_path / "r.parquet", given, [answered(given, 2, tenant())])
    types, _ = typed(tmp_path / "r.parquet")
    assert {"row", "row_2", "amount", "AMOUNT_2", "备注", "备注_2", "备注_3"} <= set(types)


def test_a_link_stays_one_and_a_device_what_it_is(tmp_path: Path) -> None:
    real, link, pipe = tmp_path / "real.txt", tmp_path / "link.txt", tmp_path / "pipe"
    real.write_text("before", encoding="utf-8")
    link.symlink_to(real)
    with whole.whole_file(link) as temporary:
        temporary.write_text("after", encoding="utf-8")
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "after"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="not an ordinary file"), whole.whole_file(pipe):
        pass
    assert pipe.is_fifo()
