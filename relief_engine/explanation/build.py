"""Explanation stage: one decision's whole explanation, still in both languages and in no particular form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from relief_engine.compiled import ir
from relief_engine.decision import CriterionResult, Decision, Outcome, Status
from relief_engine.engine import Engine
from relief_engine.engine.changes import smallest_changes
from relief_engine.explanation import say
from relief_engine.explanation.answer import answer, headline, number_text, subject_text
from relief_engine.explanation.arithmetic import Arithmetic
from relief_engine.explanation.calculation import Line, calculation
from relief_engine.explanation.history import Change, changes
from relief_engine.explanation.margins import change_text
from relief_engine.explanation.people import People, people
from relief_engine.explanation.reason import Reason
from relief_engine.explanation.reasons import Reasons
from relief_engine.explanation.trace import Trace
from relief_engine.rulebook.facts import SubjectKind
from relief_engine.rulebook.programme import Remark
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text


class Margin(NamedTuple):
    """A change of one fact that alone would meet a criterion."""

    fact: str
    subject: str
    text: Text


class Step(NamedTuple):
    """One criterion: what it asks, whether it holds and why; each of ``changes`` alone would meet it.

    ``replaced`` means that a referral stands in its place, ``reading`` is how the text is read where that needs saying,
    ``pending`` are referrals that may yet stand in its place: whether they hold is not known.
    """

    id: str
    title: Text
    status: Status
    replaced: bool
    reading: Text | None
    reason: Reason
    citations: tuple[str, ...]
    changes: tuple[Margin, ...]
    pending: tuple[Sentence, ...]


class Referred(NamedTuple):
    """A referral that holds; ``why`` is None where no condition says so, but only that a figure does not exist."""

    id: str
    title: Text
    reason: Text
    citations: tuple[str, ...]
    in_place_of: tuple[str, ...]
    why: Reason | None


class Asked(NamedTuple):
    """A question whose answer would still change the decision."""

    fact: str
    subject: str
    question: Text
    note: Text | None
    evidence: Text | None


class Sentence(NamedTuple):
    """A sentence with the clauses that it rests on."""

    id: str
    text: Text
    citations: tuple[str, ...]


class Due(NamedTuple):
    """A day by which someone must act; ``passed`` if it lies before the day of the decision."""

    id: str
    title: Text
    day: dt.date
    passed: bool
    citations: tuple[str, ...]


class Explanation(NamedTuple):
    """Why a decision is what it is.

    ``path`` says which subject it is about as data (``leases[0]``), ``position`` where it stands in its list,
    ``number`` in words, ``subject`` with its address. ``source`` names the profile, so that places in
    it can be given by their line. ``people`` is what people decided, None where nobody has.
    """

    programme: str
    title: Text
    authority: Text
    path: str
    kind: SubjectKind
    position: int | None
    number: Text
    subject: Text
    source: str
    outcome: Outcome
    headline: Text
    answer: Text
    criteria: tuple[Step, ...]
    referrals: tuple[Referred, ...]
    people: People | None
    lines: tuple[Line, ...]
    missing: tuple[Asked, ...]
    missing_is_exact: bool
    deadlines: tuple[Due, ...]
    ways: tuple[Sentence, ...]
    check_by_hand: tuple[Sentence, ...]
    remarks: tuple[Sentence, ...]
    citations: tuple[str, ...]
    changes: tuple[Change, ...]


def _issued_by(decision: Decision) -> tuple[Citation, ...]:
    """The clauses that the programme rests on, without documents that did not exist yet on the day."""
    found = tuple(c for c in decision.programme.citations if c.source.issued <= decision.as_of)
    return found or decision.programme.citations


def explain(decision: Decision, engine: Engine) -> Explanation:
    """Explain a decision that the engine gave."""
    given = decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED)
    steps: tuple[Step, ...] = ()
    referrals: tuple[Referred, ...] = ()
    lines: tuple[Line, ...] = ()
    missing: tuple[Asked, ...] = ()
    if decision.program is not None:
        trace = Trace(decision, engine.rulebook)
        arithmetic = Arithmetic(trace)
        reasons = Reasons(trace, arithmetic)
        steps = tuple(_step(found, reasons, trace, engine) for found in decision.criteria)
        referrals = _referrals(trace, reasons)
        missing = _missing(trace)
        if given:
            lines = calculation(trace, arithmetic, reasons)
    refused, said = decision.outcome is Outcome.INELIGIBLE, answer(decision)
    return Explanation(
        programme=decision.programme.id,
        title=decision.programme.title,
        authority=decision.programme.authority,
        path=decision.subject,
        kind=decision.programme.kind,
        position=decision.index,
        number=number_text(decision),
        subject=subject_text(decision),
        source=decision.profile.source,
        outcome=decision.outcome,
        headline=headline(decision, said),
        answer=said,
        criteria=steps,
        referrals=referrals,
        people=people(decision.resolution),
        lines=lines,
        missing=missing,
        missing_is_exact=decision.missing.exact,
        deadlines=_deadlines(decision) if given else (),
        ways=_sentences(decision.remarks("ways")) if given else (),
        check_by_hand=() if refused else _sentences(decision.remarks("check_by_hand")),
        remarks=_sentences(decision.remarks("remarks")),
        citations=say.cited(_issued_by(decision)),
        changes=() if decision.program is None else _history(decision.program),
    )


def _step(found: CriterionResult, reasons: Reasons, trace: Trace, engine: Engine) -> Step:
    changes: tuple[Margin, ...] = ()
    if found.status is Status.UNMET:
        cells, evaluate = engine.cells(trace.program), engine.evaluator(trace.program)
        changes = tuple(
            Margin(change.fact.id, change.subject, change_text(change, trace.codes))
            for change in smallest_changes(trace.decision, cells, evaluate, found.compiled.node)
        )
    wording = found.compiled.wording
    return Step(
        found.id, found.compiled.criterion.title, found.status, found.replaced, wording.remark,
        reasons.asked(wording.condition), say.cited(wording.citations), changes, _pending(found, trace),
    )  # fmt: skip


def _pending(found: CriterionResult, trace: Trace) -> tuple[Sentence, ...]:
    if found.status is not Status.UNMET or found.replaced:
        return ()
    place = trace.program.criteria.index(found.compiled)
    return tuple(
        Sentence(compiled.referral.id, compiled.referral.title, say.cited(compiled.wording.citations))
        for compiled in trace.program.referrals
        if place in compiled.replaces and trace.decision.values[compiled.node] == ir.UNKNOWN
    )


def _referrals(trace: Trace, reasons: Reasons) -> tuple[Referred, ...]:
    wordings = {compiled.referral.id: compiled.wording for compiled in trace.program.referrals}
    found = []
    for result in trace.decision.referrals:
        wording = wordings.get(result.id)
        why = None if wording is None else reasons.stated(wording.condition)
        found.append(
            Referred(result.id, result.title, result.reason, say.cited(result.citations), result.in_place_of, why)
        )
    return tuple(found)


def _missing(trace: Trace) -> tuple[Asked, ...]:
    found = []
    for missing in trace.decision.missing.facts:
        fact = missing.fact
        question = fact.question
        if missing.too_coarse:
            now = trace.value(fact)
            question = Text(
                f"{question.zh}（现填 {now.zh}，太粗，请填更细一级的代码）",
                f"{question.en} ({now.en} is too coarse: a finer code is needed)",
            )
        found.append(Asked(fact.id, missing.subject, question, fact.note, fact.evidence))
    return tuple(found)


def _deadlines(decision: Decision) -> tuple[Due, ...]:
    return tuple(
        Due(deadline.id, deadline.title, day, day < decision.as_of, say.cited(deadline.citations))
        for deadline, day in decision.deadlines()
    )


def _sentences(remarks: Iterable[Remark]) -> tuple[Sentence, ...]:
    return tuple(Sentence(remark.id, remark.text, say.cited(remark.citations)) for remark in remarks)


#: By program, since a programme's history is the same in all its explanations.
_histories: WeakKeyDictionary[ir.Program, tuple[Change, ...]] = WeakKeyDictionary()


def _history(program: ir.Program) -> tuple[Change, ...]:
    found = _histories.get(program)
    if found is None:
        found = _histories[program] = changes(program.programme)
    return found
