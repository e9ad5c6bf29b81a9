"""Profile stage: the shape of a profile, made from the facts: a Pydantic core schema to check it, a JSON Schema.

Pydantic sees to mappings, lists, lengths and keys, and calls the readers of ``profile.values`` for each fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, core_schema

from relief_engine.profile.days import OPEN
from relief_engine.profile.items import ITEM_ID, LONGEST_ID, read_id
from relief_engine.profile.natural import STEP_AMOUNT, STEP_DAY
from relief_engine.profile.written import LONGEST, Reader
from relief_engine.rulebook.facts import Fact, SubjectFacts
from relief_engine.rulebook.terms import Subject

#: The most leases (or loans, and so on) that one profile may list.
MAX_SUBJECTS = 1000
#: The most answers of people that one profile may list.
MAX_RESOLUTIONS = 10_000
#: The key of a profile under which they stand, and what each of them must say.
RESOLUTIONS = "resolutions"
REQUIRED = ("programme", "referral", "granted", "on", "by")

#: The readers of one kind of subject, by the key in a profile.
Readers = Mapping[str, tuple[Fact, Reader]]


def validator(
    readers: Mapping[Subject, Readers],
    lists: Mapping[str, Subject],
    as_of: Callable[[object], object],
    resolutions: Callable[[object], object],
) -> SchemaValidator:
    """What checks a whole profile and gives it as plain mappings with encoded values under the ids of facts.

    ``lists`` leads from the keys of a profile that hold lists to the kinds of subject in them; ``as_of`` and
    ``resolutions`` read what stands under these keys.
    """
    listed = set(lists.values())
    subjects = {subject: _typed_dict(known, named=subject in listed) for subject, known in readers.items()}
    field = core_schema.typed_dict_field
    fields = {
        "as_of": field(core_schema.no_info_plain_validator_function(as_of), required=False),
        "applicant": field(subjects["applicant"]),
        RESOLUTIONS: field(core_schema.no_info_plain_validator_function(resolutions), required=False),
    }
    for name, subject in lists.items():
        items = core_schema.list_schema(subjects[subject], max_length=MAX_SUBJECTS)
        fields[name] = field(core_schema.nullable_schema(items), required=False)
    return SchemaValidator(core_schema.typed_dict_schema(fields, extra_behavior="forbid"))


def _typed_dict(readers: Readers, *, named: bool) -> CoreSchema:
    """One subject; ``named``: it may have a name beside its facts, which have dots in their ids."""
    field, function = core_schema.typed_dict_field, core_schema.no_info_plain_validator_function
    fields = {
        fact.id: field(function(read), required=False, validation_alias=name) for name, (fact, read) in readers.items()
    }
    if named:
        fields[ITEM_ID] = field(function(read_id), required=False)
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


# --- JSON Schema --------------------------------------------------------------------------------------------------

_DATE: dict[str, Any] = {"type": "string", "format": "date"}
_NULL: dict[str, Any] = {"type": "null"}


def json_schema(
    subjects: Mapping[Subject, SubjectFacts], lists: Mapping[str, Subject], programmes: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a profile, for editors and for clients of a service.

    It knows keys, types and choices. What a text must hold (units, codes, check digits) and how facts relate, only the
    readers can say; they also take spellings that it does not list, such as a choice in full-width letters.
    ``programmes`` leads from their ids to those of their referrals.
    """
    properties: dict[str, Any] = {
        "as_of": {"title": "判定日", "description": "Day of the decision", "anyOf": [_DATE, _NULL]},
        "applicant": {"$ref": "#/$defs/applicant"},
    }
    for name, subject in lists.items():
        items = {"type": "array", "items": {"$ref": f"#/$defs/{subject}"}, "maxItems": MAX_SUBJECTS}
        properties[name] = {"title": subjects[subject].label.zh, "anyOf": [items, _NULL]}
    answers = {"type": "array", "items": _resolution_schema(programmes), "maxItems": MAX_RESOLUTIONS}
    properties[RESOLUTIONS] = {
        "title": "人工认定结果",
        "description": "What people decided where the texts leave it to them",
        "anyOf": [answers, _NULL],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Profile",
        "type": "object",
        "required": ["applicant"],
        "additionalProperties": False,
        "properties": properties,
        "$defs": {
            "applicant": {"type": "object", "additionalProperties": False},
            **{subject: _subject_schema(known, named=subject in lists.values()) for subject, known in subjects.items()},
        },
    }


def _resolution_schema(programmes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    referrals = sorted({name for listed in programmes.values() for name in listed})
    yes_no = [{"type": "boolean"}, {"enum": ["是", "否", "yes", "no", "同意", "不同意"]}]
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    return {
        "title": "人工认定结果",
        "description": "A person's answer to one referral / 对一项须由人认定的事项的答复",
        "type": "object",
        "required": list(REQUIRED),
        "additionalProperties": False,
        "properties": {
            "programme": {"title": "项目", **({"enum": list(programmes)} if programmes else {"type": "string"})},
            "subject": {"title": "对象", "type": "string", "examples": ["applicant", "leases[0]", "leases[id=A-12]"]},
            "referral": {"title": "认定事项", **({"enum": referrals} if referrals else {"type": "string"})},
            "granted": {"title": "是否同意", "anyOf": yes_no},
            "amount": {
                "title": "认定金额（元）",
                "anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}, _NULL],
            },
            "on": {"title": "认定日期", **_DATE},
            "by": {"title": "认定单位或岗位", "description": "A role or a body, not a person's name", **text},
            "note": {"title": "说明", "anyOf": [text, _NULL]},
        },
    }


def _subject_schema(known: SubjectFacts, *, named: bool) -> dict[str, Any]:
    text = {"type": "string", "maxLength": LONGEST_ID, "pattern": r"^[^\[\]]*$"}
    name = {
        "title": "编号",
        "description": "自己起的编号，人工认定可用它指明对象 / Its own name, by which people's answers may name it",
        "anyOf": [text, {"type": "integer"}, _NULL],
    }
    return {
        "title": known.label.zh,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            **({ITEM_ID: name} if named else {}),
            **{fact.name: _fact_schema(fact) for fact in known.facts},
        },
    }


def _fact_schema(fact: Fact) -> dict[str, Any]:
    unit = "" if fact.unit is None else f"（{fact.unit}）"
    return {
        "title": f"{fact.label.zh}{unit}",
        "description": f"{fact.question.zh} / {fact.question.en}",
        "anyOf": [*_forms(fact), _NULL],
    }


def _forms(fact: Fact) -> list[dict[str, Any]]:
    """The ways to write a fact."""
    match fact.type:
        case "yes_no":
            return [{"type": "boolean"}, {"enum": ["是", "否", "yes", "no"]}]
        case "choice":
            return [{"enum": list(fact.names)}]
        case "count":
            return [{"type": "integer", "minimum": 0}, {"type": "string"}]
        case "amount" | "number":
            return [{"type": "number", "minimum": 0}, {"type": "string"}]
        case "date":
            return [_DATE, {"enum": list(OPEN)}] if fact.open_ended else [_DATE]
        case "steps":
            amount = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
            step = {
                "type": "object",
                "required": [STEP_DAY, STEP_AMOUNT],
                "additionalProperties": False,
                "properties": {STEP_DAY: _DATE, STEP_AMOUNT: amount},
            }
            return [{"type": "array", "items": step, "minItems": 1}]
        case "industry_code":
            return [{"type": "string", "pattern": "^([A-Za-z]|[0-9]{2,4})$"}, {"type": "integer"}]
        case _:
            return [{"type": "string"}, {"type": "number"}]
