"""Explanation stage: what a report of several decisions still asks, each question once and the most useful first."""

from __future__ import annotations

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.engine.questions import Question, open_questions
from relief_engine.explanation.build import Explanation
from relief_engine.explanation.outline import QUESTIONS, Item, Outline, Section, Speaker
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
    asked: dict[tuple[str, str], Item] = {}
    speakers = {e.source: Speaker(language, e.source) for _, e in explained}
    for _, explanation in explained:
        for question in explanation.missing:
            if question.subject == APPLICANT or (every and explanation.outcome is Outcome.UNDETERMINED):
                item = speakers[explanation.source].asked(question)
                asked.setdefault((question.fact, question.subject), item)
    sections = []
    order = [(question.fact.id, question.subject) for question in open_]
    first = open_[0] if open_ else None
    if first is not None and first.most > 1 and order[0] in asked:
        top = asked.pop(order[0])
        top = top._replace(items=(Item("plain", _settling(first, language)), *top.items))
        sections.append(Section("missing", _FIRST.in_(language), (top,)))
    # In the order in which their answers settle most; what only figures need comes last.
    rest = sorted(asked.items(), key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order))
    # A long list is read for its questions; notes stand with the first one, and with each decision.
    items = tuple(item._replace(items=()) if every else item for _, item in rest)
    if items:
        title = (_OTHERS if sections else _EVERY if every else _ALL).in_(language)
        sections.append(Section("missing", title, items))
    return tuple(sections)


def _settling(question: Question, language: Language) -> str:
    """How many decisions an answer settles, and which they are among."""
    titles = list(dict.fromkeys(decision.programme.title.in_(language) for decision in question.decisions))
    among = len(question.decisions)
    many = f"{question.most}" if question.least == question.most else f"{question.least}—{question.most}"
    if language == "zh":
        return f"有 {among} 项要看这一项，答后可确定其中 {many} 项：{'、'.join(titles)}"
    many = many.replace("—", " to ")
    return f"{among} answers depend on it; knowing it settles {many} of them: {', '.join(titles)}"


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
