"""Comparing stage: a difference as JSON."""

from __future__ import annotations

from typing import Any

from relief_engine.comparing.difference import Difference
from relief_engine.comparing.edit import AnyEdit, Changed, Written, after, before
from relief_engine.comparing.effects import Case, Decided, Effects
from relief_engine.comparing.revisions import Revision
from relief_engine.explanation.records import decision_record
from relief_engine.rulebook.periods import FIRST, LAST, Period
from relief_engine.text import Language

SCHEMA = "relief-rules-diff/1"


def difference_record(found: Difference, language: Language) -> dict[str, Any]:
    """A difference as plain data for ``json.dumps``."""
    places = {id(edit): place for place, edit in enumerate(found.edits)}
    return {
        "schema": SCHEMA,
        "old": _side(found.old),
        "new": _side(found.new),
        "programmes_asked_for": None if found.programmes is None else list(found.programmes),
        "result": found.status.name.lower(),
        "exit_status": int(found.status),
        "drawn_only": found.drawn,
        "edits": [edit_record(edit, language) for edit in found.edits],
        "programmes": [_effects(effect, places, language) for effect in found.effects],
    }


def edit_record(edit: AnyEdit, language: Language) -> dict[str, Any]:
    """One edit; ``aspect`` is null where only one side has the element, ``period`` where all its days are meant."""
    return {
        "edit": type(edit).__name__.lower(),
        "in": edit.owner.home.value,
        "owner": edit.owner.id,
        "part": edit.part.value,
        "id": edit.id,
        "title": edit.title.in_(language),
        "aspect": edit.aspect.value if isinstance(edit, Changed) else None,
        "period": None if edit.period is None else _period(edit.period),
        "effect": edit.effect,
        "reach": edit.reach.value,
        "before": _written(before(edit), language),
        "after": _written(after(edit), language),
    }


def _side(side: Revision) -> dict[str, Any]:
    return {"name": side.name, "digest": side.rulebook.digest, "commit": side.commit}


def _written(said: Written | None, language: Language) -> dict[str, Any] | None:
    if said is None:
        return None
    where = said.where
    return {
        "text": said.text.in_(language),
        "file": None if where is None else where.file,
        "line": None if where is None else where.line,
        "column": None if where is None else where.column,
        "citations": list(said.citations),
    }


def _period(period: Period) -> dict[str, str | None]:
    return {
        "from": None if period.first == FIRST else period.first.isoformat(),
        "to": None if period.last == LAST else period.last.isoformat(),
    }


def _effects(effect: Effects, places: dict[int, int], language: Language) -> dict[str, Any]:
    return {
        "programme": effect.programme,
        "title": effect.title.in_(language),
        "verdict": effect.verdict.value,
        "undecided": [_period(period) for period in effect.undecided],
        # Positions in the list of edits.
        "touched_by": [places[id(edit)] for edit in effect.touched_by],
        "differences": [_case(case, language) for case in effect.differences],
    }


def _case(case: Case, language: Language) -> dict[str, Any]:
    transition = case.transition
    return {
        "period": _period(case.period),
        "old": transition.old.value,
        "new": transition.new.value,
        "criteria": list(transition.criteria),
        "referrals": list(transition.referrals),
        "figures": list(transition.figures),
        "notes": list(transition.notes),
        "profile": case.profile,
        "yaml": case.yaml,
        "old_yaml": case.old_yaml,
        "decisions": {"old": _decided(case.old, language), "new": _decided(case.new, language)},
    }


def _decided(decided: Decided | None, language: Language) -> dict[str, Any] | None:
    return None if decided is None else decision_record(decided.decision, decided.engine, language)
