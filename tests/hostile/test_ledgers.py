"""Ledger files with a byte changed in the names of their schema, which SQLite quotes in its messages."""

from pathlib import Path

from fuzz.targets import ledger
from relief_engine.errors import InputError
from relief_engine.ledger.store import Ledger


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """What was quoted of them came as an error of decoding."""
    (whole,) = ledger.seeds()
    refused = 0
    for word in (b"CREATE", b"entries", b"TRIGGER", b"TABLE", b"SELECT"):
        at = whole.find(word)
        while 0 <= at < 4096:
            path = tmp_path / f"{at}.sqlite"
            path.write_bytes(whole[:at] + b"\xc5" + whole[at + 1 :])
            try:
                with Ledger.open(path, create=False) as opened:
                    opened.verify()
            except InputError:
                refused += 1
            at = whole.find(word, at + 1)
    assert refused > 5
