"""A service as a process of its own, as operators run it, and clients that speak to it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
RENT = "beijing-tongzhou/rent-reduction-2022"
TENANT: dict[str, Any] = {
    "as_of": "2022-06-01",
    "applicant": {
        "name": "张三丰小馆", "kind": "enterprise", "industry": "6210", "employees": 30, "revenue": 800,
        "registered_in_beijing": True,
    },
    "leases": [
        {
            "owner_kind": "district_state_owned_enterprise", "owner_is_listed_company": False, "tenancy": "direct",
            "premises_district": "通州区", "start": "2021-01-01", "end": "2023-12-31", "monthly_rent": 30000,
            "has_rent_free_period": False,
        }
    ],
}  # fmt: skip
#: Takes minutes at ``/v1/decide-many``: nothing is known of fifteen thousand leases.
ENDLESS: dict[str, Any] = {"profiles": [{"applicant": {}, "leases": [{}] * 150}] * 100}


#: Every service that a test started; what a test that failed has left running ends with the session.
STARTED: list["Running"] = []


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    for running in STARTED:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


class Running:
    """A service that runs: ``url``, a client for it, and what it has logged so far.

    ``early`` is called when it listens, while its workers still start.
    """

    def __init__(
        self, *options: str, environment: Mapping[str, str] | None = None, early: Callable[[int], object] | None = None
    ) -> None:
        command = [sys.executable, "-m", "relief_engine", "serve", "--port", "0", *options]
        #: Where it puts files for a while: others do so at the same time, so it has a folder of its own.
        self.scratch = Path(tempfile.mkdtemp(prefix="relief-test-"))
        self.process = subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.scratch), **(environment or {})},
        )  # fmt: skip
        STARTED.append(self)
        self.lines: list[str] = []
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._listening.wait(60), self.lines
        if early is not None:
            early(self.process.pid)
        self.url = next(e["address"] for e in self.events("listening")).rstrip("/")
        self.client = httpx.Client(base_url=self.url, timeout=60)
        for _ in range(600):
            try:
                self.client.get("/healthz")
                break
            except httpx.ConnectError:
                assert self.process.poll() is None, self.lines
                threading.Event().wait(0.05)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if '"listening"' in line:
                self._listening.set()
        self._listening.set()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [e for line in list(self.lines) if (e := json.loads(line)).get("event") == name]

    def decide(self, profile: Mapping[str, Any] = TENANT, **more: Any) -> dict[str, Any]:
        answer = self.client.post("/v1/decide", json={"profile": profile, "programmes": [RENT], **more})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def stop(self) -> int:
        """Stop it as a supervisor does; gives its exit status."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        return status


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service with a ledger for all tests that change nothing about it."""
    ledger = tmp_path_factory.mktemp("ledger") / "判定.sqlite"
    running = Running(
        "--ledger", str(ledger), "--limit-body", "200000", "--limit-subjects", "20", "--limit-rows", "500"
    )
    yield running
    assert running.stop() == 0
