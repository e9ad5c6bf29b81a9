"""Server stage: what an operator may set, and the defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from relief_engine.text import DEFAULT_LANGUAGE, Language


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost, and how many may wait.

    Attributes:
        body: the largest body of a request, in bytes; of a roster ``roster``.
        nesting: how deep lists and objects may stand inside each other.
        subjects: the most leases, loans and so on of one profile, all together.
        profiles: the most profiles of one request to decide many.
        rows: the most rows of a roster.
        uploads: how many rosters come in at once.
        seconds: how long a request may take, waiting and working, once its body is there; screening ``screen_seconds``.
        read_seconds: how long a client may take to send its headers, and then its body, or to take its answer; a
            roster gets more time for what has come, so that the largest has ``screen_seconds`` besides.
        waiting: how many requests may wait for a worker. Who comes then is told to come back.
        connections: how many connections are open at once.
        stop_seconds: how long requests may go on after the service was told to stop.
    """

    body: int = 1_000_000
    roster: int = 20_000_000
    nesting: int = 20
    subjects: int = 200
    profiles: int = 200
    rows: int = 20_000
    uploads: int = 8
    seconds: float = 20.0
    screen_seconds: float = 120.0
    read_seconds: float = 20.0
    waiting: int = 64
    connections: int = 1000
    stop_seconds: float = 25.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How a service runs.

    Attributes:
        host: the address to listen on.
        port: the port; 0 for any free one.
        rules: the folder of the rulebook; None for the shipped one.
        workers: how many processes decide.
        limits: see :class:`Limits`.
        keys: the API keys of which a client must show one; none to let everybody in.
        hosts: the names by which the service may be called (the ``Host`` of a request); None for any.
        ledger: the file to which records are appended; None for no records.
        record_all: whether every decision is recorded, asked for or not.
        watch: every how many seconds the folder of rules is looked at; 0 for never.
        language: the language where a request names none.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    rules: Path | None = None
    workers: int = 2
    limits: Limits = field(default_factory=Limits)
    keys: Sequence[str] = ()
    hosts: frozenset[str] | None = None
    ledger: Path | None = None
    record_all: bool = False
    watch: float = 0.0
    language: Language = DEFAULT_LANGUAGE
