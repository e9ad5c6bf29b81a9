"""Server stage: the OpenAPI document. Its examples are what this very engine answers, so that they can't go stale."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from relief_engine.client import shapes
from relief_engine.server.examples import EXAMPLES
from relief_engine.server.problems import KINDS, URN, Kind
from relief_engine.version import VERSION

OPENAPI = "3.1.0"
_REF = "#/components/schemas/{model}"
_SHAPES: dict[str, Any] = {
    name: getattr(shapes, name)
    for name in (
        "Report", "Reports", "Size", "Programmes", "Facts", "Version", "Step", "Replayed", "Screening",
        "ProblemDocument", "Resolution",
    )
}  # fmt: skip
_JSON = "application/json"
_PROBLEM = "application/problem+json"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DAY = {"type": "string", "format": "date"}
_NAMES = {"type": "array", "items": {"type": "string"}, "maxItems": 500, "description": "Ids; all if left out or empty"}
_PROFILE = {"$ref": "#/components/schemas/Profile"}
_OFTEN: tuple[Kind, ...] = ("overloaded", "out-of-time", "internal", "unauthorized", "wrong-host")
_KEPT: tuple[Kind, ...] = ("unavailable", "ledger-full")
_WITH_BODY: tuple[Kind, ...] = ("malformed", "too-large", "media-type", "too-slow")


@dataclass(frozen=True)
class Operation:
    """One address with one method."""

    path: str
    method: str
    name: str
    summary: str
    answer: Mapping[str, Any] | None = None
    media: str = _JSON
    body: Mapping[str, Any] | None = None
    query: Sequence[Mapping[str, Any]] = ()
    problems: tuple[Kind, ...] = ()
    headers: Mapping[str, Any] = field(default_factory=dict)
    body_media: str = _JSON
    open: bool = False


def _of(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


def _parameter(name: str, schema: Mapping[str, Any], description: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


_FLAG = {"type": "boolean", "default": False}
_AS_OF = _parameter("as_of", _DAY, "The day; today if left out")
_LANG = _parameter("lang", {"type": "string", "enum": ["zh", "en"], "default": "zh"}, "Language of all texts")
_WHICH = {
    "name": "which", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1},
    "description": "Its number, or its digest (8 digits or more)",
}  # fmt: skip
_ASKED = {"profile": _PROFILE, "as_of": {**_DAY, "type": ["string", "null"]}, "programmes": _NAMES}


def operations(indicators: Sequence[str]) -> tuple[Operation, ...]:
    """All operations; ``indicators`` are the figures by which the rulebook tells sizes."""
    figure = {"type": ["number", "string", "null"]}
    asked = ("unusable-input", *_WITH_BODY)
    passed = {"type": "array", "maxItems": 5000, "items": _object(("fact", "subject"), fact={"type": "string"},
              subject={"type": "string"})}  # fmt: skip
    return (
        Operation("/v1/decide", "post", "decide", "Decide one profile", _of("Report"),
                  problems=(*asked, "no-ledger", *_KEPT),
                  body=_object(("profile",), **_ASKED, verify=_FLAG, record=_FLAG)),
        Operation("/v1/explain", "post", "explain", "The decisions with their reasons, as one HTML page",
                  {"type": "string"}, "text/html", _object(("profile",), **_ASKED, details=_FLAG), problems=asked),
        Operation("/v1/decide-many", "post", "decideMany", "Decide many profiles, each by itself", _of("Reports"),
                  problems=asked, body=_object(("profiles",), profiles={"type": "array", "items": _PROFILE},
                                               as_of=_ASKED["as_of"], programmes=_NAMES)),
        Operation("/v1/size", "post", "size", "Classify a firm as large, medium, small or micro", _of("Size"),
                  problems=(*asked, "not-found"),
                  body=_object(("industry",), industry={"type": "string"}, as_of=_ASKED["as_of"],
                               **dict.fromkeys(indicators, figure))),
        Operation("/v1/interview", "post", "interview", "The next question that can still change a decision",
                  _of("Step"), problems=asked,
                  body=_object(("profile",), profile={"type": "object"}, as_of=_ASKED["as_of"], programmes=_NAMES,
                               passed=passed)),
        Operation("/v1/screen", "post", "screen", "Screen a roster: a workbook or text file in, a workbook out",
                  {"type": "string", "contentMediaType": _WORKBOOK}, _WORKBOOK, {"type": "string", "format": "binary"},
                  (_parameter("filename", {"type": "string", "maxLength": 200}, "Its name, for its format",
                              required=True), _AS_OF,
                   _parameter("programme", {"type": "array", "items": {"type": "string"}}, "Ids; else those that the "
                              "columns are about"),
                   _parameter("sheet", {"type": "string"}, "The sheet to read")),
                  ("unusable-input", "too-large", "too-slow", "media-type", "routes-disagree"),
                  {"Relief-Screening": {"schema": {"type": "string", "contentMediaType": _JSON,
                                                   "contentSchema": _of("Screening")},
                                        "description": "What it came to, as JSON in ASCII"}},
                  "application/octet-stream"),
        Operation("/v1/replay", "post", "replay", "Decide a record anew and say what differs", _of("Replayed"),
                  body={"type": "object", "description": "A record (relief-record/1), as it was kept"},
                  problems=("unusable-input", "too-large", "media-type", "too-slow")),
        Operation("/v1/records/{which}", "get", "getRecord", "A record of the ledger, byte for byte",
                  {"type": "object"}, query=(_WHICH,),
                  problems=("not-found", "no-ledger", "unavailable")),
        Operation("/v1/records/{which}/resolutions", "post", "resolve",
                  "Add people's answers to a record: decided anew, and recorded as a new one", _of("Report"),
                  body={"type": "array", "items": _of("Resolution"), "minItems": 1, "maxItems": 200},
                  query=(_WHICH, _AS_OF,
                         _parameter("programme", {"type": "array", "items": {"type": "string"}}, "Ids; else those of "
                                    "the record")),
                  problems=("not-found", "no-ledger", "rules-changed", *_KEPT, *asked)),
        Operation("/v1/programmes", "get", "programmes", "All programmes, described in words made from their rules",
                  _of("Programmes"), query=(_AS_OF,), problems=("unusable-input",)),
        Operation("/v1/facts", "get", "facts", "The facts that a profile may hold", _of("Facts"),
                  problems=("unusable-input",)),
        Operation("/v1/schema/profile", "get", "profileSchema", "The JSON Schema of a profile", {"type": "object"},
                  "application/schema+json", problems=("unusable-input",)),
        Operation("/v1/form", "get", "form", "What a form of a profile is made from", {"type": "object"},
                  problems=("unusable-input",)),
        Operation("/v1/profile", "post", "readProfile", "The values of a profile file (YAML or JSON)",
                  {"type": "object"}, problems=asked,
                  body=_object(("text",), text={"type": "string"}, file={"type": ["string", "null"]})),
        Operation("/v1/version", "get", "version", "What decides", _of("Version")),
        Operation("/healthz", "get", "health", "Whether the process lives", {"type": "object"}, open=True),
        Operation("/readyz", "get", "ready", "Whether requests can be answered", {"type": "object"}, open=True,
                  problems=("unavailable",)),
        Operation("/metrics", "get", "metrics", "Counters for Prometheus", {"type": "string"}, "text/plain"),
    )  # fmt: skip


def document(profile: Mapping[str, Any], indicators: Sequence[str], examples: Mapping[str, Any]) -> dict[str, Any]:
    """The document; ``profile`` is the JSON Schema of profiles, ``examples`` are answers by the name of a task."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations(indicators):
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, examples)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": "relief-engine",
            "version": VERSION,
            "description": "Which relief a small Chinese business gets, how much, under which clause, and why. "
            "小微企业减负政策判定。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"key": []}, {}],
        "paths": paths,
        "components": {
            "schemas": {**_schemas(), **_profile_schemas(profile)},
            "headers": _HEADERS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


_HEADERS: dict[str, Any] = {
    "RequestId": {"schema": {"type": "string"}, "description": "The id of the request, as given or made"},
    "Engine": {"schema": {"type": "string"}, "description": "The version of the engine"},
    "Rulebook": {"schema": {"type": "string"}, "description": "The digest of the rulebook that decided"},
}
_ALWAYS = {
    "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
    "Relief-Engine": {"$ref": "#/components/headers/Engine"},
    "Relief-Rulebook": {"$ref": "#/components/headers/Rulebook"},
}


def _operation(operation: Operation, examples: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": operation.answer}
    if operation.name in examples:
        content["example"] = examples[operation.name]
    made: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*operation.query, _LANG],
        "responses": {
            "200": {
                "description": operation.summary,
                "headers": {**_ALWAYS, **operation.headers},
                "content": {operation.media: content},
            },
            **_refusals((*operation.problems, *_OFTEN)),
        },
    }
    if operation.body is not None:
        sent: dict[str, Any] = {"schema": operation.body}
        if operation.name in EXAMPLES:
            sent["example"] = EXAMPLES[operation.name]
        made["requestBody"] = {"required": True, "content": {operation.body_media: sent}}
    if operation.open:
        made["security"] = []
    return made


def _refusals(kinds: Sequence[Kind]) -> dict[str, Any]:
    """The answers that are problems, by their status."""
    by_status: dict[int, list[Kind]] = {}
    for kind in dict.fromkeys(kinds):
        by_status.setdefault(KINDS[kind][0], []).append(kind)
    return {
        str(status): {
            "description": "; ".join(f"{URN}{kind}: {KINDS[kind][1].en}" for kind in found),
            "headers": _ALWAYS,
            "content": {_PROBLEM: {"schema": _of("ProblemDocument")}},
        }
        for status, found in sorted(by_status.items())
    }


def _schemas() -> dict[str, Any]:
    """The shapes of answers."""
    adapters = [(name, "validation", TypeAdapter(shape)) for name, shape in _SHAPES.items()]
    _, found = TypeAdapter.json_schemas(adapters, ref_template=_REF)  # type: ignore[arg-type]
    named: dict[str, Any] = dict(found["$defs"])
    for name, shape in _SHAPES.items():
        named[name]["description"] = " ".join((shape.__doc__ or "").split())
    return named


def _profile_schemas(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of profiles, with its parts beside it, as OpenAPI wants them."""
    text = json.dumps({key: value for key, value in schema.items() if key != "$schema"})
    moved = json.loads(text.replace('"#/$defs/', '"#/components/schemas/Profile.'))
    parts = moved.pop("$defs", {})
    return {"Profile": moved, **{f"Profile.{name}": part for name, part in parts.items()}}
