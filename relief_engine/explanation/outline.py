"""Explanation stage: an explanation in one language as a plain outline, the same for every printed form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from relief_engine.decision import Outcome, Status
from relief_engine.explanation.arithmetic import Line
from relief_engine.explanation.build import Asked, Explanation, Referred, Sentence, Step
from relief_engine.explanation.reasons import ANY, Reason
from relief_engine.text import Language, Text

Mark = Literal["met", "unmet", "unknown", "referred", "plain"]

#: A document number of the usual form, and the clause behind it.
_NUMBERED = re.compile(r"(?P<number>.+?〔\d{4}〕\d+号) (?P<clause>.+)")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the outline: a mark, its text, the clauses and the place it rests on, and lines below it."""

    mark: Mark
    text: str
    citations: str = ""
    place: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the outline."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """One decision: its title, who it is about, the answer in a sentence, and the sections behind it."""

    title: str
    subject: str
    outcome: Outcome
    headline: str
    citations: str
    sections: tuple[Section, ...]


def grouped(citations: Iterable[str]) -> str:
    """Citations in one line, with each document's number once."""
    documents: dict[str, list[str]] = {}
    for citation in dict.fromkeys(citations):
        match = _NUMBERED.fullmatch(citation)
        documents.setdefault(match["number"] if match else citation, []).extend([match["clause"]] if match else [])
    return "；".join(f"{number} {'、'.join(clauses)}".strip() for number, clauses in documents.items())


def short(place: str | None) -> str:
    """A place without the folders of its file; the record keeps the whole."""
    return "" if place is None else place.replace("\\", "/").rpartition("/")[2]


def outline(explanation: Explanation, language: Language) -> Outline:
    """Lay an explanation out in one language."""
    say = _Speaker(language)
    sections = [
        Section(say(Text("还须提供", "Still needed")), say.missing(explanation)),
        Section(say(Text("须由人认定", "Left to people")), tuple(say.referral(r) for r in explanation.referrals)),
        Section(say(Text("金额怎样算出", "How the amount comes about")), say.calculation(explanation)),
        Section(say(Text("条件", "Criteria")), tuple(say.step(step) for step in sorted(explanation.criteria, key=_urgency))),
        Section(say(Text("给予方式", "How it is given")), say.sentences(explanation.ways)),
        Section(say(Text("办理期限", "Deadlines")), say.sentences(explanation.deadlines)),
        Section(say(Text("须人工核对", "To be checked by hand")), say.sentences(explanation.check_by_hand)),
        Section(say(Text("说明", "Notes")), say.sentences(explanation.remarks)),
    ]
    return Outline(
        say(explanation.title), say(explanation.subject), explanation.outcome, say(explanation.headline),
        grouped(explanation.citations), tuple(section for section in sections if section.items),
    )  # fmt: skip


def _urgency(step: Step) -> int:
    """What decides comes first: criteria that are unmet, then unknown ones; else the declared order stays."""
    if step.replaced:
        return 1
    return {Status.UNMET: 0, Status.UNKNOWN: 2, Status.MET: 3}[step.status]


class _Speaker:
    """Renders parts of an explanation in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, text: Text) -> str:
        return text.in_(self.language)

    def step(self, step: Step) -> Item:
        mark: Mark = "referred" if step.replaced else step.status.value
        below = [self.reason(step.reason, step.citations)]
        if step.replaced:
            below.append(Item("referred", self(Text("本条不满足，但可由人认定（见上）", "not met, but people may decide (see above)"))))
        if step.reading is not None and step.status is not Status.MET:
            below.append(Item("plain", self(step.reading)))
        below.extend(
            Item("plain", self(Text(f"差距：{change.zh}", f"margin: {change.en}"))) for change in step.changes
        )
        return Item(mark, self(step.title), grouped(step.citations), items=tuple(below))

    def reason(self, reason: Reason, above: tuple[str, ...] = ()) -> Item:
        """A reason and what lies below it; clauses that stand above it are not said again.

        Where one of several is enough and one holds, the others do not matter and are left out.
        """
        text = self(reason.text)
        enough = reason.text == ANY and reason.status is Status.MET
        parts = [part for part in reason.parts if not enough or part.status is Status.MET]
        if enough and len(parts) == 1:
            return self.reason(parts[0], above)
        if reason.margin is not None:
            text += f"{'：' if self.language == 'zh' else ': '}{self(reason.margin)}"
        return Item(
            reason.status.value, text, grouped(c for c in reason.citations if c not in above), short(reason.place),
            tuple(self.reason(part, (*above, *reason.citations)) for part in parts),
        )  # fmt: skip

    def referral(self, referral: Referred) -> Item:
        below = [Item("plain", self(referral.reason))]
        if referral.why is not None:
            below.append(self.reason(referral.why, referral.citations))
        return Item("referred", self(referral.title), grouped(referral.citations), items=tuple(below))

    def missing(self, explanation: Explanation) -> tuple[Item, ...]:
        items = [self.asked(asked) for asked in explanation.missing]
        if not explanation.missing_is_exact:
            note = Text("情形过多，所列各项不一定都有影响", "there are too many cases to search; not every item may matter")
            items.append(Item("plain", self(note)))
        return tuple(items)

    def asked(self, asked: Asked) -> Item:
        below = ()
        if asked.evidence is not None:
            below = (Item("plain", self(Text(f"凭证：{asked.evidence.zh}", f"evidence: {asked.evidence.en}"))),)
        return Item("unknown", self(asked.question), place=asked.fact, items=below)

    def calculation(self, explanation: Explanation) -> tuple[Item, ...]:
        items = [self.line(line) for line in explanation.lines]
        if explanation.total is not None:
            total = self.line(explanation.total)
            text = total.text
            if explanation.rounding is not None:
                text += f"（{self(explanation.rounding)}）" if self.language == "zh" else f" ({self(explanation.rounding)})"
            items.append(Item("plain", text, items=total.items))
        if explanation.result is not None and items:
            items.append(Item("plain", self(Text(f"结果：{explanation.result.zh}", f"result: {explanation.result.en}"))))
        return tuple(items)

    def line(self, line: Line) -> Item:
        written, result, title = self(line.written), self(line.result), self(line.title)
        colon = "：" if self.language == "zh" else ": "
        text = f"{title}{colon}{written} = {result}" if written != result else f"{title}{colon}{result}"
        below = tuple(
            Item("plain", f"{self(f.title)}{colon}{self(f.value)}", grouped(f.citations), short(f.place))
            for f in line.factors
            if f.place or f.citations
        )
        return Item("plain", text, items=below)

    def sentences(self, sentences: tuple[Sentence, ...]) -> tuple[Item, ...]:
        return tuple(Item("plain", self(s.text), grouped(s.citations)) for s in sentences)
