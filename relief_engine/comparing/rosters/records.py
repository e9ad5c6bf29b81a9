"""Comparing stage, rosters: an impact as plain data for JSON. Amounts are text with two decimals, as everywhere."""

from __future__ import annotations

from itertools import islice
from typing import Any

from relief_engine.comparing.rosters.model import Cents, Change, Pair, Side, State, Sums
from relief_engine.comparing.rosters.result import Impact
from relief_engine.decision import yuan
from relief_engine.explanation.records import amount, exact
from relief_engine.text import DEFAULT_LANGUAGE, Language


def impact_records(impact: Impact, language: Language = DEFAULT_LANGUAGE, *, most: int | None = 1000) -> dict[str, Any]:
    """An impact as data for ``json.dumps``: rows, sums by programme and kind, and the first ``most`` changes.

    ``left_out`` says how many more changes there are; None for ``most`` gives all.
    """
    changes = [_change(change, language) for change in islice(impact.changes(), most)]
    return {
        "as_of": impact.as_of.isoformat(),
        "roster": {"file": impact.roster, "sheet": impact.sheet},
        "old": {"digest": impact.old},
        "new": {"digest": impact.new},
        "rows": {
            "read": impact.rows, "changed": impact.changed, "unchanged": impact.unchanged, "rejected": impact.rejected,
            "undecided": impact.undecided,
        },
        "programmes": [_programme(impact, pair, language) for pair in impact.pairs],
        "other_reasons": impact.other_reasons,
        "identified_by": list(impact.names),
        "changes": changes,
        "left_out": impact.answers - len(changes),
        "remarks": [remark.in_(language) for remark in impact.remarks],
    }  # fmt: skip


def _programme(impact: Impact, pair: Pair, language: Language) -> dict[str, Any]:
    return {
        "programme": pair.id,
        "title": pair.title.in_(language),
        "in_old": pair.old is not None,
        "in_new": pair.new is not None,
        "same_rules": pair.same,
        "added_up": pair.adds_up,
        "kinds": [{"kind": kind.value, **_sums(sums)} for kind, sums in impact.kinds(pair.id)],
        "total": None if pair.same else _sums(impact.total(pair.id)),
    }


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "number": sums.number, "before": _side(sums.before), "after": _side(sums.after),
        "difference": amount(yuan(sums.difference)),
    }  # fmt: skip


def _side(side: Side) -> dict[str, Any]:
    return {
        "granted": amount(yuan(side.granted)), "if_granted": _span((side.low, side.high)), "without_figure": side.open,
    }  # fmt: skip


def _span(cents: Cents | None) -> list[str | None] | None:
    return None if cents is None else [amount(yuan(end)) for end in cents]


def _change(change: Change, language: Language) -> dict[str, Any]:
    return {
        "row": change.row,
        "identified_by": list(change.names),
        "programme": change.programme,
        "kind": change.kind.value,
        "kind_label": change.kind.label.in_(language),
        "before": _state(change.before, language),
        "after": _state(change.after, language),
        "difference": None if change.difference is None else amount(yuan(change.difference)),
        "difference_if_granted": _span(change.if_granted),
        "causes": [
            {"sort": c.sort, "id": c.id, "text": c.text.in_(language), "citations": list(c.citations)}
            for c in change.causes
        ],
    }


def _state(state: State, language: Language) -> dict[str, Any]:
    """One side; the outcome is null where the row could not be read."""
    figures = state.figures
    return {
        "outcome": None if state.outcome is None else state.outcome.value,
        "reason": state.reason.in_(language),
        "amount": None if figures.amount is None else amount(yuan(figures.amount)),
        "if_granted": _span(figures.if_granted),
        "ceiling": None if figures.ceiling is None else amount(yuan(figures.ceiling)),
        "payable": _span(figures.payable),
        "rate": None if figures.rate is None else [exact(end) for end in figures.rate],
        "until": None if figures.until is None else figures.until.isoformat(),
        "clauses": state.clauses,
        "missing": list(state.missing),
    }
