"""Server stage: the application: what starts and stops with it, and what stands around its addresses."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from relief_engine.rulebook.model import Rulebook
from relief_engine.server.frame import Frame, told
from relief_engine.server.keeping import Keeper
from relief_engine.server.problems import Kind, Problem, internal
from relief_engine.server.reloading import Reloader
from relief_engine.server.routes import Routes
from relief_engine.server.service import Service
from relief_engine.server.settings import Settings
from relief_engine.text import Text

_HTTP: dict[int, tuple[Kind, Text]] = {
    404: ("not-found", Text("可用的地址见 /openapi.json", "see /openapi.json for the addresses there are")),
    405: ("method-not-allowed", Text("可用的方法见 /openapi.json", "see /openapi.json for the methods there are")),
}


def application(settings: Settings, rulebook: Rulebook, keeper: Keeper | None = None) -> Frame:
    """The application of a service that begins with a rulebook, as ASGI; its workers live as long as its lifespan."""
    service = Service(settings, keeper)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start(rulebook)
        async with reloading(service):
            yield
        await service.stop()

    app = FastAPI(
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={HTTPException: _http_problem, Problem: _problem, Exception: _fault},
    )
    Routes(service).add_to(app)
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
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})  # one that came during the start comes now
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
