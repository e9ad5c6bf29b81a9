"""Requests that no client sends: each is refused or answered like others, without a fault, and the service lives on."""

import json
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.workbooks import ROWS, sheet, workbook
from tests.server.conftest import RENT, TENANT, Running

BODY = json.dumps({"profile": TENANT, "programmes": [RENT]}).encode()


@pytest.fixture
def calm(service: Running) -> Iterator[Running]:
    """The service, which has no fault to tell of afterwards and still decides."""
    before = len(service.lines)
    yield service
    assert service.decide()["decisions"][0]["outcome"] == "eligible"
    events = [json.loads(line) for line in service.lines[before:]]
    assert not [event for event in events if event.get("fault") or event.get("status") == 500]


def spoken(service: Running, data: bytes, seconds: float = 5) -> bytes:
    """What the service answers to bytes, until it closes the connection or says nothing more."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data.replace(b"Host: a\r\n", f"Host: {host}:{port}\r\n".encode()))
        answer = b""
        try:
            while piece := connection.recv(1 << 16):
                answer = (answer + piece).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
                if b"\r\n\r\n" in answer:
                    head, _, body = answer.partition(b"\r\n\r\n")
                    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                    if lengths and len(body) >= int(lengths[0].partition(b":")[2]):
                        break
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def status(answer: bytes) -> int:
    """The status of an answer; 0 if the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def post(*headers: str, body: bytes = BODY, path: str = "/v1/decide", length: bool = True) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: a", "Content-Type: application/json", *headers]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


REFUSED = {
    "a length below nothing": post("Content-Length: -1", length=False),
    "a length in words": post("Content-Length: many", length=False),
    "a length in another form": post("Content-Length: 0x10", length=False),
    "a length with a sign": post("Content-Length: +5", length=False),
    "a length of 40 digits": post("Content-Length: " + "9" * 40, length=False),
    "two lengths": post("Content-Length: 3"),
    "a length and chunks": post("Transfer-Encoding: chunked"),
    "chunks of no size": post("Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n", length=False),
    "chunks of minus one": post("Transfer-Encoding: chunked", body=b"-1\r\n{}\r\n0\r\n\r\n", length=False),
    "a chunk of 2^64": post("Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFFFF\r\n{}", length=False),
    "a coding that is none": post("Transfer-Encoding: chunkedx", body=b"0\r\n\r\n", length=False),
    "packed": post("Content-Encoding: gzip", body=b"\x1f\x8b\x08\x00" + b"\x00" * 50),
    "packed in a strange way": post("Content-Encoding: br, gzip"),
    "another type": post(body=BODY).replace(b"application/json", b"text/plain"),
    "no type": post(body=BODY).replace(b"Content-Type: application/json\r\n", b""),
    "another character set": post(body=BODY).replace(b"application/json", b"application/json; charset=utf-16"),
    "too large": post(body=b" " * 200_001),
    "a header of 200 kB": post("X-A: " + "a" * 200_000),
    "a header with a zero byte": post("X-A: a\x00b"),
    "a header without a name": post(": a"),
    "the name of another host": post().replace(b"Host: a", b"Host: evil.example"),
    "no JSON": post(body=b"{"),
    "nothing": post(body=b""),
    "half a character": post(body=b'{"profile": {"applicant": {"name": "\\ud800"}}}'),
    "bytes that are no text": post(body=b'{"profile": {"applicant": {"name": "\xff"}}}'),
    "a key twice": post(body=b'{"profile": {"applicant": {}}, "profile": {"applicant": {}}}'),
    "not a number": post(body=b'{"profile": {"applicant": {"employees": NaN}}}'),
    "an endless number": post(body=b'{"profile": {"applicant": {"employees": 1e999999999}}}'),
    "a number of 100,000 digits": post(body=b'{"profile": {"applicant": {"employees": ' + b"9" * 100_000 + b"}}}"),
    "lists in lists": post(body=b"[" * 100_000),
    "objects in objects": post(body=b'{"a":' * 30_000),
    "text behind the end": post(body=BODY + b"x"),
    "another address": b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\n\r\n",
    "another method": b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method by a header": b"GET /v1/decide HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: POST\r\n\r\n",
    "a proxy": b"CONNECT example.invalid:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "deleting": b"DELETE /v1/records/1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 60 + b"\r\n\r\n",
    "another protocol": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an older protocol": b"GET /\r\n\r\n",
    "two spaces": b"GET  /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address of 100 kB": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a record that is a path": b"GET /v1/records/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: a\r\n\r\n",
    "a record that is SQL": b"GET /v1/records/1%27%20or%201=1-- HTTP/1.1\r\nHost: a\r\n\r\n",
    "a record of 5,000 digits": b"GET /v1/records/" + b"9" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a record below nothing": b"GET /v1/records/-1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a record with a zero byte": b"GET /v1/records/%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a language that is none": b"GET /v1/facts?lang=%ff HTTP/1.1\r\nHost: a\r\n\r\n",
    "a day that is none": b"GET /v1/programmes?as_of=9999999999-01-01 HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str, calm: Running) -> None:
    answer = spoken(calm, REFUSED[case])
    assert status(answer) in (0, *range(400, 500)), answer[:300]
    assert b"Traceback" not in answer
    assert b"/relief_engine/" not in answer


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/..\\app.py",
        "/static/%2e%2e%5capp.py",
        "/static//etc/passwd",
        "/static/....//app.py",
        "/static/%00",
        "/../../etc/passwd",
        "/static/" + "a/" * 2000,
        "/static/%ff%fe",
        "/static/.",
        "//etc/passwd",
        "http://example.invalid/static/../app.py",
        "/static/..;/app.py",
        "/static/%252e%252e/app.py",
    ],
)
def test_no_way_out_of_the_folder_of_the_page(path: str, calm: Running) -> None:
    answer = spoken(calm, f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert status(answer) in (0, *range(400, 500)), answer[:300]
    assert b"root:" not in answer
    assert b"FastAPI" not in answer


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Forwarded-For: 1.2.3.4", "X-Forwarded-Proto: https", "Forwarded: for=a"],
        ["X-Request-Id: a\tb<script>"],
        ["X-Request-Id: " + "a" * 5000],
        ["Accept-Encoding: gzip, br, *"],
        ["Range: bytes=0-0,1-1,2-2"],
        ["Expect: 100-continue"],
        ["X-A: a\r\n b"],
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"],
        ["Cookie: " + "a=b; " * 1000],
        ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"],
        ["If-None-Match: *"],
        ["Authorization: Bearer \xff"],
    ],
)
def test_headers_that_change_nothing(headers: list[str], calm: Running) -> None:
    answer = spoken(calm, post(*headers))
    assert status(answer) == 200, answer[:300]
    assert b"<script>" not in answer


def test_who_sends_slowly_keeps_nobody_from_being_served(calm: Running) -> None:
    """Two hundred connections that send a byte and wait, and hundreds that are dropped half way."""
    host, port = calm.url.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port)), timeout=10) for _ in range(200)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(b"P" if number % 2 else post()[:-20])
        begin = time.monotonic()
        assert calm.decide()["total"] is not None
        assert time.monotonic() - begin < 10
    finally:
        for connection in slow:
            connection.close()


def cut_off(service: Running, data: bytes, piece: bytes) -> bool:
    """Whether a connection ends before 30 MB are taken."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(data.replace(b"Host: a\r\n", f"Host: {host}:{port}\r\n".encode()))
        try:
            for _ in range(30):
                connection.sendall(piece * (1_000_000 // len(piece)))
        except (BrokenPipeError, ConnectionResetError):
            return True
    return False


CHUNKED = post("Transfer-Encoding: chunked", body=b"", length=False)


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: ", b"a"),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: ", b"b\r\nA: "),
        (b"GET /", b"a"),
        (CHUNKED + b"0\r\nA: ", b"a"),
        (CHUNKED + b"1;a=", b"a"),
    ],
    ids=["header", "headers", "address", "trailer", "chunk"],
)
def test_what_has_no_end_is_cut_off(calm: Running, data: bytes, piece: bytes) -> None:
    """All of it was taken, and kept: nothing bounded it but time."""
    assert cut_off(calm, data, piece)


def test_what_is_long_and_ends_is_not_cut_off(calm: Running) -> None:
    headers = b"GET /healthz HTTP/1.1\r\nHost: a\r\nA: " + b"a" * 50_000 + b"\r\n\r\n"
    assert status(spoken(calm, headers)) == 200
    body = BODY + b" " * 100_000
    parts = [body[i : i + 100] for i in range(0, len(body), 100)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    assert status(spoken(calm, CHUNKED + chunks)) == 200


@pytest.mark.engines
def test_rosters_that_would_exhaust(calm: Running, tmp_path: Path) -> None:
    far = workbook(tmp_path / "far.xlsx", sheet(ROWS + '<row r="9"><c r="A99999999999"><v>1</v></c></row>'))
    bomb = workbook(tmp_path / "bomb.xlsx", sheet(), more={"xl/sharedStrings.xml": "<sst>" + " " * (17 << 20)})
    quadratic = workbook(tmp_path / "slow.xlsx", sheet('<c r="A1"><f>' * 60_000 + "</row>"))
    texts = {
        "a.csv": b'a,"b\n' + b"x\n" * 5000,
        "b.csv": b"\x00" * 1000,
        "c.csv": b"a," * 500_000,
        "d.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000,
        "e.parquet": b"PAR1" + b"\xff" * 100 + b"PAR1",
        "f.xlsx": b"PK\x03\x04" + b"\0" * 100,
    }
    uploads = {path.name: path.read_bytes() for path in (far, bomb, quadratic)} | texts
    for name, data in uploads.items():
        answer = calm.client.post("/v1/screen", params={"filename": name, "as_of": "2022-06-20"}, content=data)
        assert answer.status_code == 422, (name, answer.text[:300])
        assert answer.json()["errors"], name
    for name in (
        "../../x.csv",
        "/etc/passwd",
        "a\x00.csv",
        "a.csv" * 100,
        "\u202e.csv",
        "con.xlsx",
        ".csv",
        "a\r\nX: b.csv",
    ):
        answer = calm.client.post("/v1/screen", params={"filename": name}, content="承租方名称\n甲\n".encode())
        assert answer.status_code in (200, 422), (name, answer.text[:300])
        assert "x" not in answer.headers


ATOMS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    10**6,
    10**40,
    -(10**400),
    0.1,
    1e308,
    5e-324,
    "",
    " ",
    "是",
    "无",
    "open",
    "x" * 300,
    "9" * 5000,
    "\x00",
    "\x1b[31m",
    "\u202e",
    "\U0001f600",
    "=1+1",
    "<b>",
    "2022-02-30",
    "2022-06-01",
    "0001-01-01",
    [],
    {},
    [[]],
    [{}],
    {"a": 1},
    {"": ""},
    "__proto__",
    RENT,
    "applicant",
)


def changed(value: Any, draw: random.Random) -> Any:
    """A JSON value with something in it replaced, taken out, doubled or added."""
    if isinstance(value, dict) and value and draw.random() < 0.8:
        key = draw.choice(list(value))
        found = {k: changed(v, draw) if k == key else v for k, v in value.items()}
        if draw.random() < 0.1:
            del found[key]
        if draw.random() < 0.1:
            found[str(draw.choice(ATOMS))] = draw.choice(ATOMS)
        return found
    if isinstance(value, list) and value and draw.random() < 0.8:
        at = draw.randrange(len(value))
        return [*value[:at], changed(value[at], draw), *value[at : at + draw.randrange(2)], *value[at + 1 :]]
    return draw.choice(ATOMS)


BODIES: dict[str, Any] = {
    "/v1/decide": {"profile": TENANT, "as_of": "2022-06-20", "programmes": [RENT], "verify": False},
    "/v1/explain": {"profile": TENANT, "programmes": [RENT], "details": True},
    "/v1/decide-many": {"profiles": [TENANT, {"applicant": {}}], "programmes": [RENT]},
    "/v1/size": {"industry": "6210", "employees": 30, "revenue": 800, "assets": 10, "as_of": "2022-06-20"},
    "/v1/interview": {
        "profile": {"applicant": {"kind": "enterprise"}},
        "programmes": [RENT],
        "passed": [{"fact": "applicant.revenue", "subject": "applicant"}],
    },
    "/v1/records/1/resolutions": [
        {
            "programme": RENT,
            "subject": "leases[0]",
            "referral": "rent-free-period",
            "granted": True,
            "on": "2022-07-03",
            "by": "减免专班",
        }
    ],
    "/v1/replay": {"schema": "relief-record/1", "digest": "sha256:0", "asked": {}, "profile": {}, "report": {}},
}


def attack(service: Running, number: int, seed: int) -> dict[int, int]:
    """So many changed requests to every address; gives how often each status was the answer."""
    draw, seen = random.Random(seed), dict[int, int]()
    for path, body in BODIES.items():
        for _ in range(number):
            sent: Any = body
            for _ in range(draw.choice((1, 1, 2, 4))):
                sent = changed(sent, draw)
            params = {} if draw.random() < 0.9 else {str(draw.choice(ATOMS)): str(draw.choice(ATOMS)), "lang": "en"}
            answer = service.client.post(
                path, content=json.dumps(sent).encode(), params=params, headers={"content-type": "application/json"}
            )
            told = (path, answer.status_code, answer.text[:300], json.dumps(sent, ensure_ascii=False)[:600])
            assert answer.status_code in (200, 201, 400, 404, 409, 413, 422), told
            assert answer.headers["x-request-id"]
            if answer.status_code >= 400:
                problem = answer.json()
                assert answer.headers["content-type"] == "application/problem+json", told
                assert problem["status"] == answer.status_code, told
                assert problem["type"].startswith("urn:relief-engine:"), told
                assert all((problem["title"], problem["detail"])), told
                for error in problem.get("errors", []):
                    assert error["code"], told
                    assert 0 < len(error["message"]) <= 2000, told
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
    return seen


@pytest.mark.engines
def test_bodies_changed_at_random(calm: Running) -> None:
    seen = attack(calm, 25, seed=1)
    assert seen[200] > 5
    assert seen[422] > 50


@pytest.mark.soak
def test_bodies_changed_at_random_for_long(calm: Running) -> None:
    assert attack(calm, 300, seed=2)[422] > 600
