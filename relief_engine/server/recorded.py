"""Server stage: decisions as records: decided anew, and followed by a person's answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from relief_engine.errors import Finding, InputError, Location
from relief_engine.explanation.records import report_record
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import DecisionRecord
from relief_engine.recording.replay import replay as decide_again
from relief_engine.recording.telling import replay_record
from relief_engine.server.asking import checked, query_fields
from relief_engine.server.exchange import JSON, Answer, Job
from relief_engine.server.plain_json import written
from relief_engine.server.problems import Problem, counted
from relief_engine.server.tasks import Desk, recorded, task
from relief_engine.text import Text
from relief_engine.version import VERSION

#: The most answers of people that one request brings.
MAX_RESOLUTIONS = 200


@task
def replay(desk: Desk, job: Job, _: Any) -> Answer:
    """POST /v1/replay: the body is a record, or the name of one in the ledger was given and the document is there."""
    query_fields(job.query, ()).done()
    record = _read(job.document or job.body)
    return Answer(200, JSON, written(replay_record(decide_again(record, desk.engine), job.language)))


@task
def resolve(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/records/{which}/resolutions: the record's profile with answers of people, decided and recorded anew.

    It is decided for the programmes of the record, by the rulebook of now, on the day that the query names; else on the
    day of the record or, if that is later, of the last answer: before it was given, an answer does not count. An answer
    of a day to come does not bring that day about.
    """
    query = query_fields(job.query, ("as_of",))
    named = query.day("as_of")
    query.done()
    answers = _answers(value)
    record = _read(job.document)
    profile = dict(record.document["profile"])
    earlier = _others(profile.get("resolutions") or [], answers)
    profile["resolutions"] = [*earlier, *answers]
    asked = record.document["asked"]
    engine = desk.engine
    try:
        known = checked(profile, engine, job.limits.subjects)
    except InputError as error:
        raise InputError([_in_the_body(finding, len(earlier)) for finding in error.findings]) from error
    wanted = asked["programmes"]
    if wanted is not None:
        wanted = [name for name in wanted if name in engine.rulebook.programmes]
    report = engine.decide(known, as_of=named or _day(asked["as_of"], answers), programmes=wanted)
    data = {
        **report_record(report, engine, job.language, VERSION),
        "follows": {"digest": record.digest, "rulebook": {"digest": record.document["rulebook"]["digest"]}},
    }
    return Answer(200, JSON, written(data), record=recorded(report, engine, job.language, wanted, None))


def _read(data: bytes) -> DecisionRecord:
    try:
        return read_record(data, "record")
    except InputError as error:
        raise Problem("unusable-input", counted(error.findings), error.findings) from error


def _answers(value: Any) -> list[Any]:
    if isinstance(value, list) and 0 < len(value) <= MAX_RESOLUTIONS:
        return value
    message = Text(
        f"正文应为 1 至 {MAX_RESOLUTIONS} 条认定结果的列表",
        f"the body must be a list of 1 to {MAX_RESOLUTIONS} answers of people",
    )
    raise InputError([Finding("list", Location("body"), message)])


def _day(of_record: str, answers: Sequence[Any]) -> dt.date:
    """The day of a record, or of the last answer if that is later, but no day to come."""
    today = dt.date.today()
    given = [answer.get("on") for answer in answers if isinstance(answer, Mapping)]
    days = [dt.date.fromisoformat(of_record)]
    for day in given:
        if isinstance(day, str):
            with suppress(ValueError):
                days.append(min(dt.date.fromisoformat(day), max(today, days[0])))
    return max(days)


def _others(before: Sequence[Mapping[str, Any]], answers: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The earlier answers but those to a referral of a subject that is answered now."""
    new = {_about(answer) for answer in answers if isinstance(answer, Mapping)}
    return [answer for answer in before if _about(answer) not in new]


def _in_the_body(finding: Finding, earlier: int) -> Finding:
    """A finding about one of the answers, at its place in the body: behind the earlier ones in the profile."""
    match = re.match(r"profile:resolutions\[(\d+)\]", finding.where.file)
    if match is None:
        return finding
    place = f"body:[{int(match[1]) - earlier}]{finding.where.file[match.end() :]}"
    return Finding(finding.code, Location(place), finding.message)


def _about(answer: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(answer.get("programme")), str(answer.get("subject", "applicant")), str(answer.get("referral"))
