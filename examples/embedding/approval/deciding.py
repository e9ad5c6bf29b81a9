"""The step that decides a case, by the library. All that the approval system knows of relief-engine stands here."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from approval.cases import Case, Cases
from relief_engine import Engine, Profile, load_rulebook
from relief_engine.ledger.store import Ledger
from relief_engine.recording.reading import read_record
from relief_engine.recording.record import record_of
from relief_engine.recording.replay import replay
from relief_engine.recording.telling import replay_record

RENT = "beijing-tongzhou/rent-reduction-2022"
#: A case is about one lease.
SUBJECT = "leases[0]"


class Step:
    """Decides cases and keeps every decision in a ledger. One for a process; safe to share between threads."""

    def __init__(self, cases: Cases, ledger: Path) -> None:
        self._cases = cases
        self.engine = Engine(load_rulebook())
        self._ledger = Ledger.open(ledger, create=True)

    def close(self) -> None:
        """Close the ledger."""
        self._ledger.close()

    def check(self, facts: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> Profile:
        """What is known of a case as a profile; raises ``ProfileError`` with every mistake that is in it."""
        return self.engine.profile(_profile(facts, answers))

    def decide(self, case: Case) -> Case:
        """Decide a case by what is known of it: first the record is on disk, then the case has its decision."""
        profile = self.check(case.facts, case.answers)
        # An answer counts from the day on which it was given.
        day = max([case.filed_on, *(answer.on for answer in profile.resolutions)])
        report = self.engine.decide(profile, as_of=day, programmes=[RENT])
        now = dt.datetime.now(dt.UTC)
        record = record_of(report, self.engine, "zh", made_at=now, asked=[RENT])
        entry = self._ledger.append(record.data)
        (decision,) = record.document["report"]["decisions"]
        state, amount = whither(decision)
        return self._cases.decided(case, state, amount, entry.number)

    def kept(self, case: Case) -> Any:
        """The report that the decision of a case rests on, as it was kept; None if it is not decided yet."""
        return None if case.record is None else json.loads(self._ledger.get(case.record).data)["report"]

    def again(self, case: Case) -> Any:
        """Whether the rules of now decide a case as they did; None if it is not decided yet."""
        if case.record is None:
            return None
        record = read_record(self._ledger.get(case.record).data, f"ledger[{case.record}]")
        return replay_record(replay(record, self.engine), "zh")


def whither(decision: Mapping[str, Any]) -> tuple[str, str | None]:
    """The state of a case after a decision, and the amount if it is granted.

    Only two ways lead to *granted*: the rules grant it, or they refer it and people granted all that they were asked.
    """
    match decision["outcome"], (decision["resolution"] or {}).get("state"):
        case "eligible", _ if decision["amount"] is not None:
            return "granted", decision["amount"]
        case "referred", "granted" if decision["resolution"]["amount"] is not None:
            return "granted", decision["resolution"]["amount"]
        case "referred", "refused":
            return "refused", None
        case "ineligible" | "not_in_force", _:
            return "refused", None
        case "undetermined", _:
            return "waiting", None
    return "with_people", None


def _profile(facts: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A profile, of the shape of a profile file, from the approval system's own fields: ids of facts."""
    applicant: dict[str, Any] = {}
    lease: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name, value in facts.items():
        subject, _, key = name.partition(".")
        # What belongs nowhere is left to the reader of profiles, which says so.
        {"applicant": applicant, "lease": lease}.get(subject, others)[key or name] = value
    profile = {**others, "applicant": applicant, "leases": [lease]}
    if answers:
        profile["resolutions"] = [{"programme": RENT, "subject": SUBJECT, **answer} for answer in answers]
    return profile
