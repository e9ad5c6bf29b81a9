"""The service under load, on loopback, beside a trivial FastAPI endpoint that gives answers of the same size.

    python -m benchmarks.serving                 # about two minutes
    python -m benchmarks.serving --minutes 10    # the long test: mixed requests, some recorded; memory as it goes

Linux only: memory is read from /proc.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.loading import Asked, load, loader
from benchmarks.verified import RESTAURANT
from relief_engine.ledger.store import Ledger

ROOT = Path(__file__).resolve().parent.parent
_RENT = ["beijing-tongzhou/rent-reduction-2022"]
_DAY = "2022-06-01"
#: In the long test, how many requests are made for each that is recorded.
_RECORDED = 20


def requests() -> Mapping[str, tuple[str, Asked]]:
    """What is asked, by name, with words for it."""
    tenant = yaml.safe_load(RESTAURANT.read_text(encoding="utf-8"))
    tenant = json.loads(json.dumps({key: value for key, value in tenant.items() if key != "as_of"}, default=str))
    rent = {"profile": tenant, "as_of": _DAY, "programmes": _RENT}
    return {
        "one": ("one decision, explained", _asked("/v1/decide", rent)),
        "all": ("all programmes, explained", _asked("/v1/decide", {"profile": tenant, "as_of": _DAY})),
        "many": (
            "decide-many of 100, explained",
            _asked("/v1/decide-many", {"profiles": [tenant] * 100, "as_of": _DAY, "programmes": _RENT}),
        ),
        "record": ("one decision, explained and recorded", _asked("/v1/decide", {**rent, "record": True})),
    }


def _asked(path: str, body: object) -> Asked:
    return Asked(path, json.dumps(body, ensure_ascii=False).encode())


class Server:
    """A server as a process of its own."""

    def __init__(self, command: Sequence[str], url: str | None = None, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )  # fmt: skip
        assert self.process.stderr is not None
        self.url = url or next(
            json.loads(line)["address"].rstrip("/") for line in self.process.stderr if '"listening"' in line
        )
        # Who doesn't read the log stops the server.
        self._reader = threading.Thread(target=self._drain, daemon=True)
        self._reader.start()

    def _drain(self) -> None:
        assert self.process.stderr is not None
        for _ in self.process.stderr:
            pass

    def post(self, asked: Asked, path: str | None = None) -> bytes:
        """One answer; waits for a server that just starts."""
        request = urllib.request.Request(self.url + (path or asked.path), asked.body)
        request.add_header("Content-Type", "application/json")
        for attempt in range(600):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    data: bytes = answer.read()
                    return data
            except (urllib.error.URLError, ConnectionError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code != 503:
                    raise
                if attempt == 599 or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        raise AssertionError

    def memory(self) -> float:
        """Resident memory of the process and all its children, in MB."""
        return sum(map(_resident, _family(self.process.pid))) / 1e6

    def worked(self) -> float:
        """Processor time of the process and all its children so far, in seconds."""
        return sum(map(_worked, _family(self.process.pid)))

    def stop(self) -> None:
        """Stop it as a supervisor does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


def _family(pid: int) -> list[int]:
    # Each thread has its own children.
    children = [path.read_text(encoding="ascii").split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return [pid, *(one for some in children for child in some for one in _family(int(child)))]


def _resident(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _worked(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def service(workers: int, ledger: Path) -> Iterator[Server]:
    """A decision service that can record."""
    server = Server(["relief_engine", "serve", "--port", "0", "--workers", str(workers), "--ledger", str(ledger)])
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def trivial(answers: Path) -> Iterator[Server]:
    """The endpoint that decides nothing, by the same server."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["uvicorn", "--factory", "benchmarks.trivial:create", "--port", str(port), "--no-access-log"]
    server = Server(command, f"http://127.0.0.1:{port}", TRIVIAL_ANSWERS=str(answers))
    try:
        yield server
    finally:
        server.stop()


def measured(folder: Path, seconds: float, connections: int) -> list[str]:
    """Every kind of request, on every server in turn: lines of a Markdown table."""
    lines = [
        "| what | server | answer | answers/s | processor time each | p50 | p99 | errors | memory before | after |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    with contextlib.ExitStack() as stack:
        services = {n: stack.enter_context(service(n, folder / f"{n}.ledger")) for n in (1, 2)}
        answers: dict[str, bytes] = {}
        for name, (_, asked) in requests().items():
            answers[name] = services[1].post(asked)
            assert name == "record" or services[2].post(asked) == answers[name]
            (folder / f"{name}.json").write_bytes(answers[name])
        plain = stack.enter_context(trivial(folder))
        for name, (what, asked) in requests().items():
            assert plain.post(asked, f"/{name}") == answers[name]
            found: list[tuple[str, Server, Asked]] = [("trivial endpoint", plain, Asked(f"/{name}", asked.body))]
            for n, server in services.items():
                found.append((f"service, {n} worker{'s' if n > 1 else ''}", server, asked))
            for who, server, posted in found:
                before, worked = server.memory(), server.worked()
                at_once = min(connections, 2) if name == "many" else connections
                came = load(server.url, [posted], seconds=seconds, connections=at_once)
                for _ in range(2):  # what the load left behind is done before the next is measured
                    server.post(posted)
                worked = (server.worked() - worked) / (came.requests + at_once + 2) * 1e3
                rate = f"{came.rate:.0f}" if came.rate >= 10 else f"{came.rate:.1f}"
                cells = (
                    what, who, f"{len(answers[name]) / 1000:.0f} kB", rate, f"{worked:.1f} ms", f"{came.p50:.1f} ms",
                    f"{came.p99:.1f} ms", str(came.errors), f"{before:.0f} MB", f"{server.memory():.0f} MB",
                )  # fmt: skip
                lines.append(f"| {' | '.join(cells)} |")
                print(lines[-1], file=sys.stderr)
            # After all that it still says the same.
            assert name == "record" or services[2].post(asked) == answers[name]
    return lines


def lasting(folder: Path, minutes: float, connections: int) -> list[str]:
    """Mixed requests for a long time on a service with two workers: what came of it, and the memory as it went."""
    known = {name: asked for name, (_, asked) in requests().items()}
    many = json.loads(known["many"].body)
    fewer = _asked("/v1/decide-many", {**many, "profiles": many["profiles"][:10]})
    turns = [known["one"], known["all"], known["one"], fewer] * (_RECORDED // 4)
    turns[-1] = known["record"]
    ledger = folder / "long.ledger"
    memory: list[float] = []
    over = threading.Event()
    with service(2, ledger) as server:
        first = {name: server.post(known[name]) for name in ("one", "all")}

        def watch() -> None:
            while not over.wait(15):
                memory.append(server.memory())
                print(f"{len(memory) * 15} s: {memory[-1]:.1f} MB", file=sys.stderr)

        watcher = threading.Thread(target=watch)
        begin = server.memory()
        watcher.start()
        try:
            came = load(server.url, turns, seconds=minutes * 60, connections=connections)
        finally:
            over.set()
            watcher.join()
        assert {name: server.post(known[name]) for name in first} == first
    with Ledger.open(ledger, create=False) as kept:
        checked: Any = kept.verify()
    settled = memory[3] if len(memory) > 4 else begin  # after a minute
    told = (
        f"{came.seconds / 60:.1f} minutes, {came.requests} requests, {came.rate:.0f} a second, {came.errors} errors; "
        f"p50 {came.p50:.1f} ms, p99 {came.p99:.1f} ms, longest {came.longest:.0f} ms\n"
        f"memory of all processes: {begin:.1f} MB at the start, {settled:.1f} MB after a minute, "
        f"{max([begin, *memory]):.1f} MB at most, {(memory or [begin])[-1]:.1f} MB at the end\n"
        f"ledger: {checked.head.count} entries, {'sound' if checked.sound else 'NOT SOUND'}"
    )
    return told.split("\n")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The service under load.")
    parser.add_argument("--seconds", type=float, default=8, help="how long each measurement takes")
    parser.add_argument("--connections", type=int, default=8, help="connections that ask at once")
    parser.add_argument("--minutes", type=float, default=0, help="only the long test, this long")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if given.minutes:
            lines = lasting(Path(name), given.minutes, given.connections)
        else:
            lines = measured(Path(name), given.seconds, given.connections)
    load_now = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    print("\n".join(lines))
    print(f"\nLoaded by {loader()}, {given.connections} connections, {os.cpu_count()} cores;", end=" ")
    print(f"load of the machine at the end {load_now}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
