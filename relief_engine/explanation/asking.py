"""Explanation stage: what a report of several decisions still asks, each question once and the most useful first."""

from __future__ import annotations

from typing import NamedTuple

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.questions import Question, open_questions
from relief_engine.explanation import say
from relief_engine.explanation.build import Explanation
from relief_engine.explanation.outline import QUESTIONS, Item, Outline, Section, Speaker
from relief_engine.rulebook.facts import SubjectKind
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Language, Text

_FIRST = Text("最值得先补的一项", "The question to answer first")
_ALL = Text("申请方还缺的资料（各项共用，只问一次）", "Missing about the applicant (asked once for all)")
_EVERY = Text("还缺的资料（各项共用，只问一次）", "Missing (asked once for all)")
_OTHERS = Text("其他还缺的资料（各项共用，只问一次）", "Also missing (asked once for all)")


def questions(
    explained: list[tuple[Decision, Explanation]], engine: Engine, language: Language, *, every: bool
) -> tuple[Section, ...]:
    """What is asked once for all: about the applicant, or ``every`` question where decisions are not told in full.

    The question whose answer would settle most decisions stands by itself before the others.
    """
    open_ = open_questions(engine, [decision for decision, _ in explained])
    asked: dict[tuple[str, Text], _Shared] = {}
    for _, explanation in explained:
        for question in explanation.missing:
            if question.subject == APPLICANT or (every and explanation.outcome is Outcome.UNDETERMINED):
                item = Speaker(language, explanation.source).asked(question)
                shared = asked.setdefault((question.fact, question.question), _Shared(item, explanation.kind, {}))
                if question.subject != APPLICANT:
                    shared.positions[question.subject] = explanation.position
    # In the order in which their answers settle most; what only figures need comes last.
    order: dict[str, int] = {}
    for one in open_:
        order.setdefault(one.fact.id, len(order))
    items = [
        (fact, shared.told(language))
        for (fact, _), shared in sorted(asked.items(), key=lambda entry: order.get(entry[0][0], len(order)))
    ]
    sections = []
    first = open_[0] if open_ else None
    if first is not None and first.most > 1 and items and items[0][0] == first.fact.id:
        _, top = items.pop(0)
        top = top._replace(items=(Item("plain", _settling(first, language)), *top.items))
        sections.append(Section("missing", _FIRST.in_(language), (top,)))
    # A long list is read for its questions; notes stand with the first one, and with each decision.
    found = tuple(item._replace(items=()) if every else item for _, item in items)
    if found:
        title = (_OTHERS if sections else _EVERY if every else _ALL).in_(language)
        sections.append(Section("missing", title, found))
    return tuple(sections)


class _Shared(NamedTuple):
    """A question, and which leases (or loans, and so on) it is asked about; none if it is about the applicant."""

    item: Item
    kind: SubjectKind
    positions: dict[str, int | None]

    def told(self, language: Language) -> Item:
        """The question with what it is about."""
        if not self.positions:
            return self.item
        about = say.subjects(self.kind, list(self.positions.values())).in_(language)
        text = f"{self.item.text}（{about}）" if language == "zh" else f"{self.item.text} ({about})"
        return self.item._replace(text=text)


def _settling(question: Question, language: Language) -> str:
    """How many decisions an answer settles, and which they are among."""
    titles = list(dict.fromkeys(decision.programme.title.in_(language) for decision in question.decisions))
    among = len(question.decisions)
    joint = "；" if language == "zh" else "; "
    many = f"{question.most}" if question.least == question.most else f"{question.least}—{question.most}"
    if language == "zh":
        return f"有 {among} 项要看这一项，答后可确定其中 {many} 项：{joint.join(titles)}"
    many = many.replace("—", " to ")
    return f"{among} answers depend on it; knowing it settles {many} of them: {joint.join(titles)}"


def without_asked(laid_out: Outline, explanation: Explanation, language: Language, *, every: bool) -> Outline:
    """A decision without the questions that the report asks once for all."""
    asked = every and explanation.outcome is Outcome.UNDETERMINED
    own = explanation._replace(missing=tuple(a for a in explanation.missing if a.subject != APPLICANT and not asked))
    items = Speaker(language, explanation.source).missing(own)
    sections = []
    for section in laid_out.sections:
        if section.kind not in QUESTIONS:
            sections.append(section)
        elif items:
            sections.append(section._replace(items=items))
    return laid_out._replace(sections=tuple(sections))
