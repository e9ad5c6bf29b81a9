"""Server stage: what the page asks beside the public service: the form, and saved profiles as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import InputError
from relief_engine.explanation.lists import fact_record
from relief_engine.profile.words import code_list, plain
from relief_engine.roster.fields import read_by, unit_in
from relief_engine.rulebook.facts import Fact, SubjectFacts
from relief_engine.server.asking import Fields, query_fields
from relief_engine.server.exchange import JSON, Answer, Job
from relief_engine.server.plain_json import written
from relief_engine.server.problems import Problem, counted
from relief_engine.server.tasks import Desk, refused, task
from relief_engine.text import Language

FORM_SCHEMA = "relief-form/1"
PROFILE_SCHEMA = "relief-profile/1"


@task
def form(desk: Desk, job: Job, _: Any) -> Answer:
    """GET /v1/form: everything that a form is made from."""
    query_fields(job.query, ()).done()
    desk.verifier.start()  # the page has every decision verified; who asks for the form will soon ask for one
    return Answer(200, JSON, written(form_record(desk.engine, job.language)))


@task
def profile(desk: Desk, job: Job, value: Any) -> Answer:
    """POST /v1/profile: reads a profile file as the command line does, and gives its values.

    The file comes as ``text``; a mistake is told with its line under the name ``file``.
    """
    query_fields(job.query, ()).done()
    fields = Fields(value, ("file", "text"))
    label = fields.text("file") or "profile"
    text = fields.text("text") if fields.needed("text") else None
    fields.done()
    try:
        read = desk.engine.reader.read_bytes((text or "").encode(), label)
    except InputError as error:
        # Their places are lines of the file, which is one text to JSON: they have no pointers.
        return refused(Problem("unusable-input", counted(error.findings), error.findings), job)
    values = _figures_as_text(plain(read, desk.engine.rulebook))
    return Answer(200, JSON, written({"schema": PROFILE_SCHEMA, "profile": values}))


def _figures_as_text(value: Any) -> Any:
    """Values with whole numbers as text: a browser would take numbers for binary floats."""
    match value:
        case dict():
            return {key: _figures_as_text(held) for key, held in value.items()}
        case list():
            return [_figures_as_text(held) for held in value]
        case int() if not isinstance(value, bool):
            return str(value)
        case _:
            return value


def form_record(engine: Engine, language: Language) -> dict[str, Any]:
    """The kinds of subject, the facts of each in the order in which they are declared, and the codes of industries."""
    rulebook = engine.rulebook
    subjects = rulebook.subjects.values()
    readers = _readers(engine)
    codes = code_list(rulebook)
    return {
        "schema": FORM_SCHEMA,
        "subjects": [_subject_record(subject, language) for subject in subjects],
        "facts": [
            _field_record(fact, readers.get(fact.id, ()), language) for subject in subjects for fact in subject.facts
        ],
        # Names of industries are Chinese in both languages, as in the standard.
        "codes": [] if codes is None else [{"id": code.id, "name": code.name} for code in codes.codes],
    }


def _subject_record(subject: SubjectFacts, language: Language) -> dict[str, Any]:
    kind = subject.kind
    return {"id": kind.id, "list": kind.list, "label": kind.label.in_(language), "counter": kind.counter}


def _field_record(fact: Fact, readers: Sequence[str], language: Language) -> dict[str, Any]:
    """One fact as `relief facts` prints it, with what only a form needs; ``programmes`` are those that read it."""
    return {
        **fact_record(fact, language),
        "subject": fact.subject,
        "unit": None if fact.unit is None else unit_in(fact.unit, language),
        "open_ended": fact.open_ended,
        "programmes": list(readers),
    }


@lru_cache(maxsize=1)
def _readers(engine: Engine) -> Mapping[str, Sequence[str]]:
    """The programmes that read a fact on some day. A worker has one engine, so this is worked out once."""
    found: dict[str, list[str]] = {}
    for programme in engine.rulebook.programmes.values():
        for fact in read_by(engine, programme):
            found.setdefault(fact, []).append(programme.id)
    return found
