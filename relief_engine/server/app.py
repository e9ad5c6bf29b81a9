"""Server stage: the application: addresses, bodies and answers. What is decided, workers decide."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from relief_engine.rulebook.model import Rulebook
from relief_engine.server.exchange import JSON, Answer, Job
from relief_engine.server.frame import Frame, internal, told
from relief_engine.server.metrics import MEDIA as METRICS
from relief_engine.server.plain_json import written
from relief_engine.server.problems import Kind, Problem
from relief_engine.server.reloading import Reloader
from relief_engine.server.service import Service
from relief_engine.server.settings import Settings
from relief_engine.text import Text
from relief_engine.version import VERSION

#: The page, its styles and scripts.
PAGE = Path(__file__).parent / "page"
VERSION_SCHEMA = "relief-version/1"

#: Addresses that a worker answers, with the task that does.
ASKED = {
    "/v1/programmes": "programmes",
    "/v1/facts": "facts",
    "/v1/schema/profile": "profile_schema",
    "/v1/form": "form",
}
SENT = {
    "/v1/decide": "decide",
    "/v1/explain": "explain",
    "/v1/decide-many": "decide_many",
    "/v1/size": "size",
    "/v1/profile": "profile",
    "/v1/interview": "interview",
}
_HTTP: dict[int, tuple[Kind, Text]] = {
    404: ("not-found", Text("可用的地址见 /openapi.json", "see /openapi.json for the addresses there are")),
    405: ("method-not-allowed", Text("可用的方法见 /openapi.json", "see /openapi.json for the methods there are")),
}


def application(settings: Settings, rulebook: Rulebook) -> Frame:
    """The application of a service that begins with a rulebook, as ASGI; its workers live as long as its lifespan."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start(rulebook)
        async with reloading(service):
            yield
        await service.stop()

    app = FastAPI(
        lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
        exception_handlers={HTTPException: _http_problem, Problem: _problem, Exception: _fault},
    )  # fmt: skip
    _Routes(service).add_to(app)
    return Frame(app, service)


@asynccontextmanager
async def reloading(service: Service) -> AsyncIterator[None]:
    """Read the rulebook anew on SIGHUP, where there is such a signal, and when a folder that is watched changes."""
    reloader = Reloader(service)
    task = asyncio.create_task(reloader.run())
    loop = asyncio.get_running_loop()
    # Only the main thread hears signals; an application inside another has no say in them.
    listening = hasattr(signal, "SIGHUP") and threading.current_thread() is threading.main_thread()
    if listening:
        loop.add_signal_handler(signal.SIGHUP, reloader.ask)
    try:
        yield
    finally:
        if listening:
            loop.remove_signal_handler(signal.SIGHUP)
        task.cancel()
        await asyncio.wait([task])


async def _http_problem(request: Request, error: Exception) -> Response:
    """What Starlette refuses by itself is a problem like any other."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    kind, detail = _HTTP.get(status, _HTTP[404])
    response = _told(request, Problem(kind, detail))
    if isinstance(error, HTTPException) and error.headers:
        response.headers.update(error.headers)  # which methods there are
    return response


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return _told(request, error)


async def _fault(request: Request, _: Exception) -> Response:
    """The frame logs where it was."""
    return _told(request, internal())


def _told(request: Request, problem: Problem) -> Response:
    headers, body = told(problem, request.scope["state"])
    return Response(body, problem.status, headers)


Handler = Callable[[Request], Awaitable[Response]]


class _Routes:
    """The handlers of all addresses."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def add_to(self, app: FastAPI) -> None:
        """Add all addresses."""
        for path, name in ASKED.items():
            app.add_route(path, self._asked(path, name), methods=["GET"])
        for path, name in SENT.items():
            app.add_route(path, self._sent(path, name), methods=["POST"])
        app.add_route("/v1/version", self.version, methods=["GET"])
        app.add_route("/healthz", self.health, methods=["GET"])
        app.add_route("/readyz", self.ready, methods=["GET"])
        app.add_route("/metrics", self.metrics, methods=["GET"])
        app.add_route("/", self.page, methods=["GET"])
        app.mount("/static", StaticFiles(directory=PAGE, check_dir=False))

    # --- what workers answer ----------------------------------------------------------------------------------------

    def _asked(self, path: str, name: str) -> Handler:
        async def answer(request: Request) -> Response:
            return await self._answer(request, path, name, b"")

        return answer

    def _sent(self, path: str, name: str):  # type: ignore[no-untyped-def]
        async def answer(request: Request) -> Response:
            request.state.route = path
            _only_json(request)
            body = await read_body(
                request, self.service.settings.limits.body, self.service.settings.limits.read_seconds
            )
            return await self._answer(request, path, name, body)

        return answer

    async def _answer(self, request: Request, path: str, name: str, body: bytes) -> Response:
        state = request.state
        state.route = path
        job = Job(name, state.request, state.language, self.service.settings.limits, state.query, body)
        answer, generation = await self.service.ask(job)
        state.rulebook = generation.digest
        return _response(request, answer)

    # --- what this process answers ----------------------------------------------------------------------------------

    async def version(self, request: Request) -> Response:
        """GET /v1/version."""
        request.state.route = "/v1/version"
        generation = self.service.current
        record = {
            "schema": VERSION_SCHEMA,
            "engine": {"version": VERSION},
            "rulebook": {"digest": generation.digest, "programmes": len(generation.rulebook.programmes)},
        }
        return Response(written(record), media_type=JSON)

    async def health(self, request: Request) -> Response:
        """GET /healthz: the process answers."""
        request.state.route = "/healthz"
        return Response(written({"status": "alive"}), media_type=JSON)

    async def ready(self, request: Request) -> Response:
        """GET /readyz: requests can be answered."""
        request.state.route = "/readyz"
        generation = self.service.current
        alive = generation.deciding.alive
        record = {
            "status": "ready" if alive else "not-ready",
            "workers": alive,
            "rulebook": {"digest": generation.digest, "kept_because": self.service.kept_because},
        }
        return Response(written(record), 200 if alive else 503, media_type=JSON)

    async def metrics(self, request: Request) -> Response:
        """GET /metrics."""
        request.state.route = "/metrics"
        service = self.service
        generation = service.current
        service.metrics.workers.set(generation.deciding.alive)
        for why, count in generation.deciding.replaced.items():
            service.metrics.replaced.labels(why).set(count)
        return Response(service.metrics.text(), headers={"content-type": METRICS})

    async def page(self, request: Request) -> Response:
        """GET /: the page."""
        request.state.route = "/"
        index = PAGE / "index.html"
        if not index.is_file():
            raise Problem("not-found", Text("没有安装网页", "the page is not installed"))
        return FileResponse(index, headers={"cache-control": "no-cache"})


def _response(request: Request, answer: Answer) -> Response:
    request.state.problem, request.state.fault = answer.problem, answer.fault
    return Response(answer.body, answer.status, {**dict(answer.headers), "content-type": answer.media})


def _only_json(request: Request) -> None:
    """Refuse other content: a page of another site can send that without asking, but no JSON."""
    given = request.headers.get("content-type", "")
    media, _, rest = given.partition(";")
    charset = rest.partition("charset=")[2].strip(' "').lower()
    if media.strip().lower() != JSON or charset not in ("", "utf-8", "utf8"):
        detail = Text(
            "正文应为 UTF-8 的 JSON，并写明 Content-Type: application/json",
            "the body must be JSON in UTF-8, with Content-Type: application/json",
        )
        raise Problem("media-type", detail)


async def read_body(request: Request, most: int, seconds: float) -> bytes:
    """The body of a request, however it is sent; raises :class:`Problem` as soon as it is too large or too slow."""
    too_large = Problem("too-large", Text(f"正文最多 {most} 字节", f"a body may have {most} bytes at most"))
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated[:20]) > most:
        raise too_large
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > most:
                    raise too_large
                parts.append(part)
    except TimeoutError:
        detail = Text(f"正文没有在 {seconds:g} 秒内发完", f"the body did not arrive within {seconds:g} seconds")
        raise Problem("too-slow", detail) from None
    return b"".join(parts)
