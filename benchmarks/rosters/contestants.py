"""Who takes part: each turns parquet into parquet, in a process of its own, and tells what it took.

``python -m benchmarks.rosters.contestants NAME RESULT ROSTER…`` prints one JSON object, a :class:`Lap`. All write the
same columns with the same compression, in no particular order.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from benchmarks.rosters import by_hand
from benchmarks.rosters.by_hand import ANSWER

ROOT = Path(__file__).resolve().parent.parent.parent
#: How many threads each may use, so that none is helped by a machine that has more.
THREADS = 2
#: Given the files to read and the file to write, prepares the work and returns it.
Prepare = Callable[[Sequence[Path], Path], Callable[[], object]]


class Missing(Exception):
    """Something that a contestant needs is not there; the message says what."""


@dataclass(frozen=True, slots=True)
class Lap:
    """What one run took: seconds to prepare (libraries, rulebook, the query), seconds of the work by the clock and of
    processor time, and the most memory that the process ever had, in MB."""

    prepared: float
    seconds: float
    processor: float
    megabytes: float


def compiled(rosters: Sequence[Path], result: Path) -> Callable[[], object]:
    """The compiled query in DuckDB."""
    from benchmarks.rosters import ours

    view = f"CREATE TEMP VIEW {ours.VIEW} AS {ours.table(_reading(rosters))}"
    return _in_duckdb(ours.query("duckdb"), result, view)


def written(rosters: Sequence[Path], result: Path) -> Callable[[], object]:
    """The expert's query in DuckDB."""
    return _in_duckdb(by_hand.query(_reading(rosters)), result)


def checked(rosters: Sequence[Path], result: Path) -> Callable[[], object]:
    """The expert's query with the checks of its input that the compiled one makes."""
    return _in_duckdb(by_hand.query(_reading(rosters), checked=True), result)


def polars(rosters: Sequence[Path], result: Path) -> Callable[[], object]:
    """The expert's plan in Polars."""
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)
    from benchmarks.rosters import in_polars

    plan = in_polars.plan(rosters)
    return lambda: plan.sink_parquet(result, compression="snappy", maintain_order=False)


def spark(rosters: Sequence[Path], result: Path) -> Callable[[], object]:
    """The compiled query on Spark, on this machine alone."""
    from benchmarks.rosters import ours

    try:
        errors, sql = import_module("pyspark.errors"), import_module("pyspark.sql")
    except ImportError:
        raise Missing("pyspark is not installed (pip install 'relief-engine[spark]')") from None
    builder = sql.SparkSession.builder.master(f"local[{THREADS}]").config("spark.ui.enabled", "false")
    try:
        session = builder.config("spark.driver.memory", "2g").getOrCreate()
    except errors.PySparkRuntimeError:
        raise Missing("Spark needs Java, and none was found") from None
    session.sparkContext.setLogLevel("ERROR")
    session.read.parquet(*map(str, rosters)).createOrReplaceTempView("roster")
    session.sql(ours.table("roster", "`")).createOrReplaceTempView(ours.VIEW)
    query = ours.query("spark")
    return lambda: session.sql(query).write.mode("overwrite").parquet(str(result))


CONTESTANTS: dict[str, Prepare] = {
    "compiled": compiled,
    "by hand": written,
    "by hand, checked": checked,
    "polars": polars,
    "spark": spark,
}


def lap(name: str, rosters: Sequence[Path], result: Path) -> Lap:
    """One run of a contestant in a process of its own; raises :class:`Missing` where it can't take part."""
    command = [sys.executable, "-m", "benchmarks.rosters.contestants", name, str(result), *map(str, rosters)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    last = (done.stdout.strip().splitlines() or ["{}"])[-1]
    if done.returncode == 0:
        return Lap(**json.loads(last))
    if done.returncode == 2 and "missing" in last:
        raise Missing(json.loads(last)["missing"])
    raise RuntimeError(f"{name} failed:\n{done.stderr}")


def _reading(rosters: Sequence[Path]) -> str:
    listed = ", ".join(f"'{path}'" for path in rosters)
    return f"read_parquet([{listed}])"


def _in_duckdb(query: str, result: Path, before: str = "") -> Callable[[], object]:
    import duckdb

    connection = duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False})
    connection.execute(before)
    listed = ", ".join(f'"{name}"' for name in ANSWER)
    copy = f"COPY (SELECT {listed} FROM ({query})) TO '{result}' (FORMAT parquet, COMPRESSION snappy)"
    return lambda: connection.execute(copy)


def _main(name: str, result: str, *rosters: str) -> int:
    begin = time.perf_counter()
    try:
        work = CONTESTANTS[name]([Path(roster) for roster in rosters], Path(result))
    except Missing as error:
        print(json.dumps({"missing": str(error)}))
        return 2
    ready, processor = time.perf_counter(), time.process_time()
    work()
    done, used = time.perf_counter(), time.process_time()
    print(json.dumps(asdict(Lap(ready - begin, done - ready, used - processor, _most_memory()))))
    return 0


def _most_memory() -> float:
    """The most memory that this process had, in MB."""
    # What Linux counts for a process includes the memory of the one that started it; its own peak stands elsewhere.
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
