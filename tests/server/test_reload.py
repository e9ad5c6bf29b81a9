"""A rulebook is taken over whole or not at all, and every answer names the rulebook whose decisions it holds."""

import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from relief_engine import Engine, load_rulebook
from relief_engine.explanation.records import report_record
from relief_engine.version import VERSION
from tests.server.conftest import RENT, ROOT, TENANT, Running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGHUP")


#: How the figure stands in the shipped rules.
MONTHS = "{value: 6, unit: 月"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "rules", tmp_path / "rules"))


def edited(rules: Path, months: str) -> None:
    """The relief in months of rent, which is 6 in the shipped rules."""
    path = next(rules.rglob("rent-reduction-2022.yaml"))
    text = (ROOT / path.relative_to(rules.parent)).read_text(encoding="utf-8")
    changed = text.replace(MONTHS, MONTHS.replace("6", months))
    assert changed != text or months == "6"
    path.write_text(changed, encoding="utf-8")


def waited(service: Running, result: str, count: int = 1) -> dict[str, Any]:
    for _ in range(600):
        found = [event for event in service.events("rulebook") if event["result"] == result]
        if len(found) >= count:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(service.lines[-5:])


def test_a_bad_rulebook_keeps_the_old_one_and_says_so(rules: Path) -> None:
    service = Running("--rules", str(rules), "--workers", "1")
    before = service.decide()
    edited(rules, "5")
    broken = rules / "sources.yaml"
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    service.process.send_signal(signal.SIGHUP)
    kept = waited(service, "unusable")
    assert kept["rulebook"] == before["rulebook"]["digest"]
    assert service.decide() == before
    ready = service.client.get("/readyz")
    assert (ready.status_code, ready.json()["rulebook"]["kept_because"]) == (200, "unusable")
    assert "relief_rulebook_stale 1.0" in service.client.get("/metrics").text
    broken.write_bytes(whole)
    service.process.send_signal(signal.SIGHUP)
    taken = waited(service, "taken-over")
    after = service.decide()
    assert after["rulebook"]["digest"] == taken["rulebook"] != before["rulebook"]["digest"]
    assert (before["total"], after["total"]) == ("180000.00", "150000.00")
    assert service.client.get("/readyz").json()["rulebook"] == {"digest": taken["rulebook"], "kept_because": None}
    metrics = service.client.get("/metrics").text
    assert "relief_rulebook_stale 0.0" in metrics
    assert f'relief_rulebook_info{{digest="{taken["rulebook"]}"}} 1.0' in metrics
    assert before["rulebook"]["digest"] not in metrics
    assert service.stop() == 0


@pytest.mark.engines
def test_no_answer_under_load_is_of_half_a_rulebook(rules: Path) -> None:
    """While the folder is edited over and over, every answer is, to the last word, that of the rulebook it names."""
    known: dict[str, Any] = {}
    for months in ("6", "5", "4"):
        edited(rules, months)
        engine = Engine(load_rulebook(rules))
        report = engine.decide({**TENANT}, programmes=[RENT])
        known[engine.rulebook.digest] = report_record(report, engine, "zh", VERSION)
    assert len({record["total"] for record in known.values()}) == 3
    service = Running("--rules", str(rules), "--workers", "2", "--watch", "0.2")
    seen: set[str] = set()
    wrong: list[str] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=service.url, timeout=60) as client:
            while not done.is_set():
                answer = client.post("/v1/decide", json={"profile": TENANT, "programmes": [RENT]})
                found = answer.json()
                digest = answer.headers["relief-rulebook"]
                seen.add(digest)
                if answer.status_code != 200 or found != known.get(digest):
                    wrong.append(answer.text[:300])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for count, months in enumerate(("6", "5", "4", "6", "5"), start=1):
        edited(rules, months)
        waited(service, "taken-over", count)
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert seen == set(known)
    assert service.stop() == 0
