"""The JSON Schemas for editors: they stand alone, describe what they allow, and accept the files that load."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relief_engine.rulebook.load import rulebook_files, shipped_rules
from relief_engine.rulebook.schema import DIALECT, FILES, PLACES, file_schemas
from relief_engine.rulebook.source import decode
from tests.rulebook.building import BASE

SCHEMAS = file_schemas()


def parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_stands_alone_and_describes_itself(name: str) -> None:
    schema = SCHEMAS[name]
    assert schema["$schema"] == DIALECT
    assert schema["$id"].endswith(name)
    assert schema["title"]
    assert schema["description"].startswith(schema["title"])
    for part in parts(schema):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"]
        if part.get("type") == "object" and "properties" in part:
            assert part["additionalProperties"] is False
            assert part["title"]
            assert part["description"]
            assert "from_" not in part["properties"]


def test_every_kind_of_file_has_a_schema_and_a_place() -> None:
    assert set(SCHEMAS) == {*FILES, "standards", "rulebook"}
    assert set(PLACES.values()) <= set(SCHEMAS)
    assert PLACES["**/*.yaml"] == "programme"


def test_patterns_are_plain_enough_for_javascript() -> None:
    for schema in SCHEMAS.values():
        for part in parts(schema):
            for pattern in [part.get("pattern", ""), *part.get("patternProperties", {})]:
                assert not re.search(r"\\w|\\d|\(\?", pattern), pattern


def kind_of(name: str) -> str:
    if name in ("sources.yaml", "ledger.yaml"):
        return name.removesuffix(".yaml")
    return {"facts": "facts", "standards": "standards", "forms": "form"}.get(name.partition("/")[0], "programme")


@pytest.mark.parametrize("root", [BASE, shipped_rules()], ids=["base", "shipped"])
@pytest.mark.parametrize("whole", [False, True], ids=["kind", "rulebook"])
def test_files_that_load_fit(root: Path, whole: bool) -> None:
    for name, path in rulebook_files(root).items():
        if name.endswith(".yaml"):
            schema = SCHEMAS["rulebook" if whole else kind_of(name)]
            assert fits(decode(path.read_bytes(), name).value, schema), name


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("city/rent.yaml", "kind: entitlement", "kind: entitelment"), ("city/rent.yaml", "title: {zh", "titel: {zh"),
        ("city/rent.yaml", "in_place_of: [small]", "in_place_of: small"),
        ("facts/lease.yaml", "open_ended: true", "open_ended: 1"), ("facts/applicant.yaml", "id: kind", "id: Kind"),
        ("sources.yaml", "    clauses:\n      - {id: 三", "    klauses:\n      - {id: 三"),
        ("standards/size.yaml", "kind: size_table", "kind: size"),
    ],
)  # fmt: skip
def test_files_with_mistakes_do_not(name: str, old: str, new: str) -> None:
    text = (BASE / name).read_text(encoding="utf-8")
    assert old in text
    schema = SCHEMAS[kind_of(name)]
    value = decode(text.replace(old, new).encode(), name).value
    assert not fits(value, schema)


def fits(value: object, schema: dict[str, Any]) -> bool:
    """Whether what a file holds fits a schema; JSON has no days and no decimals."""
    jsonschema = pytest.importorskip("jsonschema")
    plain = json.loads(json.dumps(value, default=lambda part: str(part) if isinstance(part, dt.date) else float(part)))
    return bool(jsonschema.Draft202012Validator(schema).is_valid(plain))
