"""Server stage: the addresses, and what becomes of a request to each. What is to be decided, workers decide."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from relief_engine.server.bodies import only_json, only_plain, whole_body
from relief_engine.server.exchange import HTML, JSON, Answer, Job
from relief_engine.server.metrics import MEDIA as METRICS
from relief_engine.server.plain_json import written
from relief_engine.server.problems import Problem
from relief_engine.server.rosters import Rosters
from relief_engine.server.screening import result_name
from relief_engine.server.service import Service
from relief_engine.text import Text
from relief_engine.version import VERSION

#: The page, its styles and scripts.
PAGE = Path(__file__).parent / "page"
VERSION_SCHEMA = "relief-version/1"
#: What a page of an explanation may do: nothing but be read, with the styles that stand in it.
_READ_ONLY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

#: Addresses that a worker answers, with the task that does.
ASKED = {
    "/openapi.json": "openapi",
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
    "/v1/interview": "interview",
    "/v1/replay": "replay",
    "/v1/profile": "profile",
}
_RECORD = "/v1/records/{which}"

Handler = Callable[[Request], Awaitable[Response]]


class Routes:
    """The handlers of all addresses."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._limits = service.settings.limits
        self._rosters = Rosters(service.settings.limits)

    def add_to(self, app: FastAPI) -> None:
        """Add all addresses."""
        for path, name in ASKED.items():
            app.add_route(path, _known(path, self._asked(name)), methods=["GET"])
        for path, name in SENT.items():
            app.add_route(path, _known(path, self._sent(name)), methods=["POST"])
        posted: dict[str, Handler] = {"/v1/screen": self.screen, f"{_RECORD}/resolutions": self.resolve}
        for path, handler in posted.items():
            app.add_route(path, _known(path, handler), methods=["POST"])
        got: dict[str, Handler] = {
            "/v1/version": self.version,
            "/healthz": self.health,
            "/readyz": self.ready,
            "/metrics": self.metrics,
            _RECORD: self.record,
            "/": self.page,
        }
        for path, handler in got.items():
            app.add_route(path, _known(path, handler), methods=["GET"])
        if PAGE.is_dir():
            app.mount("/static", StaticFiles(directory=PAGE))

    # --- what workers answer ----------------------------------------------------------------------------------------

    def _asked(self, name: str) -> Handler:
        async def answer(request: Request) -> Response:
            return await self._answer(request, self._job(request, name))

        return answer

    def _sent(self, name: str) -> Handler:
        async def answer(request: Request) -> Response:
            only_json(request)
            body = await whole_body(request, self._limits.body, self._limits.read_seconds)
            return await self._answer(request, self._job(request, name, body))

        return answer

    def _job(self, request: Request, name: str, body: bytes = b"") -> Job:
        state, kept = request.state, self._service.keeper is not None
        return Job(
            name, state.request, state.language, self._limits, state.query, body,
            ledger=kept, record_all=kept and self._service.settings.record_all,
        )  # fmt: skip

    async def _ask(self, request: Request, job: Job, *, screening: bool = False) -> Answer:
        answer, digest = await self._service.ask(job, screening=screening)
        request.state.rulebook = digest
        request.state.problem, request.state.fault = answer.problem, answer.fault
        return answer

    async def _answer(self, request: Request, job: Job) -> Response:
        answer = await self._ask(request, job)
        body = answer.body
        if answer.record is not None:
            entry = await self._service.ledger.append(answer.record)
            self._service.metrics.records.inc()
            noted = {"number": entry.number, "digest": entry.summary.record or entry.digest}
            # The worker's answer is one JSON object, and this its last member.
            body = body.removesuffix(b"}") + b',"record":' + written(noted) + b"}"
        if answer.media == HTML:
            request.state.policy = _READ_ONLY
        return _response(answer, body)

    async def record(self, request: Request) -> Response:
        """GET /v1/records/{which}: the document as it was kept, byte for byte."""
        kept = await self._service.ledger.get(request.path_params["which"])
        headers = {"content-type": JSON, "relief-record": str(kept.entry.number)}
        return Response(kept.data, headers=headers)

    async def resolve(self, request: Request) -> Response:
        """POST /v1/records/{which}/resolutions."""
        only_json(request)
        keeper = self._service.ledger
        body = await whole_body(request, self._limits.body, self._limits.read_seconds)
        kept = await keeper.get(request.path_params["which"])
        return await self._answer(request, self._job(request, "resolve", body)._replace(document=kept.data))

    async def screen(self, request: Request) -> Response:
        """POST /v1/screen: the body is the file; it lies in a folder of its own while it is worked on."""
        only_plain(request)

        async def ask(folder: Path) -> Answer:
            return await self._ask(request, self._job(request, "screen")._replace(folder=str(folder)), screening=True)

        answer, result = await self._rosters.screened(request, ask)
        if answer.status != 200:
            return _response(answer, answer.body)
        name = result_name(dict(request.state.query)["filename"].replace("\\", "/").rpartition("/")[2])
        response = _response(answer, result)
        response.headers["content-disposition"] = (
            f"attachment; filename=\"result.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
        )
        return response

    # --- what this process answers ----------------------------------------------------------------------------------

    async def version(self, _: Request) -> Response:
        """GET /v1/version."""
        rulebook = self._service.current.rulebook
        record = {
            "schema": VERSION_SCHEMA,
            "engine": {"version": VERSION},
            "rulebook": {"digest": rulebook.digest, "programmes": len(rulebook.programmes)},
            "ledger": self._service.keeper is not None,
        }
        return Response(written(record), media_type=JSON)

    async def health(self, _: Request) -> Response:
        """GET /healthz: the process answers."""
        return Response(written({"status": "alive"}), media_type=JSON)

    async def ready(self, _: Request) -> Response:
        """GET /readyz: requests can be answered, and records kept."""
        service = self._service
        generation = service.current
        alive = generation.deciding.alive
        writable = None if service.keeper is None else await service.keeper.writable()
        ready = alive > 0 and writable is not False
        record = {
            "status": "ready" if ready else "not-ready",
            "workers": alive,
            "rulebook": {"digest": generation.digest, "kept_because": service.kept_because},
            "ledger": None if writable is None else "writable" if writable else "not-writable",
        }
        return Response(written(record), 200 if ready else 503, media_type=JSON)

    async def metrics(self, _: Request) -> Response:
        """GET /metrics."""
        service = self._service
        deciding = service.current.deciding
        service.metrics.workers.set(deciding.alive)
        return Response(service.metrics.text(), headers={"content-type": METRICS})

    async def page(self, _: Request) -> Response:
        """GET /: the page."""
        index = PAGE / "index.html"
        if not index.is_file():
            raise Problem("not-found", Text("没有安装网页", "the page is not installed"))
        return FileResponse(index, headers={"cache-control": "no-cache"})


def _known(path: str, handler: Handler) -> Handler:
    """A handler that tells the log its address: the pattern, not what the client wrote."""

    async def answer(request: Request) -> Response:
        request.state.route = path
        return await handler(request)

    return answer


def _response(answer: Answer, body: bytes) -> Response:
    return Response(body, answer.status, {**dict(answer.headers), "content-type": answer.media})
