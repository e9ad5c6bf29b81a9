"""The same leases on every database: run by ``make test-engines``.

The direct route is the semantics; DuckDB, Spark and PostgreSQL must give its outcome, masks and cents for each of many
leases with unknown facts and values on borders. What can't be had on a machine is skipped, and says so; CI installs it.
"""

from __future__ import annotations

import datetime as dt
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.routes.sql.inputs import table_definition
from relief_engine.routes.sql.nodes import bounds_of
from relief_engine.routes.sql.query import decision_query, slots_read
from relief_engine.routes.sql.view import rules_query
from relief_engine.rulebook.facts import OPEN_END, Fact
from tests.properties.strategies import RENT, WORLD, ByChance, case
from tests.properties.test_programmes import days_of
from tests.sql.tables import (
    arrow,
    assert_same,
    duckdb,
    expected,
    fetched,
    slot_definitions,
    slot_rows,
    typed_rows,
    whole,
)

pytestmark = [
    pytest.mark.engines,
    # Py4J leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

#: Leases that are drawn, and how many others each of them becomes with facts hidden and figures moved.
DRAWN, OTHERS = 17_000, 5
LEASES = DRAWN * (1 + OTHERS)
DAY = dt.date(2022, 6, 15)
RELATIONS = [relation for subject in WORLD.rulebook.subjects.values() for relation in subject.relations]
Vectors = list[list[Value]]


@pytest.fixture(scope="module")
def leases() -> tuple[ir.Program, Vectors, list[dict[str, Any]]]:
    """Leases with what the direct route says of them."""
    chooser = ByChance("engines")
    cases = [case(chooser, days=[DAY]) for _ in range(DRAWN)]
    program = cases[0].program
    vectors = [one.vector for one in cases]
    vectors += [varied(program, vector, chooser) for vector in vectors for _ in range(OTHERS)]
    assert len(vectors) == LEASES > 100_000
    wanted = expected(program, vectors)
    assert {row["outcome"] for row in wanted} == {"eligible", "ineligible", "referred", "undetermined"}
    assert sum(row["amount"] is not None for row in wanted) > LEASES // 200
    return program, vectors, wanted


def varied(program: ir.Program, vector: Sequence[Value], chooser: ByChance) -> list[Value]:
    """The same lease with up to three facts unknown, and figures moved by one."""
    found = list(vector)
    known = [slot for slot in slots_read(program) if slot and isinstance(program.layout.facts[slot], Fact)]
    for _ in range(chooser.between(0, 3)):
        found[chooser.of(known)] = None
    for _ in range(2):
        slot = chooser.of(known)
        bounds, value = bounds_of(program, slot), found[slot]
        if bounds is not None and isinstance(value, int) and value != OPEN_END:
            found[slot] = min(
                max(bounds[0], value + chooser.of((-1, 1))), getattr(program.layout.facts[slot], "highest", 0)
            )
    program.layout.derive(found)
    return found


@pytest.fixture(scope="module")
def others() -> list[tuple[ir.Program, Vectors]]:
    """Some vectors for every programme of the rulebook."""
    found = []
    for programme in WORLD.rulebook.programmes.values():
        chooser = ByChance(f"engines {programme.id}")
        cases = [case(chooser, programme=programme, days=days_of(programme)[-1:]) for _ in range(120)]
        found.append((cases[0].program, [one.vector for one in cases]))
    return found


def slots_table(program: ir.Program, vectors: Sequence[Sequence[Value]]) -> Any:
    names, rows = slot_rows(program, vectors)
    return arrow(names, slot_definitions(program), rows)


# --- DuckDB -------------------------------------------------------------------------------------------------------


def test_duckdb(leases: tuple[ir.Program, Vectors, list[dict[str, Any]]]) -> None:
    program, vectors, wanted = leases
    con = duckdb.connect()
    con.register("slots", slots_table(program, vectors))
    query = decision_query(program, "duckdb", "slots", ["id"]).sql("duckdb")
    assert_same(program, vectors, fetched(con.execute(f"{query} ORDER BY id")), wanted)


# --- Spark --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Java is not installed, and Spark needs it (Debian: default-jre-headless)")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (pip install 'relief-engine[spark]')")
    folder = tmp_path_factory.mktemp("spark")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", str(folder))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def by_spark(spark: Any, folder: Path, program: ir.Program, vectors: Sequence[Sequence[Value]]) -> list[dict[str, Any]]:
    """What Spark says of slots that it reads from parquet."""
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path = folder / f"{program.programme.id.rpartition('/')[2]}.parquet"
    parquet.write_table(slots_table(program, vectors), path)
    spark.read.parquet(str(path)).createOrReplaceTempView("slots")
    rows = spark.sql(decision_query(program, "spark", "slots", ["id"]).sql("spark")).collect()
    found = [whole(row.__fields__, tuple(row)) for row in rows]
    found.sort(key=lambda row: int(row["id"] or 0))
    return [{name: value for name, value in row.items() if name != "id"} for row in found]


def test_spark(spark: Any, tmp_path: Path, leases: tuple[ir.Program, Vectors, list[dict[str, Any]]]) -> None:
    assert spark.conf.get("spark.sql.ansi.enabled") == "true"
    program, vectors, wanted = leases
    assert_same(program, vectors, by_spark(spark, tmp_path, program, vectors), wanted)


def test_spark_for_every_programme(spark: Any, tmp_path: Path, others: list[tuple[ir.Program, Vectors]]) -> None:
    for program, vectors in others:
        assert_same(program, vectors, by_spark(spark, tmp_path, program, vectors), expected(program, vectors))


def test_typed_table_on_spark(spark: Any, leases: tuple[ir.Program, Vectors, list[dict[str, Any]]]) -> None:
    program, vectors, wanted = leases
    some = vectors[:2_000]
    columns, rows = typed_rows(program, some)
    definition = ", ".join(
        line.strip().rstrip(",") for line in table_definition(program, "spark", "t").splitlines()[1:-1]
    )
    frame = spark.createDataFrame(rows, schema=f"id BIGINT, {definition}")
    assert len(frame.columns) == len(columns) + 1
    frame.createOrReplaceTempView("given")
    query = rules_query(program, "spark", "given", ["id"], as_of=DAY, relations=RELATIONS, natural=False)
    answers = sorted((whole(r.__fields__, tuple(r)) for r in spark.sql(query.sql("spark")).collect()), key=_id)
    assert [row.pop("invalid") for row in answers] == [0] * len(some)
    for row in answers:
        del row["id"]
    assert_same(program, some, answers, wanted[: len(some)])


def _id(row: dict[str, Any]) -> int:
    return int(row["id"])


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


class Server:
    """A PostgreSQL server of its own, in a folder, that listens on a socket there and nowhere else."""

    def __init__(self, tools: Path, folder: Path, user: str | None) -> None:
        self.tools, self.folder, self.user = tools, folder, user

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one of the server's tools, as a user who is not root."""
        lead = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"] if self.user else []
        whole_command = [*lead, str(self.tools / command[0]), *command[1:]]
        return subprocess.run(whole_command, cwd=self.folder, capture_output=True, text=True, check=True)

    def start(self) -> None:
        self.run("initdb", "--pgdata=data", "--auth=trust", "--username=tester", "--encoding=UTF8", "--locale=C")
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self.run("pg_ctl", "--pgdata=data", "--wait", "--log=log", "-o", options, "start")

    def stop(self) -> None:
        self.run("pg_ctl", "--pgdata=data", "--mode=immediate", "stop")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    places = [Path(found).resolve().parent for found in (shutil.which("initdb"),) if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    tools = next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)
    if tools is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    user: str | None = None
    if os.geteuid() == 0:
        known = {entry.pw_name for entry in pwd.getpwall()}
        user = next((name for name in ("postgres", "nobody") if name in known), None)
        if user is None or shutil.which("setpriv") is None:
            pytest.skip("PostgreSQL does not run as root, and there is no other user here")
    # Not under pytest's own folder, which only its owner may enter; and the socket's path must be short.
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        if user == "nobody":
            user = str(entry.pw_uid)
    server = Server(tools, folder, user)
    try:
        server.start()
        with psycopg.connect(host=str(folder), user="tester", dbname="postgres", autocommit=True) as connection:
            yield connection
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def by_postgres(connection: Any, program: ir.Program, vectors: Sequence[Sequence[Value]]) -> list[dict[str, Any]]:
    names, rows = slot_rows(program, vectors)
    copied(connection, "slots", ", ".join(f"{name} BIGINT" for name in names), rows)
    query = decision_query(program, "postgres", "slots", ["id"]).sql("postgres")
    return fetched(connection.execute(f"{query} ORDER BY id".encode()))


def copied(connection: Any, name: str, definition: str, rows: Sequence[Sequence[object]]) -> None:
    connection.execute(f"DROP TABLE IF EXISTS {name} CASCADE".encode())
    connection.execute(f"CREATE TABLE {name} ({definition})".encode())
    with connection.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)
    connection.execute(f"ANALYZE {name}".encode())


def test_postgres(postgres: Any, leases: tuple[ir.Program, Vectors, list[dict[str, Any]]]) -> None:
    program, vectors, wanted = leases
    some = vectors[:10_000]
    assert_same(program, some, by_postgres(postgres, program, some), wanted[: len(some)])


def test_postgres_for_every_programme(postgres: Any, others: list[tuple[ir.Program, Vectors]]) -> None:
    for program, vectors in others:
        assert_same(program, vectors, by_postgres(postgres, program, vectors), expected(program, vectors))


def test_view_in_postgres(postgres: Any, leases: tuple[ir.Program, Vectors, list[dict[str, Any]]]) -> None:
    """What ``relief rules sql --view`` prints, run as it is printed, over the table that the contract describes."""
    from relief_engine.cli.sql import statement

    program, vectors, wanted = leases
    some = vectors[:2_000]
    _, rows = typed_rows(program, some)
    definition = table_definition(program, "postgres", "t").partition("(")[2].rpartition(")")[0]
    copied(postgres, "lease_facts", f"id BIGINT, {definition}", rows)
    postgres.execute(statement(program, WORLD.rulebook, "postgres", DAY, None, "rent_decisions", ()).encode())
    cursor = postgres.execute("SELECT id, lease_monthly_rent, outcome, amount, failed, invalid FROM rent_decisions")
    found = {row[0]: row[1:] for row in cursor.fetchall()}
    assert len(found) == len(some)
    slot = slots_read(program).index(program.layout.slots["lease.monthly_rent"])
    assert slot
    for number, row in enumerate(wanted[: len(some)]):
        _, outcome, amount, failed, invalid = found[number]
        assert (outcome, failed, invalid) == (row["outcome"], row["failed"], 0)
        assert (None if amount is None else amount * 100) == row["amount"]
    postgres.execute(b"UPDATE lease_facts SET lease_end = DATE '1850-01-01' WHERE id = 7")
    assert postgres.execute("SELECT outcome, amount FROM rent_decisions WHERE id = 7").fetchone() == ("invalid", None)


def test_rent_is_the_programme_with_most_rules() -> None:
    """So that it is the one that all databases are tried with."""
    sizes = {
        programme.id: len(WORLD.engine.program(programme, days_of(programme)[-1]).nodes)
        for programme in WORLD.rulebook.programmes.values()
    }
    assert max(sizes, key=lambda name: sizes[name]) == RENT.id
