"""The ledger keeps what was appended, in order, and finds it again."""

import json
import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from relief_engine.errors import InputError, UnknownName
from relief_engine.ledger.entry import GENESIS, Decided, Head, Summary, chain_of, digest_of
from relief_engine.ledger.file import SCHEMA
from relief_engine.ledger.refusals import LedgerFailed
from relief_engine.ledger.store import Ledger
from relief_engine.ledger.verify import Anchor
from tests.ledger.documents import LOAN, RENT, document, written


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "判定 #1?.ledger"


def codes(caught: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [finding.code for finding in caught.value.findings]


def test_entries_are_numbered_and_chained(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        assert ledger.head() == Head(0, GENESIS)
        entries = [ledger.append(document(1)), *ledger.append_many([document(2), document(3)])]
        assert ledger.head() == Head(3, entries[-1].chain)
    previous = GENESIS
    for number, entry in enumerate(entries, 1):
        assert (entry.number, entry.previous, entry.digest) == (number, previous, digest_of(document(number)))
        previous = chain_of(number, previous, entry.digest, entry.appended_at)
        assert entry.chain == previous
    with Ledger.open(path, create=False) as again:
        assert list(again.entries()) == entries
        assert [kept.data for kept in again.kept()] == [document(number) for number in (1, 2, 3)]
    assert sorted(path.parent.iterdir()) == [path], "one file and nothing beside it"


def test_the_summary_is_what_the_document_says(path: Path) -> None:
    decisions = [
        {"programme": RENT, "subject": "leases[0]", "outcome": "referred", "resolution": {"state": "granted"}},
        {"programme": LOAN, "subject": "loans[0]", "outcome": "undetermined", "resolution": None},
    ]
    data = document(7, decisions=decisions, total_by_people="90000.00")
    with Ledger.open(path, create=True) as ledger:
        summary = ledger.append(data).summary
    assert summary == Summary(
        "2022-06-08", "运河小馆7", "91110112MA00000007", f"sha256:{7:064x}", "7.00", "90000.00",
        (Decided(RENT, "leases[0]", "referred", "granted"), Decided(LOAN, "loans[0]", "undetermined")),
    )  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"report": [], "profile": None, "digest": 5},
        {"report": {"as_of": 1, "decisions": {"a": 1}, "total": None}, "profile": {"applicant": {"name": ["x"]}}},
        {"report": {"decisions": []}, "profile": {"applicant": "x"}},
    ],
)
def test_what_a_document_does_not_say_is_not_made_up(path: Path, content: object) -> None:
    with Ledger.open(path, create=True) as ledger:
        assert ledger.append(json.dumps(content).encode()).summary == Summary()
        assert ledger.verify().sound


def test_odd_decisions_and_half_characters_can_be_listed(path: Path) -> None:
    data = (
        b'{"report":{"decisions":[1,{"outcome":"eligible"}]},"profile":{"applicant":{"name":"\\ud800\\u0000\\u202e"}}}'
    )
    with Ledger.open(path, create=True) as ledger:
        ledger.append(data)
        (entry,) = ledger.entries()
        assert entry.summary.decided == (Decided("", "", ""), Decided("", "", "eligible"))
        assert (entry.summary.applicant or "").endswith("\u202e")
        assert ledger.verify().sound


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff{}", b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}"])
def test_what_is_no_document_is_refused(path: Path, data: bytes) -> None:
    with Ledger.open(path, create=True) as ledger:
        with pytest.raises(InputError) as caught:
            ledger.append_many([document(1), data, document(2), data])
        assert [str(finding.where) for finding in caught.value.findings] == ["documents[1]", "documents[3]"]
        assert ledger.head().count == 0, "all of them or none"


def test_an_entry_is_found_by_number_and_digest(path: Path) -> None:
    written(path, 20)
    with Ledger.open(path, create=False) as ledger:
        data = document(12)
        digest, record = digest_of(data), f"sha256:{12:064x}"
        for which in (12, "12", digest, digest.removeprefix("sha256:"), digest[:15], record):
            kept = ledger.get(which)
            assert (kept.entry.number, kept.data) == (12, data)
        again = ledger.append(data)
        assert ledger.get(digest).entry.number == 12, "the first entry of the same document"
        assert ledger.get(again.number).data == data
        for which in (0, 22, -1, 2**70, "0", "99", "sha256:" + "f" * 64, digest[:14], "运河", "12.0", "", "Ⅻ", "１"):
            with pytest.raises(UnknownName):
                ledger.get(which)
        with pytest.raises(UnknownName, match="写长一些"):
            ledger.get("sha256:" + "0" * 20)


def test_lists_are_filtered(path: Path) -> None:
    other = document(40, decisions=[{"programme": LOAN, "subject": "loans[0]", "outcome": "eligible"}])
    mixed = [
        {"programme": RENT, "subject": "leases[0]", "outcome": "ineligible"},
        {"programme": LOAN, "subject": "loans[0]", "outcome": "eligible"},
    ]
    with Ledger.open(path, create=True) as ledger:
        ledger.append_many([*map(document, range(1, 11)), other, document(41, decisions=mixed)])

        def numbers(**wish: object) -> list[int]:
            return [entry.number for entry in ledger.entries(**wish)]  # type: ignore[arg-type]

        assert numbers() == list(range(1, 13))
        assert numbers(outcome="ineligible") == [3, 6, 9, 12]
        assert numbers(programme=LOAN) == numbers(programme="first-loan-interest-2022") == [11, 12]
        assert numbers(programme="interest-2022") == []
        assert numbers(programme=RENT, outcome="eligible") == [1, 2, 4, 5, 7, 8, 10], "not the loan's of entry 12"
        assert numbers(applicant="小馆1") == [1, 10]
        assert numbers(applicant="MA00000040") == [11]
        assert numbers(applicant="%") == []
        assert numbers(first="2022-06-05", last="2022-06-06") == [4, 5]
        assert numbers(limit=2) == [11, 12]
        assert numbers(limit=0) == []
        assert numbers(outcome="ineligible", first="2022-06-05", limit=2) == [9, 12]


def test_long_lists_are_read_in_portions(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.append_many([b'{"a":%d}' % number for number in range(1200)])
        listing = ledger.entries()
        first = next(listing)
        ledger.append(b"{}")
        assert [first.number, *(entry.number for entry in listing)] == list(range(1, 1202))
        assert [entry.number for entry in ledger.entries(limit=700)] == list(range(502, 1202))


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_ledger_is_made_only_where_that_is_asked(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Ledger.open(path, create=False)
    assert codes(caught) == ["file-unreadable"]
    assert not path.exists()
    path.touch()
    with pytest.raises(InputError) as caught:
        Ledger.open(path, create=False)
    assert codes(caught) == ["not-a-ledger"]
    with Ledger.open(path, create=True) as ledger:
        assert ledger.append(document(1)).number == 1


@pytest.mark.parametrize("create", [True, False])
def test_other_files_are_refused_and_left_alone(tmp_path: Path, create: bool) -> None:
    text = tmp_path / "text"
    text.write_text("承租方,租赁面积\n" * 100, encoding="utf-8")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY)")
    connection.close()
    newer = written(tmp_path / "newer", 1)
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    changed = written(tmp_path / "changed", 1)
    with sqlite3.connect(changed) as connection:
        connection.execute("ALTER TABLE entries ADD COLUMN more TEXT")
    connection.close()
    for path, words in ((text, "不是判定账本"), (other, "不是判定账本"), (newer, "版本是 2"), (changed, "被改过")):
        before = path.read_bytes()
        with pytest.raises(InputError, match=words) as caught:
            Ledger.open(path, create=create)
        assert codes(caught) == ["not-a-ledger"]
        assert path.read_bytes() == before
    for path in (tmp_path, tmp_path / "nowhere" / "file"):
        with pytest.raises(InputError) as caught:
            Ledger.open(path, create=create)
        assert codes(caught) == ["file-unreadable"]


def test_a_file_of_which_only_the_beginning_is_left_is_no_sound_ledger(path: Path) -> None:
    data = written(path, 30).read_bytes()
    for length in (50, 100, 4096, len(data) // 2):
        path.write_bytes(data[:length])
        try:
            with Ledger.open(path, create=False) as ledger:
                findings = ledger.verify().findings
        except InputError as error:
            findings = error.findings
        assert findings


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE entries SET total = '1.00'", "never changed"),
        ("DELETE FROM entries WHERE number = 2", "never removed"),
        ("DELETE FROM entries", "never removed"),
        ("INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE number = 2", "numbered"),
        ("UPDATE OR REPLACE entries SET number = 1 WHERE number = 2", "never changed"),
    ],
)
def test_the_file_guards_itself_against_accidents(path: Path, statement: str, words: str) -> None:
    written(path, 3)
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match=words):
        connection.execute(statement)
    connection.close()


def test_nothing_is_appended_where_the_guards_are_gone(path: Path) -> None:
    written(path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER entries_never_go")
    connection.close()
    with Ledger.open(path, create=False) as ledger:
        for call in (ledger.ready, lambda: ledger.append(document(2))):
            with pytest.raises(InputError, match="entries_never_go"):
                call()
        assert ledger.head().count == 1
        assert [finding.code for finding in ledger.verify().findings] == ["ledger-guards"]


def test_who_waits_too_long_is_told(path: Path) -> None:
    written(path, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LedgerFailed, match="其他程序"):
        Ledger.open(path, create=False, wait=0.05)
    other.execute("ROLLBACK")
    with Ledger.open(path, create=False, wait=0.05) as ledger:
        other.execute("BEGIN IMMEDIATE")
        for call in (ledger.ready, lambda: ledger.append(document(2))):
            with pytest.raises(LedgerFailed, match="其他程序"):
                call()
        other.execute("ROLLBACK")
        before = path.read_bytes()
        ledger.ready()
        assert path.read_bytes() == before
        assert ledger.append(document(2)).number == 2
    other.close()


def test_a_full_disk_records_nothing_and_the_next_append_works(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.append(document(1))
        pages = ledger.access.read(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
        ledger.access.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())
        with pytest.raises(LedgerFailed, match="磁盘已满"):
            ledger.append_many([document(number) for number in range(2, 50)])
        ledger.access.read(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 100}").fetchone())
        assert ledger.append(document(2)).number == 2
        assert ledger.verify().sound


def test_commits_reach_the_disk(path: Path) -> None:
    with Ledger.open(path, create=True) as ledger:
        ledger.append(document(1))

        def pragma(name: str) -> object:
            return ledger.access.read(lambda c: c.execute(f"PRAGMA {name}").fetchone()[0])

        assert (pragma("journal_mode"), pragma("synchronous"), pragma("fullfsync")) == ("truncate", 3, 1)


def test_a_ledger_that_was_kept_with_another_journal_is_appended_to(path: Path) -> None:
    written(path, 1)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    connection.close()
    with Ledger.open(path, create=False) as ledger:
        ledger.append(document(2))
        assert ledger.verify().sound


def test_a_copy_is_the_same_ledger(path: Path) -> None:
    written(path, 5)
    copies = [path.with_name("vacuumed"), path.with_name("copied")]
    with sqlite3.connect(path) as connection:
        connection.execute("VACUUM INTO ?", (str(copies[0]),))
    connection.close()
    copies[1].write_bytes(path.read_bytes())
    with Ledger.open(path, create=False) as ledger:
        head = ledger.head()
    for copy in copies:
        with Ledger.open(copy, create=False) as ledger:
            assert ledger.verify(Anchor(head.count, head.chain)).sound
            assert ledger.append(document(6)).previous == head.chain


def test_a_closed_ledger_says_so(path: Path) -> None:
    ledger = Ledger.open(written(path, 1), create=False)
    ledger.close()
    ledger.close()
    for call in (ledger.head, ledger.ready, lambda: ledger.append(document(2)), lambda: list(ledger.entries())):
        with pytest.raises(LedgerFailed, match="已关闭"):
            call()


def test_a_ledger_that_may_only_be_read_is_read(path: Path) -> None:
    written(path, 3)
    path.chmod(0o444)
    with Ledger.open(path, create=False) as ledger:
        assert ledger.verify().sound
        if os.geteuid() != 0:
            for call in (ledger.ready, lambda: ledger.append(document(4))):
                with pytest.raises(LedgerFailed):
                    call()


def test_the_schema_is_what_the_file_says(path: Path) -> None:
    """SQLite keeps the words of statements: verifying holds them against ours."""
    written(path, 1)
    with sqlite3.connect(path) as connection:
        found = dict(connection.execute("SELECT name, sql FROM sqlite_master").fetchall())
    connection.close()
    assert found == SCHEMA


def test_an_interrupted_append_leaves_the_ledger_usable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from relief_engine.ledger import appending

    with Ledger.open(path, create=True) as ledger:
        first = ledger.append(document(1))

        def interrupt(*_: object) -> object:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(appending, "row_of", interrupt)
            with pytest.raises(KeyboardInterrupt):
                ledger.append(document(2))
        second = ledger.append(document(2))
        assert second == replace(second, number=2, previous=first.chain)
        assert ledger.verify().sound
