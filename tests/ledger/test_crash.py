"""What was acknowledged is there after SIGKILL in the middle of writes."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from relief_engine.ledger.entry import Head
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import Anchor
from tests.ledger.documents import document

ROOT = Path(__file__).resolve().parent.parent.parent


class Writers:
    """Kills writers of one ledger at random moments, and keeps what they acknowledged."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path = path
        self.random = random.Random(seed)
        self.acknowledged: dict[int, int] = {}
        self.first = 0
        self.head = Head(0, "")

    def kill(self, processes: int = 1, threads: int = 1, batch: int = 1) -> None:
        """Start writers, kill them while they write, open the ledger again and check all of it."""
        running = [self._start(threads, batch) for _ in range(processes)]
        try:
            for one in running:
                assert one.stdout is not None
                self._note(one.stdout.readline())  # it writes
            time.sleep(self.random.uniform(0, 0.12))
        finally:
            for one in running:
                one.kill()
        for one in running:
            assert one.stdout is not None
            for line in one.stdout:
                self._note(line)
            one.wait()
            one.stdout.close()
        self.check()

    def _start(self, threads: int, batch: int) -> subprocess.Popen[str]:
        self.first += 1_000_000
        command = [
            sys.executable,
            "-m",
            "tests.ledger.writer",
            str(self.path),
            str(self.first),
            str(threads),
            str(batch),
        ]
        return subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
        )

    def _note(self, line: str) -> None:
        number, of = map(int, line.split())
        assert number not in self.acknowledged, "a number was given twice"
        self.acknowledged[number] = of

    def check(self) -> None:
        with Ledger.open(self.path, create=False) as ledger:
            anchor = Anchor(self.head.count, self.head.chain) if self.head.count else None
            verified = ledger.verify(anchor)
            assert verified.findings == ()
            self.head = verified.head
            kept = {one.entry.number: one.data for one in ledger.kept()}
        assert list(kept) == list(range(1, len(kept) + 1)), "numbers have no gaps"
        assert len(set(kept.values())) == len(kept), "no document is there twice"
        for number, of in self.acknowledged.items():
            assert kept[number] == document(of, filling="x" * (of % 7) * 1000), f"{number} was acknowledged"
        assert all(json.loads(data)["schema"] == "relief-record/1" for data in kept.values())


def test_acknowledged_entries_survive_five_kills(tmp_path: Path) -> None:
    writers = Writers(tmp_path / "a.ledger", 6)
    for setting in ({}, {}, {"batch": 20}, {"threads": 4}, {"processes": 2}):
        writers.kill(**setting)
    assert len(writers.acknowledged) > 20


@pytest.mark.engines
def test_acknowledged_entries_survive_eighty_kills(tmp_path: Path) -> None:
    for round_ in range(4):
        writers = Writers(tmp_path / f"{round_}.ledger", round_)
        for _ in range(8):
            writers.kill()
        for setting in ({"batch": 30}, {"threads": 4}, {"processes": 3}, {"processes": 2, "threads": 3, "batch": 5}):
            for _ in range(3):
                writers.kill(**setting)
        assert len(writers.acknowledged) > 200


def test_a_kill_while_the_ledger_is_made_leaves_a_usable_place(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / f"{number}.ledger"
        writers = Writers(path, number)
        process = writers._start(1, 1)
        until = time.monotonic() + 30
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.0002)
        time.sleep(0.001 * number)
        process.kill()
        process.communicate()
        with Ledger.open(path, create=True) as ledger:
            ledger.append(document(1))
            assert ledger.verify().sound
