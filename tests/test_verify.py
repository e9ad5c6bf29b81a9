"""Verification in a worker process: agreement, disagreement, a dying worker, a route that can't run."""

import dataclasses
import os
import time
from pathlib import Path

import pytest

from relief_engine import Engine, Report, Text
from relief_engine.engine import verify as module
from relief_engine.engine.verify import Verifier
from tests.books import shipped_book

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "profiles" / "restaurant.yaml"

needs_second_route = pytest.mark.skipif(
    module.unavailable() is not None, reason="durable-rules can't run on this Python"
)


@pytest.fixture(scope="module")
def report() -> Report:
    """The decisions for the example tenant."""
    engine = Engine(shipped_book())
    return engine.decide(engine.read_profile(EXAMPLE), programmes=["beijing-tongzhou/rent-reduction-2022"])


@needs_second_route
def test_the_second_route_confirms_and_refutes(report: Report) -> None:
    decision = report.decisions[0]
    values = tuple(0 if index == 0 else value for index, value in enumerate(decision.values))
    forged = dataclasses.replace(report, decisions=(dataclasses.replace(decision, values=values),))
    with Verifier(report.rulebook) as verifier:
        confirmed = verifier.verify(report)
        refuted = verifier.verify(forged)
    assert confirmed
    assert confirmed.compared == len(report.decisions)
    assert refuted.verdict == "disagree"
    assert decision.programme.id in refuted.reason.zh


@needs_second_route
def test_a_worker_that_was_started_before_is_the_one_that_answers(report: Report) -> None:
    with Verifier(report.rulebook) as verifier:
        verifier.start()
        assert verifier._pool is not None
        (started,) = verifier._pool._processes
        assert verifier.verify(report)
        assert list(verifier._pool._processes) == [started]


@needs_second_route
def test_a_dying_worker_costs_a_warning_and_not_the_host(report: Report) -> None:
    with Verifier(report.rulebook) as verifier:
        assert verifier.verify(report)
        assert verifier._pool is not None
        verifier._pool.submit(os.abort)
        died = verifier.verify(report)
        again = verifier.verify(report)
    assert died.verdict == "unavailable"
    assert "终止" in died.reason.zh
    assert again, "the next report gets a new worker"


@needs_second_route
def test_a_rulebook_that_changed_on_disk_is_not_compared(report: Report) -> None:
    other = dataclasses.replace(report.rulebook, digest="sha256:0")
    with Verifier(other) as verifier:
        found = verifier.verify(report)
    assert found.verdict == "unavailable"
    assert "改动" in found.reason.zh


def test_where_the_route_cannot_run_it_says_why(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "unavailable", lambda: Text("没有安装", "not installed"))
    found = module.verify(report)
    assert not found
    assert found.reason.zh == "没有安装"


@needs_second_route
def test_a_worker_that_hangs_is_ended(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    with Verifier(report.rulebook) as verifier:
        assert verifier.verify(report)
        assert verifier._pool is not None
        workers = list(verifier._pool._processes.values())
        verifier._pool.submit(time.sleep, 600)
        monkeypatch.setattr(module, "PATIENCE", 0.5)
        found = verifier.verify(report)
        for worker in workers:
            worker.join(10)
    assert found.verdict == "unavailable"
    assert "超时" in found.reason.zh
    assert not any(worker.is_alive() for worker in workers)
