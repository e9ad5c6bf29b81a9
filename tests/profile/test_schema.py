"""The JSON Schema of a profile: it says what the facts say, and accepts what the reader accepts."""

import json
from pathlib import Path
from typing import Any

import pytest

from relief_engine.profile.days import OPEN
from relief_engine.profile.read import ProfileReader
from relief_engine.profile.words import plain
from relief_engine.rulebook.model import Rulebook

ROOT = Path(__file__).parents[2]
EXAMPLES = [path for path in sorted((ROOT / "examples" / "profiles").glob("*.yaml")) if ".cases." not in path.name]
GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))


def test_it_has_every_fact_and_nothing_else(reader: ProfileReader, rulebook: Rulebook) -> None:
    schema = reader.json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["required"] == ["applicant"]
    assert list(schema["properties"]) == ["as_of", "applicant", *rulebook.lists, "resolutions"]
    assert {"leases", "loans"} <= set(rulebook.lists)
    for subject, known in rulebook.subjects.items():
        part = schema["$defs"][subject]
        assert part["additionalProperties"] is False
        own = [] if subject == "applicant" else ["id"]
        assert list(part["properties"]) == [*own, *(fact.name for fact in known.facts)]
        for fact in known.facts:
            described = part["properties"][fact.name]
            assert described["title"].startswith(fact.label.zh)
            assert fact.question.en in described["description"]
            assert {"type": "null"} in described["anyOf"]


@pytest.fixture(scope="module")
def check(reader: ProfileReader) -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator
    validator.check_schema(reader.json_schema())
    return validator(reader.json_schema()).is_valid


@pytest.mark.parametrize("path", [*EXAMPLES, *GOOD], ids=lambda path: path.stem)
def test_it_accepts_good_profiles(path: Path, check: Any, reader: ProfileReader, rulebook: Rulebook) -> None:
    assert check(plain(reader.read_file(path), rulebook))


@pytest.mark.parametrize(
    "mapping",
    [
        [],
        {},
        {"applicant": {}, "lease": []},
        {"applicant": {"emploees": 30}},
        {"applicant": {"employees": -30}},
        {"applicant": {"employees": [30]}},
        {"applicant": {"kind": "enterprize"}},
        {"applicant": {"registered_in_beijing": 1}},
        {"applicant": {"industry": "H6210"}},
        {"applicant": {}, "leases": {}},
        {"applicant": {}, "leases": [{"rent_steps": [{"from": "2021-01-01"}]}]},
    ],
)
def test_it_refuses_bad_shapes(mapping: Any, check: Any) -> None:
    assert not check(mapping)


@pytest.mark.parametrize("word", OPEN)
def test_the_words_for_no_fixed_end_are_accepted_and_stored_as_one(
    word: str, check: Any, reader: ProfileReader, rulebook: Rulebook
) -> None:
    written = {"applicant": {}, "leases": [{"end": word}]}
    assert check(written)
    read = reader.read_mapping(written)
    assert read.digest == reader.read_mapping({"applicant": {}, "leases": [{"end": "open"}]}).digest
    assert plain(read, rulebook)["leases"] == [{"end": "open"}]
