"""Recording stage: one report as a decision record, a document that needs nothing else to be read or decided again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from relief_engine.engine import Engine, Report
from relief_engine.engine.verify import Verification
from relief_engine.errors import ProfileError, StatedError
from relief_engine.explanation.records import report_record
from relief_engine.profile.model import Profile
from relief_engine.profile.natural import with_unit
from relief_engine.recording.canonical import DIGEST, NotCanonical, exact, sealed
from relief_engine.recording.tracing import trace_record
from relief_engine.rulebook.record import Record
from relief_engine.text import Language, Text
from relief_engine.version import VERSION

SCHEMA: Final = "relief-record/1"
#: What places in a record's report begin with: ``profile:leases[0].start`` is a path into its own profile.
LABEL: Final = "profile"


class NotRecorded(StatedError):
    """A report could not be written so that it can be decided again: an internal failure, and no record is made."""


class DecisionRecord(Record):
    """One kept report: ``document`` is plain JSON data, ``data`` its canonical bytes (RFC 8785).

    ``digest`` (``sha256:…``) is taken over the canonical bytes of all members but itself, and is one of the members.
    """

    document: Mapping[str, Any]
    data: bytes
    digest: str


def record_of(
    report: Report, engine: Engine, language: Language, *, made_at: dt.datetime,
    asked: Sequence[str] | None, verification: Verification | None = None,
) -> DecisionRecord:  # fmt: skip
    """Write a report as a record.

    Args:
        report: the decisions for one profile on one day.
        engine: the engine that gave them, or another of the same rulebook.
        language: of all texts in the record.
        made_at: when the decision was made, with its time zone.
        asked: the ids of the programmes that were asked for; None if all were.
        verification: what a worker process said of the report, if one was asked.

    Raises:
        ValueError: ``made_at`` has no time zone, or the engine is one of another rulebook.
        NotRecorded: the profile, written and read again, is not the same.
    """
    if made_at.tzinfo is None:
        raise ValueError("made_at: expected a time with its time zone")
    if report.rulebook.digest != engine.rulebook.digest:
        raise ValueError("engine: expected one of the rulebook that the report was made by")
    written = report.profile.written(with_unit)
    profile = _read_again(written, report.profile, engine)
    moment = made_at.astimezone(dt.UTC).isoformat(timespec="milliseconds")
    members = {
        "schema": SCHEMA,
        "made_at": moment.replace("+00:00", "Z"),
        "asked": {
            "as_of": report.as_of.isoformat(),
            "programmes": None if asked is None else list(dict.fromkeys(asked)),
        },
        "language": language,
        "profile": written,
        **rendered(report, profile, engine, language),
        "rulebook": {"digest": report.rulebook.digest},
        "engine": {"version": VERSION, "routes": list(report.routes)},
        "verification": None if verification is None else {
            "verdict": verification.verdict,
            "reason": verification.reason.in_(language),
            "compared": verification.compared,
        },
    }  # fmt: skip
    try:
        digest, data = sealed(members)
    except NotCanonical:  # a number beyond what JSON carries
        members = exact(members)
        digest, data = sealed(members)
    return DecisionRecord({**members, DIGEST: digest}, data, digest)


def rendered(report: Report, profile: Profile, engine: Engine, language: Language) -> dict[str, Any]:
    """The members ``report`` and ``trace``, about a profile that is the report's own, read from its written form."""
    decisions = tuple(replace(decision, profile=profile) for decision in report.decisions)
    placed = replace(report, profile=profile, decisions=decisions)
    return {
        "report": report_record(placed, engine, language, VERSION),
        "trace": [trace_record(decision, engine.rulebook) for decision in decisions],
    }


def _read_again(written: Mapping[str, object], profile: Profile, engine: Engine) -> Profile:
    """The written profile as whoever replays the record will read it; its places are paths into it."""
    try:
        again = engine.reader.read_mapping(written, LABEL)
    except ProfileError as error:
        raise NotRecorded(_lost(str(error.findings[0].where))) from error
    if again.digest != profile.digest:
        raise NotRecorded(_lost("digest"))
    return replace(again, source=base_name(profile.source))


def base_name(source: str) -> str:
    """A file's name without its folders, on whatever system it stood."""
    return re.split(r"[/\\]", source)[-1]


def _lost(where: str) -> Text:
    return Text(
        f"资料写入记录后再读出，与原来不一致（{where}），没有记录",
        f"the profile, written into a record and read again, is not the same ({where}); nothing was recorded",
    )
