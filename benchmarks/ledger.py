"""``python -m benchmarks.ledger [--rounds N]``: appends a second, beside bare SQLite that is as safe.

The bare insert puts the same bytes into a table of one column and a number, with the same journal and the same syncs:
no hash, no chain, no summary, no index, no guard. All take turns on one disk, by the clock, since most of an append is
waiting for the disk; what is compared are ratios within a round. Every contestant has a file of its own.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import report
from benchmarks.timing import Spread, ratio, spread
from relief_engine import Engine, load_rulebook
from relief_engine.explanation.records import report_record
from relief_engine.ledger.store import Ledger

ROOT = Path(__file__).resolve().parent.parent
PROFILE = ROOT / "examples" / "profiles" / "restaurant.yaml"
PROGRAMME = "beijing-tongzhou/rent-reduction-2022"
#: Documents of one commit, and appends in one turn.
BATCH = 50
TURN = 50
THREADS = 8

Turn = Callable[[Sequence[bytes]], object]


def main() -> int:
    """Print the rows; 1 if a ledger is not sound afterwards."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ledger")
    parser.add_argument("--rounds", type=int, default=12, metavar="N", help="rounds that count (default 12)")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="the disk to measure (default: this folder's)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder or Path.cwd()) as folder:
        rows, sound = measure(Path(folder), max(2, options.rounds))
    print(report.markdown(rows))
    return 0 if sound else 1


def measure(folder: Path, rounds: int) -> tuple[list[report.Row], bool]:
    """All rows, and whether every ledger was sound at the end."""
    document = made_document()
    ledgers = {name: Ledger.open(folder / name, create=True) for name in ("single", "batch", "threads")}
    truncate, wal = bare(folder / "bare", "TRUNCATE", "EXTRA"), bare(folder / "wal", "WAL", "FULL")
    with ThreadPoolExecutor(THREADS) as pool:
        laps = race(
            {
                "ledger": lambda documents: [ledgers["single"].append(data) for data in documents],
                "bare": lambda documents: singly(truncate, documents),
                "wal": lambda documents: singly(wal, documents),
                "threads": lambda documents: list(pool.map(ledgers["threads"].append, documents)),
                "ledger batch": ledgers["batch"].append_many,
                "bare batch": lambda documents: insert(truncate, documents),
            },
            document,
            rounds,
        )
    begin = time.perf_counter()
    verified = [ledger.verify() for ledger in ledgers.values()]
    checked = (time.perf_counter() - begin) / sum(result.head.count for result in verified)
    for ledger in ledgers.values():
        ledger.close()
    for connection in (truncate, wal):
        connection.close()
    size = f"a record of {len(document) / 1000:.0f} kB"
    single, batch = "bare SQLite, a commit each", f"bare SQLite, a commit for {BATCH}"
    return [
        report.Row("l1", f"append {size}", single, "×", ratio(laps, "ledger", "bare")),
        report.Row("l2", f"the same, {THREADS} threads at once", single, "×", ratio(laps, "threads", "bare")),
        report.Row("l3", f"append {BATCH} with one commit", batch, "×", ratio(laps, "ledger batch", "bare batch")),
        report.Row("l4", "bare SQLite with WAL, synchronous FULL", single, "×", ratio(laps, "wal", "bare")),
        *(report.Row(f"{name}, each", name, "", "µs", micro(times)) for name, times in laps.items()),
        report.Row("verify, each", "verify one entry", "", "µs", Spread(*[checked * 1e6] * 3)),
    ], all(result.sound for result in verified)


def race(contestants: Mapping[str, Turn], document: bytes, rounds: int) -> dict[str, list[float]]:
    """Seconds for one document, by contestant and round; the first round is thrown away."""
    laps: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(-1, rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            begin = time.perf_counter()
            contestants[name]([document] * TURN)
            if number >= 0:
                laps[name].append((time.perf_counter() - begin) / TURN)
    return laps


def made_document() -> bytes:
    """A report of one programme for one tenant, with its explanation, as a record would hold it."""
    engine = Engine(load_rulebook())
    found = engine.decide(engine.read_profile(PROFILE), programmes=[PROGRAMME])
    content = {
        "profile": {"applicant": {"name": "运河小馆"}},
        "report": report_record(found, engine, "zh", "0"),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def bare(path: Path, journal: str, synchronous: str) -> sqlite3.Connection:
    """The plainest table of documents."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {journal}")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("CREATE TABLE documents (number INTEGER PRIMARY KEY, document BLOB)")
    return connection


def singly(connection: sqlite3.Connection, documents: Sequence[bytes]) -> None:
    """Insert documents with a commit each."""
    for data in documents:
        insert(connection, [data])


def insert(connection: sqlite3.Connection, documents: Sequence[bytes]) -> None:
    """Insert documents with one commit."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO documents (document) VALUES (?)", [(data,) for data in documents])
    connection.execute("COMMIT")


def micro(laps: Sequence[float]) -> Spread:
    """Times in microseconds."""
    return spread([lap * 1e6 for lap in laps])


if __name__ == "__main__":
    sys.exit(main())
