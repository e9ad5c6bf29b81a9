"""Command line stage: ``relief ledger list``."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from relief_engine.cli.output import out
from relief_engine.decision import Outcome
from relief_engine.explanation.columns import columns
from relief_engine.explanation.harmless import json_text, one_line
from relief_engine.ledger.entry import Entry, Summary
from relief_engine.ledger.listing import Wish, listed
from relief_engine.ledger.store import Ledger
from relief_engine.text import Language, Text

#: Lines that are laid out together, so that a list of any length needs no more memory.
_PORTION = 200

#: The states of a resolution in which people decided the case.
RESOLVED = ("granted", "refused", "partly")


def list_entries(path: Path, wish: Wish, limit: int | None, language: Language, *, as_json: bool) -> None:
    """Print the entries of a ledger that somebody wishes to see."""
    with Ledger.open(path, create=False) as ledger:
        found = listed(ledger.access, wish, limit)
        if as_json:
            head = ledger.head()
            begin = {"schema": "relief-ledger-list/1", "ledger": str(path), "count": head.count, "head": head.chain}
            text = json.dumps(begin, ensure_ascii=False)
            out(json_text(f'{text[:-1]}, "entries": ['))
            lead = "\n "
            for entry in found:
                out(json_text(lead + json.dumps(entry_record(entry), ensure_ascii=False)))
                lead = ",\n "
            out("\n]}\n")
            return
        printed = 0
        while portion := list(islice(found, _PORTION)):
            printed += len(portion)
            out("".join(f"{line}\n" for line in _laid_out([_cells(entry, language) for entry in portion])))
        total = ledger.head().count
    said = Text(f"列出 {printed} 条，账本共 {total} 条。", f"{printed} listed, of {total} in the ledger.")
    out(said.in_(language) + "\n")


def entry_record(entry: Entry) -> dict[str, Any]:
    """An entry as data."""
    told = entry.summary
    return {
        "number": entry.number,
        "digest": entry.digest,
        "record": told.record,
        "previous": entry.previous,
        "chain": entry.chain,
        "appended_at": entry.appended_at,
        "as_of": told.as_of,
        "applicant": told.applicant,
        "credit_code": told.credit_code,
        "decisions": [
            {"programme": one.programme, "subject": one.subject, "outcome": one.outcome, "resolution": one.resolution}
            for one in told.decided
        ],
        "total": told.total,
        "total_by_people": told.total_by_people,
    }


def _cells(entry: Entry, language: Language) -> list[str]:
    told = entry.summary
    return [
        str(entry.number), local_time(entry.appended_at), told.as_of or "—", told.applicant or "—",
        outcomes(told, language), money(told.total, language),
    ]  # fmt: skip


def outcomes(told: Summary, language: Language) -> str:
    """How the decisions came out: of one programme its outcome, of several how many came out how."""
    counted = Counter(one.outcome for one in told.decided)
    order = [outcome.value for outcome in Outcome]
    known = sorted(counted, key=lambda outcome: order.index(outcome) if outcome in order else len(order))
    labels = {outcome: outcome_label(outcome, language) for outcome in known}
    parts = [labels[outcome] + (f" {counted[outcome]}" if len(told.decided) > 1 else "") for outcome in known]
    people = sum(1 for one in told.decided if one.resolution in RESOLVED)
    if people:
        parts.append(Text(f"其中经人工认定 {people}", f"decided by people {people}").in_(language))
        if told.total_by_people is not None and re.search(r"[1-9]", told.total_by_people):
            granted = money(told.total_by_people, language)
            parts.append(Text(f"人工认定同意 {granted}", f"granted by people {granted}").in_(language))
    return ("，" if language == "zh" else ", ").join(parts) or "—"


def outcome_label(outcome: str, language: Language) -> str:
    """An outcome in words, as far as it is one of ours."""
    known = {known.value: known for known in Outcome}
    return known[outcome].label.in_(language) if outcome in known else outcome


def local_time(appended_at: str) -> str:
    """A time of an entry on this machine's clock, to the minute; as it is if it is none."""
    try:
        return dt.datetime.fromisoformat(appended_at).astimezone().strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return appended_at


def money(amount: str | None, language: Language) -> str:
    """An amount of yuan that stands in a record as text."""
    if amount is None:
        return "—"
    if re.fullmatch(r"\d{1,30}\.\d\d", amount, re.ASCII):
        amount = f"{Decimal(amount):,}"
    return Text(f"{amount} 元", f"{amount} yuan").in_(language)


def _laid_out(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells as lines in which the cells stand below each other; the last one is a figure."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(columns(row[place]) for row in cells) for place in range(len(cells[0]))]
    for row in cells:
        padded = [
            " " * (room - columns(cell)) + cell if place in (0, len(row) - 1) else cell + " " * (room - columns(cell))
            for place, (cell, room) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(padded)
