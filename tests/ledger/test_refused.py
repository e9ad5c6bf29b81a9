"""A full disk, a file that others hold, a folder that is read-only: what is said of them, and that nothing is kept."""

import asyncio
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relief_engine.errors import InputError
from relief_engine.ledger.refusals import LedgerFailed, not_opened
from relief_engine.ledger.store import Ledger
from relief_engine.server import keeping, logs
from relief_engine.server.problems import Problem
from tests.cli.conftest import RESTAURANT, ROOT
from tests.ledger.documents import document


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "判定.ledger"


@contextmanager
def full(ledger: Ledger) -> Iterator[None]:
    """The file may not grow."""
    pages = ledger.access.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
    ledger.access.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    yield
    ledger.access.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 1000}").fetchone())


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program writes into the file and does not end."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


LARGE = [document(number) for number in range(2, 50)]


def test_each_refusal_has_words_of_its_own_and_a_reason(path: Path) -> None:
    with Ledger.open(path, create=True, wait=0.05) as ledger:
        ledger.append(document(1))
        with full(ledger), pytest.raises(LedgerFailed) as caught:
            ledger.append_many(LARGE)
        assert (caught.value.reason, caught.value.code) == ("full", "ledger-full")
        assert str(path) in caught.value.message.zh
        assert "磁盘已满。请腾出空间后再试" in caught.value.message.zh
        assert "Make room and try again" in caught.value.message.en
        with held(path), pytest.raises(LedgerFailed) as caught:
            ledger.append(document(2))
        assert caught.value.reason == "busy"
        assert "其他程序一直占用着它" in caught.value.message.zh
        for language in ("zh", "en"):
            assert "SQLite" not in caught.value.message.in_(language)
        again = pickle.loads(pickle.dumps(caught.value))
        assert (again.reason, again.message) == (caught.value.reason, caught.value.message)
        assert ledger.append(document(2)).number == 2
        assert ledger.verify().sound


def test_a_file_that_is_held_when_it_is_opened(path: Path) -> None:
    Ledger.open(path, create=True).close()
    with held(path), pytest.raises(LedgerFailed, match="占用") as caught:
        Ledger.open(path, create=False, wait=0.05)
    assert caught.value.reason == "busy"


def test_what_is_said_of_a_place_that_can_not_be_opened(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(f"{(path / 'nowhere').as_uri()}?mode=ro", uri=True).execute("SELECT 1")
    said = not_opened(caught.value, path)
    assert isinstance(said, InputError)
    assert "没有权限" in str(said)
    assert "SQLite" not in str(said)


def problem(keeper: keeping.Keeper, data: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        asyncio.run(keeper.append(data))
    return caught.value


def test_a_service_says_which_it_is_and_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "WAIT", 0.05)
    told: list[dict[str, object]] = []
    monkeypatch.setattr(logs, "event", lambda name, **fields: told.append({"event": name, **fields}))
    keeper = keeping.Keeper(path)
    asyncio.run(keeper.append(document(1)))
    with held(path):
        busy = problem(keeper, document(2))
    assert (busy.status, busy.kind, busy.retry_after) == (503, "unavailable", keeping.RETRY_AFTER)
    assert "占用" in busy.detail.zh
    with full(keeper._ledger):
        lacking = next(found for n in range(2, 50) if (found := tried(keeper, document(n))) is not None)
    assert (lacking.status, lacking.kind) == (507, "ledger-full")
    assert "没有记录" in lacking.detail.zh
    assert str(path) not in lacking.detail.zh + lacking.detail.en
    assert [(entry["event"], entry["reason"]) for entry in told] == [
        ("ledger-failed", "busy"),
        ("ledger-failed", "full"),
    ]
    assert not asyncio.run(keeper.writable())
    asyncio.run(keeper.append(document(60)))
    assert asyncio.run(keeper.writable())
    keeper.close()


def tried(keeper: keeping.Keeper, data: bytes) -> Problem | None:
    try:
        asyncio.run(keeper.append(data))
    except Problem as found:
        return found
    return None


# --- the command line, on a disk of its own ---------------------------------------------------------------------------

#: Runs a command on a disk of so many bytes, in a namespace that takes the disk with it.
ON_A_DISK = 'mount -t tmpfs -o size=$1,$2 tiny "$3" && shift 3 && exec "$@"'


def relief_on_a_disk(folder: Path, size: str, options: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return on_a_disk(folder, size, options, sys.executable, "-m", "relief_engine", *arguments)


def on_a_disk(folder: Path, size: str, options: str, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", ON_A_DISK, "sh", size, options, str(folder), *command],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    if shutil.which("unshare") is None or on_a_disk(tmp_path, "64k", "rw", "true").returncode != 0:
        pytest.skip("no disk can be mounted here")
    return tmp_path


def test_a_full_disk_gives_no_decision_and_says_what_to_do(disk: Path) -> None:
    check = ("check", str(RESTAURANT), "--programme", "rent-reduction-2022")
    ran = relief_on_a_disk(disk, "48k", "rw", *check, "--ledger", str(disk / "a.ledger"))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("没有完成，没有给出结果：账本 ")
    assert "磁盘已满。请腾出空间后再试" in ran.stderr
    assert "内部错误" not in ran.stderr
    assert "disk is full" not in ran.stderr
    record = relief_on_a_disk(disk, "4k", "rw", *check, "--record", str(disk / "a.json"))
    assert (record.returncode, record.stdout) == (1, "")
    assert "磁盘已满" in record.stderr
    only_read = relief_on_a_disk(disk, "48k", "ro", *check, "--ledger", str(disk / "a.ledger"))
    assert (only_read.returncode, only_read.stdout) == (2, "")
    assert "只读" in only_read.stderr
