"""Profile stage, the door: a YAML file or a plain mapping is checked as a whole and becomes a :class:`Profile`.

Pydantic models made from the facts do the checking; all mistakes of a profile come in one error, each with its place.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from relief_engine.errors import Finding, Location, ProfileError, did_you_mean
from relief_engine.profile.model import LISTS, Known, Profile
from relief_engine.profile.values import NOT_AVAILABLE, BadValue, Read, reader
from relief_engine.rulebook.facts import (
    AmongStepsRelation,
    Encoded,
    Fact,
    NotBeforeRelation,
    OneFormRelation,
    SubjectFacts,
)
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.shapes import Subject
from relief_engine.rulebook.source import Document, Path_, decode, read
from relief_engine.text import Text

#: The most leases or loans that one profile may list.
MAX_SUBJECTS = 1000
Finder = Callable[[Path_], Location]

_WORDS: Mapping[str, Text] = {
    "dict_type": Text("应为键值对（键: 值）", "expected a mapping (key: value)"),
    "model_type": Text("应为键值对（键: 值）", "expected a mapping (key: value)"),
    "model_attributes_type": Text("应为键值对（键: 值）", "expected a mapping (key: value)"),
    "list_type": Text("应为列表（每项以 - 开头）", "expected a list"),
    "too_long": Text(f"最多 {MAX_SUBJECTS} 项", f"at most {MAX_SUBJECTS} items"),
    "missing": Text("缺少 applicant（申请方）", "the key applicant is missing"),
}


def _checked(read_value: Callable[[object], Read]) -> Callable[[object], Read]:
    def check(value: object) -> Read:
        try:
            return read_value(value)
        except BadValue as bad:
            # Pydantic carries the message as data; its own text is never shown.
            raise PydanticCustomError("bad_value", "{code}", {"code": bad.code, "text": bad.message}) from None

    return check


def _as_of(value: object) -> dt.date | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = dt.date.fromisoformat(value.strip())
        except ValueError:
            pass
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime) and 1900 <= value.year <= 2100:
        return value
    text = Text(
        "as_of 应为 1900 至 2100 年间的日期（如 2022-06-01）",
        "as_of must be a date from 1900 to 2100, such as 2022-06-01",
    )
    raise PydanticCustomError("bad_value", "{code}", {"code": "date", "text": text})


_CONFIG = ConfigDict(extra="forbid", frozen=True)


def _schema(fact: Fact) -> dict[str, Any]:
    """The JSON Schema of one fact, for editors and for clients of a service."""
    described: dict[str, Any] = {"title": fact.label.zh, "description": f"{fact.question.zh} / {fact.question.en}"}
    match fact.type:
        case "yes_no":
            kind: list[dict[str, Any]] = [{"type": "boolean"}, {"enum": ["是", "否", "yes", "no"]}]
        case "choice":
            kind = [{"enum": list(fact.names)}]
        case "count":
            kind = [{"type": "integer", "minimum": 0}, {"type": "string"}]
        case "amount" | "number":
            kind = [{"type": "number", "minimum": 0}, {"type": "string"}]
            described["description"] += f"（{fact.unit}）"
        case "date":
            kind = [{"type": "string", "format": "date"}]
            if fact.open_ended:
                kind.append({"const": "open"})
        case "steps":
            step = {"type": "object", "required": ["from", "monthly_rent"], "additionalProperties": False,
                    "properties": {"from": {"type": "string", "format": "date"}, "monthly_rent": {"type": ["number", "string"]}}}  # fmt: skip
            kind = [{"type": "array", "items": step, "minItems": 1}]
        case "industry_code":
            kind = [{"type": "string", "pattern": "^([A-T]|[0-9]{2,4})$"}, {"type": "integer"}]
        case _:
            kind = [{"type": "string"}]
    return {**described, "anyOf": [*kind, {"type": "null"}]}


class ProfileReader:
    """Reads profiles for one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.models: dict[Subject, type[BaseModel]] = {}
        for subject, known in rulebook.subjects.items():
            self.models[subject] = self._model(subject, known)
        fields: dict[str, Any] = {"as_of": (Annotated[Any, PlainValidator(_as_of), WithJsonSchema(
            {"title": "判定日", "anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})], None)}  # fmt: skip
        fields["applicant"] = (self.models["applicant"], ...)
        for name, subject in LISTS.items():
            if subject in self.models:
                fields[name] = (list[self.models[subject]] | None, None)  # type: ignore[name-defined]
        self.whole: type[BaseModel] = create_model("Profile", __config__=_CONFIG, **fields)

    def _model(self, subject: Subject, known: SubjectFacts) -> type[BaseModel]:
        fields: dict[str, Any] = {}
        for fact in known.facts:
            codes = (
                next(iter(self.rulebook.standards.code_lists.values()), None) if fact.type == "industry_code" else None
            )
            check = PlainValidator(_checked(reader(fact, codes)))
            # A trailing underscore keeps names of facts apart from the methods of a Pydantic model.
            fields[f"{fact.name}_"] = (Annotated[Any, check, WithJsonSchema(_schema(fact))], _field(fact.name))
        return create_model(subject.capitalize(), __config__=_CONFIG, **fields)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of a profile."""
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **self.whole.model_json_schema()}

    # --- doors --------------------------------------------------------------------------------------------------

    def read_file(self, path: Path) -> Profile:
        """Read a YAML profile. Raises :class:`ProfileError` with every mistake."""
        return self._from_document(read(path, str(path)))

    def read_bytes(self, data: bytes, label: str) -> Profile:
        """Read a YAML profile from memory; ``label`` stands for the file's name."""
        return self._from_document(decode(data, label))

    def read_mapping(self, mapping: Mapping[str, object], label: str = "profile") -> Profile:
        """Check a plain mapping of the same shape as a profile file."""
        return self._read(mapping, label, lambda path: Location(f"{label}:{spelled(path)}" if path else label))

    def _from_document(self, document: Document) -> Profile:
        if document.findings:
            raise ProfileError(document.findings)
        if document.value is None:
            raise ProfileError([Finding("empty", Location(document.file), Text("文件是空的", "the file is empty"))])
        return self._read(document.value, document.file, document.where, document)

    def _read(self, value: object, label: str, locate: Finder, document: Document | None = None) -> Profile:
        try:
            model = self.whole.model_validate(value, strict=None)
        except ValidationError as error:
            raise ProfileError(self._findings(error, locate, document)) from None
        fields = model.__dict__
        findings: list[Finding] = []
        applicant = self._known("applicant", fields["applicant"], ("applicant",), locate, findings)
        lists: dict[str, tuple[Known, ...] | None] = {"leases": None, "loans": None}
        for name, subject in LISTS.items():
            items = fields.get(name)
            if items is not None:
                if len(items) > MAX_SUBJECTS:
                    findings.append(Finding("too-many", locate((name,)), _WORDS["too_long"]))
                    continue
                lists[name] = tuple(
                    self._known(subject, item, (name, index), locate, findings) for index, item in enumerate(items)
                )
        if findings:
            raise ProfileError(findings)
        return Profile(fields["as_of"], applicant, lists["leases"], lists["loans"], locate, label)

    def _known(self, subject: Subject, model: BaseModel, path: Path_, locate: Finder, findings: list[Finding]) -> Known:
        values: dict[str, Encoded | str] = {}
        absent: list[str] = []
        fields = model.__dict__
        for field in model.model_fields_set:
            value = fields[field]
            if value is NOT_AVAILABLE:
                absent.append(f"{subject}.{field[:-1]}")
            elif value is not None:
                values[f"{subject}.{field[:-1]}"] = value
        for relation in self.rulebook.subjects[subject].relations:
            _relate(relation, values, path, locate, findings)
        for derived in self.rulebook.subjects[subject].derived:
            steps = values.get(getattr(derived, "of", ""))
            if isinstance(steps, tuple) and hasattr(derived, "first_day"):
                start = values.get(derived.start)
                if isinstance(start, int) and steps[0][0] > max(start, derived.first_day):
                    place = locate((*path, derived.of.partition(".")[2]))
                    found = Finding(
                        "steps-gap",
                        place,
                        Text("第一段之前的租金没有写", "the rent before the first step is not given"),
                    )
                    if found not in findings:
                        findings.append(found)
        return Known(values, frozenset(absent))

    # --- mistakes -----------------------------------------------------------------------------------------------

    def _findings(self, error: ValidationError, locate: Finder, document: Document | None) -> list[Finding]:
        findings = []
        for detail in error.errors(include_url=False, include_input=False):
            path = detail["loc"]
            kind = detail["type"]
            context = detail.get("ctx", {})
            if kind == "bad_value":
                findings.append(Finding(str(context["code"]), locate(path), context["text"]))
            elif kind == "extra_forbidden":
                findings.append(self._unknown_key(path, locate, document))
            else:
                text = _WORDS.get(kind, Text(f"值不合要求（{detail['msg']}）", detail["msg"]))
                findings.append(Finding(kind.replace("_", "-"), locate(path[:-1] if kind == "missing" else path), text))
        return findings

    def _unknown_key(self, path: Path_, locate: Finder, document: Document | None) -> Finding:
        last = str(path[-1])
        if len(path) == 1:
            known = list(self.whole.model_fields)
            subject: Subject | None = None
        else:
            subject = LISTS.get(str(path[0]), "applicant")
            known = [fact.name for fact in self.rulebook.subjects[subject].facts]
        where = document.where(path, key=True) if document is not None else locate(path)
        hint = did_you_mean(last, known)
        if not hint.en and subject is not None:
            elsewhere = next((f for f in self.rulebook.facts.values() if isinstance(f, Fact) and f.name == last), None)
            if elsewhere is not None:
                key = next((k for k, s in LISTS.items() if s == elsewhere.subject), elsewhere.subject)
                hint = Text(f"，它属于 {key}", f"; it belongs to {key}")
        return Finding(
            "unknown-key",
            where,
            Text(
                f"没有这一项：“{last}”{hint.zh or '，可用的项见 relief facts'}",
                f"unknown key {last!r}{hint.en or '; see: relief facts'}",
            ),
        )


def _field(name: str) -> Any:
    from pydantic import Field

    return Field(default=None, alias=name)


def spelled(path: Path_) -> str:
    """A path as people write it: ``leases[0].start``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _relate(
    relation: object, values: Mapping[str, Encoded | str], path: Path_, locate: Finder, findings: list[Finding]
) -> None:
    """Report a relation between facts of one subject that does not hold."""
    match relation:
        case NotBeforeRelation(later=later, earlier=earlier):
            a, b = values.get(earlier), values.get(later)
            if isinstance(a, int) and isinstance(b, int) and b < a:
                findings.append(
                    Finding(
                        "end-before-start",
                        locate((*path, later.partition(".")[2])),
                        Text(
                            f"{later.partition('.')[2]} 早于 {earlier.partition('.')[2]}（{dt.date.fromordinal(a)}）",
                            f"{later.partition('.')[2]} lies before {earlier.partition('.')[2]} ({dt.date.fromordinal(a)})",
                        ),
                    )
                )
        case OneFormRelation(groups=groups):
            given = [[fact for fact in group if fact in values] for group in groups]
            used = [group for group in given if group]
            for group in used[1:]:
                name = group[0].partition(".")[2]
                others = used[0][0].partition(".")[2]
                findings.append(
                    Finding(
                        "two-forms",
                        locate((*path, name)),
                        Text(f"{name} 与 {others} 只能写一种", f"give either {name} or {others}, not both"),
                    )
                )
        case AmongStepsRelation(value=value, steps=steps):
            amount, listed = values.get(value), values.get(steps)
            if isinstance(amount, int) and isinstance(listed, tuple) and amount not in {a for _, a in listed}:
                name = value.partition(".")[2]
                findings.append(
                    Finding(
                        "not-a-step",
                        locate((*path, name)),
                        Text(f"{name} 不是各段租金之一", f"{name} is not the amount of one of the steps"),
                    )
                )
        case _:
            pass
