"""The Python client: the library's answers by way of the service, and its findings in the client's exceptions."""

import datetime as dt
from decimal import Decimal

import httpx
import pytest

from relief_engine import Engine
from relief_engine.client import Busy, Client, InputRefused, NotAllowed, ServiceFailed, ServiceProblem, Unreachable
from relief_engine.explanation.records import report_record
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.server.conftest import RENT, ROOT, TENANT, Running


def test_the_client_gives_what_the_library_gives(service: Running) -> None:
    engine = Engine(shipped_book())
    lease = {**TENANT["leases"][0], "start": dt.date(2021, 1, 1), "monthly_rent": Decimal("12345.67")}
    profile = {**TENANT, "leases": [lease]}
    with Client(service.url, language="en") as client:
        report = client.decide(profile, as_of=dt.date(2022, 6, 3), programmes=[RENT])
        expected = report_record(
            engine.decide(profile, as_of=dt.date(2022, 6, 3), programmes=[RENT]), engine, "en", VERSION
        )
        assert report == expected
        assert report["decisions"][0]["amount"] == "74074.02"
        round_ = {**TENANT, "leases": [{**lease, "monthly_rent": Decimal("1.2E+4")}]}
        assert client.decide(round_, programmes=[RENT])["total"] == "72000.00"
        assert "Eligible" in client.explain(profile, programmes=[RENT])
        many = client.decide_many([profile, {}], programmes=[RENT])
        assert ("report" in many[0], "problem" in many[1]) == (True, True)
        assert client.size("6210", employees=30, revenue=Decimal("800.5"))["size"] == "small"
        assert client.version()["engine"]["version"] == VERSION
        assert RENT in [programme["programme"] for programme in client.programmes(as_of="2022-06-01")]
        assert client.facts()["subjects"][0]["subject"] == "applicant"
        assert client.profile_schema()["type"] == "object"
        step = client.interview({}, programmes=[RENT], passed=[{"fact": "subjects", "subject": "applicant"}])
        assert step["done"] is False


def test_records_by_the_client(service: Running) -> None:
    lease = {**TENANT["leases"][0], "has_rent_free_period": True}
    with Client(service.url) as client:
        noted = client.decide({**TENANT, "leases": [lease]}, programmes=[RENT], record=True)["record"]
        data = client.record(noted["digest"])
        assert client.replay(data)["verdict"] == "same"
        granted = client.resolve(
            noted["number"],
            [
                {
                    "programme": RENT, "subject": "leases[0]", "referral": "rent-free-period", "granted": True,
                    "amount": 90000, "on": "2022-05-20", "by": "专班",
                }
            ],
        )  # fmt: skip
        assert granted["total_by_people"] == "90000.00"


def test_a_roster_by_the_client(service: Running) -> None:
    with Client(service.url) as client:
        roster = (ROOT / "examples/rosters/rent-roll.xlsx").read_bytes()
        screened = client.screen(roster, "台账.xlsx", as_of=dt.date(2022, 6, 20), programmes=[RENT])
        assert screened.workbook.startswith(b"PK")
        assert screened.counts["outcomes"]["eligible"] == 19


def test_findings_come_with_the_exception(service: Running) -> None:
    with Client(service.url, language="en") as client:
        with pytest.raises(InputRefused) as caught:
            client.decide({"applicant": {"kind": "enterprize", "employees": -1}})
        assert {e["pointer"] for e in caught.value.errors} == {
            "/profile/applicant/employees",
            "/profile/applicant/kind",
        }
        assert "did you mean 'enterprise'?" in str(caught.value)
        assert caught.value.kind == "unusable-input"
        assert len(caught.value.request) == 32
        with pytest.raises(InputRefused) as gone:
            client.record(99999)
        assert gone.value.status == 404


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'{"type": "urn:relief-engine:problem:unauthorized", "title": "t", "detail": "d"}', NotAllowed),
        (503, b'{"type": "urn:relief-engine:problem:overloaded", "title": "t", "detail": "d"}', Busy),
        # A gateway's patience ended, not the service's: the decision may have been recorded.
        (504, b"<html>gateway</html>", ServiceFailed),
        (200, b"<html>log in first</html>", ServiceFailed),
        (502, b'"bad"', ServiceFailed),
        (301, b"", InputRefused),
    ],
)
def test_other_answers(status: int, body: bytes, kind: type[ServiceProblem]) -> None:
    headers = {"retry-after": "7", "x-request-id": "r"}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body, headers=headers))
    with Client("http://service", transport=transport) as client, pytest.raises(kind) as caught:
        client.version()
    assert type(caught.value) is kind
    assert (caught.value.retry_after, caught.value.request) == (7, "r")


def test_nobody_there() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with Client("http://service", transport=httpx.MockTransport(refuse)) as client, pytest.raises(Unreachable):
        client.version()
