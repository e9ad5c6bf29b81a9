"""Explanation stage: all answers of a report in a line each, by outcome, and what was not decided."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.decision import Decision, Outcome, State
from relief_engine.engine import Report
from relief_engine.explanation import say
from relief_engine.explanation.outline import ANSWER_MARKS, STATE_MARKS, Item, Mark, Outline
from relief_engine.text import Language, Text

_TOTAL = Text(
    "可得金额合计（不含上限、费率和缓缴）", "Total of the amounts granted, without ceilings, rates and deferrals"
)
#: Titles may hold commas themselves.
_LISTED: dict[Language, str] = {"zh": "；", "en": "; "}
_TOTAL_BY_PEOPLE = Text(
    "经人工认定同意的金额合计（不在规则判定的合计内）",
    "Total of the amounts granted by people, not in the rules' total",
)
#: The outcomes in the order in which an overview tells them. What people granted or refused stands apart from what the
#: rules decided; of all else that they answered the rules' outcome is told.
_ORDER: tuple[Outcome | State, ...] = (
    Outcome.ELIGIBLE,
    State.GRANTED,
    Outcome.REFERRED,
    Outcome.UNDETERMINED,
    Outcome.INELIGIBLE,
    State.REFUSED,
    Outcome.NOT_IN_FORCE,
)
_SETTLED = (State.GRANTED, State.REFUSED)


class Entry(NamedTuple):
    """One answer in the overview. ``programme`` and ``path`` name the decision that it stands for."""

    text: str
    programme: str
    path: str


class Answers(NamedTuple):
    """The answers of one outcome; ``total`` is the sum of what is granted."""

    title: str
    mark: Mark
    entries: tuple[Entry, ...]
    total: str | None


def overview(outlines: list[Outline], report: Report, language: Language) -> tuple[Answers, ...]:
    """All answers by their outcome; what is granted comes first and is summed up, what people granted by itself."""
    several = len({laid_out.programme for laid_out in outlines}) > 1
    found = []
    for outcome in _ORDER:
        among = [laid_out for laid_out in outlines if _told_as(laid_out) is outcome]
        if not among:
            continue
        if outcome is Outcome.NOT_IN_FORCE and several:
            entries = _together(among, language)
        else:
            entries = _entries(among, several, language)
        label = outcome.label.in_(language)
        title = f"{label}（{len(among)} 项）" if language == "zh" else f"{label[0].upper()}{label[1:]} ({len(among)})"
        sums = outcome is Outcome.ELIGIBLE and any(d.amount is not None for d in report.decisions if d.adds_up)
        total = say.titled(_TOTAL, say.money(report.total)).in_(language) if sums else None
        if outcome is State.GRANTED and any(_sum_counts(d) for d in report.decisions):
            total = say.titled(_TOTAL_BY_PEOPLE, say.money(report.total_by_people)).in_(language)
        mark = STATE_MARKS[outcome] if isinstance(outcome, State) else ANSWER_MARKS[outcome]
        found.append(Answers(title, mark, entries, total))
    return tuple(found)


def _sum_counts(decision: Decision) -> bool:
    """Whether people granted an amount that belongs in a sum."""
    resolved = decision.resolution if decision.adds_up else None
    return resolved is not None and resolved.amount is not None


def _told_as(laid_out: Outline) -> Outcome | State:
    """Under what an answer stands: what people granted or refused, or else the rules' outcome."""
    return laid_out.state if laid_out.state in _SETTLED else laid_out.outcome


def _together(outlines: list[Outline], language: Language) -> tuple[Entry, ...]:
    """Programmes that are not in force for the same reason, in one entry."""
    reasons: dict[str, list[Outline]] = {}
    for laid_out in outlines:
        reasons.setdefault(laid_out.answer, []).append(laid_out)
    return tuple(
        Entry(
            say.titled(say.both(_LISTED[language].join(dict.fromkeys(o.title for o in same))), say.both(reason)).in_(
                language
            ),
            same[0].programme,
            same[0].path,
        )
        for reason, same in reasons.items()
    )


def _entries(outlines: list[Outline], several: bool, language: Language) -> tuple[Entry, ...]:
    """One entry for each programme and answer, with what it is about if a profile may list several of that."""
    alike: dict[tuple[str, str], list[Outline]] = {}
    for laid_out in outlines:
        alike.setdefault((laid_out.programme, laid_out.answer), []).append(laid_out)
    found = []
    for same in alike.values():
        first = same[0]
        about = say.subjects(first.kind, [o.position for o in same]).in_(language) if len(same) > 1 else first.number
        name = about[:1].upper() + about[1:]
        if several:
            name = first.title
            if first.kind.list is not None:
                name += f"（{about}）" if language == "zh" else f" ({about.lower()})"
        text = say.titled(say.both(name), say.both(first.answer)).in_(language)
        found.append(Entry(text, first.programme, first.path))
    return tuple(found)


def not_decided(report: Report, language: Language) -> tuple[Item, ...]:
    """The programmes that were not decided, by the reason why."""
    reasons: dict[str, list[str]] = {}
    for skipped in report.skipped:
        reasons.setdefault(skipped.reason.in_(language), []).append(skipped.programme.title.in_(language))
    return tuple(
        Item(
            "plain",
            say.titled(say.both(reason), say.both(_LISTED[language].join(titles))).in_(language),
        )
        for reason, titles in reasons.items()
    )
