"""Recording stage: a record is decided anew, by the rulebook that made it or by another, and what differs is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from relief_engine.engine import Engine
from relief_engine.errors import Finding, ProfileError
from relief_engine.profile.model import Profile
from relief_engine.profile.natural import with_unit
from relief_engine.profile.resolutions import referral_ids
from relief_engine.profile.shape import RESOLUTIONS
from relief_engine.recording.canonical import exact
from relief_engine.recording.differences import Field, fields
from relief_engine.recording.record import LABEL, DecisionRecord, rendered
from relief_engine.recording.reports import Listed, Otherwise, came, decided_otherwise, gone
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.version import VERSION

Verdict = Literal["same", "otherwise", "refused", "broken"]
_TOTALS = ("total", "total_by_people")
#: What nobody can work out from the profile; what is compared by the very rules and version alone; and the rest.
_NEVER = ("made_at", "engine.routes", "verification")
_SAME_ONLY = ("language", "report.questions", "trace.facts", "trace.figures", "trace.benefit", "words")
_REPORT = ("report",)
#: At most so many fields of a broken record are kept: one is enough to know.
MOST = 20


class Replay(Record):
    """What became of a record.

    ``verdict`` is *same*; *otherwise*, where something is decided otherwise; *refused*, where the rulebook does not
    take the recorded profile (``refused`` says why); or *broken*, where the very rulebook and engine that made the
    record now give something else (``broken`` says where).

    ``rulebook`` and ``version`` are pairs: that of the record, and that of now. ``decided`` is how many decisions the
    record holds; ``total`` and ``total_by_people`` are pairs like the rulebooks, the second None where nothing was
    decided. ``came`` and ``gone`` are programmes that only the rulebook of now has, or only that of the record.
    ``unanswered`` are people's answers (programme, subject, referral) to what the rulebook does not have, left aside.
    ``reread`` are values of the profile that the rulebook takes for others, ``worded`` how many places of a report
    that decides the same another version of the engine words otherwise. ``not_compared`` are the parts of the record
    that were held against nothing: when it was made and what another route said then can't be decided anew, and by
    other rules or another version words and steps are expected to differ.
    """

    verdict: Verdict
    digest: str
    as_of: dt.date
    made_at: str
    rulebook: tuple[str, str]
    version: tuple[str, str]
    decided: int
    total: tuple[str, str | None]
    total_by_people: tuple[str, str | None]
    otherwise: tuple[Otherwise, ...] = ()
    came: tuple[Listed, ...] = ()
    gone: tuple[Listed, ...] = ()
    refused: tuple[Finding, ...] = ()
    unanswered: tuple[tuple[str, str, str], ...] = ()
    reread: tuple[Field, ...] = ()
    broken: tuple[Field, ...] = ()
    worded: int = 0
    not_compared: tuple[str, ...] = ()

    @property
    def same_rulebook(self) -> bool:
        """Whether the rulebook is the one that the record was made by."""
        return self.rulebook[0] == self.rulebook[1]

    @property
    def by_others(self) -> bool:
        """Whether another rulebook decided, or another version of the engine."""
        return not self.same_rulebook or self.version[0] != self.version[1]


def replay(record: DecisionRecord, engine: Engine) -> Replay:
    """Decide the profile of a record anew, on its day, for the programmes that were asked for.

    Raises what deciding raises but for mistakes of the profile, which are in the result.
    """
    document = record.document
    report = document["report"]
    head: dict[str, Any] = {
        "digest": record.digest,
        "as_of": dt.date.fromisoformat(document["asked"]["as_of"]),
        "made_at": document["made_at"],
        "rulebook": (document["rulebook"]["digest"], engine.rulebook.digest),
        "version": (document["engine"]["version"], VERSION),
        "decided": len(report["decisions"]),
    }
    unchanged = head["rulebook"][0] == head["rulebook"][1] and head["version"][0] == VERSION
    written, unanswered = answerable(document["profile"], engine)
    try:
        profile = engine.reader.read_mapping(written, LABEL)
    except ProfileError as error:
        broken = tuple(Field(str(finding.where), None, finding.message.en) for finding in error.findings[:MOST])
        head |= {name: (report[name], None) for name in _TOTALS}
        if unchanged:
            return Replay(verdict="broken", broken=broken, not_compared=_NEVER, **head)
        return Replay(verdict="refused", refused=error.findings, not_compared=(*_NEVER, *_REPORT), **head)
    profile = replace(profile, source=report["profile"]["source"])
    wanted = document["asked"]["programmes"]
    known = None if wanted is None else [name for name in wanted if name in engine.rulebook.programmes]
    decided = engine.decide(profile, as_of=head["as_of"], programmes=known)
    now = exact(rendered(decided, profile, engine, document["language"]))
    head |= {name: (report[name], now["report"][name]) for name in _TOTALS}
    if unchanged:
        broken = tuple(_everything(document, now))[:MOST]
        return Replay(verdict="broken" if broken else "same", broken=broken, not_compared=_NEVER, **head)
    otherwise = decided_otherwise(document, now, decided)
    new, old = came(document, now, engine), gone(document, engine)
    # Totals of decisions that are all the same differ only in a record that was altered.
    totals = any(report[name] != now["report"][name] for name in _TOTALS)
    same = not (otherwise or new or old or unanswered or totals)
    same_rules = head["rulebook"][0] == head["rulebook"][1]
    return Replay(
        verdict="same" if same else "otherwise",
        otherwise=otherwise,
        came=new,
        gone=old,
        unanswered=unanswered,
        reread=_reread(document, written, profile),
        not_compared=(*_NEVER, *_SAME_ONLY),
        worded=sum(1 for _ in _everything(document, now)) if same and same_rules else 0,
        **head,
    )


def _everything(document: Mapping[str, Any], now: Mapping[str, Any]) -> list[Field]:
    """Every difference of report and trace but for the engine, which need not have asked the same routes."""
    parts = []
    for side in (document, now):
        report = {name: part for name, part in side["report"].items() if name != "engine"}
        # What is short and says most comes first.
        first = {name: report.pop(name) for name in ("profile", "total")}
        parts.append({"report": {**first, **report}, "trace": side["trace"]})
    return list(fields(parts[0], parts[1]))


def answerable(
    written: Mapping[str, Any], engine: Engine
) -> tuple[Mapping[str, Any], tuple[tuple[str, str, str], ...]]:
    """A recorded profile without people's answers to programmes and referrals that the rulebook does not have.

    Beside it programme, subject and referral of each answer that was left out.
    """
    answers = written.get(RESOLUTIONS)
    if not isinstance(answers, list):
        return written, ()
    kept: list[object] = []
    left: list[tuple[str, str, str]] = []
    for answer in answers:
        named = answer if isinstance(answer, dict) else {}
        programme, referral = named.get("programme"), named.get("referral")
        if not isinstance(programme, str) or not isinstance(referral, str):
            kept.append(answer)  # wrong in a way that reading it says
            continue
        known = engine.rulebook.programmes.get(programme)
        if known is not None and referral in referral_ids(known):
            kept.append(answer)
        else:
            left.append((programme, str(named.get("subject", APPLICANT)), referral))
    return {**written, RESOLUTIONS: kept}, tuple(left)


def _reread(document: Mapping[str, Any], written: Mapping[str, Any], profile: Profile) -> tuple[Field, ...]:
    """What the rulebook takes for something else, such as a choice under a former name."""
    if profile.digest == document["report"]["profile"]["digest"]:
        return ()
    now = {RESOLUTIONS: [], **profile.written(with_unit)}
    return tuple(fields({RESOLUTIONS: [], **written}, now))
