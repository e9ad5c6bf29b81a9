"""The example of an approval system, by its addresses: it grants what the library grants, and loses nothing."""

import datetime as dt
import json
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from os import environ
from pathlib import Path
from typing import Any

import httpx
import pytest

from relief_engine import Engine
from relief_engine.ledger.store import Ledger
from tests.books import shipped_book
from tests.server.conftest import RENT, ROOT

FOLDER = ROOT / "examples" / "embedding"
FACTS: dict[str, Any] = {
    "applicant.name": "<b>运河小馆</b>", "applicant.kind": "enterprise", "applicant.industry": "6210",
    "applicant.employees": 30, "applicant.registered_in_beijing": True, "lease.owner_kind": "district_public_body",
    "lease.tenancy": "direct", "lease.premises_district": "通州区", "lease.start": "2021-01-01",
    "lease.end": "2023-12-31", "lease.monthly_rent": 30000, "lease.has_rent_free_period": False,
}  # fmt: skip
UNSAID = {name: value for name, value in FACTS.items() if name != "lease.has_rent_free_period"}
ANSWER = {
    "version": "2", "referral": "rent-free-period", "granted": True, "amount": 90000, "on": "2022-07-03",
    "by": "减免专班",
}  # fmt: skip


class Approval:
    """The application as a process, started as its README says."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "--factory", "approval.app:create", "--port", str(port)]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, env={**environ, "APPROVAL_DATA": str(data), "PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        for _ in range(600):
            try:
                self.client.get("/cases/0")
                return
            except httpx.ConnectError:
                assert self.process.poll() is None
                time.sleep(0.05)
        raise AssertionError("it does not answer")

    def file(self, reference: str, facts: dict[str, Any] = FACTS, status: int = 200) -> Any:
        sent = {"reference": reference, "filed_on": "2022-06-01", "facts": facts}
        return self.post("/cases", sent, status)

    def post(self, path: str, sent: object, status: int = 200) -> Any:
        answer = self.client.post(path, json=sent)
        assert answer.status_code == status, answer.text
        return answer.json()

    def stop(self) -> None:
        self.client.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def approval(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Approval]:
    running = Approval(tmp_path_factory.mktemp("approval"))
    yield running
    running.stop()


def test_what_it_grants_is_what_the_library_grants(approval: Approval) -> None:
    case = approval.file("granted")
    lease = {name.partition(".")[2]: value for name, value in FACTS.items() if name.startswith("lease.")}
    applicant = {name.partition(".")[2]: value for name, value in FACTS.items() if name.startswith("applicant.")}
    report = Engine(shipped_book()).decide(
        {"applicant": applicant, "leases": [lease]}, as_of=dt.date(2022, 6, 1), programmes=[RENT]
    )
    assert (case["state"], case["amount"]) == ("granted", str(report.decisions[0].amount)) == ("granted", "180000.00")
    shown = approval.client.get(f"/cases/{case['id']}").json()["report"]
    assert shown["profile"]["digest"] == report.profile.digest
    refused = approval.file("refused", {**FACTS, "lease.premises_district": "京外"})
    assert (refused["state"], refused["amount"]) == ("refused", None)


def test_from_missing_facts_to_the_answer_of_people(approval: Approval) -> None:
    case = approval.file("people", UNSAID)
    path = f"/cases/{case['id']}"
    assert case["state"] == "waiting"
    asked = [one["fact"] for one in approval.client.get(path).json()["report"]["questions"]]
    assert asked == ["lease.has_rent_free_period"]
    assert 'name="lease.has_rent_free_period"' in approval.client.get(f"{path}/page").text

    case = approval.post(f"{path}/facts", {"version": case["version"], "facts": {"lease.has_rent_free_period": "是"}})
    assert (case["state"], case["amount"]) == ("with_people", None)
    page = approval.client.get(f"{path}/page").text
    assert "通政办发〔2022〕12号 附件1 二" in page
    assert 'value="rent-free-period"' in page

    granted = approval.post(f"{path}/answer", {**ANSWER, "version": case["version"]})
    assert (granted["state"], granted["amount"]) == ("granted", "90000.00")
    report = approval.client.get(path).json()["report"]
    assert (report["total"], report["total_by_people"]) == ("0.00", "90000.00")
    assert report["as_of"] == "2022-07-03", "an answer counts from its day"
    assert approval.client.get(f"{path}/again").json()["verdict"] == "same"
    # Who saw the case before that was decided can't change it.
    assert "变动" in approval.post(f"{path}/answer", {**ANSWER, "version": case["version"]}, 409)["detail"]

    refused = approval.post(
        f"{path}/answer", {**ANSWER, "version": granted["version"], "granted": "否", "amount": None}
    )
    assert (refused["state"], refused["amount"], len(refused["answers"])) == ("refused", None, 1)


def test_an_answer_that_does_not_fit_grants_nothing(approval: Approval) -> None:
    case = approval.file("too much", {**FACTS, "lease.has_rent_free_period": True})
    path = f"/cases/{case['id']}"
    more = approval.post(f"{path}/answer", {**ANSWER, "version": case["version"], "amount": "180000.01"})
    assert (more["state"], more["amount"]) == ("with_people", None)
    tomorrow = (dt.date.today() + dt.timedelta(days=1)).isoformat()
    approval.post(f"{path}/answer", {**ANSWER, "version": more["version"], "on": tomorrow}, 422)
    mistakes = approval.post(
        f"{path}/answer", {**ANSWER, "version": more["version"], "referral": "rent-fre-period"}, 422
    )
    assert "rent-free-period" in mistakes["errors"][0]["message"]
    assert approval.client.get(path).json()["version"] == more["version"]


def test_mistakes_come_all_at_once_and_make_no_case(approval: Approval) -> None:
    told = approval.file("mistakes", {"applicant.kindd": "企业", "rent": 1, "lease.monthly_rent": -3}, 422)
    assert {one["where"] for one in told["errors"]} == {
        "profile:applicant.kindd", "profile:rent", "profile:leases[0].monthly_rent",
    }  # fmt: skip
    assert "mistakes" not in approval.client.get("/").text


def test_filing_twice_makes_one_case(approval: Approval) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: approval.client.post("/cases", json={
            "reference": "twice", "filed_on": "2022-06-01", "facts": FACTS}), range(8)))  # fmt: skip
    assert {answer.status_code for answer in answers} <= {200, 409}  # 409: another of them decided it meanwhile
    again = approval.file("twice")
    assert (again["state"], again["amount"]) == ("granted", "180000.00")
    assert {answer.json()["id"] for answer in answers if answer.status_code == 200} <= {again["id"]}
    approval.file("twice", UNSAID, 409)


def test_the_officers_forms(approval: Approval) -> None:
    front = approval.client.get("/").text
    assert re.findall(r'<select name="(lease\.tenancy)">', front)
    form = {"reference": "form<script>", "filed_on": "2022-06-01", **{k: str(v) for k, v in UNSAID.items()}}
    form |= {"applicant.registered_in_beijing": "是", "lease.has_rent_free_period": "是"}
    answer = approval.client.post("/cases", data=form)
    assert answer.status_code == 303
    page = approval.client.get(answer.headers["location"]).text
    assert "待人工认定" in page
    assert "<script>" not in page
    assert "<b>运河" not in page
    filled = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page))
    data = {**filled, "granted": "是", "amount": "90000", "on": "2022-07-03", "by": "专班", "note": ""}
    case = answer.headers["location"].removesuffix("/page")
    assert approval.client.post(f"{case}/answer", data=data).status_code == 303
    assert approval.client.get(case).json()["amount"] == "90000.00"


def test_a_crash_loses_no_case(tmp_path: Path) -> None:
    first = Approval(tmp_path)
    try:
        case = first.file("kept")
    finally:
        first.stop()  # SIGKILL
    # As if it had come between the two writes: the case is known, its decision is not.
    with sqlite3.connect(tmp_path / "cases.sqlite") as file:
        file.execute("UPDATE cases SET state = 'to_decide', amount = NULL, record = NULL")
    file.close()
    second = Approval(tmp_path)
    try:
        again = second.client.get(f"/cases/{case['id']}").json()
    finally:
        second.stop()
    assert (again["state"], again["amount"]) == ("granted", "180000.00")
    with Ledger.open(tmp_path / "decisions.ledger", create=False) as ledger:
        assert ledger.verify().sound
        kept = json.loads(ledger.get(again["record"]).data)
    assert kept["report"]["decisions"][0]["amount"] == "180000.00"
