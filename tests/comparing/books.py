"""Small rulebooks to compare: the one in ``tests/rulebook/base`` with a form, and copies in which texts differ."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from relief_engine.rulebook.load import read_contents
from relief_engine.rulebook.model import Rulebook
from tests.rulebook.building import BASE

RENT, APPLICANT, LEASE = "city/rent.yaml", "facts/applicant.yaml", "facts/lease.yaml"
SIZE, SECTORS, CODES, SOURCES, FORM = (
    "standards/size.yaml", "standards/sectors.csv", "standards/codes.csv", "sources.yaml", "forms/table.yaml",
)  # fmt: skip
#: A file, a text that stands in it once, and what stands there instead; an empty text is the end of the file.
Change = tuple[str, str, str]

_FORM = """form: table
programme: city/rent
title: {zh: 统计表, en: Table}
columns:
  - {title: {zh: 序号, en: No.}, result: number}
  - {title: {zh: 金额, en: Amount}, result: amount}
cite: [{source: notice, clause: 一}]
"""


def base() -> dict[str, str]:
    """The files of the rulebook that all others are made from."""
    found = {path.relative_to(BASE).as_posix(): path.read_text("utf-8") for path in BASE.rglob("*") if path.is_file()}
    return {**found, FORM: _FORM}


def edited(*changes: Change) -> dict[str, str]:
    """The files with some texts changed."""
    files = base()
    for name, old, new in changes:
        assert files.get(name, "").count(old) == 1 or not old, f"{name} holds {files[name].count(old)} times: {old}"
        files[name] = files[name].replace(old, new) if old else files.get(name, "") + new
    return files


def read(files: Mapping[str, str], root: str) -> Rulebook:
    """The rulebook of some files, which must have no mistakes; its places begin with ``root``."""
    rulebook, findings = read_contents({name: text.encode() for name, text in files.items()}, Path(root))
    assert not findings, "\n".join(finding.in_("en") for finding in findings)
    return rulebook


@cache
def unchanged() -> Rulebook:
    """The rulebook as it is."""
    return read(base(), "old")


def pair(*changes: Change) -> tuple[Rulebook, Rulebook]:
    """The rulebook as it is, and with changes."""
    return unchanged(), read(edited(*changes), "new")


def write(files: Mapping[str, str], folder: Path) -> Path:
    """Write files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
