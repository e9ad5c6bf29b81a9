"""The invented town of the explanation tests, as it is and with edited rules, and records made by it."""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from relief_engine.engine import Engine
from relief_engine.recording.canonical import sealed
from relief_engine.recording.record import DecisionRecord, record_of
from relief_engine.text import Language
from tests.comparing.books import Change, read

GOLDEN = Path(__file__).parent / "golden"
RULES = Path(__file__).parents[1] / "explanation" / "rules"
RENT, GRANT, FEE = "town/rent.yaml", "town/grant.yaml", "town/fee.yaml"
APPLICANT, LEASE = "facts/applicant.yaml", "facts/lease.yaml"
MADE_AT = dt.datetime(2030, 7, 15, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@cache
def files() -> dict[str, str]:
    return {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*") if path.is_file()}


def edited(*changes: Change) -> Engine:
    """The town with some texts of its rules changed; an empty new text of a whole file takes the file away."""
    found = dict(files())
    for name, old, new in changes:
        assert found.get(name, "").count(old) == 1 or not old, f"{name} holds {found[name].count(old)} times: {old}"
        found[name] = found[name].replace(old, new) if old else found.get(name, "") + new
    return Engine(read({name: text for name, text in found.items() if text}, "town"))


def without(name: str) -> Change:
    """Takes a file away."""
    return (name, files()[name], "")


@cache
def town() -> Engine:
    return edited()


def recorded(
    engine: Engine | None = None, language: Language = "zh", asked: Sequence[str] | None = None, profile: Any = None
) -> DecisionRecord:
    """The record of the caterer with four leases, or of another profile."""
    engine = engine or town()
    known = engine.read_profile(GOLDEN / "profile.yaml") if profile is None else engine.profile(profile)
    report = engine.decide(known, programmes=asked)
    return record_of(report, engine, language, made_at=MADE_AT, asked=asked)


def rehashed(record: DecisionRecord, change: Callable[[Any], None]) -> bytes:
    """The record with something changed and the digest made to fit, as whoever wants to deceive would do it."""
    document = json.loads(record.data)
    change(document)
    return sealed(document)[1]
