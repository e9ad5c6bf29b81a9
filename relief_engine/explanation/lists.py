"""Explanation stage: programmes and facts of a rulebook as data (contract, design section 8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relief_engine.explanation import say
from relief_engine.explanation.description import day_of, describe
from relief_engine.explanation.outline import Item
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.periods import FIRST, LAST
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language


def programme_record(programme: Programme, day: dt.date, language: Language) -> dict[str, Any]:
    """One programme as data."""
    first, last = programme.period.first, programme.period.last
    described = day_of(programme, day)
    return {
        "programme": programme.id,
        "title": programme.title.in_(language),
        "summary": programme.summary.in_(language),
        "authority": programme.authority.in_(language),
        "subject": programme.subject,
        "benefit": programme.benefit.kind,
        "payer": programme.benefit.payer,
        "in_force": {
            "from": None if first == FIRST else first.isoformat(),
            "to": None if last == LAST else last.isoformat(),
        },
        "citations": list(say.cited(programme.citations)),
        "criteria": [{"id": c.id, "title": c.title.in_(language)} for c in programme.criteria],
        "referrals": [{"id": r.id, "title": r.title.in_(language)} for r in programme.referrals],
        "described_on": described.isoformat(),
        "description": [
            {"part": part.key, "title": part.title, "items": [_item_record(item) for item in part.items]}
            for part in describe(programme, described, language)
        ],
    }


def _item_record(item: Item) -> dict[str, Any]:
    return {"text": item.text, "citations": item.citations, "items": [_item_record(below) for below in item.items]}


def fact_record(fact: Fact, language: Language) -> dict[str, Any]:
    """One fact as data."""
    choices: list[dict[str, str]] = []
    if fact.domain is not None:
        pairs = zip(fact.domain.ids, fact.domain.labels, strict=True)
        choices = [{"id": name, "label": label.in_(language)} for name, label in pairs]
    return {
        "fact": fact.id,
        "type": fact.type,
        "unit": str(fact.unit) if fact.unit is not None else None,
        "label": say.label(fact).in_(language),
        "question": fact.question.in_(language),
        "note": None if fact.note is None else fact.note.in_(language),
        "evidence": None if fact.evidence is None else fact.evidence.in_(language),
        "headers": list(fact.headers),
        "choices": choices,
        "may_be_not_available": fact.not_available,
    }
