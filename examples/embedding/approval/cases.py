"""The case store of the approval system. It was there before relief-engine and knows nothing of it.

A case is changed in two steps: first what is known is written and the case is *to decide*, then the decision is.
Whatever happens in between, the case is still there and is decided again.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: States of a case with what the officer reads.
STATES = {
    "to_decide": "待判定",
    "waiting": "等待补充资料",
    "with_people": "待人工认定",
    "granted": "可以减免",
    "refused": "不予减免",
}

_TABLE = """
CREATE TABLE IF NOT EXISTS cases (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, filed_on TEXT NOT NULL, filed TEXT NOT NULL,
    facts TEXT NOT NULL, answers TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, amount TEXT,
    record INTEGER
)
"""


class Stale(Exception):
    """Somebody else changed the case in the meantime, or the reference stands for another case."""


@dataclass(frozen=True, slots=True)
class Case:
    """One application.

    Attributes:
        reference: the number that the applicant's side gave it; one case for each.
        filed: what was filed, by ids of facts; ``facts`` is that with what was added later.
        answers: what officers decided where the rules leave it to people.
        version: counts the changes; who changes a case names the version that was seen.
        amount: yuan, as text; only of a granted case.
        record: the number of the decision in the ledger of decisions.
    """

    id: int
    reference: str
    filed_on: dt.date
    filed: Mapping[str, Any]
    facts: Mapping[str, Any]
    answers: Sequence[Mapping[str, Any]]
    version: int
    state: str
    amount: str | None
    record: int | None


class Cases:
    """All cases, in one SQLite file. Safe to share between threads and processes: each call has its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as file:
            file.execute(_TABLE)

    def file(self, reference: str, filed_on: dt.date, facts: Mapping[str, Any]) -> Case:
        """A new case; the same case again if it is filed again. Raises :class:`Stale` if another has the reference."""
        with self._open() as file:
            file.execute(
                "INSERT INTO cases (reference, filed_on, filed, facts, answers, version, state)"
                " VALUES (?, ?, ?, ?, '[]', 1, 'to_decide') ON CONFLICT (reference) DO NOTHING",
                (reference, filed_on.isoformat(), _text(facts), _text(facts)),
            )
            case = _case(file.execute("SELECT * FROM cases WHERE reference = ?", (reference,)).fetchone())
        if (case.filed_on, case.filed) != (filed_on, json.loads(_text(facts))):
            raise Stale(reference)
        return case

    def get(self, number: int) -> Case | None:
        """The case with this number, if there is one."""
        with self._open() as file:
            row = file.execute("SELECT * FROM cases WHERE id = ?", (number,)).fetchone()
        return None if row is None else _case(row)

    def all(self) -> list[Case]:
        """All cases, the latest first."""
        with self._open() as file:
            return [_case(row) for row in file.execute("SELECT * FROM cases ORDER BY id DESC")]

    def change(self, case: Case, facts: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> Case:
        """What is known of a case now; it is to be decided again. Raises :class:`Stale` if it is not as it was seen."""
        return self._set(
            case, "facts = ?, answers = ?, state = 'to_decide', amount = NULL", (_text(facts), _text(answers))
        )

    def decided(self, case: Case, state: str, amount: str | None, record: int) -> Case:
        """A case with its decision. Raises :class:`Stale` if what is known changed while it was decided."""
        return self._set(case, "state = ?, amount = ?, record = ?", (state, amount, record))

    def _set(self, case: Case, columns: str, values: tuple[object, ...]) -> Case:
        with self._open() as file:
            row = file.execute(
                f"UPDATE cases SET {columns}, version = version + 1 WHERE id = ? AND version = ? RETURNING *",
                (*values, case.id, case.version),
            ).fetchone()
        if row is None:
            raise Stale(case.reference)
        return _case(row)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as file, file:
            file.row_factory = sqlite3.Row
            yield file


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _case(row: sqlite3.Row) -> Case:
    found = dict(row)
    found["filed_on"] = dt.date.fromisoformat(found["filed_on"])
    for name in ("filed", "facts", "answers"):
        found[name] = json.loads(found[name])
    return Case(**found)
