"""Profile stage: answers of people find the lease, loan and so on that they are about, by its place or its own name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from relief_engine.errors import Finding, did_you_mean
from relief_engine.profile.items import REFERENCE, named, places, reference
from relief_engine.profile.mistakes import Finder
from relief_engine.profile.model import Known, Resolution
from relief_engine.profile.shape import RESOLUTIONS
from relief_engine.profile.written import NO_HINT, BadValue, visible
from relief_engine.rulebook.facts import SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import changed
from relief_engine.rulebook.terms import Subject
from relief_engine.text import Text

#: So many mistakes come with the name that was probably meant, and so many names are listed where none is near.
_GUESSES, _SHOWN = 20, 5


def placed(
    answers: Iterable[Resolution], lists: Mapping[Subject, Sequence[Known]], rulebook: Rulebook, locate: Finder
) -> tuple[tuple[Resolution, ...], list[Finding]]:
    """The answers, each with its lease, loan and so on by its place; a finding for those the profile does not list.

    So too for one that answers by another name what is answered already.
    """
    found: list[Finding] = []
    kept: list[Resolution] = []
    first: dict[tuple[str, str, str], int] = {}
    known = {subject: places(listed) for subject, listed in lists.items()}
    for answer in answers:
        one, kind = answer, rulebook.programmes[answer.programme].kind
        match = REFERENCE.fullmatch(one.subject)
        if kind.list is not None and match is not None:
            index = _place(match, len(lists.get(kind.id) or ()), known.get(kind.id, {}))
            if index is None:
                guess = len(found) < _GUESSES
                message = _unknown(kind, match, lists.get(kind.id) or (), known.get(kind.id, {}), guess=guess)
                found.append(Finding("resolution-subject", locate((RESOLUTIONS, one.index, "subject")), message))
                continue
            if match["id"] is not None:
                one = changed(one, subject=kind.name(index), written=one.subject)
        other = first.setdefault((one.programme, one.subject, one.referral), one.index)
        if other != one.index:
            mistake = answered_twice(one, other)
            found.append(Finding(mistake.code, locate((RESOLUTIONS, one.index, *mistake.at)), mistake.message))
        kept.append(one)
    return tuple(kept), found


def answered_twice(one: Resolution, first: int) -> BadValue:
    """The mistake of an answer to what the item at index ``first`` answers already."""
    message = Text(
        f"同一认定事项“{one.referral}”已在第 {first + 1} 项答复，只能留一项",
        f"referral '{one.referral}' is already answered by item {first + 1}; keep one answer",
    )
    return BadValue("resolution-twice", message, at=("referral",))


def _place(match: re.Match[str], there: int, known: Mapping[str, int]) -> int | None:
    """Where the item stands that an answer names; None if there is none."""
    item = named(match)
    if item is not None:
        return known.get(item)
    return int(match["index"]) if match["index"] is not None and int(match["index"]) < there else None


def _unknown(
    kind: SubjectKind, match: re.Match[str], listed: Sequence[Known], known: Mapping[str, int], *, guess: bool
) -> Text:
    """What to say of an item that the profile does not list, with those that it does."""
    key, there = str(kind.list), len(listed)
    hint = NO_HINT
    if match["id"] is not None:
        item = named(match)
        hint = did_you_mean(item or "", known) if guess else NO_HINT
        if not hint.en and known:
            some = [reference(key, one) for one in list(known)[:_SHOWN]]
            hint = Text(f"，可用 {'、'.join(some)}", f"; it has {', '.join(some)}")
    if not hint.en:
        last = f" – {key}[{there - 1}]" if there > 1 else ""
        zh = f"，可用 {key}[0]{last}" if there else f"，资料没有{kind.label.zh}"
        hint = Text(zh, f"; it has {key}[0]{last}" if there else f"; it has no {kind.label.en.lower()}")
    wanted = visible(match[0], 100)
    return Text(f"资料中没有 {wanted}{hint.zh}", f"the profile has no {wanted}{hint.en}")
