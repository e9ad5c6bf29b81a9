"""Explanation stage: a report as JSON (contract, design section 8). Amounts are text with two decimals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relief_engine.compiled import ir
from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine, Report
from relief_engine.engine.questions import open_questions
from relief_engine.explanation.answer import applicant_name
from relief_engine.explanation.build import Explanation, Sentence, explain
from relief_engine.explanation.calculation import Line
from relief_engine.explanation.people import People
from relief_engine.explanation.reason import Reason
from relief_engine.text import Language, Text

SCHEMA = "relief-check/1"

#: What one figure may be in JSON: a number where it is whole, else exact text; a pair where the texts leave it open.
Figure = int | str | list[Any]


def report_record(report: Report, engine: Engine, language: Language, version: str) -> dict[str, Any]:
    """A report as plain data for ``json.dumps``."""
    return {
        "schema": SCHEMA,
        "as_of": report.as_of.isoformat(),
        "rulebook": {"digest": report.rulebook.digest},
        "engine": {"version": version, "routes": list(report.routes)},
        "profile": {"digest": report.profile.digest, "source": report.profile.source},
        "decisions": [decision_record(decision, engine, language) for decision in report.decisions],
        "questions": [
            {
                "fact": question.fact.id,
                "subject": question.subject,
                "question": question.fact.question.in_(language),
                "settles": [question.least, question.most],
                "programmes": list(dict.fromkeys(d.programme.id for d in question.decisions)),
            }
            for question in open_questions(engine, report.decisions)
        ],
        "skipped": [{"programme": s.programme.id, "reason": s.reason.in_(language)} for s in report.skipped],
        "total": amount(report.total),
        "total_by_people": amount(report.total_by_people),
    }


def amount(value: Decimal | None) -> str | None:
    """An amount of yuan as text with two decimals."""
    return None if value is None else f"{value:.2f}"


def _amounts(bounds: tuple[Decimal, Decimal] | None) -> list[str | None] | None:
    return None if bounds is None else [amount(bound) for bound in bounds]


def decision_record(decision: Decision, engine: Engine, language: Language) -> dict[str, Any]:
    """One decision."""
    explanation = explain(decision, engine)
    first, last = decision.in_force
    name = decision.profile.name(decision.programme.subject, decision.index)
    return {
        "programme": decision.programme.id,
        "subject": decision.subject,
        **({} if name is None else {"subject_id": name}),
        "outcome": decision.outcome.value,
        "outcome_label": decision.outcome.label.in_(language),
        "benefit": decision.programme.benefit.kind,
        "payer": decision.programme.benefit.payer,
        "authority": decision.programme.authority.in_(language),
        "amount": amount(decision.amount),
        "amount_range": _amounts(decision.amount_range),
        "amount_if_granted": amount(decision.amount_if_granted),
        "ceiling": amount(decision.ceiling),
        "payable": amount(decision.payable),
        "payable_range": _amounts(decision.payable_range),
        "rate": None if decision.rate is None else exact(decision.rate),
        "rate_range": None if decision.rate_range is None else [exact(bound) for bound in decision.rate_range],
        "until": _day(decision.until),
        "in_force": {"from": _day(first), "to": _day(last)},
        "figures": figures(decision),
        "criteria": [
            {
                "id": step.id,
                "title": step.title.in_(language),
                "status": step.status.value,
                "replaced": step.replaced,
                "pending": [sentence.id for sentence in step.pending],
                "citations": list(step.citations),
                "changes": [
                    {"fact": change.fact, "subject": change.subject, "text": change.text.in_(language)}
                    for change in step.changes
                ],
            }
            for step in explanation.criteria
        ],
        "referrals": [
            {
                "id": found.id,
                "title": found.title.in_(language),
                "in_place_of": list(found.in_place_of),
                "citations": list(found.citations),
                "reason": found.reason.in_(language),
            }
            for found in explanation.referrals
        ],
        "resolution": None if explanation.people is None else resolution_record(explanation.people, language),
        "missing": [
            {
                "fact": asked.fact,
                "subject": asked.subject,
                "question": asked.question.in_(language),
                "note": _optional(asked.note, language),
                "evidence": _optional(asked.evidence, language),
            }
            for asked in explanation.missing
        ],
        "missing_is_exact": explanation.missing_is_exact,
        "deadlines": [
            {
                "id": due.id,
                "date": due.day.isoformat(),
                "passed": due.passed,
                "title": due.title.in_(language),
                "citations": list(due.citations),
            }
            for due in explanation.deadlines
        ],
        "ways": [_sentence(sentence, language) for sentence in explanation.ways],
        "check_by_hand": [_sentence(sentence, language) for sentence in explanation.check_by_hand],
        "remarks": [_sentence(sentence, language) for sentence in explanation.remarks],
        "explanation": explanation_record(explanation, applicant_name(decision.profile), language),
    }


def resolution_record(found: People, language: Language) -> dict[str, Any]:
    """What people decided about one referred case."""
    return {
        "state": found.state.value,
        "state_label": found.state.label.in_(language),
        "amount": amount(found.amount),
        "reasons": [reason.in_(language) for reason in found.reasons],
        "open": [{"referral": name, "title": title.in_(language)} for name, title in found.open],
        "items": [
            {
                "referral": answer.referral,
                "title": answer.title.in_(language),
                "granted": answer.granted,
                "amount": amount(answer.amount),
                "on": answer.on,
                "by": answer.by,
                "note": answer.note,
                "applied": answer.reason is None,
                "reason": _optional(answer.reason, language),
            }
            for answer in found.answers
        ],
    }


def explanation_record(explanation: Explanation, applicant: str, language: Language) -> dict[str, Any]:
    """The tree of reasons and the calculation."""
    return {
        "title": explanation.title.in_(language),
        "applicant": applicant or None,
        "subject": explanation.subject.in_(language),
        "headline": explanation.headline.in_(language),
        "citations": list(explanation.citations),
        "criteria": [
            {
                "id": step.id,
                "status": step.status.value,
                "reading": _optional(step.reading, language),
                "reason": reason_record(step.reason, language),
            }
            for step in explanation.criteria
        ],
        "referrals": [
            {"id": found.id, "reason": None if found.why is None else reason_record(found.why, language)}
            for found in explanation.referrals
        ],
        "calculation": [_line(line, language) for line in explanation.lines],
        "changes": [
            {
                "from": change.day.isoformat(),
                "part": change.part,
                "id": change.id,
                "how": change.how,
                "text": change.text.in_(language),
                "citations": list(change.citations),
            }
            for change in explanation.changes
        ],
    }


def reason_record(reason: Reason, language: Language) -> dict[str, Any]:
    """One node of the tree of reasons with what lies below it."""
    return {
        "status": reason.status.value,
        "text": reason.text.in_(language),
        "fact": reason.fact,
        "value": _optional(reason.value, language),
        "needed": _optional(reason.needed, language),
        "margin": _optional(reason.margin, language),
        "place": None if reason.place is None else str(reason.place),
        "citations": list(reason.citations),
        "join": reason.join,
        "parts": [reason_record(part, language) for part in reason.parts],
    }


def figures(decision: Decision) -> dict[str, Figure]:
    """The named figures of a decision that gives something; money as text, whole numbers as numbers."""
    if decision.program is None or decision.outcome not in (Outcome.ELIGIBLE, Outcome.REFERRED):
        return {}
    found: dict[str, Figure] = {}
    for name, value in decision.figures.items():
        figure = decision.program.lets[name]
        if isinstance(value, tuple):
            found[name] = [_figure(part, figure) for part in value]
        else:
            found[name] = _figure(value, figure)
    return found


def _figure(value: int | Fraction | dt.date, figure: ir.Range) -> int | str:
    if isinstance(value, dt.date):
        return value.isoformat()
    if figure.unit is not None and figure.unit.dimensions == (("元", 1),):
        return exact(Fraction(value), decimals=2)
    return value if isinstance(value, int) else exact(value)


def exact(value: Fraction, *, decimals: int = 0) -> str:
    """A ratio as a decimal with at least so many places, or as a fraction where no decimal has an end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives, decimals)
    whole, part = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def _optional(text: Text | None, language: Language) -> str | None:
    return None if text is None else text.in_(language)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _line(line: Line, language: Language) -> dict[str, Any]:
    return {
        "name": line.name,
        "title": line.title.in_(language),
        "written": line.written.in_(language),
        "result": line.result.in_(language),
        "low": exact(line.low),
        "high": exact(line.high),
        "rounded": _optional(line.rounded, language),
        "rounded_by": list(line.rounded_by),
        "because": [reason_record(reason, language) for reason in line.because],
        "factors": [
            {
                "name": factor.name,
                "title": factor.title.in_(language),
                "value": factor.value.in_(language),
                "place": None if factor.place is None else str(factor.place),
                "citations": list(factor.citations),
            }
            for factor in line.factors
        ],
    }


def _sentence(sentence: Sentence, language: Language) -> dict[str, Any]:
    return {"id": sentence.id, "text": sentence.text.in_(language), "citations": list(sentence.citations)}
