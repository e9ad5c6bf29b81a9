"""The loaders of the service's benchmark count what is answered and what is refused; how fast it is, is not tested."""

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import loading, serving
from relief_engine.ledger.store import Ledger
from tests.server.conftest import Running


@pytest.mark.parametrize("how", ["wrk", "own loader"])
def test_a_loader_tells_answers_from_refusals(how: str, service: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    if how == "wrk" and shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    monkeypatch.setattr(loading, "loader", lambda: how)
    good = serving.requests()["one"][1]
    came = loading.load(service.url, [good], seconds=1, connections=2)
    assert came.requests > 0
    assert came.errors == 0
    assert 0 < came.p50 <= came.p99 <= came.longest
    half = loading.load(service.url, [good, loading.Asked("/v1/decide", b'{"profile": 1}')], seconds=1, connections=1)
    assert 0 < half.errors < half.requests


@pytest.mark.engines
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_what_is_asked_is_answered_and_recorded(tmp_path: Path) -> None:
    lines = serving.lasting(tmp_path, 0.05, 2)
    assert " 0 errors" in lines[0]
    with Ledger.open(tmp_path / "long.ledger", create=False) as ledger:
        assert f"ledger: {ledger.head().count} entries, sound" == lines[2]
