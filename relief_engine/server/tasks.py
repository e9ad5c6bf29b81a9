"""Server stage: what a worker does with a request: each task reads it, asks the engine and writes the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from relief_engine.engine import Engine, Report
from relief_engine.engine.asked_size import sized
from relief_engine.engine.sizing import size_fact
from relief_engine.engine.verify import Verification, Verifier
from relief_engine.errors import InputError, UnknownName
from relief_engine.explanation import html
from relief_engine.explanation.records import report_record
from relief_engine.explanation.sheet import sheet
from relief_engine.explanation.size_records import size_record
from relief_engine.profile.model import Profile
from relief_engine.recording.record import record_of
from relief_engine.rulebook.model import Rulebook
from relief_engine.server.asking import Fields, checked, query_fields
from relief_engine.server.exchange import HTML, JSON, Answer, Job
from relief_engine.server.plain_json import read_json, written
from relief_engine.server.problems import Problem, counted, problem_record
from relief_engine.text import Language, Text
from relief_engine.version import VERSION

MANY_SCHEMA = "relief-decide-many/1"

#: The most questions that an interview passes on.
MAX_PASSED = 5000
#: What every request for a decision may hold.
_ASKED = ("profile", "as_of", "programmes")


class Desk:
    """What a worker keeps between requests: its engine and, once asked for, the process of the second route."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.verifier = Verifier(engine.rulebook)
        self.described: bytes | None = None

    def close(self) -> None:
        """End the process of the second route."""
        self.verifier.close()


Task = Callable[[Desk, Job, Any], Answer]
TASKS: dict[str, Task] = {}
#: Tasks to which the body is no JSON, or nothing, or which read it by themselves.
UNREAD = frozenset({"form", "programmes", "facts", "profile_schema", "openapi", "replay", "screen"})


def task(run: Task) -> Task:
    """Make a function a task by its name."""
    TASKS[run.__name__] = run
    return run


def json_of(data: Mapping[str, Any]) -> Answer:
    """Data as the answer."""
    return Answer(200, JSON, written(data))


class Asked:
    """A request for the decisions about one profile, read as a whole."""

    def __init__(self, desk: Desk, job: Job, value: object, *others: str) -> None:
        query_fields(job.query, ()).done()
        self.engine = desk.engine
        fields = Fields(value, (*_ASKED, *others))
        profile = fields.profile("profile", desk.engine, job.limits.subjects)
        self.day = fields.day("as_of")
        self.programmes = fields.programmes("programmes", desk.engine.rulebook)
        self.flags = {key: fields.flag(key) for key in others}
        fields.done()
        if profile is None:
            raise AssertionError("a profile that can't be used is a finding")
        self.profile: Profile = profile

    def report(self) -> Report:
        """The decisions."""
        return self.engine.decide(self.profile, as_of=self.day, programmes=self.programmes)


@task
def decide(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/decide."""
    asked = Asked(desk, job, value, "verify", "record")
    wanted = asked.flags["record"] or job.record_all
    if wanted and not job.ledger:
        detail = Text("启动服务时没有指定 --ledger", "the service was started without --ledger")
        raise Problem("no-ledger", detail)
    report = asked.report()
    record = report_record(report, desk.engine, job.language, VERSION)
    verification = desk.verifier.verify(report) if asked.flags["verify"] else None
    if verification is not None:
        record["verification"] = verification_record(verification, job.language)
    answer = json_of(record)
    if not wanted:
        return answer
    return answer._replace(record=recorded(report, desk.engine, job.language, asked.programmes, verification))


def verification_record(found: Verification, language: Language) -> dict[str, Any]:
    """What the second route says."""
    return {"verdict": found.verdict, "reason": found.reason.in_(language), "compared": found.compared}


def recorded(
    report: Report, engine: Engine, language: Language, asked: Sequence[str] | None, verification: Verification | None
) -> bytes:
    """A report as the bytes of a record, for the ledger."""
    now = dt.datetime.now(dt.UTC)
    return record_of(report, engine, language, made_at=now, asked=asked, verification=verification).data


@task
def explain(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/explain."""
    asked = Asked(desk, job, value, "details")
    report = asked.report()
    full = asked.flags["details"] or asked.programmes is not None or len(report.rulebook.programmes) == 1
    page = html.render(sheet(report, desk.engine, job.language, VERSION, full=full))
    return Answer(200, HTML, page.encode())


@task
def decide_many(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/decide-many: each profile is decided or refused by itself."""
    query_fields(job.query, ()).done()
    fields = Fields(value, ("profiles", "as_of", "programmes"))
    profiles = fields.items("profiles", job.limits.profiles) if fields.needed("profiles") else []
    day = fields.day("as_of")
    programmes = fields.programmes("programmes", desk.engine.rulebook)
    fields.done()
    results = [_one_of_many(desk, job, value, i, item, day, programmes) for i, item in enumerate(profiles)]
    return json_of({"schema": MANY_SCHEMA, "results": results})


def _one_of_many(
    desk: Desk, job: Job, body: Any, index: int, item: object, day: dt.date | None, programmes: Sequence[str] | None
) -> dict[str, Any]:
    try:
        profile = checked(item, desk.engine, job.limits.subjects, f"profiles[{index}]")
    except InputError as error:
        problem = Problem("unusable-input", counted(error.findings), error.findings)
        return {"problem": problem_record(problem, job.language, job.request, body)}
    report = desk.engine.decide(profile, as_of=day, programmes=programmes)
    return {"report": report_record(report, desk.engine, job.language, VERSION)}


@task
def size(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/size."""
    query_fields(job.query, ()).done()
    rulebook = desk.engine.rulebook
    indicators = indicators_of(rulebook)
    if not indicators:
        raise Problem("not-found", Text("规则库没有企业划型标准", "the rulebook has no size standard"))
    fields = Fields(value, ("industry", *indicators, "as_of"))
    day = fields.day("as_of")
    if fields.needed("industry"):
        try:
            sizing = sized(
                rulebook,
                fields.values["industry"],
                {name: fields.values[name] for name in indicators if name in fields.values},
                day,
                fields.at,
            )
        except InputError as error:
            fields.findings += error.findings
        else:
            fields.done()
            return json_of(size_record(sizing, job.language))
    fields.done()
    raise AssertionError("a firm without an industry is a finding")


def indicators_of(rulebook: Rulebook) -> list[str]:
    """The figures by which a rulebook tells the sizes of firms; none if it doesn't."""
    try:
        return [indicator for indicator, _ in size_fact(rulebook).indicators]
    except UnknownName:
        return []


@task
def interview(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/interview."""
    from relief_engine.interview import step, step_record

    query_fields(job.query, ()).done()
    engine = desk.engine
    fields = Fields(value, (*_ASKED, "passed"))
    known = fields.values.get("profile")
    if fields.needed("profile"):
        try:  # a profile may still be empty, unlike one that is decided
            checked({"applicant": {}, **known} if isinstance(known, Mapping) else known, engine, job.limits.subjects)
        except InputError as error:
            fields.findings += error.findings
    day, ids = fields.day("as_of"), fields.programmes("programmes", engine.rulebook)
    passed = _passed(fields)
    fields.done()
    found = step(engine, known if isinstance(known, Mapping) else {}, as_of=day, programmes=ids, passed=passed)
    return json_of(step_record(found, job.language))


def _passed(fields: Fields) -> set[tuple[str, str]]:
    """The questions that were passed on."""
    found: set[tuple[str, str]] = set()
    for index, item in enumerate(fields.items("passed", MAX_PASSED)):
        one = Fields(item, ("fact", "subject"), f"passed[{index}]")
        fact, subject = (one.text(key) if one.needed(key) else None for key in ("fact", "subject"))
        fields.findings += one.findings
        if fact is not None and subject is not None:
            found.add((fact, subject))
    return found


def perform(desk: Desk, job: Job) -> Answer:
    """Answer one request; whatever is wrong with it becomes a problem document."""
    body: Any = None
    try:
        if job.task not in UNREAD:
            try:
                body = read_json(job.body, nesting=job.limits.nesting)
            except InputError as error:
                raise Problem("malformed", counted(error.findings), error.findings) from error
        return TASKS[job.task](desk, job, body)
    except InputError as error:
        return refused(Problem("unusable-input", counted(error.findings), error.findings), job, body)
    except Problem as problem:
        return refused(problem, job, body)


def refused(problem: Problem, job: Job, body: object = None, fault: str | None = None) -> Answer:
    """A problem as the answer to a job."""
    data = written(problem_record(problem, job.language, job.request, body))
    return Answer(problem.status, "application/problem+json", data, problem=problem.kind, fault=fault)
