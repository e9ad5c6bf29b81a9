"""Server stage: what goes between the process that speaks HTTP and those that decide."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.server.problems import Kind
from relief_engine.server.settings import Limits
from relief_engine.text import Language

JSON = "application/json"
HTML = "text/html; charset=utf-8"


class Job(NamedTuple):
    """One request for a worker: the name of the task, the parameters of the query, and the body as it came."""

    task: str
    request: str
    language: Language
    limits: Limits
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    #: The folder in which an uploaded file lies, and where its result goes.
    folder: str = ""
    #: The document of the record that the request is about.
    document: bytes = b""
    #: Whether a ledger is kept, and whether every decision goes into it, asked for or not.
    ledger: bool = False
    record_all: bool = False


class Answer(NamedTuple):
    """What a worker made of a job: the whole answer, or a problem.

    ``fault`` says for the log, without anything of the request, where the engine itself failed; ``record`` is the
    record of the decision, to be kept before the answer goes out.
    """

    status: int
    media: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    problem: Kind | None = None
    fault: str | None = None
    record: bytes | None = None
