"""``relief rules sql``: statements that parse, with a heading; and what it refuses."""

from __future__ import annotations

import pytest

from relief_engine.cli import main

sqlglot = pytest.importorskip("sqlglot", reason="sqlglot is not installed")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["rules", "sql", *arguments])
    return status, *capsys.readouterr()


@pytest.mark.parametrize("dialect", ["duckdb", "spark", "postgres"])
def test_a_view_with_its_heading(capsys: pytest.CaptureFixture[str], dialect: str) -> None:
    asked = ("utilities-deferral-2022", "--dialect", dialect, "--as-of", "2022-07-01", "--view", "answers")
    status, out, err = run(capsys, *asked, "--table", "approvals.firms", "--key", "applicant_id")
    assert (status, err) == (0, "")
    heading = [line for line in out.splitlines() if line.startswith("--")]
    assert any("2022-07-01" in line for line in heading)
    assert any("sha256:" in line for line in heading)
    assert any(line.startswith("-- applicant_industry") for line in heading)
    assert any(line.startswith("-- 1: ") for line in heading)
    (statement,) = sqlglot.parse(out, dialect=dialect)
    assert (statement.key, statement.kind, statement.this.name) == ("create", "VIEW", "answers")
    names = statement.expression.named_selects
    assert names[:2] == ["applicant_id", "outcome"]
    assert names[-1] == "invalid"
    assert "approvals.firms" in {f"{table.db}.{table.name}" for table in statement.find_all(sqlglot.exp.Table)}


def test_all_programmes_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that no longer apply on the day are left out where nobody asked for them."""
    status, out, _ = run(capsys, "--as-of", "2023-03-01")
    assert status == 0
    assert "rent-reduction-2022" in out
    assert "utilities-deferral-2022" not in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("utilities-deferral-2022", "--as-of", "2023-03-01"), "not-in-force"),
        (("--as-of", "2022-07-01", "--view", "answers"), "one-view"),
        (("rent-reduction", "--as-of", "2022-07-01"), "unknown-programme"),
    ],
)
def test_what_it_refuses(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert f"[{code}]" in err
