"""What one request may cost is bounded, and who is slow or too many is told so in time."""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from relief_engine.server.settings import Limits
from tests.server.conftest import ENDLESS, RENT, TENANT, Running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and process groups of POSIX")

KEY = "k3y-with-sixteen-characters"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One worker, little time, few places, and a key."""
    file = tmp_path_factory.mktemp("keys") / "keys.txt"
    file.write_text(f"# two keys\nanother-key-of-somebody\n{KEY}\n", encoding="utf-8")
    running = Running(
        "--workers", "1", "--timeout", "2.5", "--concurrency", "1", "--read-timeout", "1.5", "--limit-body", "50000",
        "--api-key-file", str(file),
    )  # fmt: skip
    running.client.headers["authorization"] = f"Bearer {KEY}"
    yield running
    assert running.stop() == 0


def settled(service: Running) -> Running:
    """The service with all of its processes, the spare one too, whatever the test before has cost."""
    before: dict[int, int] = {}
    for _ in range(300):
        now = {pid: worked(pid) for pid in children(service.process.pid)}
        # Once nothing works any more, the spare one is not starting either.
        if len(now) == 2 and now == before and service.client.get("/readyz").status_code == 200:
            break
        before = now
        time.sleep(0.3)
    return service


def kind(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


def test_who_has_no_key_may_only_see_that_it_lives(small: Running) -> None:
    with httpx.Client(base_url=small.url) as stranger:
        assert stranger.get("/healthz").status_code == 200
        assert stranger.get("/readyz").status_code == 200
        for method, path in (
            ("GET", "/v1/facts"),
            ("GET", "/metrics"),
            ("POST", "/v1/decide"),
            ("GET", "/v1/records/1"),
        ):
            answer = stranger.request(method, path)
            assert kind(answer) == (401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        for wrong in (KEY[:-1], KEY + "x", "é"):
            shown = [(b"authorization", b"Bearer " + wrong.encode())]
            assert stranger.get("/v1/version", headers=shown).status_code == 401
        assert stranger.get("/v1/version", headers={"x-api-key": "another-key-of-somebody"}).status_code == 200
    assert KEY not in "".join(small.lines)


def test_what_takes_too_long_ends_in_time_and_leaves_nothing_behind(small: Running) -> None:
    settled(small)
    began = time.monotonic()
    answer = small.client.post("/v1/decide-many", json=ENDLESS)
    assert kind(answer) == (504, "out-of-time")
    assert time.monotonic() - began < 30
    # The work has ended, and not only the waiting for it: the one worker is there for others at once.
    assert small.decide()["total"] == "180000.00"


@pytest.mark.engines
def test_who_comes_when_all_places_are_taken_is_told_to_come_back(small: Running) -> None:
    def ask(_: int) -> httpx.Response:
        return small.client.post("/v1/decide-many", json=ENDLESS)

    settled(small)
    with ThreadPoolExecutor(8) as threads:
        waiting = threads.map(ask, range(8))
        time.sleep(0.3)
        began = time.monotonic()
        assert small.client.get("/healthz").status_code == 200  # however busy the workers are
        assert time.monotonic() - began < 2.4
        answers = list(waiting)
    kinds = [kind(answer) for answer in answers]
    assert set(kinds) == {(503, "overloaded"), (504, "out-of-time")}
    assert kinds.count((503, "overloaded")) >= 4
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert int(busy.headers["retry-after"]) > 0
    assert settled(small).decide()["total"] == "180000.00"


def test_a_worker_that_dies_costs_one_answer(small: Running) -> None:
    def ask() -> httpx.Response:
        return small.client.post("/v1/decide-many", json=ENDLESS)

    settled(small)
    with ThreadPoolExecutor(1) as threads:
        before = {pid: worked(pid) for pid in children(small.process.pid)}
        answer = threads.submit(ask)
        while not (busy := [pid for pid, had in before.items() if worked(pid) > had + 10]):
            assert not answer.done()
            time.sleep(0.02)
        os.kill(busy[0], signal.SIGKILL)
        assert kind(answer.result()) == (500, "internal")
    assert small.decide()["total"] == "180000.00"
    assert small.events("worker-died")


def children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]


def worked(pid: int) -> int:
    """The time that a process has worked."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


def raw(service: Running, data: bytes, wait: float) -> bytes:
    """What comes back on a connection of one's own until it is closed."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=wait) as connection:
        connection.sendall(data)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found


def test_slow_clients_are_given_up(small: Running) -> None:
    """With patience of 1.5 seconds: nothing at all, half a header, half a body; in each case the connection ends."""
    head = f"POST /v1/decide HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n".encode()
    with ThreadPoolExecutor(3) as threads:
        began = time.monotonic()
        answers = threads.map(
            lambda data: raw(small, data, 30),
            [b"", head, head + b"content-type: application/json\r\ncontent-length: 100\r\n\r\n{"],
        )
        nothing, half, body = answers
    assert time.monotonic() - began < 30
    assert (nothing, half) == (b"", b"")
    assert body.startswith(b"HTTP/1.1 408 ")
    assert b"too-slow" in body


@pytest.mark.engines
def test_who_does_not_take_the_answer_is_given_up(small: Running) -> None:
    host, port = small.url.removeprefix("http://").split(":")
    request = f"GET /v1/programmes HTTP/1.1\r\nhost: localhost\r\nx-api-key: {KEY}\r\n\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect((host, int(port)))
        connection.sendall(request * 60)
        time.sleep(7)
        connection.settimeout(5)
        try:
            while connection.recv(65536):
                pass
        except ConnectionResetError:
            pass


def test_rosters_that_come_slowly_keep_no_other_from_being_screened(small: Running) -> None:
    host, _, port = small.url.partition("://")[2].partition(":")
    head = (
        f"POST /v1/screen?filename=a.csv HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {KEY}\r\n"
        "content-type: application/octet-stream\r\ncontent-length: 100000\r\n\r\na"
    )
    slow = [socket.create_connection((host, int(port))) for _ in range(3)]
    try:
        for one in slow:
            one.settimeout(20)
            one.sendall(head.encode())
        roster = Path(__file__).resolve().parents[2] / "examples/rosters/rent-roll.xlsx"
        query = {"filename": "租户.xlsx", "as_of": "2022-06-20", "programme": RENT}
        answer = small.client.post("/v1/screen", params=query, content=roster.read_bytes())
        assert answer.status_code == 200, answer.text
        # And they are given up after a while, however long a roster may be screened.
        began = time.monotonic()
        assert [one.recv(100).split()[1] for one in slow] == [b"408"] * 3
        assert time.monotonic() - began < 10
    finally:
        for one in slow:
            one.close()


def test_more_rosters_than_there_are_places_are_told_to_come_back(small: Running) -> None:
    host, _, port = small.url.partition("://")[2].partition(":")
    head = (
        f"POST /v1/screen?filename=a.csv HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Bearer {KEY}\r\n"
        "content-length: 100000\r\n\r\na"
    )
    slow = [socket.create_connection((host, int(port))) for _ in range(Limits().uploads + 1)]
    try:
        for one in slow:
            one.settimeout(20)
            one.sendall(head.encode())
        got = sorted(one.recv(100).split()[1] for one in slow)
        assert got == [b"408"] * Limits().uploads + [b"503"]
    finally:
        for one in slow:
            one.close()


def test_a_body_without_a_length_is_measured_as_it_comes(small: Running) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 1000

    headers = {"content-type": "application/json"}
    assert kind(small.client.post("/v1/decide", content=pieces(), headers=headers)) == (413, "too-large")


@pytest.mark.engines
def test_it_stops_in_good_order(tmp_path: Path) -> None:
    """What it has begun it ends, with the record, and then its processes are gone."""
    running = Running("--workers", "1", "--ledger", str(tmp_path / "l.sqlite"), "--record-all")
    workers = children(running.process.pid)
    assert workers
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(running.client.post, "/v1/decide", json={"profile": {**TENANT, "leases": [{}] * 100}})
        while "relief_requests_in_flight 1.0" not in httpx.get(f"{running.url}/metrics").text:
            assert not answer.done()
        running.process.send_signal(signal.SIGTERM)
        found = answer.result()
    assert found.status_code == 200
    assert found.json()["record"]["number"] == 1
    assert running.process.wait(60) == 0
    for pid in workers:
        assert not Path(f"/proc/{pid}").exists()
    assert running.stop() == 0


@pytest.mark.engines
def test_workers_end_with_a_server_that_is_killed() -> None:
    """Those that are idle, and the one that has work for minutes."""
    running = Running("--workers", "1", "--timeout", "600")
    workers = children(running.process.pid)
    assert len(workers) == 2
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(running.client.post, "/v1/decide-many", json=ENDLESS)
        before = [worked(pid) for pid in workers]
        while max(worked(pid) - had for pid, had in zip(workers, before, strict=True)) < 30:
            time.sleep(0.05)
        running.process.kill()
        assert isinstance(asked.exception(), httpx.HTTPError)
    running.stop()
    for _ in range(300):
        if not any(Path(f"/proc/{pid}").exists() for pid in workers):
            break
        time.sleep(0.1)
    else:
        pytest.fail("a worker is left")


@pytest.mark.engines
def test_every_acknowledged_record_is_there(tmp_path: Path) -> None:
    ledger = tmp_path / "l.sqlite"
    running = Running("--ledger", str(ledger), "--workers", "2")
    with ThreadPoolExecutor(8) as threads:
        reports = list(threads.map(lambda _: running.decide(record=True), range(40)))
    running.process.kill()
    running.stop()
    noted = {report["record"]["number"]: report["record"]["digest"] for report in reports}
    assert sorted(noted) == list(range(1, 41))
    again = Running("--ledger", str(ledger), "--workers", "1")
    for number, digest in noted.items():
        assert json.loads(again.client.get(f"/v1/records/{number}").content)["digest"] == digest
    assert again.stop() == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rules", "/nowhere"], "rulebook-missing"),
        (["--ledger", "/nowhere/l.sqlite"], "file-unreadable"),
        (["--api-key-file", "/nowhere"], "file-unreadable"),
        (["--timeout", "0"], "0"),
        (["--record-all"], "--ledger"),
        (["--host", "256.1.1.1"], "address"),
    ],
)
def test_what_can_not_be_served(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from relief_engine.cli import main

    monkeypatch.delenv("RELIEF_API_KEYS", raising=False)
    assert main(["serve", "--port", "0", *options]) == 2
    assert said in capsys.readouterr().err


def test_a_weak_key_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from relief_engine.cli import main

    monkeypatch.setenv("RELIEF_API_KEYS", "short geheimer-schlüssel-lang")
    assert main(["serve", "--port", "0"]) == 2
    said = capsys.readouterr().err
    assert said.count("api-key") == 2
    assert "short" not in said.replace("shorter", "")
    assert RENT not in said
