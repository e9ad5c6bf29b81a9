"""No answer is issued unless two routes agree in it; where only one can run, that is said."""

import dataclasses
import datetime as dt
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.errors import InputError, RoutesDisagree
from relief_engine.roster import screening as stage
from relief_engine.roster import second
from relief_engine.roster.run import Request, screen_file
from relief_engine.roster.second import SecondRoute
from relief_engine.roster.writing import rejected_file
from relief_engine.routes.sql import query
from tests.books import shipped_book
from tests.roster.test_screening import DAY, FOLDER, engine

ROSTER = FOLDER / "rent-roll-gb18030.csv"
SUFFIXES = pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])


def run(target: Path, by: Engine | None = None) -> Any:
    return screen_file(by or engine(), Request(roster=ROSTER, output=target, as_of=DAY))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Path]:
    """A folder with results of an earlier run, which must be as they were when a test is over."""
    for name in ("o.xlsx", "o.csv", "o.parquet"):
        (tmp_path / name).write_bytes(b"old")
    rejected_file(tmp_path / "o.csv").write_bytes(b"old too")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    yield tmp_path
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@SUFFIXES
@pytest.mark.parametrize("what", ["outcome", "amount", "figure"])
def test_one_wrong_answer_stops_everything(old: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, what: str) -> None:
    decided = stage.decided

    def tampered(*arguments: Any) -> Any:
        decision: Any = decided(*arguments)[0]
        if arguments[2].applicant.values.get("applicant.name") != "柳堤琴行有限公司":
            return (decision,)
        program, values = decision.program, list(decision.values)
        amount = program.benefit.amount.figure
        match what:
            case "outcome":  # refused instead of granted
                return (dataclasses.replace(decision, outcome=Outcome.INELIGIBLE),)
            case "amount":  # a cent more
                cent = max(1, amount.denominator // 100)
                values[amount.low] = values[amount.high] = values[amount.low] + cent
            case "figure":  # a day more
                days = program.lets["leased_days"]
                values[days.low] = values[days.high] = values[days.low] + days.denominator
        return (dataclasses.replace(decision, values=tuple(values)),)

    monkeypatch.setattr(stage, "decided", tampered)
    with pytest.raises(RoutesDisagree, match="第 12 行") as error:
        run(old / f"o{suffix}")
    assert "row 12" in error.value.message.en
    assert "direct" in error.value.message.en
    assert "duckdb" in error.value.message.en


def test_a_query_that_decides_otherwise_stops_everything(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlglot import exp

    made = query.decision_query

    def tampered(*arguments: Any, **more: Any) -> Any:
        """As if a query took what is unknown for false."""
        inner = made(*arguments, **more).subquery("made")
        star = exp.Star(
            replace=[
                exp.alias_(
                    exp.Case().when("outcome = 'undetermined'", exp.Literal.string("ineligible")).else_("outcome"),
                    "outcome",
                )
            ]
        )
        return exp.select(star).from_(inner)

    monkeypatch.setattr(query, "decision_query", tampered)
    with pytest.raises(RoutesDisagree, match="第 7 行"):
        run(old / "o.csv", Engine(shipped_book()))  # for one that was asked before, the query is written already


def test_the_routes_agree_where_nothing_is_tampered_with(tmp_path: Path) -> None:
    screening, counts = run(tmp_path / "o.csv")
    assert screening.routes == ("direct", "duckdb")
    assert counts.decided == 11


def test_deciding_again_keeps_within_memory_and_beside_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, str]] = []
    real = second._Noted.first_difference

    def asked(noted: Any, database: Any) -> int | None:
        settings = "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
        used.append(database.execute(settings).fetchone())
        found: int | None = real(noted, database)
        return found

    monkeypatch.setattr(second._Noted, "first_difference", asked)
    run(tmp_path / "o.csv")
    ((limit, folder),) = used
    assert limit.endswith("MiB")
    assert Path(folder).parent.parent == tmp_path
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("lacking", ["duckdb", "sqlglot"])
def test_without_a_database_the_direct_route_decides_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(ImportError):
        SecondRoute(tmp_path)
    # The query is worked out anew by an engine of its own: nothing is left over from before.
    screening, counts = run(tmp_path / "o.csv", Engine(shipped_book()))
    assert screening.routes == ("direct",)
    assert counts.decided == 11
    with pytest.raises(InputError, match=lacking):
        screen_file(engine(), Request(roster=ROSTER, output=tmp_path / "o.csv", as_of=DAY, engine="duckdb"))
    # However long the table is, nobody asks for what is not there.
    monkeypatch.setattr("relief_engine.roster.run.LONG", {".csv": 1, ".parquet": 1})
    assert run(tmp_path / "o.csv")[0].routes == ("direct",)


def test_its_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "out").mkdir()
    run(tmp_path / "out" / "o.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_appears_before_it_was_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison runs beside the writing: the result waits for it, however long it takes."""
    seen: list[bool] = []
    compare = SecondRoute.compare

    def slowly(self: SecondRoute, rows: int) -> None:
        time.sleep(0.5)
        seen.append((tmp_path / "o.xlsx").exists())
        compare(self, rows)

    monkeypatch.setattr(SecondRoute, "compare", slowly)
    run(tmp_path / "o.xlsx")
    assert seen == [False]
    assert (tmp_path / "o.xlsx").exists()


def test_a_writer_that_fails_stops_the_comparison(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def endless(self: SecondRoute, rows: int) -> None:
        begun.append(rows)
        with self._connect() as self._database:
            self._database.execute("SELECT COUNT(*) FROM range(10_000_000_000) a, range(10) b").fetchone()

    def full(_: object) -> None:
        time.sleep(0.2)
        raise OSError("no space left")

    monkeypatch.setattr(SecondRoute, "compare", endless)
    monkeypatch.setattr("relief_engine.roster.workbook.book.Book.close", full)
    with pytest.raises(OSError, match="no space left"):
        run(old / "o.xlsx")
    assert begun


def test_of_a_program_one_query_is_kept_however_many_days_are_asked_for() -> None:
    """A service is asked for any day, and each query is tens of kilobytes."""
    programme = engine().rulebook.programme("beijing-tongzhou/rent-reduction-2022")
    days = [DAY + dt.timedelta(days=number) for number in (0, 1, 0)]
    program = engine().program(programme, DAY)
    assert {id(engine().program(programme, day)) for day in days} == {id(program)}
    first, _, again = (second._first_difference(program, day) for day in days)
    assert first == again
    assert second._WRITTEN[program] == (DAY, again)
    assert second._first_difference(program, DAY) is again
