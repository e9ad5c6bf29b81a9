"""Recording stage: the reports of two rulebooks on one profile, programme by programme and subject by subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine, Report
from relief_engine.explanation import say
from relief_engine.explanation.answer import number_text
from relief_engine.recording.differences import Change, changes
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value
from relief_engine.text import Text

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


_Key = tuple[str, str]


def decided_otherwise(document: Mapping[str, Any], now: Mapping[str, Any], decided: Report) -> tuple[Otherwise, ...]:
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
    about = say.both(subject) if decision is None else number_text(decision)
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


def came(document: Mapping[str, Any], now: Mapping[str, Any], engine: Engine) -> tuple[Listed, ...]:
    """Programmes that the record knows nothing of and that decide something on the day."""
    report = document["report"]
    before = {part["programme"] for part in (*report["decisions"], *report["skipped"])}
    found = []
    for name, outcomes in _outcomes(now["report"]).items():
        if name not in before:
            found.append(Listed(name, engine.rulebook.programmes[name].title, outcomes))
    return tuple(found)


def gone(document: Mapping[str, Any], engine: Engine) -> tuple[Listed, ...]:
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
