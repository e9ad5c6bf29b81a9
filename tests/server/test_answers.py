"""What the addresses answer is what the library and the command line say."""

import datetime as dt
import json
from io import BytesIO
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from relief_engine import Engine
from relief_engine.cli import main
from relief_engine.engine.verify import unavailable
from relief_engine.explanation.records import report_record
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.server.conftest import RENT, ROOT, TENANT, Running


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(shipped_book())


def refused(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["type"]) == (status, f"urn:relief-engine:problem:{kind}")
    assert found["instance"] == f"urn:relief-engine:request:{answer.headers['x-request-id']}"
    assert found["title"]
    assert found["detail"]
    return found


# --- deciding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_decision_is_the_librarys(service: Running, engine: Engine, language: Any) -> None:
    answer = service.client.post(f"/v1/decide?lang={language}", json={"profile": TENANT, "as_of": "2022-07-01"})
    assert answer.status_code == 200
    assert answer.headers["relief-rulebook"] == engine.rulebook.digest
    assert answer.headers["relief-engine"] == VERSION
    report = engine.decide(TENANT, as_of=dt.date(2022, 7, 1))
    assert answer.json() == report_record(report, engine, language, VERSION)
    assert json.loads(answer.content)["total"] != "0.00"


def test_figures_are_read_exactly(service: Running, engine: Engine) -> None:
    """As a binary float this rent would not be to the cent."""
    text = json.dumps({"profile": TENANT, "programmes": [RENT]}).replace('"monthly_rent": 30000', '"monthly_rent": 1E4')
    text = text.replace("1E4", "90071992547.13")
    answer = service.client.post("/v1/decide", content=text, headers={"content-type": "application/json"})
    lease = {**TENANT["leases"][0], "monthly_rent": "90071992547.13"}
    expected = engine.decide({**TENANT, "leases": [lease]}, programmes=[RENT]).decisions[0]
    assert answer.json()["decisions"][0]["amount"] == f"{expected.amount}" == "540431955282.78"


@pytest.mark.skipif(unavailable() is not None, reason="durable-rules is not there")
def test_both_routes_are_asked(service: Running) -> None:
    found = service.decide(verify=True)["verification"]
    assert (found["verdict"], found["compared"]) == ("agree", 1)
    assert "verification" not in service.decide()


def test_many_are_decided_each_by_itself(service: Running, engine: Engine) -> None:
    poor = {"applicant": {"kind": "enterprize"}}
    answer = service.client.post(
        "/v1/decide-many", json={"profiles": [TENANT, poor, {"applicant": {}, "leases": []}], "programmes": [RENT]}
    ).json()
    good, bad, empty = answer["results"]
    report = engine.decide(TENANT, programmes=[RENT])
    expected = report_record(report, engine, "zh", VERSION)
    expected["profile"]["source"] = "profiles[0]"
    assert json.dumps(good["report"]).replace("profiles[0]:", "profile:") == json.dumps(expected)
    assert bad["problem"]["errors"][0]["pointer"] == "/profiles/1/applicant/kind"
    assert empty["report"]["skipped"][0]["programme"] == RENT


def test_the_explanation_is_the_page_of_the_command_line(service: Running, capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "examples/profiles/restaurant.yaml"
    assert main(["check", str(path), "--programme", RENT, "--format", "html"]) == 0
    printed = capsys.readouterr().out
    answer = service.client.post("/v1/explain", json={"profile": {**TENANT}, "programmes": [RENT]})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in answer.headers["content-security-policy"]
    headline = "符合：减免租金 180,000.00 元"
    assert headline in printed
    assert headline in answer.text
    assert answer.text.count("<li") >= printed.count("<li") - 1
    brief = service.client.post("/v1/explain", json={"profile": TENANT})
    full = service.client.post("/v1/explain", json={"profile": TENANT, "details": True})
    assert len(brief.text) < len(full.text)


def printed_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_lists_and_sizes_are_those_of_the_command_line(service: Running, capsys: pytest.CaptureFixture[str]) -> None:
    get = service.client.get
    programmes = get("/v1/programmes?as_of=2022-06-01&lang=en").json()
    assert programmes["programmes"] == printed_by(capsys, "programmes", "--as-of", "2022-06-01", "--lang", "en")
    assert get("/v1/facts").json()["facts"] == printed_by(capsys, "facts")
    size = {"industry": "6210", "employees": 30, "revenue": "800万元", "as_of": "2022-06-01"}
    options = ("--industry", "6210", "--employees", "30", "--revenue", "800", "--as-of", "2022-06-01")
    assert service.client.post("/v1/size", json=size).json() == printed_by(capsys, "size", *options)
    assert main(["rules", "schema", "profile"]) == 0
    assert get("/v1/schema/profile").json().keys() == json.loads(capsys.readouterr().out).keys()


def test_an_interview_asks_until_it_is_certain(service: Running) -> None:
    def step(profile: dict[str, Any], **more: Any) -> Any:
        body = {"profile": profile, "as_of": "2022-06-01", "programmes": [RENT], **more}
        return service.client.post("/v1/interview", json=body).json()

    assert step({})["prompt"]["kind"] == "subjects"
    asked = step({"applicant": {}, "leases": [{}]})["prompt"]
    assert asked["kind"] == "fact"
    passed = [{"fact": asked["fact"], "subject": asked["subject"]}]
    assert step({"applicant": {}, "leases": [{}]}, passed=passed)["prompt"]["fact"] != asked["fact"]
    assert step(TENANT)["done"] is True


# --- findings -------------------------------------------------------------------------------------------------------


def test_all_mistakes_come_at_once_with_the_words_of_the_command_line(service: Running, engine: Engine) -> None:
    profile = {"applicant": {"kind": "enterprize", "employees": -1, "colour": "red"}, "leases": [{"start": "soon"}]}
    answer = service.client.post(
        "/v1/decide?lang=en", json={"profile": profile, "as_of": "tomorrow", "programmes": ["x"], "verify": 1, "foo": 1}
    )
    found = refused(answer, 422, "unusable-input")
    with pytest.raises(Exception, match="kind") as caught:
        engine.decide(profile)
    expected = {(f.code, str(f.where), f.message.en) for f in caught.value.findings}  # type: ignore[attr-defined]
    errors = {(e["code"], e["where"], e["message"]) for e in found["errors"]}
    assert expected < errors
    others = {(code, where) for code, where, _ in errors - expected}
    assert others == {
        ("date", "body:as_of"),
        ("unknown-programme", "body:programmes[0]"),
        ("boolean", "body:verify"),
        ("unknown-key", "body:foo"),
    }
    assert {e["pointer"] for e in found["errors"]} >= {"/profile/applicant/employees", "/profile/leases/0/start"}


@pytest.mark.parametrize(
    ("path", "body", "codes"),
    [
        ("/v1/decide", [], {"object", "missing"}),
        ("/v1/decide", {}, {"missing"}),
        ("/v1/decide", {"profile": None}, {"not-a-mapping"}),
        ("/v1/decide", {"profile": {"applicant": {}, "leases": [{}] * 21}}, {"too-many-subjects"}),
        ("/v1/decide?lang=fr", {"profile": {"applicant": {}}}, {"choice"}),
        ("/v1/decide?a=1&b=2", {"profile": {"applicant": {}}}, {"unknown-key"}),
        ("/v1/decide?lang=zh&lang=en", {"profile": {"applicant": {}}}, {"duplicate-key"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "programmes": RENT}, {"list"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "programmes": []}, {"empty-list"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "programmes": ["x"] * 501}, {"too-many"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "programmes": [1, "y" * 300]}, {"text"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "as_of": 20220601}, {"date"}),
        ("/v1/decide", {"profile": {"applicant": {}}, "as_of": "2022-02-30"}, {"date"}),
        ("/v1/decide-many", {"profiles": {}}, {"list"}),
        ("/v1/decide-many", {"profiles": [{}] * 201}, {"too-many"}),
        ("/v1/size", {}, {"missing"}),
        ("/v1/size", {"industry": None, "employees": "many"}, {"number"}),
        ("/v1/size", {"industry": {}, "assets": []}, {"industry-code", "number"}),
        ("/v1/interview", {"profile": [], "passed": [1, {"fact": 2}]}, {"not-a-mapping", "object", "missing", "text"}),
        ("/v1/records/1/resolutions", {}, {"list"}),
    ],
)
def test_what_can_not_be_used(service: Running, path: str, body: Any, codes: set[str]) -> None:
    if "records" in path:
        service.decide(record=True)
    found = refused(service.client.post(path, json=body), 422, "unusable-input")
    assert {error["code"] for error in found["errors"]} == codes


@pytest.mark.parametrize(
    ("content", "kind", "status", "problem"),
    [
        (b'{"profile": {"applicant": {}, "applicant": {}}}', "application/json", 400, "malformed"),
        (b'{"profile": NaN}', "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b"[" * 5000, "application/json; charset=utf-8", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        (b"{}", "text/plain", 415, "media-type"),
        (b"{}", "application/json; charset=gbk", 415, "media-type"),
        (b"profile: {}", "application/yaml", 415, "media-type"),
        (b" " * 200_001, "application/json", 413, "too-large"),
    ],
)
def test_bodies_that_are_none(service: Running, content: bytes, kind: str, status: int, problem: str) -> None:
    refused(service.client.post("/v1/decide", content=content, headers={"content-type": kind}), status, problem)


def test_packed_bodies_are_not_unpacked(service: Running) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    refused(service.client.post("/v1/decide", content=b"\x1f\x8b", headers=headers), 415, "media-type")


def test_addresses_and_methods_that_are_none(service: Running) -> None:
    refused(service.client.get("/v1/nothing"), 404, "not-found")
    answer = service.client.get("/v1/decide")
    refused(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"
    refused(service.client.get("/static/../conftest.py"), 404, "not-found")
    refused(service.client.get("/static/%2e%2e/app.py"), 404, "not-found")
    refused(service.client.get("/v1/records/999999"), 404, "not-found")
    refused(service.client.get("/v1/records/xyz"), 404, "not-found")


# --- records --------------------------------------------------------------------------------------------------------


def test_a_record_is_there_before_the_answer(service: Running) -> None:
    noted = service.decide(record=True)["record"]
    by_number = service.client.get(f"/v1/records/{noted['number']}")
    by_digest = service.client.get(f"/v1/records/{noted['digest']}")
    assert by_number.content == by_digest.content
    kept = by_number.json()
    assert (kept["digest"], kept["report"]["total"]) == (noted["digest"], "180000.00")
    headers = {"content-type": "application/json"}
    again = service.client.post("/v1/replay", content=by_number.content, headers=headers).json()
    assert (again["verdict"], again["digest"]) == ("same", noted["digest"])
    altered = by_number.content.replace(b'"180000.00"', b'"980000.00"')
    refused(service.client.post("/v1/replay", content=altered, headers=headers), 422, "unusable-input")


def test_a_persons_answer_makes_a_new_record(service: Running) -> None:
    lease = {**TENANT["leases"][0], "has_rent_free_period": True}
    first = service.decide({**TENANT, "leases": [lease]}, record=True)
    (referral,) = first["decisions"][0]["referrals"]
    resolution = {
        "programme": RENT, "subject": "leases[0]", "referral": referral["id"], "granted": True, "amount": 90000,
        "on": "2022-07-03", "by": "区国资委减免专班",
    }  # fmt: skip
    path = f"/v1/records/{first['record']['number']}/resolutions"
    bad = refused(service.client.post(path, json=[resolution, {**resolution, "referral": "x"}]), 422, "unusable-input")
    assert {error["pointer"] for error in bad["errors"]} == {"/1/referral"}
    answer = service.client.post(path, json=[resolution]).json()
    assert answer["follows"]["digest"] == first["record"]["digest"]
    assert answer["record"]["number"] > first["record"]["number"]
    assert (answer["total"], answer["total_by_people"]) == ("0.00", "90000.00"), answer["decisions"][0]["resolution"]
    assert answer["as_of"] == "2022-07-03"
    same_day = service.client.post(f"{path}?as_of=2022-06-01", json=[resolution]).json()
    assert same_day["decisions"][0]["resolution"]["state"] == "not_applied"
    to_come = service.client.post(path, json=[{**resolution, "on": "2099-12-31"}]).json()
    assert to_come["as_of"] == dt.date.today().isoformat()
    assert (to_come["decisions"][0]["resolution"]["state"], to_come["total_by_people"]) == ("not_applied", "0.00")
    assert answer["decisions"][0]["outcome"] == "referred"
    kept = service.client.get(f"/v1/records/{answer['record']['number']}").json()
    assert [one["referral"] for one in kept["profile"]["resolutions"]] == [referral["id"]]


# --- rosters --------------------------------------------------------------------------------------------------------


def screened(service: Running, data: bytes, name: str, **more: str) -> httpx.Response:
    return service.client.post("/v1/screen", params={"filename": name, "as_of": "2022-06-20", **more}, content=data)


def test_a_roster_comes_back_as_a_workbook(service: Running) -> None:
    data = (ROOT / "examples/rosters/rent-roll.xlsx").read_bytes()
    answer = screened(service, data, "../a/租户.xlsx", programme=RENT)
    assert answer.status_code == 200, answer.text
    counts = json.loads(answer.headers["relief-screening"])
    assert counts["routes"] == ["direct", "duckdb"]
    assert (counts["rows"], counts["decided"], counts["total"]) == (67, 61, "1799694.51")
    assert counts["roster"] == "租户.xlsx"
    assert answer.headers["content-disposition"].endswith("UTF-8''%E7%A7%9F%E6%88%B7-%E7%BB%93%E6%9E%9C.xlsx")
    workbook = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    cells = str([workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names])
    assert "租户.xlsx" in cells
    assert "/tmp" not in cells
    assert "upload" not in cells
    assert not list(service.scratch.iterdir())


def test_rosters_that_are_none(service: Running) -> None:
    found = refused(screened(service, b"a,b\n1,2\n", "租户.csv"), 422, "unusable-input")
    assert found["errors"][0]["where"] == "租户.csv"
    assert "/tmp" not in json.dumps(found)
    found = refused(screened(service, b"no workbook", "租户.xlsx"), 422, "unusable-input")
    assert "relief-screen-" not in json.dumps(found)
    refused(screened(service, b"x", "租户.exe"), 422, "unusable-input")
    refused(service.client.post("/v1/screen", content=b"x"), 422, "unusable-input")
    row = "运河小馆,2021-01-01,2023-12-31,30000\n"
    long = "承租方,租赁开始日期,租赁结束日期,月租金\n" + row * 501
    found = refused(screened(service, long.encode(), "长.csv"), 422, "unusable-input")
    assert [error["code"] for error in found["errors"]] == ["too-many-rows"]
    assert not list(service.scratch.iterdir())


# --- around every answer --------------------------------------------------------------------------------------------


def test_every_answer_says_by_what_and_can_be_found_again(service: Running) -> None:
    for answer in (
        service.client.get("/healthz"), service.client.get("/v1/nothing"), service.client.get("/v1/decide"),
        service.client.post("/v1/decide", json={}), service.client.get("/metrics"), service.client.head("/v1/version"),
    ):  # fmt: skip
        assert answer.headers["relief-engine"] == VERSION
        assert answer.headers["relief-rulebook"].startswith("sha256:")
        assert len(answer.headers["x-request-id"]) == 32
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
    given = service.client.get("/healthz", headers={"x-request-id": "order-7.b_1"})
    assert given.headers["x-request-id"] == "order-7.b_1"
    for harmful in ("a b", "x" * 65, "a\tb", "{}", "é"):
        answer = service.client.get("/healthz", headers=[(b"x-request-id", harmful.encode("latin-1"))])
        assert answer.headers["x-request-id"] != harmful


def test_health_and_readiness(service: Running) -> None:
    assert service.client.get("/healthz").json() == {"status": "alive"}
    ready = service.client.get("/readyz").json()
    assert (ready["status"], ready["workers"], ready["ledger"]) == ("ready", 2, "writable")
    version = service.client.get("/v1/version").json()
    assert (version["engine"]["version"], version["rulebook"]["digest"]) == (VERSION, ready["rulebook"]["digest"])


def test_requests_are_counted(service: Running) -> None:
    def count() -> float:
        wanted = 'relief_requests_total{method="POST",route="/v1/size",status="422"}'
        lines = service.client.get("/metrics").text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(wanted)), 0.0)

    before = count()
    service.client.post("/v1/size", json={})
    assert count() == before + 1


def test_another_sites_name_is_refused(service: Running) -> None:
    """A page of another site could make its own name lead to this machine; the service does not answer to it."""
    refused(service.client.get("/v1/version", headers={"host": "evil.example"}), 400, "wrong-host")
    assert service.client.get("/v1/version", headers={"host": "localhost:1234"}).status_code == 200


def test_nothing_of_a_profile_reaches_the_log(service: Running) -> None:
    secret = {**TENANT, "applicant": {**TENANT["applicant"], "name": "绝密酒楼 Geheim", "credit_code": "110112GEHEIM"}}
    headers = {"content-type": "application/json"}
    service.client.post("/v1/decide?lang=Geheim", json={"profile": secret})
    service.client.post("/v1/decide", json={"profile": {**secret, "Geheim": "绝密"}, "programmes": ["Geheim"]})
    service.client.post("/v1/decide", content='{"Geheim": "绝密', headers=headers)
    service.client.post("/v1/explain", json={"profile": {**TENANT, "as_of": "2022-06-02"}, "programmes": [RENT]})
    service.client.get("/Geheim/绝密?Geheim=1")
    service.client.get("/v1/records/GEHEIM")
    screened(service, "承租方,Geheim\n绝密,1\n".encode(), "Geheim.csv")
    service.client.request("GEHEIM", "/v1/decide")
    lines = "".join(service.lines)
    assert "/v1/decide" in lines
    for word in ("Geheim", "GEHEIM", "绝密", "\\u7edd\\u5bc6", "110112", "30000", "6210"):
        assert word.casefold() not in lines.casefold(), word
    assert {*service.events("request")[-1]} <= {
        "time", "level", "event", "request", "method", "route", "status", "milliseconds", "sent", "problem", "rulebook",
    }  # fmt: skip


def test_a_profile_file_is_told_by_its_lines(service: Running) -> None:
    body = {"text": "applicant:\n  kind: 企鹅\n", "file": "a/b.yaml"}
    (error,) = refused(service.client.post("/v1/profile", json=body), 422, "unusable-input")["errors"]
    assert (error["where"], error["line"], error["pointer"]) == ("a/b.yaml", 2, None)
