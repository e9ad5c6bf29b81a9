"""Recording stage: a record is decided anew, by the rulebook that made it or by another, and what differs is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine, Report
from relief_engine.errors import Finding, ProfileError
from relief_engine.explanation import say
from relief_engine.profile.model import Profile
from relief_engine.profile.natural import with_unit
from relief_engine.recording.canonical import exact
from relief_engine.recording.differences import Change, Field, changes, fields
from relief_engine.recording.record import LABEL, DecisionRecord, rendered
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record, Value
from relief_engine.text import Text
from relief_engine.version import VERSION

Verdict = Literal["same", "otherwise", "refused", "broken"]
#: At most so many fields of a broken record are kept: one is enough to know.
MOST = 20

_NOT_IN_FORCE = Outcome.NOT_IN_FORCE.value


class Otherwise(Value):
    """A decision that says something else now; ``titles`` hold what its criteria and referrals are called, by id."""

    programme: str
    subject: str
    title: Text
    titles: Mapping[str, Text]
    changes: tuple[Change, ...]


class Listed(Value):
    """A programme that only one of the two rulebooks has, with what it decided: outcomes by subject."""

    programme: str
    title: Text
    outcomes: tuple[tuple[str, str], ...]


class Replay(Record):
    """What became of a record.

    ``verdict`` is *same*; *otherwise*, where something is decided otherwise; *refused*, where the rulebook does not
    take the recorded profile (``refused`` says why); or *broken*, where the very rulebook and engine that made the
    record now give something else (``broken`` says where).

    ``rulebook`` and ``version`` are pairs: that of the record, and that of now. ``decided`` is how many decisions the
    record holds. ``came`` and ``gone`` are programmes that only the rulebook of now has, or only that of the record.
    ``reread`` are values of the profile that the rulebook takes for others, ``worded`` how many places of a report
    that decides the same another version of the engine words otherwise.
    """

    verdict: Verdict
    digest: str
    as_of: dt.date
    made_at: str
    rulebook: tuple[str, str]
    version: tuple[str, str]
    decided: int
    total: tuple[str, str | None]
    otherwise: tuple[Otherwise, ...] = ()
    came: tuple[Listed, ...] = ()
    gone: tuple[Listed, ...] = ()
    refused: tuple[Finding, ...] = ()
    reread: tuple[Field, ...] = ()
    broken: tuple[Field, ...] = ()
    worded: int = 0

    @property
    def same_rulebook(self) -> bool:
        """Whether the rulebook is the one that the record was made by."""
        return self.rulebook[0] == self.rulebook[1]


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
    try:
        profile = engine.reader.read_mapping(document["profile"], LABEL)
    except ProfileError as error:
        broken = tuple(Field(str(finding.where), None, finding.message.en) for finding in error.findings[:MOST])
        if unchanged:
            return Replay(verdict="broken", total=(report["total"], None), broken=broken, **head)
        return Replay(verdict="refused", total=(report["total"], None), refused=error.findings, **head)
    profile = replace(profile, source=report["profile"]["source"])
    wanted = document["asked"]["programmes"]
    known = None if wanted is None else [name for name in wanted if name in engine.rulebook.programmes]
    decided = engine.decide(profile, as_of=head["as_of"], programmes=known)
    now = exact(rendered(decided, profile, engine, document["language"]))
    head["total"] = (report["total"], now["report"]["total"])
    if unchanged:
        broken = tuple(_everything(document, now))[:MOST]
        return Replay(verdict="broken" if broken else "same", broken=broken, **head)
    otherwise = _otherwise(document, now, decided)
    came, gone = _came(document, now, engine), _gone(document, engine)
    same = not (otherwise or came or gone)
    same_rules = head["rulebook"][0] == head["rulebook"][1]
    return Replay(
        verdict="same" if same else "otherwise",
        otherwise=otherwise,
        came=came,
        gone=gone,
        reread=_reread(document, profile),
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


def _reread(document: Mapping[str, Any], profile: Profile) -> tuple[Field, ...]:
    """What the rulebook takes for something else, such as a choice under a former name."""
    if profile.digest == document["report"]["profile"]["digest"]:
        return ()
    return tuple(fields(document["profile"], profile.written(with_unit)))


# --- decisions --------------------------------------------------------------------------------------------------------

_Key = tuple[str, str]


def _otherwise(document: Mapping[str, Any], now: Mapping[str, Any], decided: Report) -> tuple[Otherwise, ...]:
    """The decisions of programmes that both rulebooks have, as far as they say something else."""
    programmes = decided.rulebook.programmes
    recorded, replayed = _by_key(document), _by_key(now)
    before = {programme for programme, _ in recorded} | {s["programme"] for s in document["report"]["skipped"]}
    subjects = {(d.programme.id, d.subject): d for d in decided.decisions}
    found = []
    for key in dict.fromkeys((*recorded, *replayed)):
        if key[0] not in programmes or key[0] not in before:
            continue
        one, other = recorded.get(key), replayed.get(key)
        if one is not None and other is not None:
            differences = changes(one[0], other[0], (one[1], other[1]))
        else:
            outcomes = [None if side is None else side[0]["outcome"] for side in (one, other)]
            differences = (Change("decided", None, *outcomes),)
        if differences:
            programme = programmes[key[0]]
            title = _title(programme, key[1], subjects.get(key))
            found.append(Otherwise(*key, title, _titles(programme, one), differences))
    return tuple(found)


def _by_key(side: Mapping[str, Any]) -> dict[_Key, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each decision with its trace."""
    pairs = zip(side["report"]["decisions"], side["trace"], strict=True)
    return {(decision["programme"], decision["subject"]): (decision, trace) for decision, trace in pairs}


def _title(programme: Programme, subject: str, decision: Decision | None) -> Text:
    if programme.kind.list is None:
        return programme.title
    about = say.both(subject) if decision is None else say.subject(programme.kind, decision.index)
    return Text(f"{programme.title.zh}（{about.zh}）", f"{programme.title.en} ({about.en})")


def _titles(programme: Programme, recorded: tuple[Mapping[str, Any], Mapping[str, Any]] | None) -> dict[str, Text]:
    """What criteria, referrals and deadlines are called: as they are now, or as they were where they are gone."""
    before = [] if recorded is None else [*recorded[0]["criteria"], *recorded[0]["referrals"]]
    found = {part["id"]: say.both(part["title"]) for part in before}
    found |= {name: let.title for name, let in programme.lets.items()}
    found |= {criterion.id: criterion.title for criterion in programme.criteria}
    found |= {referral.id: referral.title for referral in programme.referrals}
    found |= {deadline.id: deadline.title for deadline in programme.deadlines}
    if programme.not_available is not None:
        found[programme.not_available.id] = programme.not_available.title
    return found


# --- programmes -------------------------------------------------------------------------------------------------------


def _came(document: Mapping[str, Any], now: Mapping[str, Any], engine: Engine) -> tuple[Listed, ...]:
    """Programmes that the record knows nothing of and that decide something on the day."""
    report = document["report"]
    before = {part["programme"] for part in (*report["decisions"], *report["skipped"])}
    found = []
    for name, outcomes in _outcomes(now["report"]).items():
        if name not in before:
            found.append(Listed(name, engine.rulebook.programmes[name].title, outcomes))
    return tuple(found)


def _gone(document: Mapping[str, Any], engine: Engine) -> tuple[Listed, ...]:
    """Programmes by which the record decides something and that the rulebook no longer has."""
    titles = {d["programme"]: say.both(d["explanation"]["title"]) for d in document["report"]["decisions"]}
    return tuple(
        Listed(name, titles[name], outcomes)
        for name, outcomes in _outcomes(document["report"]).items()
        if name not in engine.rulebook.programmes
    )


def _outcomes(report: Mapping[str, Any]) -> dict[str, tuple[_Key, ...]]:
    """The outcomes of each programme by subject, but for programmes that are not in force."""
    found: dict[str, tuple[_Key, ...]] = {}
    for decision in report["decisions"]:
        if decision["outcome"] != _NOT_IN_FORCE:
            name = decision["programme"]
            found[name] = (*found.get(name, ()), (decision["subject"], decision["outcome"]))
    return found
