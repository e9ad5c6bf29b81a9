"""Recording stage: two reports on one profile are held against each other: what is decided otherwise, and what differs.

Only what is decided counts as a difference of decisions: outcomes, amounts, dates, statuses, what is asked, clauses.
How it is worded does not; :func:`fields` finds every difference there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from relief_engine.profile.mistakes import spelled
from relief_engine.rulebook.record import Value
from relief_engine.rulebook.source import Path_

#: A report's decision, or its trace, as plain data.
Plain = Mapping[str, Any]
What = Literal[
    "decided", "outcome", "benefit", "payer", "amount", "amount_range", "amount_if_granted", "ceiling", "payable",
    "payable_range", "rate", "rate_range", "until", "figure", "criterion", "referral", "missing", "deadline", "clauses",
    "resolution", "amount_by_people",
]  # fmt: skip
#: What a decision says in one member of its own.
_SIMPLE: tuple[What, ...] = (
    "outcome", "benefit", "payer", "amount", "amount_range", "amount_if_granted", "ceiling", "payable",
    "payable_range", "rate", "rate_range", "until",
)  # fmt: skip


class Change(Value):
    """One thing that a decision says otherwise; ``id`` says which criterion, referral, fact and so on.

    ``recorded`` and ``replayed`` are plain data, None for what is not there.
    """

    what: What
    id: str | None
    recorded: Any
    replayed: Any


class Field(Value):
    """One place in which two documents differ: its path and what stands there, None for what is not there."""

    path: str
    recorded: Any
    replayed: Any


def changes(recorded: Plain, replayed: Plain, traces: tuple[Plain, Plain]) -> tuple[Change, ...]:
    """What two decisions about one subject by one programme say otherwise, each with its trace."""
    found = [
        Change(what, None, recorded.get(what), replayed.get(what))
        for what in _SIMPLE
        if recorded.get(what) != replayed.get(what)
    ]
    found += _by_people(recorded, replayed)
    found += _by_id("figure", recorded["figures"], replayed["figures"])
    found += _by_id("criterion", _statuses(recorded), _statuses(replayed))
    found += _by_id("referral", _referrals(recorded, traces[0]), _referrals(replayed, traces[1]))
    found += _by_id("missing", _missing(recorded), _missing(replayed))
    found += _by_id("deadline", _deadlines(recorded), _deadlines(replayed))
    found += _clauses(recorded, replayed)
    return tuple(found)


def _by_id(what: What, recorded: Plain, replayed: Plain) -> Iterator[Change]:
    for name in dict.fromkeys((*recorded, *replayed)):
        one, other = recorded.get(name), replayed.get(name)
        if one != other:
            yield Change(what, name, one, other)


def _by_people(recorded: Plain, replayed: Plain) -> Iterator[Change]:
    """What people's answers come to: whether they count, and how much was agreed."""
    sides = [decision["resolution"] or {} for decision in (recorded, replayed)]
    names: tuple[tuple[What, str], ...] = (("resolution", "state"), ("amount_by_people", "amount"))
    for what, name in names:
        one, other = (side.get(name) for side in sides)
        if one != other:
            yield Change(what, None, one, other)


def _statuses(decision: Plain) -> dict[str, str]:
    """The status of each criterion; one in whose place a referral stands is *replaced*."""
    return {c["id"]: "replaced" if c["replaced"] else c["status"] for c in decision["criteria"]}


def _referrals(decision: Plain, trace: Plain) -> dict[str, str]:
    """The status of each referral; one that holds *holds*, which of those that are met only some do."""
    held = {referral["id"]: "holds" for referral in decision["referrals"]}
    return {**trace["referrals"], **held}


def _missing(decision: Plain) -> dict[str, str]:
    return {f"{asked['fact']} ({asked['subject']})": "asked" for asked in decision["missing"]}


def _deadlines(decision: Plain) -> dict[str, str]:
    return {due["id"]: due["date"] for due in decision["deadlines"]}


def _clauses(recorded: Plain, replayed: Plain) -> Iterator[Change]:
    """Other clauses behind what is on both sides; None for the programme's own."""
    sides = [
        {
            None: decision["explanation"]["citations"],
            **{c["id"]: c["citations"] for c in decision["criteria"]},
            **{r["id"]: r["citations"] for r in decision["referrals"]},
        }
        for decision in (recorded, replayed)
    ]
    for name, cited in sides[0].items():
        if name in sides[1] and cited != sides[1][name]:
            yield Change("clauses", name, cited, sides[1][name])


# --- everything -----------------------------------------------------------------------------------------------------


def fields(recorded: object, replayed: object, path: Path_ = ()) -> Iterator[Field]:
    """Every place in which two documents differ, the innermost that holds the difference."""
    if isinstance(recorded, Mapping) and isinstance(replayed, Mapping):
        for key in dict.fromkeys((*recorded, *replayed)):
            if key in recorded and key in replayed:
                yield from fields(recorded[key], replayed[key], (*path, key))
            else:
                yield Field(spelled((*path, key)), recorded.get(key), replayed.get(key))
    elif isinstance(recorded, list) and isinstance(replayed, list) and len(recorded) == len(replayed):
        for index, (one, other) in enumerate(zip(recorded, replayed, strict=True)):
            yield from fields(one, other, (*path, index))
    elif type(recorded) is not type(replayed) or recorded != replayed:
        yield Field(spelled(path), recorded, replayed)
