"""What the page asks of the service beside the public addresses: the form, and saved profiles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relief_engine.engine import Engine
from relief_engine.server import form as _tasks  # noqa: F401 - its tasks enter themselves
from relief_engine.server.exchange import Job
from relief_engine.server.settings import Limits
from relief_engine.server.tasks import Desk, perform
from relief_engine.text import Language
from tests.books import shipped_book
from tests.page.driving import PROFILES, RENT


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(Engine(shipped_book()))


def asked(desk: Desk, task: str, language: Language = "zh", body: object = None) -> tuple[int, Any]:
    data = b"" if body is None else json.dumps(body).encode()
    answer = perform(desk, Job(task, "a-request", language, Limits(), (), data))
    return answer.status, json.loads(answer.body)


def test_the_form_holds_every_fact_with_what_a_field_needs(desk: Desk) -> None:
    rulebook = desk.engine.rulebook
    _, zh = asked(desk, "form")
    _, en = asked(desk, "form", "en")
    facts = {fact["fact"]: fact for fact in zh["facts"]}
    assert set(facts) == {fact.id for known in rulebook.subjects.values() for fact in known.facts}
    assert {kind["list"] for kind in zh["subjects"]} == {None, *rulebook.lists}
    assert facts["lease.end"]["open_ended"] is True
    assert facts["lease.monthly_rent"]["unit"] == "元/月"
    assert next(f for f in en["facts"] if f["fact"] == "lease.monthly_rent")["unit"] == "yuan/month"
    assert RENT in facts["lease.monthly_rent"]["programmes"]
    assert RENT not in facts["applicant.vat_status"]["programmes"]
    assert facts["applicant.name"]["programmes"] == []
    assert {"id": "6210", "name": "正餐服务"} in zh["codes"]


@pytest.mark.parametrize("name", sorted(path.name for path in PROFILES.glob("*.yaml") if "expected" not in path.name))
def test_a_saved_profile_comes_back_as_it_was(desk: Desk, name: str) -> None:
    text = (PROFILES / name).read_text(encoding="utf-8")
    status, found = asked(desk, "profile", body={"file": name, "text": text})
    assert status == 200
    assert desk.engine.profile(found["profile"]).digest == desk.engine.read_profile(PROFILES / name).digest


def test_figures_of_a_saved_profile_are_text_to_the_last_digit(desk: Desk) -> None:
    text = "applicant: {revenue: 1234567.891234, employees: 30, registered_in_beijing: yes}"
    text += "\nleases: [{monthly_rent: 90071992547.41}]"
    _, found = asked(desk, "profile", body={"text": text})
    applicant, lease = found["profile"]["applicant"], found["profile"]["leases"][0]
    assert applicant["employees"] == "30"
    assert applicant["registered_in_beijing"] is True
    assert applicant["revenue"] == "1,234,567.891234 万元"
    assert desk.engine.profile(found["profile"]).digest == desk.engine.reader.read_bytes(text.encode(), "x").digest
    assert lease["monthly_rent"] == "90,071,992,547.41 元/月"


def test_mistakes_of_a_saved_profile_have_their_file_line_and_column(desk: Desk) -> None:
    status, problem = asked(
        desk, "profile", "en", {"file": "mine.yaml", "text": "applicant:\n  kind: sole\n  staff: 3\n"}
    )
    assert status == 422
    places = [(found["where"], found["line"], found["column"]) for found in problem["errors"]]
    assert places == [("mine.yaml", 2, 9), ("mine.yaml", 3, 3)]
    assert asked(desk, "profile", body={"file": "mine.yaml"})[0] == 422
    assert asked(desk, "profile", body={"text": 5})[0] == 422
    assert asked(desk, "profile", body={"text": ""})[0] == 422
    assert asked(desk, "profile", body=["text"])[0] == 422
