"""Rosters that Spark decides: the same rows as by DuckDB and by the direct route; run by ``make test-engines``.

Where Spark or Java is missing the tests are skipped and say so.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import InputError, StatedError
from relief_engine.roster.counts import Counts
from relief_engine.roster.reopen import reopen
from relief_engine.roster.run import EngineName, Request, screen_file
from relief_engine.roster.writing import rejected_file
from relief_engine.text import Language
from tests.books import shipped_book

pytestmark = [
    pytest.mark.engines,
    # Py4J leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
pytest.importorskip("pyspark", reason="pyspark is not installed (pip install 'relief-engine[spark]')")
duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (relief-engine[tables])")
arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = dt.date(2022, 6, 20)
ENGINE = Engine(shipped_book())
RENT = "beijing-tongzhou/rent-reduction-2022"

#: How cells are written: mostly plainly, now and then as people do; the last ones can't be read.
TEXTS: Mapping[str, Sequence[str | None]] = {
    "承租方名称": ("运河小馆", "通州印务", None, "合计", "本页小计：", "备注：以上均为一期", "a\tb"),
    "主体类型": ("企业", "个体工商户", "enterprise", " 企业 ", None, "公司\n"),
    "行业代码": ("6210", "5211", "6210 ", "餐饮业", "H62", None, "无", "9999x"),
    "从业人员": ("30", "8", "30\n", "２０", "30人", None, "无", "-3", "1e3"),
    "营业收入（万元）": ("800", "800.5", "8,000", "800.1234567", "800万元", None, "无", "八百", "1000000000001"),
    "资产总额（万元）": ("500", "无", None),
    "在京注册": ("是", "否", "yes", "有", None, "或许"),
    "在工商登记的小微企业名录中": ("是", "否", None),
    "产权单位性质": ("本区国有企业", "市属国有企业", "district_public_body", None, "私人"),
    "涉及上市公司": ("否", "是", None),
    "承租关系": ("直接承租", "转租", None),
    "房屋所在区": ("通州区", "通州", "朝阳区", "通洲区", None),
    "起租日": ("2021-01-01", "2022-03-01", "2021年1月1日", "2021-01-01\n", None, "2022-02-30", "2023-06-01"),
    "到期日": ("2023-12-31", "2022-09-30", "长期", "2023/12/31", None, "2020-01-01"),
    "月租金（元）": ("30000", "8000.55", "10,000.00", "2021-01 20000；2022-01 30000", None, "无", "面议", "\u3000"),
    "合同含免租期": ("否", "否", "是", None),
    "备注": ("=1+1", "it's \\z \"q\" ${env:HOME}", None, ""),
}  # fmt: skip


def dirty(number: int, seed: str) -> Any:
    """A roster of texts; one row in some is wholly empty."""
    chance = random.Random(seed)
    columns: dict[str, list[str | None]] = {name: [] for name in TEXTS}
    for _ in range(number):
        empty = chance.random() < 0.01
        for name, spellings in TEXTS.items():
            plain = chance.random() < 0.93
            value = spellings[chance.randrange(2)] if plain else chance.choice(spellings)
            columns[name].append(None if empty else value)
    return arrow.table(columns, schema=arrow.schema([(name, arrow.string()) for name in columns]))


def typed(number: int) -> Any:
    """A roster of typed columns under odd names, with what databases have and spreadsheets have not."""
    chance = random.Random("typed")

    def some(*values: object) -> list[Any]:
        return [chance.choice((*values[:1] * 6, *values)) for _ in range(number)]

    floats, day = arrow.float64(), dt.date(2021, 1, 1)
    moments = [dt.datetime(2023, 12, 31), dt.datetime(2023, 12, 31, 8, 30), None]
    columns = {
        "主体类型": (some("企业", "个体工商户", None), arrow.string()),
        "行业代码": (some("6210", "5211", "x"), arrow.string()),
        "从业人员": (some(30, 8, None, -1), arrow.int32()),
        "营业收入（万元）": (some(800.0, 0.1 + 0.2, float("nan"), float("inf"), None), floats),
        "资产总额（万元）": (some(Decimal("500.12"), None), arrow.decimal128(18, 2)),
        "在京注册": (some(True, False, None), arrow.bool_()),
        "产权单位性质": (some("本区国有企业", "市属国有企业", None), arrow.string()),
        "涉及上市公司": (some(False, True, None), arrow.bool_()),
        "承租关系": (some("直接承租", "转租", None), arrow.string()),
        "房屋所在区": (some("通州区", "朝阳区", None), arrow.string()),
        "起租日": (some(day, dt.date(2022, 3, 1), None, dt.date(1850, 1, 1)), arrow.date32()),
        "到期日": (some(*moments), arrow.timestamp("us")),
        "月租金（元）": (some(Decimal("30000.00"), Decimal("0.005"), Decimal("-1"), None), arrow.decimal128(20, 3)),
        "合同含免租期": (some(False, True, None), arrow.bool_()),
        "_metadata": (some("x", None), arrow.string()),
        "row": (some(1, 2), arrow.int64()),
        "a`b\"c'd ${x}": (some([1, 2], [], None), arrow.list_(arrow.int32())),
    }
    fields = arrow.schema([(name, kind) for name, (_, kind) in columns.items()])
    return arrow.table({name: values for name, (values, _) in columns.items()}, schema=fields)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session that runs before anything is screened, as under ``spark-submit``."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed, and Spark needs it (Debian: default-jre-headless)")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("spark")))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    # What a careless session may say must not matter.
    session.conf.set("spark.sql.ansi.enabled", "false")
    session.conf.set("spark.sql.parser.escapedStringLiterals", "true")
    yield session
    session.stop()


def screened(
    roster: Path, output: Path, engine: EngineName, *programmes: str, language: Language = "zh"
) -> tuple[Counts, list[list[str]]]:
    """Screen a roster; gives the counts and the rows that could not be read."""
    request = Request(roster=roster, output=output, as_of=DAY, programmes=programmes, engine=engine, language=language)
    counts = screen_file(ENGINE, request)[1]
    beside = rejected_file(output, language)
    if not counts.rejected:
        assert not beside.exists()
        return counts, []
    with beside.open(encoding="utf-8-sig", newline="") as file:
        return counts, list(csv.reader(file))


def read(path: Path, *, without: Sequence[str] = ()) -> tuple[list[str], list[str], list[tuple[object, ...]]]:
    """Names, types and rows of a result, in the order of programmes, files and rows."""
    source = str(path / "*.parquet") if path.is_dir() else str(path)
    with duckdb.connect() as database:
        table = database.sql(f"SELECT * FROM read_parquet('{source}', hive_partitioning = false)")
        names = [name for name in table.columns if name not in without]
        quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        rows = table.select(quoted)
        return names, [str(kind) for kind in rows.types], sorted(rows.fetchall(), key=repr)


def numbers(counts: Counts) -> tuple[object, ...]:
    return counts.rows, counts.decided, counts.rejected, counts.outcomes, counts.granted, counts.if_granted


def assert_alike(found: Path, wanted: Path, *, without: Sequence[str] = ()) -> None:
    (names, types, rows), expected = read(found, without=without), read(wanted, without=without)
    assert names == expected[0]
    assert types == expected[1]
    assert len(rows) == len(expected[2])
    for one, other in zip(rows, expected[2], strict=True):
        assert repr(one) == repr(other)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "台账 [1]*.parquet"
    parquet.write_table(dirty(3_000, "dirty"), path, row_group_size=700)
    return path


@pytest.mark.usefixtures("spark")
def test_a_dirty_roster(roster: Path, tmp_path: Path) -> None:
    output = tmp_path / "结果 {a}.parquet"
    counts, rejected = screened(roster, output, "spark")
    assert counts.rows == counts.decided + counts.rejected
    assert counts.rejected > 200
    assert len(counts.outcomes) == 4
    assert counts.granted > 0
    for engine in ("duckdb", "direct"):
        other = tmp_path / f"{engine}.parquet"
        again, also = screened(roster, other, engine)
        assert numbers(counts) == numbers(again)
        assert rejected == also
        # Only the direct route looks for rows that stand twice.
        assert_alike(output, other, without=("hints",))
    about = json.loads((output / "_relief.json").read_text(encoding="utf-8"))
    assert (about["as_of"], about["programmes"], about["headers"]) == ("2022-06-20", [RENT], list(TEXTS))
    # What `relief explain` starts from is the same as of a file.
    names, _, rows = read(output)
    number = min(row[names.index("row")] for row in rows)  # type: ignore[type-var]  # rows have numbers
    explained = reopen(output, number), reopen(tmp_path / "duckdb.parquet", number)  # type: ignore[arg-type]
    assert explained[0].answers == explained[1].answers
    assert (explained[0].row, explained[0].headers) == (explained[1].row, explained[1].headers)
    # The next run replaces the folder, and leaves nothing beside it.
    before = sorted(tmp_path.iterdir())
    assert numbers(screened(roster, output, "spark")[0]) == numbers(counts)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("spark")
def test_typed_columns_and_odd_names(tmp_path: Path) -> None:
    roster = tmp_path / "typed.parquet"
    parquet.write_table(typed(600), roster)
    counts, rejected = screened(roster, tmp_path / "spark.parquet", "spark")
    again, also = screened(roster, tmp_path / "duckdb.parquet", "duckdb")
    assert numbers(counts) == numbers(again)
    assert rejected == also
    assert 0 < counts.rejected < 500
    assert_alike(tmp_path / "spark.parquet", tmp_path / "duckdb.parquet")


@pytest.mark.usefixtures("spark")
def test_a_folder_of_files(tmp_path: Path) -> None:
    """Rows are counted in each file; a name of a folder gives a column, and a file may lack one."""
    folder = tmp_path / "台账"
    below = folder / "房屋所在区=通州区"
    below.mkdir(parents=True)
    first, second = dirty(120, "one"), dirty(80, "two").drop_columns(["房屋所在区"])
    parquet.write_table(second, below / "二.parquet")
    (folder / "_SUCCESS").touch()
    for place, said in ((folder, "同一层"), (below, "文件夹名和文件里都有这些列：房屋所在区")):
        # Spark would pass over the one without a word, and take the district of the other from the folder.
        parquet.write_table(first, place / "a+b c%20.parquet")
        with pytest.raises(InputError, match=said):
            screened(folder, tmp_path / "no.parquet", "spark")
        (place / "a+b c%20.parquet").unlink()
    parquet.write_table(first.drop_columns(["房屋所在区", "备注"]), below / "a+b c%20.parquet")
    output = tmp_path / "out.parquet"
    counts, rejected = screened(folder, output, "spark")
    assert counts.rows == counts.decided + counts.rejected
    assert rejected[0][0] == "文件"
    names, _, rows = read(output)
    assert names[-1] == "source_file"
    wanted = []
    for name in ("a+b c%20.parquet", "二.parquet"):
        table = parquet.read_table(below / name, partitioning=None)
        if "备注" not in table.column_names:
            table = table.append_column("备注", arrow.nulls(len(table), arrow.string()))
        table = table.append_column("房屋所在区", arrow.array(["通州区"] * len(table)))
        one = tmp_path / f"one {name}"
        parquet.write_table(table.select([*[n for n in TEXTS if n != "房屋所在区"], "房屋所在区"]), one)
        also = screened(one, tmp_path / f"of {name}", "duckdb")[1]
        assert also[1:] == [line[1:] for line in rejected if line[0] == f"房屋所在区=通州区/{name}"]
        own, _, found = read(tmp_path / f"of {name}")
        order = [own.index(column) for column in names[:-1]]
        wanted += [(*(row[place] for place in order), f"房屋所在区=通州区/{name}") for row in found]
    assert sorted(map(repr, rows)) == sorted(map(repr, wanted))


@pytest.mark.usefixtures("spark")
def test_several_programmes_in_english(tmp_path: Path) -> None:
    roster = tmp_path / "firms.parquet"
    names = [name for name in TEXTS if name in list(TEXTS)[:8]]
    parquet.write_table(dirty(150, "firms").select(names), roster)
    programmes = [p.id for p in ENGINE.rulebook.programmes.values() if p.subject == "applicant" and p.period.holds(DAY)]
    assert len(programmes) > 1
    programmes = programmes[:2]
    counts, rejected = screened(roster, tmp_path / "spark.parquet", "spark", *programmes, language="en")
    again, also = screened(roster, tmp_path / "duckdb.parquet", "duckdb", *programmes, language="en")
    assert numbers(counts) == numbers(again)
    assert rejected == also
    assert_alike(tmp_path / "spark.parquet", tmp_path / "duckdb.parquet")


@pytest.mark.usefixtures("spark")
def test_what_is_missing_is_looked_for_only_in_few(
    roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relief_engine.roster.bulk.deciding.MOST_SEARCHED", 10)
    monkeypatch.setattr("relief_engine.roster.bulk.spark.deciding.MOST_SEARCHED", 10)
    screened(roster, tmp_path / "spark.parquet", "spark")
    screened(roster, tmp_path / "duckdb.parquet", "duckdb")
    # A row that one of them sets aside is searched there: what is said of open rows may differ, what is decided not.
    assert_alike(tmp_path / "spark.parquet", tmp_path / "duckdb.parquet", without=("reason", "missing"))


@pytest.mark.usefixtures("spark")
def test_a_run_that_fails_leaves_the_former_result(roster: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    output.write_text("former")
    bad = tmp_path / "bad.parquet"
    data = bytearray(roster.read_bytes())
    data[2_000:12_000] = b"\xff" * 10_000
    bad.write_bytes(data)
    with pytest.raises(StatedError, match="Spark"):
        screened(bad, output, "spark")
    assert output.read_text() == "former"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.parquet", "out.parquet"]


def test_without_java(roster: Path, tmp_path: Path) -> None:
    """Both languages, exit status 2, and nothing written."""
    place = {"PATH": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "relief_engine", "screen", str(roster), "--engine", "spark"]
    for language, word in (("zh", "Spark 需要 Java 17"), ("en", "Spark needs Java 17")):
        done = subprocess.run(
            [*command, "--output", str(tmp_path / "o.parquet"), "--lang", language],
            env=place, capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert word in done.stderr
        assert "relief-engine[spark]" in done.stderr
    assert not (tmp_path / "o.parquet").exists()
