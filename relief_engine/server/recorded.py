"""Server stage: decisions as records: decided anew, and followed by a person's answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.explanation.records import report_record
from relief_engine.profile.items import at_its_place
from relief_engine.profile.written import visible
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import DecisionRecord
from relief_engine.recording.replay import answerable
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

    It is decided for the programmes of the record, or those that the query names, by the rulebook of now, on the day
    that the query names; else on the day of the record or, if that is later, of the last answer: before it was given,
    an answer does not count. An answer of a day to come does not bring that day about.
    """
    engine = desk.engine
    query = query_fields(job.query, ("as_of", "programme"))
    named, chosen = query.day("as_of"), query.programmes("programme", engine.rulebook)
    query.done()
    answers = _answers(value)
    record = _read(job.document)
    asked = record.document["asked"]
    before, unanswered = answerable(record.document["profile"], engine)
    if chosen is None:
        _whole(record, unanswered, engine)
    profile = dict(before)
    earlier = _others(profile, answers)
    profile["resolutions"] = [*earlier, *answers]
    try:
        known = checked(profile, engine, job.limits.subjects)
    except InputError as error:
        raise InputError([_in_the_body(finding, len(earlier)) for finding in error.findings]) from error
    wanted = chosen or asked["programmes"]
    report = engine.decide(known, as_of=named or _day(asked["as_of"], answers), programmes=wanted)
    decided = {decision.programme.id for decision in report.decisions}
    data = {
        **report_record(report, engine, job.language, VERSION),
        "follows": {
            "digest": record.digest,
            "rulebook": {"digest": record.document["rulebook"]["digest"]},
            "left_out": [name for name in _decided(record) if name not in decided],
            "unanswered": [{"programme": one, "subject": on, "referral": name} for one, on, name in unanswered],
        },
    }
    return Answer(200, JSON, written(data), record=recorded(report, engine, job.language, wanted, None))


def _decided(record: DecisionRecord) -> dict[str, str]:
    """The titles of the programmes that a record decided or was asked for, by their ids."""
    asked = record.document["asked"]["programmes"] or ()
    decisions = record.document["report"]["decisions"]
    return {**{name: name for name in asked}, **{one["programme"]: one["explanation"]["title"] for one in decisions}}


def _whole(record: DecisionRecord, unanswered: Sequence[tuple[str, str, str]], engine: Engine) -> None:
    """Refuse to make a record smaller unseen: of all that the rulebook does not have any more, each is named."""
    findings = []
    for name, title in _decided(record).items():
        if name not in engine.rulebook.programmes:
            hint = did_you_mean(name, engine.rulebook.programmes)
            message = Text(
                f"现有规则没有项目 {name}（{title}）{hint.zh}", f"the rules have no programme {name} ({title}){hint.en}"
            )
            findings.append(Finding("unknown-programme", Location(f"record:{visible(name)}"), message))
    for programme, subject, referral in unanswered:
        message = Text(
            f"现有规则没有这项认定事项：{programme} {subject} {referral}",
            f"the rules have no such referral, which people have answered: {programme} {subject} {referral}",
        )
        findings.append(Finding("unknown-referral", Location("record:profile.resolutions"), message))
    if findings:
        detail = Text(
            "没有判定，也没有记录，否则新记录会少掉这些内容；要按现有规则判定，请用 ?programme= 写明判定哪些项目",
            "nothing was decided or recorded, since the new record would lack these; to decide by the rules of now, "
            "name the programmes with ?programme=",
        )
        raise Problem("rules-changed", detail, findings)


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


def _others(profile: Mapping[str, Any], answers: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The earlier answers but those to a referral of a subject that is answered now, however either names it."""
    new = {_about(answer, profile) for answer in answers if isinstance(answer, Mapping)}
    return [answer for answer in profile.get("resolutions") or () if _about(answer, profile) not in new]


def _in_the_body(finding: Finding, earlier: int) -> Finding:
    """A finding about one of the answers, at its place in the body: behind the earlier ones in the profile."""
    match = re.match(r"profile:resolutions\[(\d+)\]", finding.where.file)
    if match is None or int(match[1]) < earlier:
        return finding
    place = f"body:[{int(match[1]) - earlier}]{finding.where.file[match.end() :]}"
    return Finding(finding.code, Location(place), finding.message)


def _about(answer: Mapping[str, Any], profile: Mapping[str, Any]) -> tuple[str, str, str]:
    subject = at_its_place(str(answer.get("subject", "applicant")), profile)
    return str(answer.get("programme")), subject, str(answer.get("referral"))
