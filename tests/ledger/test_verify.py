"""Verifying finds what was done to a ledger behind its back."""

import itertools
import shutil
import sqlite3
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.errors import InputError
from relief_engine.ledger import verify as verifying
from relief_engine.ledger.entry import GENESIS, Head, chain_of, digest_of
from relief_engine.ledger.rows import row_of
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.summary import summary_of
from relief_engine.ledger.verify import Anchor, Verified
from tests.ledger.documents import behind, document, written

COUNT = 8
COLUMNS = (
    "number", "digest", "previous", "chain", "appended_at", "as_of", "applicant", "credit_code", "record", "total",
    "total_by_people", "decided", "document",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return written(tmp_path / "a.ledger", COUNT)


def verified(path: Path, anchor: Anchor | None = None) -> Verified:
    with Ledger.open(path, create=False) as ledger:
        return ledger.verify(anchor)


def found(path: Path, anchor: Anchor | None = None) -> list[tuple[str, str]]:
    """The findings as codes and entries; an empty text for the file as a whole."""
    findings = verified(path, anchor).findings
    return [(finding.code, finding.where.file.removeprefix(str(path)).strip("[]")) for finding in findings]


def head(path: Path) -> Head:
    with Ledger.open(path, create=False) as ledger:
        return ledger.head()


def test_a_ledger_as_it_was_written_is_sound(path: Path) -> None:
    result = verified(path)
    assert (result.sound, result.findings, result.more) == (True, (), 0)
    assert result.head == head(path)
    assert result.head.count == COUNT


def test_an_empty_ledger_is_sound(tmp_path: Path) -> None:
    result = verified(written(tmp_path / "empty", 0), Anchor(0, GENESIS))
    assert (result.sound, result.head) == (True, Head(0, GENESIS))


# --- what was done, and what is found ---------------------------------------------------------------------------------


def test_a_changed_document_is_found(path: Path) -> None:
    behind(path, ("UPDATE entries SET document = ? WHERE number = 3", (document(3, total="300000.00"),)))
    assert found(path) == [("entry-changed", "3"), ("entry-summary", "3")]


def test_a_changed_document_with_a_digest_that_fits_is_found(path: Path) -> None:
    data = document(3, total="300000.00")
    behind(
        path,
        (
            "UPDATE entries SET document = ?, digest = ?, total = ? WHERE number = 3",
            (data, digest_of(data), "300000.00"),
        ),
    )
    assert found(path) == [("entry-chain", "3")]


def test_a_document_that_fits_all_its_own_hashes_is_found_by_the_next_entry(path: Path) -> None:
    rewrite(path, 3, 3)
    assert found(path) == [("entry-order", "4")]


@pytest.mark.parametrize(
    "column", ["as_of", "applicant", "credit_code", "record", "total", "total_by_people", "decided"]
)
def test_a_changed_summary_is_found(path: Path, column: str) -> None:
    behind(path, f"UPDATE entries SET {column} = '2020-01-01' WHERE number = 5")
    result = verified(path)
    assert [finding.code for finding in result.findings] == ["entry-summary"]
    assert result.findings[0].message.en.endswith(f": {column}")


def test_a_changed_time_is_found(path: Path) -> None:
    behind(path, "UPDATE entries SET appended_at = '2020-01-01T00:00:00.000000Z' WHERE number = 5")
    assert found(path) == [("entry-chain", "5")]


def test_removed_entries_are_found(path: Path) -> None:
    behind(path, "DELETE FROM entries WHERE number IN (1, 4, 5)")
    assert found(path) == [("entry-missing", "1"), ("entry-missing", "4")]
    with Ledger.open(path, create=False) as ledger:
        assert ledger.verify().findings[1].message.en == "missing: entries 4 to 5"


def test_a_removed_entry_whose_gap_was_closed_is_found(path: Path) -> None:
    behind(path, "DELETE FROM entries WHERE number = 4", *(f"UPDATE entries SET number = {n - 1} WHERE number = {n}" for n in (5, 6, 7, 8)))  # fmt: skip  # noqa: E501
    assert found(path) == [("entry-order", "4"), *(("entry-chain", str(number)) for number in (4, 5, 6, 7))]


def test_reordered_entries_are_found(path: Path) -> None:
    behind(
        path,
        "UPDATE entries SET number = -1 WHERE number = 3",
        "UPDATE entries SET number = 3 WHERE number = 6",
        "UPDATE entries SET number = 6 WHERE number = -1",
    )
    assert found(path) == [
        ("entry-order", "3"), ("entry-chain", "3"), ("entry-order", "4"),
        ("entry-order", "6"), ("entry-chain", "6"), ("entry-order", "7"),
    ]  # fmt: skip


def test_an_entry_that_was_put_in_front_is_found(path: Path) -> None:
    behind(path, "UPDATE entries SET number = 0 WHERE number = 8")
    assert ("entry-number", "0") in found(path)


def test_an_exchanged_document_is_found_though_it_is_a_real_one(path: Path) -> None:
    behind(path, "UPDATE entries SET document = (SELECT document FROM entries WHERE number = 7) WHERE number = 2")
    assert found(path) == [("entry-changed", "2"), ("entry-summary", "2")]


def test_text_in_the_place_of_bytes_is_found(path: Path) -> None:
    behind(path, "UPDATE entries SET document = CAST(document AS TEXT) WHERE number = 2")
    assert ("entry-changed", "2") in found(path)


def rewrite(path: Path, first: int, last: int) -> None:
    """Replace documents, with hashes that fit one another, as whoever knows the program can."""
    with Ledger.open(path, create=False) as ledger:
        entries = list(ledger.entries())
    previous = entries[first - 1].previous
    statements: list[str | tuple[str, tuple[object, ...]]] = []
    for entry in entries[first - 1 : last]:
        data = document(entry.number, total="1000000.00")
        chain = chain_of(entry.number, previous, digest_of(data), entry.appended_at)
        made = type(entry)(
            entry.number, digest_of(data), previous, chain, entry.appended_at, summary_of(data)
        )  # fmt: skip
        previous = chain
        statements.append(f"DELETE FROM entries WHERE number = {entry.number}")
        statements.append((f"INSERT INTO entries VALUES ({', '.join('?' * 13)})", (*row_of(made), data)))
    behind(path, *statements)


def test_a_replaced_tail_takes_an_anchor(path: Path) -> None:
    before = head(path)
    rewrite(path, 5, COUNT)
    assert found(path) == [], "a chain that is consistent in itself can't be told from the true one"
    assert found(path, Anchor(before.count, before.chain)) == [("ledger-replaced", "")]
    assert found(path, Anchor(head=before.chain)) == [("ledger-replaced", "")]
    assert found(path, Anchor(before.count)) == [], "the count alone does not tell"


def test_a_cut_tail_takes_an_anchor(path: Path) -> None:
    before = head(path)
    behind(path, "DELETE FROM entries WHERE number > 5")
    assert found(path) == [], "a shorter chain is a chain"
    assert found(path, Anchor(before.count)) == [("ledger-cut", "")]
    assert found(path, Anchor(head=before.chain)) == [("ledger-replaced", "")]
    assert found(path, Anchor(before.count, before.chain)) == [("ledger-cut", "")]


def test_an_anchor_holds_while_the_ledger_grows(path: Path) -> None:
    anchors = [Anchor(0, GENESIS), Anchor(head=GENESIS)]
    with Ledger.open(path, create=False) as ledger:
        for number in range(100, 104):
            noted = ledger.head()
            anchors += [Anchor(noted.count, noted.chain), Anchor(head=noted.chain), Anchor(noted.count)]
            ledger.append(document(number))
    for anchor in anchors:
        assert found(path, anchor) == []
    noted = head(path)
    assert found(path, Anchor(noted.count - 1, noted.chain)) == [("ledger-replaced", "")]


def test_all_is_found_in_one_go(path: Path) -> None:
    behind(
        path,
        "UPDATE entries SET total = '1' WHERE number = 2",
        "DELETE FROM entries WHERE number = 4",
        "UPDATE entries SET document = x'7b7d' WHERE number = 6",
        "UPDATE entries SET appended_at = '' WHERE number = 7",
    )
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW extra AS SELECT 1")
        connection.execute("DROP INDEX entries_record")
    connection.close()
    assert found(path, Anchor(9)) == [
        ("ledger-guards", ""), ("entry-summary", "2"), ("entry-missing", "4"), ("entry-changed", "6"),
        ("entry-summary", "6"), ("entry-chain", "7"), ("ledger-cut", ""),
    ]  # fmt: skip


def test_findings_are_counted_where_they_are_too_many(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "LISTED", 3)
    behind(path, "UPDATE entries SET total = '1'")
    result = verified(path)
    assert (len(result.findings), result.more, result.sound) == (3, COUNT - 3, False)


# --- any edit ---------------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(),
    st.integers(-3, 12),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.sampled_from([GENESIS, "", "[]", "2022-06-05", "5.00"]),
    st.integers(1, COUNT).map(document),
)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("original") / "a.ledger", COUNT)


@pytest.fixture(scope="module")
def counter() -> Callable[[], int]:
    return itertools.count().__next__


Edit = tuple[int, str, object]


@pytest.mark.engines
@given(edits=st.lists(st.tuples(st.integers(1, COUNT), st.sampled_from(COLUMNS), VALUES), min_size=1, max_size=4))
def test_every_edit_of_any_row_is_found(original: Path, counter: Callable[[], int], edits: list[Edit]) -> None:
    path = original.with_name(f"edited-{counter()}")
    shutil.copyfile(original, path)
    noted = head(path)
    before = contents(path)
    for number, column, value in edits:
        try:
            behind(path, (f"UPDATE entries SET {column} = ? WHERE number = ?", (value, number)))
        except sqlite3.IntegrityError:  # a number that is another's, or nothing where something must be
            continue
    changed = contents(path) != before
    result = verified(path, Anchor(noted.count, noted.chain))
    path.unlink()
    assert result.sound is not changed


@given(keep=st.lists(st.integers(1, COUNT), unique=True, max_size=COUNT - 1))
def test_any_removal_and_order_is_found_with_an_anchor(
    original: Path, counter: Callable[[], int], keep: list[int]
) -> None:
    """What is left, in any order, renumbered from 1, is not the ledger that it was."""
    path = original.with_name(f"kept-{counter()}")
    shutil.copyfile(original, path)
    noted = head(path)
    behind(
        path,
        f"DELETE FROM entries WHERE number NOT IN ({', '.join(map(str, keep)) or 0})",
        *(f"UPDATE entries SET number = {100 + place} WHERE number = {number}" for place, number in enumerate(keep, 1)),
        "UPDATE entries SET number = number - 100",
    )
    whole = verified(path, Anchor(noted.count, noted.chain))
    alone = verified(path)
    path.unlink()
    assert not whole.sound
    assert alone.sound is (keep == list(range(1, len(keep) + 1))), "only a cut tail can't be seen without an anchor"


def contents(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    typed = ", ".join(f"typeof({name}), {name}" for name in COLUMNS)
    rows = connection.execute(f"SELECT {typed} FROM entries ORDER BY number").fetchall()
    connection.close()
    return rows


# --- damage -----------------------------------------------------------------------------------------------------------


@given(data=st.data())
def test_bytes_that_changed_in_the_file_are_found_if_they_matter(
    original: Path, counter: Callable[[], int], data: st.DataObject
) -> None:
    whole = original.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.sampled_from([1, 1, 8, 600]))
    path = original.with_name(f"damaged-{counter()}")
    path.write_bytes(whole[:at] + bytes(byte ^ 0x55 for byte in whole[at : at + length]) + whole[at + length :])
    with Ledger.open(original, create=False) as ledger:
        expected = list(ledger.kept())
    try:
        with Ledger.open(path, create=False) as ledger:
            sound = ledger.verify(Anchor(COUNT)).sound
            same = sound and list(ledger.kept()) == expected
    except InputError:
        sound = same = False
    path.unlink()
    assert same or not sound


def test_damage_to_one_entry_does_not_hide_the_others(tmp_path: Path) -> None:
    """The first of the pages that a long document is continued on leads nowhere."""
    path = tmp_path / "a.ledger"
    with Ledger.open(path, create=True) as ledger:
        ledger.append_many([document(number, filling="x" * 20_000) for number in range(1, 41)])
    behind(path, "UPDATE entries SET total = '1' WHERE number = 40")
    whole = bytearray(path.read_bytes())
    # Such a page begins with the number of the next one.
    pages = [
        at for at in range(0, len(whole), 4096) if whole[at + 4 : at + 2000] == b"x" * 1996 and any(whole[at : at + 4])
    ]
    whole[pages[3] : pages[3] + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(whole)
    result = found(path)
    assert result[-1] == ("entry-summary", "40")
    assert [code for code, _ in result[:-1]] == ["ledger-damaged"]


def test_memory_stays_flat(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / str(count)
        with Ledger.open(path, create=True) as ledger:
            for _ in range(count // 200):
                ledger.append_many([document(number, filling="x" * 2000) for number in range(200)])
            tracemalloc.start()
            assert ledger.verify().sound
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return used

    peak(200)
    assert peak(800) < peak(200) * 1.3
