"""The approval system's addresses: for its own front end as JSON, for the officer as pages with forms."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import FastAPI, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from approval import pages
from approval.cases import STATES, Case, Cases, Stale
from approval.deciding import Step
from relief_engine import ProfileError, ReliefError

T = TypeVar("T")
#: How many decisions may be worked out at a time: more would only wait for the processor.
AT_ONCE = 4


def create(folder: Path | None = None) -> FastAPI:
    """The application; its cases and its ledger are kept in ``folder``, else in that of the variable APPROVAL_DATA."""
    home = folder or Path(os.environ.get("APPROVAL_DATA", "data"))
    home.mkdir(parents=True, exist_ok=True)
    cases = Cases(home / "cases.sqlite")
    step = Step(cases, home / "decisions.ledger")
    places = asyncio.Semaphore(AT_ONCE)

    async def in_thread(work: Callable[..., T], *given: Any) -> T:
        """Work that keeps the processor or the disk busy, outside the event loop."""
        async with places:
            return await asyncio.to_thread(work, *given)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        for case in cases.all():  # what a crash left undecided
            if case.state == "to_decide":
                with suppress(ReliefError, Stale):  # it stays so, and somebody looks at it
                    await in_thread(step.decide, case)
        yield
        step.close()

    app = FastAPI(title="租金减免审批（示例）", lifespan=life)
    app.add_exception_handler(ProfileError, _unusable)
    app.add_exception_handler(ReliefError, _not_decided)
    app.add_exception_handler(Stale, _stale)

    async def found(number: int) -> Case:
        case = await in_thread(cases.get, number)
        if case is None:
            raise HTTPException(404, "没有这个申请")
        return case

    async def changed(number: int, request: Request, sent: Mapping[str, Any], facts: Any, answers: Any) -> Response:
        case = await found(number)
        if str(sent.get("version")) != str(case.version):
            raise Stale(case.reference)
        facts, answers = {**case.facts, **facts}, [*_others(case.answers, answers), *answers]
        await in_thread(step.check, facts, answers)
        case = await in_thread(cases.change, case, facts, answers)
        return await _answer(request, case, in_thread(step.decide, case))

    @app.post("/cases")
    async def file(request: Request) -> Response:
        """A new application: ``reference``, ``filed_on`` and ``facts``. Filing it twice makes one case."""
        sent = await _sent(request)
        facts = sent.get("facts")
        if not isinstance(facts, dict) or not str(sent.get("reference") or "").strip():
            raise HTTPException(422, "须有申请编号 reference 和资料 facts")
        await in_thread(step.check, facts, [])
        case = await in_thread(
            cases.file, str(sent["reference"]).strip(), _day("filed_on", sent.get("filed_on")), facts
        )
        deciding = in_thread(step.decide, case) if case.state == "to_decide" else None
        return await _answer(request, case, deciding)

    @app.get("/cases/{number}")
    async def show(number: int) -> Any:
        """A case with the report that its decision rests on."""
        case = await found(number)
        return {**_record(case), "report": await in_thread(step.kept, case)}

    @app.post("/cases/{number}/facts")
    async def more(number: int, request: Request) -> Response:
        """What was still missing: ``version`` and ``facts``. The case is decided again."""
        sent = await _sent(request)
        facts = sent.get("facts")
        if not isinstance(facts, dict) or not facts:
            raise HTTPException(422, "须有补充的资料 facts")
        return await changed(number, request, sent, facts, [])

    @app.post("/cases/{number}/answer")
    async def answer(number: int, request: Request) -> Response:
        """People's answer: ``version``, ``referral``, ``granted``, ``on``, ``by``; ``amount`` and ``note``, if any."""
        sent = await _sent(request)
        if _day("on", sent.get("on")) > dt.date.today():
            raise HTTPException(422, "on 不能晚于今天")
        keys = ("referral", "granted", "amount", "on", "by", "note")
        given = {key: sent[key] for key in keys if sent.get(key) not in (None, "")}
        return await changed(number, request, sent, {}, [given])

    @app.get("/cases/{number}/again")
    async def again(number: int) -> Any:
        """Whether the rules of now would decide it as they did."""
        return await in_thread(step.again, await found(number))

    @app.get("/", response_class=HTMLResponse)
    async def front() -> str:
        """All cases, and the form."""
        return pages.front(await in_thread(cases.all), step.engine)

    @app.get("/cases/{number}/page", response_class=HTMLResponse)
    async def page(number: int) -> str:
        """A case as the officer sees it."""
        case = await found(number)
        return pages.case(case, await in_thread(step.kept, case), step.engine)

    return app


async def _sent(request: Request) -> dict[str, Any]:
    """What a front end sends as JSON, or a form: there, names with a dot are facts, and empty fields are not known."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            sent = await request.json()
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            raise HTTPException(422, "正文应为 JSON 对象")
        return sent
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    facts = {name: value for name, value in form.items() if "." in name}
    return {**{name: value for name, value in form.items() if "." not in name}, "facts": facts}


async def _answer(request: Request, case: Case, deciding: Awaitable[Case] | None) -> Response:
    """A case, once it is decided: as JSON, or the way to its page for who sent a form."""
    if deciding is not None:
        case = await deciding
    if request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse(_record(case))
    return RedirectResponse(f"/cases/{case.id}/page", 303)


def _record(case: Case) -> dict[str, Any]:
    return {**jsonable_encoder(asdict(case)), "state_label": STATES[case.state]}


def _day(name: str, written: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(written) if written else dt.date.today()
    except (TypeError, ValueError):
        raise HTTPException(422, f"{name} 应为 YYYY-MM-DD") from None


def _others(before: Any, now: Any) -> list[Any]:
    """The earlier answers but those to a referral that is answered anew."""
    anew = {one.get("referral") for one in now}
    return [one for one in before if one["referral"] not in anew]


async def _unusable(_: Request, error: Exception) -> Response:
    """Every mistake at once, each with its place: to show beside the fields."""
    assert isinstance(error, ProfileError)
    mistakes = [{"code": one.code, "where": one.where.file, "message": one.message.zh} for one in error.findings]
    return JSONResponse({"detail": "资料有误", "errors": mistakes}, 422)


async def _not_decided(_: Request, error: Exception) -> Response:
    """The ledger can't be written, say: the case stays *to decide*, and nothing was granted or refused."""
    return JSONResponse({"detail": f"没有判定：{error}"}, 503)


async def _stale(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": f"申请 {error} 已有变动，请重新打开"}, 409)
