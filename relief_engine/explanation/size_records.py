"""Explanation stage: a firm's size as data (contract, design section 8)."""

from __future__ import annotations

from typing import Any

from relief_engine.engine.sizing import IndicatorClass, Sizing
from relief_engine.explanation import say
from relief_engine.text import Language

SCHEMA = "relief-size/1"


def size_record(sizing: Sizing, language: Language) -> dict[str, Any]:
    """The classification as data (contract, design section 8)."""
    ids = sizing.table.domain.ids
    code = sizing.table.sectors.codes.codes[sizing.code]
    sector = sizing.sectors[0].id if len(sizing.sectors) == 1 and sizing.covered else None
    return {
        "schema": SCHEMA,
        "as_of": sizing.day.isoformat(),
        "industry": {"code": code.id, "name": code.name},
        "sector": sector if sizing.sectors else ids[sizing.table.uncovered],
        "sectors": [row.id for row in sizing.sectors],
        "size": None if sizing.size is None else ids[sizing.size],
        "possible": [ids[level] for level in sizing.possible],
        "indicators": [_indicator_record(found, sizing, language) for found in sizing.indicators],
        "citations": list(dict.fromkeys(c for row in sizing.sectors for c in say.cited(row.citations))),
    }


def _indicator_record(found: IndicatorClass, sizing: Sizing, language: Language) -> dict[str, Any]:
    classes = sizing.table.domain.ids[1 : sizing.table.uncovered]
    return {
        "fact": found.fact.id,
        "label": say.label(found.fact).in_(language),
        "unit": str(found.limit.unit),
        "at_least": {name: str(value) for name, value in zip(classes, found.limit.printed, strict=True)},
        "value": None if found.value is None else say.value(found.fact, found.value).in_(language),
        "size": None if found.level is None else sizing.table.domain.ids[found.level],
    }
