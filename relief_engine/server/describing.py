"""Server stage: what a rulebook holds and how the service is asked, for clients: programmes, facts, schemas."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from relief_engine.explanation.lists import fact_record, programme_record
from relief_engine.server.asking import query_fields
from relief_engine.server.examples import ANSWERED, EXAMPLES
from relief_engine.server.exchange import JSON, Answer, Job
from relief_engine.server.openapi import document
from relief_engine.server.plain_json import written
from relief_engine.server.tasks import Desk, indicators_of, json_of, perform, task

PROGRAMMES_SCHEMA = "relief-programmes/1"
FACTS_SCHEMA = "relief-facts/1"


@task
def programmes(desk: Desk, job: Job, _: Any) -> Answer:
    """GET /v1/programmes."""
    fields = query_fields(job.query, ("as_of",))
    day = fields.day("as_of") or dt.date.today()
    fields.done()
    listed = desk.engine.rulebook.programmes.values()
    records = [programme_record(programme, day, job.language) for programme in listed]
    return json_of({"schema": PROGRAMMES_SCHEMA, "as_of": day.isoformat(), "programmes": records})


@task
def facts(desk: Desk, job: Job, _: Any) -> Answer:
    """GET /v1/facts."""
    query_fields(job.query, ()).done()
    subjects = desk.engine.rulebook.subjects.values()
    return json_of(
        {
            "schema": FACTS_SCHEMA,
            "subjects": [
                {"subject": known.kind.id, "list": known.kind.list, "label": known.label.in_(job.language)}
                for known in subjects
            ],
            "facts": [fact_record(fact, job.language) for known in subjects for fact in known.facts],
        }
    )


@task
def profile_schema(desk: Desk, job: Job, _: Any) -> Answer:
    """GET /v1/schema/profile."""
    query_fields(job.query, ()).done()
    return Answer(200, "application/schema+json", written(desk.engine.reader.json_schema()))


@task
def openapi(desk: Desk, job: Job, _: Any) -> Answer:
    """GET /openapi.json; its examples are answered here and now, but only once."""
    query_fields(job.query, ()).done()
    if desk.described is None:
        rulebook = desk.engine.rulebook
        answers: dict[str, Any] = {}
        for name, run in ANSWERED.items():
            answer = perform(desk, Job(run, "example", "zh", job.limits, body=written(EXAMPLES[name])))
            if answer.status == 200:  # another rulebook need not know the facts of the example
                answers[name] = json.loads(answer.body)
        desk.described = written(document(desk.engine.reader.json_schema(), indicators_of(rulebook), answers))
    return Answer(200, JSON, desk.described)
