"""Roster stage: what a screening came to, as data (contract, design section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from relief_engine.decision import Outcome, State
from relief_engine.roster.answers import Screening
from relief_engine.roster.counts import Counts
from relief_engine.text import Language, Text

SCHEMA = "relief-screen/1"


def screening_record(
    screening: Screening, counts: Counts, output: Path, remarks: Sequence[Text], language: Language
) -> dict[str, Any]:
    """The result as data."""
    low, high = counts.if_granted
    answers = {c.index: c.fact.id for c in screening.columns.answers if c.fact is not None}
    return {
        "schema": SCHEMA,
        "as_of": screening.as_of.isoformat(),
        "rulebook": {"digest": screening.rulebook.digest},
        "routes": list(screening.routes),
        "roster": screening.table.file,
        "sheet": screening.table.sheet,
        "row": screening.columns.kind.id,
        "programmes": [programme.id for programme in screening.programmes],
        "columns": {
            c.header: c.fact.id if c.fact is not None else answers.get(c.index) for c in screening.columns.columns
        },
        "rows": counts.rows,
        "decided": counts.decided,
        "rejected": counts.rejected,
        "outcomes": {outcome.value: counts.outcomes.get(outcome, 0) for outcome in Outcome},
        "total": f"{counts.granted:.2f}",
        "total_if_granted": [f"{low:.2f}", f"{high:.2f}"],
        "referred_without_figure": counts.unsettled,
        "by_people": {state.value: counts.by_people.get(state, 0) for state in State},
        "total_by_people": f"{counts.granted_by_people:.2f}",
        "output": str(output),
        "rejected_output": counts.rejected_file,
        "remarks": [remark.in_(language) for remark in remarks],
    }
