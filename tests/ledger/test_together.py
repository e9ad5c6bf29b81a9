"""Many at once: processes, threads and forks append to one ledger, and each entry is there once."""

import multiprocessing
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from relief_engine.errors import ReliefError
from relief_engine.ledger.refusals import LedgerFailed, held
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import Anchor
from tests.ledger.documents import document

PROCESSES, THREADS, EACH = 3, 4, 10


def append_by_threads(path: str, process: int) -> None:
    with Ledger.open(path, create=True) as ledger, ThreadPoolExecutor(THREADS) as pool:
        firsts = [(process * THREADS + thread) * EACH for thread in range(THREADS)]
        for done in [pool.submit(append_some, ledger, first) for first in firsts]:
            done.result()


def append_some(ledger: Ledger, first: int) -> None:
    for number in range(first, first + EACH - 5):
        data = document(number)
        assert ledger.get(ledger.append(data).number).data == data
    entries = ledger.append_many([document(number) for number in range(first + EACH - 5, first + EACH)])
    numbers = [entry.number for entry in entries]
    assert numbers == list(range(numbers[0], numbers[0] + 5)), "what is appended together stands together"


def test_processes_and_threads_append_at_once(tmp_path: Path) -> None:
    """They also make the ledger at once: it is not there before."""
    path = tmp_path / "a.ledger"
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=append_by_threads, args=(str(path), process)) for process in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    with Ledger.open(path, create=False) as ledger:
        assert ledger.verify(Anchor(PROCESSES * THREADS * EACH)).findings == ()
        kept = sorted(one.data for one in ledger.kept())
    assert kept == sorted(document(number) for number in range(PROCESSES * THREADS * EACH))


def test_reading_and_verifying_go_on_while_others_append(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with Ledger.open(path, create=True) as ledger, ThreadPoolExecutor(4) as pool:
        ledger.append_many([document(number) for number in range(200)])
        writing = [pool.submit(append_some, ledger, 1000 * (thread + 1)) for thread in range(3)]
        while not all(done.done() for done in writing):
            with Ledger.open(path, create=False) as other:
                assert other.verify(Anchor(200)).sound
                assert len(list(other.entries(limit=50))) == 50
        for done in writing:
            done.result()
        assert ledger.head().count == 200 + 3 * EACH


def test_threads_share_a_commit(tmp_path: Path) -> None:
    """While the file is held, ten threads wait; then one commit appends what all of them wanted."""
    path = tmp_path / "a.ledger"
    with Ledger.open(path, create=True) as ledger, ThreadPoolExecutor(11) as pool:
        ledger.append(document(0))
        commits: list[str] = []
        assert ledger.access._connection is not None
        ledger.access._connection.set_trace_callback(commits.append)
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        first = pool.submit(ledger.append, document(1))
        until = time.monotonic() + 20
        while ledger._appending._waiting or not ledger.access._lock.locked():
            assert time.monotonic() < until
            time.sleep(0.005)
        rest = [pool.submit(ledger.append, document(number)) for number in range(2, 12)]
        while len(ledger._appending._waiting) < 10:
            assert time.monotonic() < until
            time.sleep(0.005)
        other.execute("ROLLBACK")
        other.close()
        entries = [first.result(), *(one.result() for one in rest)]
        assert commits.count("COMMIT") == 2
        ledger.access._connection.set_trace_callback(None)
        assert sorted(entry.number for entry in entries) == list(range(2, 13))
        for number, entry in enumerate(entries, 1):
            assert ledger.get(entry.number).data == document(number)


def test_who_waits_in_vain_for_other_threads_is_not_appended_for_later(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True, wait=0.2) as ledger:
        with ledger.access.alone(), ThreadPoolExecutor(3) as pool:
            wanted = [pool.submit(call) for call in (lambda: ledger.append(document(1)), ledger.ready, ledger.head)]
            assert all(isinstance(one.exception(), LedgerFailed) for one in wanted)
        assert ledger.append(document(2)).number == 1
        assert [kept.data for kept in ledger.kept()] == [document(2)]


def test_who_loses_patience_while_another_thread_appends_for_it_gets_the_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True) as ledger:
        appending, alone = ledger._appending, ledger.access.alone
        taken: list[Any] = []

        @contextmanager
        def late(*, patient: bool = False) -> Iterator[None]:
            """Another thread has taken what waits, and goes on when this one has lost patience."""
            if not patient:
                taken.append(appending._waiting.popleft())
                raise held(ledger.path)
            with alone(patient=True):
                appending._commit(taken)
                yield

        with monkeypatch.context() as patched:
            patched.setattr(ledger.access, "alone", late)
            entry = ledger.append(document(1))
        assert [kept.entry for kept in ledger.kept()] == [entry], "once, and told to who asked for it"


def test_one_threads_bad_document_is_not_the_others_affair(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True) as ledger, ThreadPoolExecutor(8) as pool:
        wanted = [pool.submit(ledger.append, document(n) if n % 4 else b"no document") for n in range(40)]
        failed = [n for n, one in enumerate(wanted) if isinstance(one.exception(), ReliefError)]
        assert failed == list(range(0, 40, 4))
        assert ledger.head().count == 30
        assert ledger.verify().sound


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 warns of a fork beside threads, and means it")
def test_a_fork_leaves_parent_and_child_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with Ledger.open(path, create=True) as ledger:
        ledger.append(document(0))
        stop = threading.Event()

        def write() -> None:
            number = 10_000
            while not stop.is_set():
                ledger.append(document(number))
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        children = []
        for child in range(1, 6):
            process = os.fork()
            if process == 0:
                status = 1
                try:
                    data = document(child)
                    same = ledger.get(ledger.append(data).number).data == data
                    status = 0 if same and ledger.get(1).data == document(0) else 2
                finally:
                    os._exit(status)
            children.append(process)
            ledger.append(document(child + 100))
        statuses = [os.waitpid(process, 0)[1] for process in children]
        stop.set()
        writer.join()
        assert statuses == [0] * 5
        assert ledger.verify().sound
        kept = [one.data for one in ledger.kept()]
    assert len(set(kept)) == len(kept)
    assert {document(number) for number in (0, *range(1, 6), *range(101, 106))} <= set(kept)
