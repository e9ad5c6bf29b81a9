"""Server stage: what every answer has: an id, version and rulebook, safe headers, a line in the log, a count.

It stands around the whole application, so that answers about errors have it too, and so that no exception gets out.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from relief_engine.server import logs
from relief_engine.server.asking import language_of
from relief_engine.server.problems import MEDIA, Problem, internal, problem_body
from relief_engine.server.service import Service
from relief_engine.server.worker import fault_of
from relief_engine.text import Text
from relief_engine.version import VERSION

State = MutableMapping[str, Any]
#: What may be taken over as the id of a request: nothing that could mean anything elsewhere.
_HARMLESS_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
#: Addresses that need no API key: whether the service lives says nothing, and the page holds no data.
_OPEN = re.compile(r"/|/static/.*|/healthz|/readyz", re.ASCII)
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_SAFE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Frame:
    """The outermost application."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service
        self._keys = [_hashed(key) for key in service.settings.keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await _Exchange(self._service, scope, send).run(self._admit, self._app, receive)

    def _admit(self, headers: Headers, path: str) -> None:
        """Raise :class:`Problem` for who may not ask."""
        hosts = self._service.settings.hosts
        if hosts is not None and _host(headers.get("host", "")) not in hosts:
            detail = Text("请以服务自己的主机名访问", "call the service by its own name")
            raise Problem("wrong-host", detail)
        if self._keys and not _OPEN.fullmatch(path) and not self._known(headers):
            detail = Text(
                "请在 Authorization: Bearer 或 X-API-Key 中给出密钥",
                "send the key as Authorization: Bearer … or as X-API-Key",
            )
            raise Problem("unauthorized", detail)

    def _known(self, headers: Headers) -> bool:
        """Whether a key is shown that is one of ours; how long that takes does not depend on which, or how alike."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        shown = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        given = _hashed(shown)
        return sum(hmac.compare_digest(given, key) for key in self._keys) > 0


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _host(header: str) -> str:
    """The host of a ``Host`` header without its port."""
    if header.startswith("["):
        return header.partition("]")[0].removeprefix("[").lower()
    return header.partition(":")[0].lower()


class _Exchange:
    """One request and its answer."""

    def __init__(self, service: Service, scope: Scope, send: Send) -> None:
        self.service, self.scope, self._send = service, scope, send
        self.headers = Headers(scope=scope)
        asked = self.headers.get("x-request-id", "")
        self.id = asked if _HARMLESS_ID.fullmatch(asked) else uuid.uuid4().hex
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True, errors="replace")
        self.state: State = scope.setdefault("state", {})
        self.state |= {
            "request": self.id,
            "query": tuple(query),
            "language": language_of(query, service.settings.language),
            "rulebook": None,
            "problem": None,
            "fault": None,
            "policy": _POLICY,
        }
        self.began = time.perf_counter()
        self.status = 0
        self.sent = 0

    async def run(
        self,
        admit: Callable[[Headers, str], None],
        app: ASGIApp,
        receive: Receive,
    ) -> None:
        """Answer, whatever happens, and log it."""
        try:
            admit(self.headers, self.scope["path"])
            await app(self.scope, receive, self.send)
        except Problem as problem:
            await self._refuse(problem)
        except Exception as error:  # noqa: BLE001 - nothing of the inside gets out
            self.state["fault"] = fault_of(error)
            await self._refuse(internal())
        finally:
            self._note()

    async def send(self, message: Message) -> None:
        """Pass an answer on with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.id
            headers["relief-engine"] = VERSION
            digest = self.state["rulebook"] or self.service.digest
            if digest is not None:
                headers["relief-rulebook"] = digest
            for name, value in _SAFE.items():
                headers[name] = value
            headers.setdefault("content-security-policy", self.state["policy"])
            headers.setdefault("cache-control", "no-store")
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)

    async def _refuse(self, problem: Problem) -> None:
        if self.status:  # the answer has begun; nothing better can be said any more
            return
        headers, body = told(problem, self.state)
        await self.send({"type": "http.response.start", "status": problem.status, "headers": _raw(headers)})
        await self.send({"type": "http.response.body", "body": body})

    def _note(self) -> None:
        seconds = time.perf_counter() - self.began
        route = self.state.get("route", "-")
        method = self.scope["method"] if self.scope["method"] in ("GET", "HEAD", "POST") else "-"
        metrics = self.service.metrics
        metrics.requests.labels(route, method, str(self.status)).inc()
        metrics.seconds.labels(route).observe(seconds)
        if self.state["problem"] is not None:
            metrics.refused.labels(self.state["problem"]).inc()
        logs.event(
            "request",
            level=logging.ERROR if self.state["fault"] or self.status == 500 else logging.INFO,
            request=self.id,
            method=method,
            route=route,
            status=self.status,
            milliseconds=round(seconds * 1000, 1),
            sent=self.sent,
            problem=self.state["problem"],
            fault=self.state["fault"],
            rulebook=self.state["rulebook"],
        )


def told(problem: Problem, state: State) -> tuple[dict[str, str], bytes]:
    """The headers and the body of an answer that is a problem; the log is told of it too."""
    state["problem"] = problem.kind
    body = problem_body(problem, state["language"], state["request"])
    headers = {"content-type": MEDIA, "content-length": str(len(body))}
    if problem.retry_after is not None:
        headers["retry-after"] = str(problem.retry_after)
    if problem.kind == "unauthorized":
        headers["www-authenticate"] = 'Bearer realm="relief-engine"'
    if problem.kind in ("too-large", "too-slow"):
        headers["connection"] = "close"  # what is left of the body is not worth reading
    return headers, body


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
