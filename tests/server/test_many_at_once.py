"""Many different requests at once give, to the last word, what the library gives one by one."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from relief_engine import Engine
from relief_engine.engine.asked_size import sized
from relief_engine.errors import Location
from relief_engine.explanation.records import report_record
from relief_engine.explanation.size_records import size_record
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.server.conftest import RENT, TENANT, Running


def requests(count: int) -> list[tuple[str, dict[str, Any]]]:
    """Mixed requests, the same every time: decisions of many outcomes, many at once, sizes, and bad ones."""
    draw = random.Random(6)
    found: list[tuple[str, dict[str, Any]]] = []
    for _ in range(count):
        applicant = {**TENANT["applicant"], "employees": draw.randint(1, 400), "revenue": draw.randint(1, 20000)}
        lease = {
            **TENANT["leases"][0],
            "monthly_rent": draw.randint(1, 10**7) / 100,
            "owner_kind": draw.choice(["district_state_owned_enterprise", "district_public_body", "private"]),
            "tenancy": draw.choice(["direct", "via_other"]),
            "has_rent_free_period": draw.choice([True, False]),
        }
        profile = {**TENANT, "applicant": applicant, "leases": [lease] * draw.randint(1, 2)}
        match draw.randrange(10):
            case 0:
                body = {"industry": "6210", "employees": draw.randint(1, 400), "as_of": "2022-06-01"}
                found.append(("/v1/size", body))
            case 1:
                found.append(("/v1/decide", {"profile": {**profile, "colour": "red"}}))
            case 2:
                found.append(("/v1/decide-many", {"profiles": [profile, TENANT], "programmes": [RENT]}))
            case _:
                found.append(("/v1/decide", {"profile": profile, "programmes": [RENT]}))
    return found


def expected(engine: Engine, path: str, body: dict[str, Any]) -> Any:
    """What the library says; of a bad request, its mistakes."""
    from relief_engine.errors import ProfileError

    if path == "/v1/size":
        figures = {"employees": body["employees"]}
        day = engine.profile({"applicant": {}, "as_of": body["as_of"]}).as_of
        return size_record(sized(engine.rulebook, body["industry"], figures, day, Location), "zh")
    if path == "/v1/decide-many":
        return [_report(engine, profile, f"profiles[{i}]") for i, profile in enumerate(body["profiles"])]
    try:
        return _report(engine, body["profile"], "profile")
    except ProfileError as error:
        return [finding.message.zh for finding in error.findings]


def _report(engine: Engine, profile: dict[str, Any], label: str) -> Any:
    read = engine.reader.read_mapping(profile, label)
    return report_record(engine.decide(read, programmes=[RENT]), engine, "zh", VERSION)


def told(path: str, answer: httpx.Response) -> Any:
    found = answer.json()
    if answer.status_code == 422:
        return [error["message"] for error in found["errors"]]
    assert answer.status_code == 200, answer.text
    return [result["report"] for result in found["results"]] if path == "/v1/decide-many" else found


def agree(service: Running, count: int) -> None:
    asked = requests(count)

    async def ask() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=count)
        async with httpx.AsyncClient(base_url=service.url, timeout=300, limits=limits) as client:
            return await asyncio.gather(*[client.post(path, json=body) for path, body in asked])

    answers = asyncio.run(ask())
    engine = Engine(shipped_book())
    outcomes = set()
    for (path, body), answer in zip(asked, answers, strict=True):
        found = told(path, answer)
        assert found == expected(engine, path, body)
        if path == "/v1/decide" and answer.status_code == 200:
            outcomes |= {decision["outcome"] for decision in found["decisions"]}
    assert outcomes >= {"eligible", "referred", "ineligible"}


def test_sixty_at_once(service: Running) -> None:
    agree(service, 60)


@pytest.mark.engines
def test_a_thousand_at_once() -> None:
    service = Running("--concurrency", "1000", "--limit-connections", "2000", "--timeout", "300")
    agree(service, 1000)
    assert service.stop() == 0
