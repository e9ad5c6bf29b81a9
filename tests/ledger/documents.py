"""Documents as ledgers keep them, small and made up; and ways past a ledger's guards."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from relief_engine.ledger.file import SCHEMA
from relief_engine.ledger.store import Ledger

RENT = "beijing-tongzhou/rent-reduction-2022"
LOAN = "beijing-tongzhou/first-loan-interest-2022"


def document(number: int, **report: Any) -> bytes:
    """One document: those of different numbers differ, and every third applicant is refused."""
    outcome = "eligible" if number % 3 else "ineligible"
    content = {
        "schema": "relief-record/1",
        "digest": f"sha256:{number:064x}",
        "profile": {"applicant": {"name": f"运河小馆{number}", "credit_code": f"91110112MA{number:08}"}},
        "report": {
            "as_of": f"2022-06-{number % 28 + 1:02}",
            "decisions": [{"programme": RENT, "subject": "leases[0]", "outcome": outcome}],
            "total": f"{number}.00",
            **report,
        },
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def written(path: Path, count: int) -> Path:
    """A ledger of so many documents."""
    with Ledger.open(path, create=True) as ledger:
        ledger.append_many([document(number) for number in range(1, count + 1)])
    return path


def behind(path: Path, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    """Change a ledger as somebody would who knows SQLite: without its triggers, which are there again afterwards."""
    triggers = [name for name, sql in SCHEMA.items() if sql.startswith("CREATE TRIGGER")]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    try:
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            sql, values = statement if isinstance(statement, tuple) else (statement, ())
            connection.execute(sql, values)
        for name in triggers:
            connection.execute(SCHEMA[name])
        connection.execute("COMMIT")
    finally:
        connection.close()
