"""Ledger stage: what lists show of a document, read out of its JSON and out of nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.ledger.entry import Decided, Summary
from relief_engine.text import Text


def summary_of(data: bytes, label: str = "document") -> Summary:
    """The summary of a document. A part that is absent, or of another kind than expected, is None or left out.

    Args:
        data: UTF-8 JSON, an object.
        label: what the document is called in an error.

    Raises:
        InputError: for what is no JSON object.
    """
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, a number too long, or nested too deep
        document = None
    if not isinstance(document, dict):
        message = Text("应为一个 JSON 对象（UTF-8）", "expected a JSON object in UTF-8")
        raise InputError([Finding("not-a-document", Location(label), message)])
    report = _mapping(document.get("report"))
    applicant = _mapping(_mapping(document.get("profile")).get("applicant"))
    decisions = report.get("decisions")
    return Summary(
        as_of=_text(report.get("as_of")),
        applicant=_text(applicant.get("name")),
        credit_code=_text(applicant.get("credit_code")),
        record=_text(document.get("digest")),
        total=_text(report.get("total")),
        total_by_people=_text(report.get("total_by_people")),
        decided=tuple(_decided(_mapping(one)) for one in decisions) if isinstance(decisions, list) else (),
    )


def decided_text(decided: tuple[Decided, ...]) -> str:
    """Decisions as the text that their column holds: JSON, four words each."""
    words = [[one.programme, one.subject, one.outcome, one.resolution] for one in decided]
    return json.dumps(words, ensure_ascii=True, separators=(",", ":"))


def decided_from(text: str) -> tuple[Decided, ...]:
    """The decisions that a column holds; none if somebody spoilt it, which verifying finds."""
    try:
        return tuple(
            Decided(str(programme), str(subject), str(outcome), _text(resolution))
            for programme, subject, outcome, resolution in json.loads(text)
        )
    except (ValueError, TypeError, RecursionError):
        return ()


def _decided(decision: Mapping[str, Any]) -> Decided:
    resolution = _mapping(decision.get("resolution")).get("state")
    programme, subject, outcome = (_text(decision.get(key)) or "" for key in ("programme", "subject", "outcome"))
    return Decided(programme, subject, outcome, _text(resolution))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Text that a column can hold: half a character can't be stored."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode()
