"""Explanation stage: a report as JSON (contract, design section 8). Amounts are text with two decimals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine, Report
from relief_engine.explanation import say
from relief_engine.explanation.arithmetic import Line
from relief_engine.explanation.build import Explanation, Sentence, explain
from relief_engine.explanation.reasons import Reason
from relief_engine.text import Language, Text

SCHEMA = "relief-check/1"


def report_record(report: Report, engine: Engine, language: Language, version: str) -> dict[str, Any]:
    """A report as plain data for ``json.dumps``."""
    return {
        "schema": SCHEMA,
        "as_of": report.as_of.isoformat(),
        "rulebook": {"digest": report.rulebook.digest},
        "engine": {"version": version, "routes": list(report.routes)},
        "profile": {"digest": report.profile.digest},
        "decisions": [decision_record(decision, engine, language) for decision in report.decisions],
        "skipped": [{"programme": s.programme.id, "reason": s.reason.in_(language)} for s in report.skipped],
        "total": amount(report.total),
    }


def amount(value: Decimal | None) -> str | None:
    """An amount of yuan as text with two decimals."""
    return None if value is None else f"{value:.2f}"


def decision_record(decision: Decision, engine: Engine, language: Language) -> dict[str, Any]:
    """One decision."""
    explanation = explain(decision, engine)
    first, last = decision.in_force
    bounds = decision.amount_range
    steps = {step.id: step for step in explanation.criteria}
    return {
        "programme": decision.programme.id,
        "subject": decision.subject,
        "outcome": decision.outcome.value,
        "outcome_label": decision.outcome.label.in_(language),
        "benefit": decision.programme.benefit.kind,
        "payer": decision.programme.benefit.payer,
        "amount": amount(decision.amount),
        "amount_range": None if bounds is None else [amount(bounds[0]), amount(bounds[1])],
        "amount_if_granted": amount(decision.amount_if_granted),
        "ceiling": amount(decision.ceiling),
        "payable": amount(decision.payable),
        "rate": None if decision.rate is None else _fraction(decision.rate),
        "until": None if decision.until is None else decision.until.isoformat(),
        "in_force": {"from": _day(first), "to": _day(last)},
        "figures": {name: _figure(value) for name, value in decision.figures.items()}
        if decision.outcome in (Outcome.ELIGIBLE, Outcome.REFERRED)
        else {},
        "criteria": [
            {
                "id": found.id,
                "title": found.compiled.criterion.title.in_(language),
                "status": found.status.value,
                "replaced": found.replaced,
                "citations": list(say.cited(found.citations)),
                "changes": [change.in_(language) for change in steps[found.id].changes],
            }
            for found in decision.criteria
        ],
        "referrals": [
            {
                "id": found.id,
                "title": found.title.in_(language),
                "in_place_of": list(found.in_place_of),
                "citations": list(say.cited(found.citations)),
                "reason": found.reason.in_(language),
            }
            for found in decision.referrals
        ],
        "missing": [
            {"fact": asked.fact, "subject": asked.subject, "question": asked.question.in_(language)}
            for asked in explanation.missing
        ],
        "missing_is_exact": explanation.missing_is_exact,
        "deadlines": [
            {"id": deadline.id, "date": day.isoformat(), "title": deadline.title.in_(language), "citations": list(say.cited(deadline.citations))}
            for deadline, day in decision.deadlines()
        ],
        "ways": [_sentence(s, language) for s in explanation.ways],
        "check_by_hand": [_sentence(s, language) for s in explanation.check_by_hand],
        "remarks": [_sentence(s, language) for s in explanation.remarks],
        "explanation": explanation_record(explanation, language),
    }


def explanation_record(explanation: Explanation, language: Language) -> dict[str, Any]:
    """The tree of reasons and the calculation."""
    return {
        "title": explanation.title.in_(language),
        "subject": explanation.subject.in_(language),
        "headline": explanation.headline.in_(language),
        "criteria": [
            {
                "id": step.id,
                "status": step.status.value,
                "reading": _optional(step.reading, language),
                "reason": _reason(step.reason, language),
            }
            for step in explanation.criteria
        ],
        "referrals": [
            {"id": r.id, "reason": None if r.why is None else _reason(r.why, language)} for r in explanation.referrals
        ],
        "calculation": [_line(line, language) for line in explanation.lines],
        "total": None if explanation.total is None else _line(explanation.total, language),
        "rounding": _optional(explanation.rounding, language),
    }


def _optional(text: Text | None, language: Language) -> str | None:
    return None if text is None else text.in_(language)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _fraction(value: Fraction) -> str:
    """A ratio as a decimal where it has an end, else as a fraction."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def _figure(value: object) -> Any:
    """A figure: whole numbers as numbers, others as exact text, open ones as a pair."""
    if isinstance(value, tuple):
        return [_figure(part) for part in value]
    if isinstance(value, Fraction):
        return _fraction(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _reason(reason: Reason, language: Language) -> dict[str, Any]:
    return {
        "status": reason.status.value,
        "text": reason.text.in_(language),
        "margin": _optional(reason.margin, language),
        "place": reason.place,
        "citations": list(reason.citations),
        "parts": [_reason(part, language) for part in reason.parts],
    }


def _line(line: Line, language: Language) -> dict[str, Any]:
    return {
        "name": line.name,
        "title": line.title.in_(language),
        "written": line.written.in_(language),
        "result": line.result.in_(language),
        "low": _fraction(line.low),
        "high": _fraction(line.high),
        "factors": [
            {"title": f.title.in_(language), "value": f.value.in_(language), "place": f.place, "citations": list(f.citations)}
            for f in line.factors
        ],
    }


def _sentence(sentence: Sentence, language: Language) -> dict[str, Any]:
    return {"id": sentence.id, "text": sentence.text.in_(language), "citations": list(sentence.citations)}
