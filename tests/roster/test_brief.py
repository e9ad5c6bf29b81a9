"""A brief result says what the full one says, in fewer columns, and no row of it can be explained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed (relief-engine[tables])")
pytest.importorskip("sqlglot", reason="sqlglot is not installed (relief-engine[tables])")

from relief_engine.cli import main  # noqa: E402
from relief_engine.decision import Outcome  # noqa: E402
from relief_engine.errors import InputError  # noqa: E402
from relief_engine.roster.bulk import deciding  # noqa: E402
from relief_engine.roster.bulk.database import Database  # noqa: E402
from relief_engine.roster.counts import Counts  # noqa: E402
from relief_engine.roster.reopen import reopen  # noqa: E402
from relief_engine.roster.run import EngineName, Request, screen_file  # noqa: E402
from relief_engine.roster.writing import rejected_file  # noqa: E402
from relief_engine.rulebook.record import changed  # noqa: E402
from tests.roster import dirty  # noqa: E402
from tests.roster.test_bulk import DAY, FIRMS, LOANS, RENT, engine, made_of  # noqa: E402

pytestmark = pytest.mark.engines

# Comparisons that are marked build and run queries of many kilobytes; CI runs them too.

Rows = list[dict[str, Any]]


def read(path: Path) -> tuple[list[str], Rows]:
    with duckdb.connect() as database:
        found = database.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description]
        return names, [dict(zip(names, line, strict=True)) for line in found.fetchall()]


def screened(roster: Path, name: str, programmes: Sequence[str] = (), **more: Any) -> tuple[Path, Counts]:
    output = roster.with_name(name)
    request = Request(roster=roster, output=output, as_of=DAY, programmes=programmes, **more)
    return output, screen_file(engine(), request)[1]


def alike(roster: Path, programmes: Sequence[str] = (), **more: Any) -> tuple[list[str], Rows, Counts]:
    """The brief result of a roster, once it is what the full one says."""
    full, whole = screened(roster, "full.parquet", programmes, engine="duckdb", **more)
    unread = rejected_file(full).read_bytes() if rejected_file(full).exists() else None
    short, counts = screened(roster, "short.parquet", programmes, brief=True, **more)
    names, rows = read(short)
    long_names, wanted = read(full)
    assert set(names) < set(long_names)
    assert rows == [{name: row[name] for name in names} for row in wanted]
    assert changed(counts, rejected_file=None) == changed(whole, rejected_file=None)
    assert unread == (rejected_file(short).read_bytes() if rejected_file(short).exists() else None)
    return names, rows, counts


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows that the database decides without leaving any aside."""
    folder = tmp_path_factory.mktemp("brief")
    rows = [dict(row, 备注=None) for row in dirty.rows(9, 60, dirt=0) if row["到期日"] == "2023-12-31"]
    rows = [{**row, "承租方名称": "运河小馆", "日租金单价": None, "起租日": "2021-01-01"} for row in rows]
    return dirty.write_parquet(folder / "clean.parquet", rows)


def test_a_clean_table_is_written_in_one_pass(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MOST_SEARCHED", 0)
    copied: list[object] = []
    monkeypatch.setattr(Database, "copy", counted(Database.copy, copied))
    names, rows, counts = alike(clean)
    assert len(copied) == 3, "the full result takes two, the brief one"
    assert names[:5] == ["row", "programme_id", "outcome_id", "failed", "unknown"]
    assert not {"reason", "missing", "clauses", "name", "rulebook", "承租方名称"} & set(names)
    assert {"amount", "figure_leased_days", "referred"} <= set(names)
    assert [row["row"] for row in rows] == list(range(1, len(rows) + 1))
    assert counts.granted == sum(row["amount"] for row in rows if row["amount"] is not None) > 0


def counted(function: Any, calls: list[object]) -> Any:
    def call(*arguments: object) -> object:
        calls.append(arguments)
        return function(*arguments)

    return call


@pytest.mark.engines
@pytest.mark.parametrize("typed", [True, False])
def test_rows_set_aside_are_decided_by_hand(tmp_path: Path, typed: bool) -> None:
    rows = dirty.rows(5, 150, dirt=0.02)
    roster = tmp_path / "r.parquet"
    if typed:
        dirty.write_parquet(roster, dirty.typed(5, rows), dirty.TYPED)
    else:
        dirty.write_parquet(roster, rows)
    _, _, counts = alike(roster, programmes=[RENT])
    assert counts.rejected > 3
    assert set(counts.outcomes) >= {Outcome.ELIGIBLE, Outcome.REFERRED, Outcome.INELIGIBLE, Outcome.UNDETERMINED}
    assert counts.rows == counts.decided + counts.rejected


@pytest.mark.engines
def test_a_text_file_too(tmp_path: Path) -> None:
    alike(dirty.write_text(tmp_path / "r.csv", dirty.rows(3, 60)), programmes=[RENT])


@pytest.mark.engines
def test_several_programmes(tmp_path: Path) -> None:
    roster = dirty.write_parquet(tmp_path / "r.parquet", made_of(FIRMS, 2, 30))
    named = [f"beijing-tongzhou/{name}" for name in ("small-profit-income-tax", "pension-deferral-2022")]
    _, rows, counts = alike(roster, programmes=named, kind="applicant")
    assert len(rows) == 2 * counts.decided
    assert {row["programme_id"] for row in rows} == set(named)


@pytest.mark.engines
def test_rates_and_amounts_of_several_programmes(tmp_path: Path) -> None:
    roster = dirty.write_parquet(tmp_path / "r.parquet", made_of(LOANS, 1, 25))
    named = [f"beijing-tongzhou/{name}" for name in ("first-loan-interest-subsidy-2022", "guarantee-fee-rate-2022")]
    names, _, _ = alike(roster, programmes=named)
    assert {"rate", "amount"} <= {name.partition("_")[0] for name in names}


# --- what it says of itself ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(clean: Path) -> Path:
    return screened(clean, "brief.parquet", brief=True)[0]


def test_it_says_of_itself_by_what_it_was_decided(written: Path) -> None:
    with duckdb.connect() as database:
        found = database.execute("SELECT value FROM parquet_kv_metadata(?) WHERE key = 'relief'", [str(written)])
        said = json.loads(found.fetchall()[0][0])
    assert (said["schema"], said["as_of"]) == ("relief-brief/1", DAY.isoformat())
    assert said["rulebook"] == engine().rulebook.digest
    assert (said["columns"], said["written"]) == (read(written)[0], [])


def test_no_row_of_it_can_be_explained(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError) as error:
        reopen(written, 1)
    assert [finding.code for finding in error.value.findings] == ["result-brief"]
    assert main(["explain", str(written), "1"]) != 0
    assert "--brief" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "by", "problems"), [
    ("o.xlsx", "auto", 1), ("o.csv", "duckdb", 1), ("o.parquet", "direct", 1), ("o.csv", "spark", 2),
])  # fmt: skip
def test_where_it_can_not_be_written(clean: Path, name: str, by: EngineName, problems: int) -> None:
    with pytest.raises(InputError) as error:
        screened(clean, name, brief=True, engine=by)
    assert [finding.where.file for finding in error.value.findings] == ["--brief"] * problems
    assert not clean.with_name(name).exists()


def test_a_workbook_is_refused(tmp_path: Path) -> None:
    roster = Path("examples/rosters/rent-roll.xlsx")
    request = Request(roster=roster, output=tmp_path / "o.parquet", as_of=DAY, brief=True)
    with pytest.raises(InputError) as error:
        screen_file(engine(), request)
    assert [finding.where.file for finding in error.value.findings] == ["--brief"]
