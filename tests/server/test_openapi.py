"""The OpenAPI document says what the service does: its examples are real, and its schemas leave nothing out."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from relief_engine import Engine
from relief_engine.explanation.records import report_record
from relief_engine.server.examples import EXAMPLES
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.server.conftest import RENT, ROOT, TENANT, Running


@pytest.fixture(scope="module")
def document(service: Running) -> Any:
    return service.client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def strict(node: Any) -> Any:
    """The same schema, but no object may hold more than it names."""
    if isinstance(node, list):
        return [strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    found = {key: strict(value) for key, value in node.items()}
    if found.get("type") == "object" and isinstance(found.get("properties"), dict):
        found["additionalProperties"] = False
    return found


def errors(document: Any, schema: Any, value: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    whole = strict({**schema, "components": document["components"]})
    found = jsonschema.Draft202012Validator(whole).iter_errors(value)
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in found][:5]


def test_every_reference_leads_somewhere(document: Any) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(document))
    assert "#/components/schemas/Profile" in found
    for reference in found:
        at = document
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))


def test_every_address_is_there(document: Any, service: Running) -> None:
    for path, method, operation in operations(document):
        answer = service.client.request(method, path.replace("{which}", "1"))
        assert answer.status_code != 405, path
        assert answer.status_code == 200 or str(answer.status_code) in operation["responses"], (path, answer.text)


def test_examples_are_what_the_service_answers(document: Any, service: Running) -> None:
    shown = 0
    for path, method, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" not in body or "{" in path:
            continue
        assert errors(document, body["schema"], body["example"]) == []
        answer = service.client.request(method, path, json=body["example"])
        assert answer.status_code == 200, answer.text
        (content,) = operation["responses"]["200"]["content"].values()
        if "example" in content:
            shown += 1
            expected = json.dumps(content["example"]).replace(
                "request:example", "request:" + answer.headers["x-request-id"]
            )
            assert answer.json() == json.loads(expected)
            assert errors(document, content["schema"], answer.json()) == []
    assert shown == 4


def test_reports_of_all_kinds_fit_the_schema(document: Any) -> None:
    engine = Engine(shipped_book())
    outcomes = set()
    for path in sorted((ROOT / "examples/profiles").glob("*.yaml"))[::3]:
        if not path.name.endswith(".cases.yaml"):
            report = engine.decide(engine.read_profile(path))
            outcomes |= {decision.outcome.value for decision in report.decisions}
            record = json.loads(json.dumps(report_record(report, engine, "en", VERSION)))
            assert errors(document, {"$ref": "#/components/schemas/Report"}, record) == [], path.name
    assert outcomes == {"eligible", "referred", "undetermined", "ineligible", "not_in_force"}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v1/programmes", "Programmes"),
        ("/v1/facts", "Facts"),
        ("/v1/version", "Version"),
        ("/v1/x", "ProblemDocument"),
    ],
)
def test_lists_fit_their_schemas(document: Any, service: Running, path: str, schema: str) -> None:
    found = service.client.get(path).json()
    assert errors(document, {"$ref": f"#/components/schemas/{schema}"}, found) == []


def test_records_and_their_answers_fit(document: Any, service: Running) -> None:
    lease = {**TENANT["leases"][0], "has_rent_free_period": True}
    noted = service.decide({**TENANT, "leases": [lease]}, record=True)["record"]
    answer = service.client.post(f"/v1/records/{noted['number']}/resolutions", json=EXAMPLES["resolve"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["decisions"][0]["programme"] == RENT
    assert errors(document, {"$ref": "#/components/schemas/Report"}, answer.json()) == []
    data = service.client.get(f"/v1/records/{noted['number']}").content
    again = service.client.post("/v1/replay", content=data, headers={"content-type": "application/json"})
    assert errors(document, {"$ref": "#/components/schemas/Replayed"}, again.json()) == []


def test_a_schema_that_leaves_something_out_is_noticed(document: Any) -> None:
    found = errors(document, {"$ref": "#/components/schemas/Version"}, {"schema": "relief-version/1", "more": 1})
    assert len(found) == 4
