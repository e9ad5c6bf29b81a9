"""A decision that was answered as recorded is in the ledger, however the service ends."""

import json
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import Anchor
from tests.server.conftest import RENT, TENANT, Running

#: How often the service is killed, and how many clients ask meanwhile.
KILLS = 50
CLIENTS = 4


class Asking:
    """Clients that have decisions recorded until the service is gone, and what was acknowledged to them."""

    def __init__(self, url: str, first: int) -> None:
        self.acknowledged: dict[int, tuple[str, str]] = {}
        self.some = threading.Event()
        self._url = url
        self._threads = [threading.Thread(target=self._ask, args=(first + i * 10_000,)) for i in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while True:
                number += 1
                name = f"商户{number}"
                profile: dict[str, Any] = {**TENANT, "applicant": {**TENANT["applicant"], "name": name}}
                body = {"profile": profile, "programmes": [RENT], "record": True}
                try:
                    answer = client.post("/v1/decide", json=body)
                    answered = answer.json()
                except (httpx.HTTPError, ValueError):  # killed; an answer that was cut acknowledges nothing
                    return
                assert answer.status_code == 200, answered
                noted = answered["record"]
                assert noted["number"] not in self.acknowledged, "a number was given twice"
                self.acknowledged[noted["number"]] = (noted["digest"], name)
                self.some.set()

    def end(self) -> None:
        for thread in self._threads:
            thread.join(90)
            assert not thread.is_alive()


@pytest.mark.engines
def test_a_killed_service_loses_no_acknowledged_record(tmp_path: Path) -> None:
    killed(tmp_path, 5)


@pytest.mark.soak
def test_a_service_killed_often_loses_no_acknowledged_record(tmp_path: Path) -> None:
    killed(tmp_path, KILLS)


def killed(tmp_path: Path, kills: int) -> None:
    """Kill services in the middle of recording, ``kills`` times, all on one ledger."""
    path = tmp_path / "判定.ledger"
    moments = random.Random(6)
    acknowledged: dict[int, tuple[str, str]] = {}
    anchor: Anchor | None = None
    for kill in range(kills):
        running = Running("--ledger", str(path), "--workers", "1")
        asking = Asking(running.url, kill * 1_000_000)
        try:
            assert asking.some.wait(60), running.lines
            time.sleep(moments.uniform(0, 0.1))
        finally:
            running.process.kill()
            asking.end()
            running.stop()
        assert not asking.acknowledged.keys() & acknowledged.keys(), "a number was given twice"
        acknowledged |= asking.acknowledged
        with Ledger.open(path, create=False) as ledger:
            verified = ledger.verify(anchor)
            assert verified.findings == ()
            anchor = Anchor(verified.head.count, verified.head.chain)
            assert verified.head.count >= max(acknowledged)
            for number, (digest, name) in asking.acknowledged.items():
                kept = ledger.get(number)
                assert kept.entry.summary.record == digest
                assert json.loads(kept.data)["profile"]["applicant"]["name"] == name
    with Ledger.open(path, create=False) as ledger:
        assert {n: ledger.get(n).entry.summary.record for n in acknowledged} == {
            n: digest for n, (digest, _) in acknowledged.items()
        }
    assert len(acknowledged) >= kills
