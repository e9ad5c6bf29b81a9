"""What somebody can do to a ledger who knows how SQLite keeps it: it is found, and nothing is appended for show."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from relief_engine.errors import InputError
from relief_engine.ledger import verify as verifying
from relief_engine.ledger.entry import chain_of, digest_of
from relief_engine.ledger.file import SCHEMA
from relief_engine.ledger.refusals import LedgerFailed
from relief_engine.ledger.store import Ledger
from tests.ledger.documents import behind, document, written

COUNT = 9
#: A trigger that makes SQLite drop an entry and say that all went well.
SWALLOW = "CREATE TRIGGER {} BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "a.ledger", COUNT)


def found(path: Path) -> list[tuple[str, str]]:
    with Ledger.open(path, create=False) as ledger:
        findings = ledger.verify().findings
    return [(finding.code, finding.where.file.removeprefix(str(path)).strip("[]")) for finding in findings]


def into_schema(path: Path, *statements: str) -> None:
    """Write into the table of SQLite's that says what is in the file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        for statement in statements:
            connection.execute(statement)
        connection.execute("PRAGMA writable_schema = RESET")


def hide_trigger(path: Path, name: str) -> None:
    sql = SWALLOW.format(name)
    into_schema(path, f"INSERT INTO sqlite_master VALUES ('trigger', '{name}', 'entries', 0, '{sql}')")


@pytest.mark.parametrize("name", ["sqlite_sequence", "sqlite_stat1", "sqlite_", "more"])
def test_a_trigger_under_any_name_is_found_and_nothing_is_appended(path: Path, name: str) -> None:
    hide_trigger(path, name)
    assert found(path) == [("ledger-guards", "")]
    with Ledger.open(path, create=False) as ledger:
        with pytest.raises(InputError, match=name):
            ledger.append(document(10))
        with pytest.raises(InputError, match=name):
            ledger.ready()
        assert ledger.head().count == COUNT


def test_a_trigger_that_comes_while_the_ledger_is_open_is_found_before_the_next_append(path: Path) -> None:
    with Ledger.open(path, create=False) as ledger:
        assert ledger.append(document(10)).number == 10
        with closing(sqlite3.connect(path)) as other:
            other.execute(SWALLOW.format("late"))
        with pytest.raises(InputError, match="late"):
            ledger.append(document(11))
        assert ledger.head().count == 10
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TRIGGER late")
        assert ledger.append(document(11)).number == 11


def test_statistics_that_somebody_had_sqlite_collect_do_no_harm(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
    assert found(path) == []
    with Ledger.open(path, create=False) as ledger:
        assert ledger.append(document(10)).number == 10


@pytest.mark.parametrize("what", ["moved", "replaced"])
def test_nothing_is_appended_to_a_file_that_is_no_longer_at_its_place(path: Path, what: str) -> None:
    with Ledger.open(path, create=False) as ledger:
        ledger.append(document(10))
        if what == "moved":
            path.rename(path.with_name("old"))
        else:
            shutil.copy(path, path.with_name("copy"))
            path.with_name("copy").replace(path)
        for call in (lambda: ledger.append(document(11)), ledger.ready):
            with pytest.raises(LedgerFailed, match="请重新打开"):
                call()
    if what == "replaced":
        with Ledger.open(path, create=False) as ledger:
            assert ledger.append(document(11)).number == 11


def test_the_lowest_of_all_numbers_hides_no_entry(path: Path) -> None:
    columns = "digest, previous, chain, appended_at, decided, document"
    behind(path, f"INSERT INTO entries (number, {columns}) SELECT {-(2**63)}, {columns} FROM entries WHERE number = 2")
    assert ("entry-number", str(-(2**63))) in found(path)


@pytest.mark.parametrize("name", ["digest", "record"])
@pytest.mark.parametrize("with_entry", [False, True])
def test_an_index_that_was_spoilt_is_found_and_leads_to_no_other_record(
    path: Path, name: str, with_entry: bool
) -> None:
    index = f"entries_{name}"
    with Ledger.open(path, create=False) as ledger:
        kept = ledger.get(3).entry
    digest = kept.digest if name == "digest" else kept.summary.record
    assert digest is not None
    # The index is made over other values, and said to be over the true ones.
    value = f"CASE number WHEN {5 if with_entry else 3} THEN '{digest if with_entry else ''}' ELSE {name} END"
    into_schema(path, f"UPDATE sqlite_master SET sql = 'CREATE INDEX {index} ON entries ({value.replace(chr(39), chr(39) * 2)})' WHERE name = '{index}'")  # fmt: skip  # noqa: E501
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"REINDEX {index}")
    into_schema(path, f"UPDATE sqlite_master SET sql = '{SCHEMA[index]}' WHERE name = '{index}'")
    assert found(path) == [("entry-index", "5" if with_entry else "3")]
    if with_entry:
        # Entry 3 stands first under its digest, and without it the one that was put there is not taken for it.
        behind(path, "DELETE FROM entries WHERE number = 3")
        with Ledger.open(path, create=False) as ledger, pytest.raises(InputError, match="按摘要找到的不是这一条"):
            ledger.get(digest)


def twice(path: Path, number: int) -> None:
    """Give two entries one number, the second an invention with hashes that fit, by changing bytes of the file."""
    with Ledger.open(path, create=False) as ledger:
        kept = ledger.get(number).entry
        last = ledger.head().count
    data = document(number, total="300000.00")
    chain = chain_of(number, kept.previous, digest_of(data), kept.appended_at)
    behind(
        path,
        *(f"UPDATE entries SET number = {n + 1} WHERE number = {n}" for n in range(last, number, -1)),
        (
            (
                f"INSERT INTO entries SELECT {number + 1}, ?, previous, ?, appended_at, as_of, applicant, credit_code, "
                f"record, '300000.00', total_by_people, decided, ? FROM entries WHERE number = {number}"
            ),
            (digest_of(data), chain, data),
        ),
    )
    with closing(sqlite3.connect(path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'entries'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    _count_down(content, root, size, number)
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("REINDEX")


def _count_down(content: bytearray, page: int, size: int, above: int) -> None:
    """Lower all row numbers above one; https://www.sqlite.org/fileformat.html, numbers below 128."""
    start = (page - 1) * size
    leaf = content[start] == 13
    for cell in range(int.from_bytes(content[start + 3 : start + 5], "big")):
        pointer = start + (8 if leaf else 12) + 2 * cell
        at = start + int.from_bytes(content[pointer : pointer + 2], "big")
        if leaf:
            while content[at] & 0x80:  # the length of the row
                at += 1
            at += 1
        else:
            _count_down(content, int.from_bytes(content[at : at + 4], "big"), size, above)
            at += 4
        assert content[at] < 128
        content[at] -= content[at] > above
    if not leaf:
        _count_down(content, int.from_bytes(content[start + 8 : start + 12], "big"), size, above)


@pytest.mark.parametrize("number", [2, 4, 5, 8, 9])
def test_two_entries_of_one_number_are_found_wherever_a_portion_ends(
    path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_PORTION", 4)
    twice(path, number)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM entries NOT INDEXED").fetchone() == (COUNT + 1,)
    assert ("entry-number", str(number)) in found(path)
