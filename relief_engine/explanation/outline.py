"""Explanation stage: an explanation in one language as a plain outline, the same for every printed form."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from relief_engine.decision import Outcome, State, Status
from relief_engine.errors import Location
from relief_engine.explanation import say
from relief_engine.explanation.build import Asked, Due, Explanation, Referred, Sentence, Step
from relief_engine.explanation.calculation import Line
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.history import Change
from relief_engine.explanation.people import Answer, People
from relief_engine.explanation.reason import Reason
from relief_engine.rulebook.facts import SubjectKind
from relief_engine.text import Language, Text

Mark = Literal["met", "unmet", "unknown", "referred", "plain"]
Kind = Literal[
    "missing",
    "perhaps_missing",
    "referrals",
    "people",
    "missing_for_figure",
    "calculation",
    "criteria",
    "ways",
    "deadlines",
    "by_hand",
    "notes",
    "changes",
]

#: A document number of the usual form, and the clause behind it.
_NUMBERED = re.compile(r"(?P<number>.+?〔\d{4}〕\d+号) (?P<clause>.+)")

#: The kinds of sections that hold questions.
QUESTIONS: tuple[Kind, ...] = ("missing", "perhaps_missing", "missing_for_figure")

#: The mark of an answer where answers stand in a list.
ANSWER_MARKS: dict[Outcome, Mark] = {
    Outcome.ELIGIBLE: "met",
    Outcome.REFERRED: "referred",
    Outcome.UNDETERMINED: "unknown",
    Outcome.INELIGIBLE: "unmet",
    Outcome.NOT_IN_FORCE: "plain",
}

#: The mark of what people's answers come to.
STATE_MARKS: dict[State, Mark] = {
    State.GRANTED: "met",
    State.REFUSED: "unmet",
    State.PARTLY: "referred",
    State.NOT_APPLIED: "unknown",
}

_TITLES: dict[Kind, Text] = {
    "missing": Text("还缺的资料（每一项都可能改变结果）", "Still missing (each may change the answer)"),
    "perhaps_missing": Text("还缺的资料（不一定每一项都有影响）", "Still missing (not each may matter)"),
    "referrals": Text("须由人认定", "Left to people"),
    "people": Text("人工认定的结果（不改变规则的结论）", "What people decided (the rules' outcome stands)"),
    "missing_for_figure": Text("算出数额还缺的资料", "Still missing for the figure"),
    "calculation": Text("金额的计算", "How the figure comes about"),
    "criteria": Text("条件", "Criteria"),
    "ways": Text("给予方式", "How it is given"),
    "deadlines": Text("办理期限", "Deadlines"),
    "by_hand": Text("须人工核对", "To be checked by hand"),
    "notes": Text("说明", "Notes"),
    "changes": Text("规定的变化", "How the rules changed"),
}


class Item(NamedTuple):
    """One line of the outline: a mark, its text, the clauses and the place it rests on, and lines below it."""

    mark: Mark
    text: str
    citations: str = ""
    place: str = ""
    items: tuple[Item, ...] = ()


class Section(NamedTuple):
    """A titled part of the outline."""

    kind: Kind
    title: str
    items: tuple[Item, ...]


class Outline(NamedTuple):
    """One decision: the programme, what it is about (``number`` in short), the answer, and the sections behind it.

    ``path`` is the subject as data: ``leases[0]``. ``state`` is what people's answers come to, if there are any.
    """

    programme: str
    title: str
    path: str
    kind: SubjectKind
    position: int | None
    number: str
    subject: str
    outcome: Outcome
    state: State | None
    headline: str
    answer: str
    authority: str
    citations: str
    sections: tuple[Section, ...]


def section_title(kind: Kind, language: Language) -> str:
    """The title of a kind of section."""
    return _TITLES[kind].in_(language)


def grouped(citations: Iterable[str]) -> str:
    """Citations in one line, with each document's number once."""
    documents: dict[str, list[str]] = {}
    for citation in dict.fromkeys(citations):
        match = _NUMBERED.fullmatch(citation)
        documents.setdefault(match["number"] if match else citation, []).extend([match["clause"]] if match else [])
    return "；".join(f"{number} {'、'.join(clauses)}".strip() for number, clauses in documents.items())


def outline(explanation: Explanation, language: Language) -> Outline:
    """Lay an explanation out in one language: what is missing or left to people first, then figures and criteria."""
    speaker = Speaker(language, explanation.source)
    missing, referred = speaker.missing(explanation), explanation.outcome is Outcome.REFERRED
    parts: dict[Kind, tuple[Item, ...]] = {
        # What a referred case lacks concerns its figure only, and comes after why it is referred.
        "missing" if explanation.missing_is_exact else "perhaps_missing": () if referred else missing,
        "referrals": tuple(speaker.referral(referral) for referral in explanation.referrals),
        "people": () if explanation.people is None else speaker.people(explanation.people),
        "missing_for_figure": missing if referred else (),
        "calculation": tuple(speaker.line(line) for line in explanation.lines),
        "criteria": tuple(speaker.step(step) for step in sorted(explanation.criteria, key=_urgency)),
        "ways": tuple(speaker.sentence(sentence) for sentence in explanation.ways),
        "deadlines": tuple(speaker.due(due) for due in explanation.deadlines),
        "by_hand": tuple(speaker.sentence(sentence) for sentence in explanation.check_by_hand),
        "notes": tuple(speaker.sentence(sentence) for sentence in explanation.remarks),
        "changes": tuple(speaker.change(change) for change in explanation.changes),
    }
    return Outline(
        programme=explanation.programme,
        title=speaker(explanation.title),
        path=explanation.path,
        kind=explanation.kind,
        position=explanation.position,
        number=speaker(explanation.number),
        subject=speaker(explanation.subject),
        outcome=explanation.outcome,
        state=None if explanation.people is None else explanation.people.state,
        headline=speaker(explanation.headline),
        answer=speaker(explanation.answer),
        authority=speaker(explanation.authority),
        citations=grouped(explanation.citations),
        sections=tuple(Section(kind, section_title(kind, language), items) for kind, items in parts.items() if items),
    )


def _urgency(step: Step) -> int:
    """What decides comes first: criteria that are unmet, then unknown ones; else the declared order stays."""
    if step.replaced:
        return 1
    return {Status.UNMET: 0, Status.UNKNOWN: 2, Status.MET: 3}[step.status]


class Speaker:
    """Renders parts of an explanation in one language. ``source`` is the profile that most places lie in."""

    def __init__(self, language: Language, source: str) -> None:
        self.language = language
        self.source = source

    def __call__(self, text: Text) -> str:
        """A text in the language, on one line that begins with a capital letter."""
        line = one_line(text.in_(self.language))
        return line[:1].upper() + line[1:] if self.language == "en" else line

    def more(self, text: str, rest: Text) -> str:
        """A text with something said behind it."""
        return f"{text}{'，' if self.language == 'zh' else ', '}{one_line(rest.in_(self.language))}"

    def place(self, where: Location | None) -> str:
        """A place for people."""
        return "" if where is None else one_line(say.place(where, self.source).in_(self.language))

    # --- criteria and referrals ---------------------------------------------------------------------------------

    def step(self, step: Step) -> Item:
        """One criterion."""
        mark: Mark = "referred" if step.replaced else step.status.value
        told = frozenset(change.fact for change in step.changes)
        below = list(self.unfolded(step.reason, step.citations, told))
        if step.replaced:
            words = Text("本条不满足，但可由人认定（见上）", "not met, but people may decide (see above)")
            below.append(Item("referred", self(words)))
        for pending in step.pending:
            words = Text(
                f"本条不满足，但如属下列情形可由人认定，是否属于还不明：{pending.text.zh}",
                f"not met, but people may decide in this case, and whether it is one is not known: {pending.text.en}",
            )
            below.append(Item("unknown", self(words), grouped(pending.citations)))
        if step.reading is not None and step.status is not Status.MET:
            below.append(Item("plain", self(step.reading)))
        if len(step.changes) == 1:
            below.append(Item("plain", self(say.titled(Text("差距", "margin"), step.changes[0].text))))
        elif step.changes:
            words = Text(
                "差距（其他不变，下列任一项达到即满足本条）",
                "margin (all else being equal, any one of these would meet it)",
            )
            each = tuple(Item("plain", self(change.text)) for change in step.changes)
            below.append(Item("plain", self(words), items=each))
        return Item(mark, self(step.title), grouped(step.citations), items=tuple(below))

    def referral(self, referral: Referred) -> Item:
        """One referral that holds: why it is left to people, and what makes it hold."""
        below = [Item("plain", self(referral.reason))] if referral.reason != referral.title else []
        if referral.why is not None:
            below += self.unfolded(referral.why, referral.citations)
        return Item("referred", self(referral.title), grouped(referral.citations), items=tuple(below))

    def people(self, found: People) -> tuple[Item, ...]:
        """What people decided: what it comes to and why, then each answer."""
        reasons = tuple(Item("plain", self(reason)) for reason in found.reasons)
        label = found.state.label
        if found.amount is not None:
            label = say.titled(label, say.money(found.amount))
        return (Item(STATE_MARKS[found.state], self(label), items=reasons), *map(self.answered, found.answers))

    def answered(self, answer: Answer) -> Item:
        """One answer of people."""
        mark: Mark = "plain" if answer.reason is not None else "met" if answer.granted else "unmet"
        who = Text(f"认定：{answer.by}，{answer.on}", f"decided by {answer.by}, {answer.on}")
        below = [Item("plain", self(who))]
        if answer.note is not None:
            below.append(Item("plain", self(say.titled(Text("说明", "note"), say.both(answer.note)))))
        if answer.reason is not None:
            below.append(Item("plain", self(say.titled(Text("未采用的原因", "not applied because"), answer.reason))))
        return Item(mark, self(answer.words), items=tuple(below))

    def unfolded(self, reason: Reason, above: tuple[str, ...], told: frozenset[str] = frozenset()) -> tuple[Item, ...]:
        """A reason, or its parts where all of them count and it says nothing else."""
        if reason.join == "all" and reason.fact is None:
            return tuple(item for part in reason.parts for item in self.unfolded(part, above, told))
        return (self.reason(reason, above, told),)

    def reason(self, reason: Reason, above: tuple[str, ...], told: frozenset[str] = frozenset()) -> Item:
        """A reason and what lies below it.

        Clauses that stand ``above`` it are not said again, nor the margins of facts that are ``told`` elsewhere. Where
        one part is enough and one holds, the others do not matter and are left out.
        """
        enough = reason.join == "any" and reason.status is Status.MET
        parts = [part for part in reason.parts if not enough or part.status is Status.MET]
        if enough and len(parts) == 1 and reason.fact is None:
            return self.reason(parts[0], above, told)
        text = self(reason.text)
        if reason.margin is not None and reason.fact not in told:
            text = self.more(text, reason.margin)
        return Item(
            reason.status.value, text, grouped(c for c in reason.citations if c not in above), self.place(reason.place),
            tuple(self.reason(part, (*above, *reason.citations), told) for part in parts),
        )  # fmt: skip

    # --- what is missing, figures, sentences --------------------------------------------------------------------

    def missing(self, explanation: Explanation) -> tuple[Item, ...]:
        """The questions."""
        return tuple(self.asked(asked) for asked in explanation.missing)

    def asked(self, asked: Asked) -> Item:
        """One question, with the fact's name in the profile, and the document that answers it."""
        below = [
            Item("plain", self(say.titled(title, text)))
            for title, text in ((Text("填法", "note"), asked.note), (Text("凭证", "evidence"), asked.evidence))
            if text is not None
        ]
        return Item("unknown", self(asked.question), place=asked.fact, items=tuple(below))

    def line(self, line: Line) -> Item:
        """One line of the calculation."""
        text = self(say.titled(line.title, line.result))
        if line.written != line.result:
            text = f"{self(say.titled(line.title, line.written))} = {one_line(line.result.in_(self.language))}"
        citations = ""
        if line.rounded is not None:
            text = self.more(text, line.rounded)
            citations = grouped(line.rounded_by)
        because = [self.reason(reason, ()) for reason in line.because]
        factors = [
            Item("plain", self(say.titled(f.title, f.value)), grouped(f.citations), self.place(f.place))
            for f in line.factors
            if f.place is not None or f.citations
        ]
        return Item("plain", text, citations, items=(*because, *factors))

    def sentence(self, sentence: Sentence) -> Item:
        """A sentence of the programme."""
        return Item("plain", self(sentence.text), grouped(sentence.citations))

    def change(self, change: Change) -> Item:
        """A change of the rules."""
        return Item("plain", self(change.text), grouped(change.citations))

    def due(self, due: Due) -> Item:
        """A deadline."""
        day = due.day.isoformat()
        text = Text(
            f"{due.title.zh}：不晚于 {day}{'（已过）' if due.passed else ''}",
            f"{due.title.en}: by {day}{' (passed)' if due.passed else ''}",
        )
        return Item("plain", self(text), grouped(due.citations))
