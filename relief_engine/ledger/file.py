"""Ledger stage: the SQLite file: what stands in it, and how it is opened.

The file has a rollback journal that is truncated and synced at each commit (decision record 0024).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

from relief_engine.errors import Finding, InputError, Location
from relief_engine.ledger.refusals import NOT_A_LEDGER, LedgerFailed, not_opened, patiently
from relief_engine.text import Text

#: "RELF": what tells this file from those of other applications.
APPLICATION_ID = 0x52454C46
#: The version of what stands in the file.
FILE_VERSION = 1
#: What SQLite itself adds to a file that somebody has analysed: tables that nothing but its planner reads.
_STATISTICS = ("sqlite_stat1", "sqlite_stat4")

# The document stands last, so that lists read past it. The triggers guard against accidents; whoever wants to can drop
# them, and then the chain tells.
SCHEMA = {
    "entries": """CREATE TABLE entries (
  number INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  previous TEXT NOT NULL,
  chain TEXT NOT NULL,
  appended_at TEXT NOT NULL,
  as_of TEXT,
  applicant TEXT,
  credit_code TEXT,
  record TEXT,
  total TEXT,
  total_by_people TEXT,
  decided TEXT NOT NULL,
  document BLOB NOT NULL
)""",
    "entries_digest": "CREATE INDEX entries_digest ON entries (digest)",
    "entries_record": "CREATE INDEX entries_record ON entries (record)",
    "entries_never_change": """CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never changed'); END""",
    "entries_never_go": """CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of a ledger are never removed'); END""",
    "entries_follow": """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries of a ledger are numbered 1, 2, 3'); END""",
}


def opened(path: Path, *, create: bool, wait: float) -> sqlite3.Connection:
    """A connection to a ledger's file, for one thread at a time.

    With ``create`` a missing or empty file becomes a ledger without entries; a file that holds anything never does.

    Raises:
        InputError: for what is no ledger that this version can use.
        LedgerFailed: if SQLite can't open it.
    """
    _look(path, create=create)
    mode = "rwc" if create else "rw"
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=0, isolation_level=None,
            check_same_thread=False,
        )  # fmt: skip
    except sqlite3.Error as error:
        raise not_opened(error, path) from error
    try:
        patiently(lambda: _set_up(connection, path, create=create), wait)
    except sqlite3.Error as error:
        connection.close()
        raise not_opened(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    # What a spoilt or malicious file could do with its schema and its cells is refused.
    for setting in ("trusted_schema = OFF", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {setting}")
    # Text that is none, which somebody wrote there, is for verifying to tell.
    connection.text_factory = _as_text
    if _blank(connection) and create:
        _make(connection)
    _recognise(connection, path)


def prepare_to_append(connection: sqlite3.Connection, path: Path) -> None:
    """Set how commits reach the disk."""
    (mode,) = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
    if mode != "truncate":
        raise LedgerFailed(
            Text(f"{path}：无法设置日志方式（{mode}）", f"{path}: the journal mode can't be set, it is {mode}")
        )
    # EXTRA is FULL here, and also syncs the folder wherever a journal is deleted; fullfsync is what macOS needs.
    for setting in ("synchronous = EXTRA", "fullfsync = ON"):
        connection.execute(f"PRAGMA {setting}")


def unlike_schema(connection: sqlite3.Connection) -> list[str]:
    """The names of tables, indexes and triggers that are not as in a ledger, missing, or too many."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    # Counted: whoever writes into that table may give two things one name, or one that SQLite keeps for its own.
    found = Counter((name, sql) for kind, name, sql in rows if kind != "table" or name not in _STATISTICS)
    wanted = Counter(SCHEMA.items())
    return sorted({str(name) for name, _ in (*(found - wanted), *(wanted - found))})


def check_guards(connection: sqlite3.Connection, path: Path) -> None:
    """Raise :class:`InputError` for a file whose tables and guards are not those of a ledger.

    With other triggers SQLite may drop an entry and say that it was stored.
    """
    unlike = unlike_schema(connection)
    if unlike:
        raise InputError([guards(path, unlike)])


def guards(path: Path, names: list[str]) -> Finding:
    """A file whose tables or guards were changed."""
    listed = ", ".join(names)
    message = Text(
        f"文件的表或防误改的触发器被改过、删去或添加：{listed}",
        f"tables, or the triggers that guard them, were changed, dropped or added: {listed}",
    )
    return Finding("ledger-guards", Location(str(path)), message)


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one that is put in its place; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _look(path: Path, *, create: bool) -> None:
    if path.is_dir():
        message = Text("这是一个目录，应为账本文件", "this is a folder; expected a ledger")
    elif path.is_file():
        return
    elif path.exists():
        message = Text("这不是普通文件，应为账本文件", "this is no ordinary file; expected a ledger")
    elif not create:
        message = Text("没有这个文件", "there is no such file")
    elif path.parent.is_dir():
        return
    else:
        message = Text("没有这个目录，无法在其中新建账本", "its folder does not exist, so no ledger can be made there")
    raise InputError([Finding("file-unreadable", Location(str(path)), message)])


def _blank(connection: sqlite3.Connection) -> bool:
    """Whether nothing at all stands in the file."""
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return (count, *_marks(connection)) == (0, 0, 0)


def _marks(connection: sqlite3.Connection) -> tuple[int, int]:
    """The application and the version that a file states."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return application, version


def _make(connection: sqlite3.Connection) -> None:
    """Make an empty ledger in a blank file, in one transaction; another process may have been faster."""
    for setting in ("journal_mode = TRUNCATE", "synchronous = EXTRA", "fullfsync = ON"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _blank(connection):
            for statement in SCHEMA.values():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FILE_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    application, version = _marks(connection)
    if application != APPLICATION_ID:
        message = NOT_A_LEDGER
    elif version != FILE_VERSION:
        message = Text(
            f"账本的版本是 {version}，本程序只能读写版本 {FILE_VERSION}",
            f"the ledger has version {version}, and this program can use version {FILE_VERSION} only",
        )
    elif "entries" in unlike_schema(connection):
        message = Text("账本缺少条目表，或表被改过", "the ledger's table of entries is missing or was changed")
    else:
        return
    raise InputError([Finding("not-a-ledger", Location(str(path)), message)])


def _as_text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")
