"""Load on an HTTP server: by wrk where it is installed, else by a small loader of our own."""

from __future__ import annotations

import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_SCRIPT = """
local requests, at = {}, 0
function init(args)
  for _, name in ipairs(args) do
    local file = io.open(name, "rb")
    local path, body = file:read("*l"), file:read("*a")
    file:close()
    requests[#requests + 1] = wrk.format("POST", path, {["Content-Type"] = "application/json"}, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, _)
  local e = summary.errors
  io.write(string.format(
    'LOAD {"seconds": %f, "requests": %d, "errors": %d, "p50": %f, "p99": %f, "longest": %f}\\n',
    summary.duration / 1e6, summary.requests, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where it is posted and what."""

    path: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. Times of answers in milliseconds; ``errors`` are answers other than 2xx, and none at all."""

    seconds: float
    requests: int
    errors: int
    p50: float
    p99: float
    longest: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def loader() -> str:
    """What loads: ``wrk`` or ``own loader``."""
    return "wrk" if shutil.which("wrk") else "own loader"


def load(base: str, asked: Sequence[Asked], *, seconds: float, connections: int) -> Load:
    """Ask over and over, each connection one request after another, the kinds of requests in turns."""
    if loader() != "wrk":
        return asyncio.run(_own(base, asked, seconds, connections))
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(_SCRIPT, encoding="utf-8")
        files = []
        for number, one in enumerate(asked):
            files.append(Path(folder) / f"{number}.request")
            files[-1].write_bytes(one.path.encode() + b"\n" + one.body)
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "60s", "-s", script, base, "--",
             *files],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if line.startswith("LOAD "))
    return Load(**json.loads(line.removeprefix("LOAD ")))


async def _own(base: str, asked: Sequence[Asked], seconds: float, connections: int) -> Load:
    address = urlsplit(base)
    assert address.hostname is not None
    assert address.port is not None
    sent = [
        f"POST {one.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(one.body)}\r\n\r\n".encode()
        + one.body
        for one in asked
    ]
    took: list[float] = []
    errors = 0
    begin = time.perf_counter()

    async def connection(first: int, host: str, port: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(host, port)
        at = first
        while (start := time.perf_counter()) < begin + seconds:
            writer.write(sent[at % len(sent)])
            at += 1
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
            errors += head[9:10] != b"2"
            took.append((time.perf_counter() - start) * 1e3)
        writer.close()

    await asyncio.gather(*(connection(i, address.hostname, address.port) for i in range(connections)))
    spent = time.perf_counter() - begin
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return Load(spent, len(took), errors, cuts[49], cuts[98], max(took))
