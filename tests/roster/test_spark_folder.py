"""Where Spark's answers go, and what it needs: as much as can be tried without Spark."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import InputError
from relief_engine.roster import run
from relief_engine.roster.whole import RESULT, whole_folder
from relief_engine.roster.writing import check_folder
from tests.books import shipped_book


def made(folder: Path, text: str) -> None:
    folder.mkdir()
    (folder / RESULT).write_text(text)


def failing(folder: Path) -> None:
    made(folder, "new")
    raise ZeroDivisionError


def test_a_folder_replaces_a_former_result(tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    for number in range(2):
        with whole_folder(target) as temporary:
            made(temporary, f"result {number}")
            assert not target.exists() or (target / RESULT).read_text() == "result 0"
        assert (target / RESULT).read_text() == f"result {number}"
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]


def test_a_folder_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    target.write_text("of another engine")
    with whole_folder(target) as temporary:
        made(temporary, "new")
    assert (target / RESULT).read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]


def test_a_run_that_fails_leaves_the_former_result(tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    made(target, "old")
    with pytest.raises(ZeroDivisionError), whole_folder(target) as temporary:
        failing(temporary)
    assert (target / RESULT).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]


def test_a_run_killed_between_old_and_new_loses_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The former result stands aside, and the next run puts it back before it does anything."""
    target = tmp_path / "o.parquet"
    made(target, "old")
    rename = Path.rename

    def killed(path: Path, to: Path) -> Path:
        if path.suffix == ".tmp" or path.name.endswith("relief-before"):
            raise OSError("killed")
        return rename(path, to)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with pytest.raises(OSError, match="killed"), whole_folder(target) as temporary:
            made(temporary, "new")
    assert not target.exists()
    with pytest.raises(ZeroDivisionError), whole_folder(target) as temporary:
        failing(temporary)
    assert (target / RESULT).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]


def nothing(_: Path) -> None:
    pass


def other_things(target: Path) -> None:
    target.mkdir()
    (target / "holiday.jpg").touch()


def former(target: Path) -> None:
    made(target, "old")


def empty(target: Path) -> None:
    target.mkdir()


@pytest.mark.parametrize("make", [nothing, former, empty])
def test_folders_that_may_be_written(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "o.parquet")
    check_folder(tmp_path / "o.parquet", tmp_path / "roster.parquet")


@pytest.mark.parametrize(
    ("make", "output", "roster", "code"),
    [
        (other_things, "o.parquet", "roster.parquet", "output-folder"),
        (nothing, "o.csv", "roster.parquet", "output-kind"),
        (nothing, "away/o.parquet", "roster.parquet", "output-missing"),
        (former, "o.parquet", "o.parquet", "output-is-roster"),
        (nothing, "o.parquet", ".", "output-is-roster"),
        (former, "o.parquet", "o.parquet/in", "output-is-roster"),
    ],
)
def test_folders_that_may_not(
    make: Callable[[Path], None], output: str, roster: str, code: str, tmp_path: Path
) -> None:
    make(tmp_path / "o.parquet")
    (tmp_path / "o.parquet" / "in").mkdir(parents=True, exist_ok=True) if roster.endswith("/in") else None
    with pytest.raises(InputError) as refused:
        check_folder(tmp_path / output, tmp_path / roster)
    assert [finding.code for finding in refused.value.findings] == [code]


@pytest.mark.parametrize("package", ["pyspark", "sqlglot"])
def test_without_spark(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing is said in both languages, with what to install."""
    pytest.importorskip("sqlglot", reason="sqlglot is not installed (relief-engine[spark])")
    monkeypatch.setattr(run, "find_spec", lambda name: None if name == package else object())
    monkeypatch.setattr("relief_engine.roster.bulk.spark.session.find_spec", lambda _: None)
    request = run.Request(
        roster=tmp_path / "in.parquet", output=tmp_path / "o.parquet", as_of=dt.date(2022, 6, 20), engine="spark"
    )
    with pytest.raises(InputError) as refused:
        run.screen_file(Engine(shipped_book()), request)
    (finding,) = refused.value.findings
    for said in (finding.message.zh, finding.message.en):
        assert "pip install 'relief-engine[spark]'" in said
    assert not (tmp_path / "o.parquet").exists()
