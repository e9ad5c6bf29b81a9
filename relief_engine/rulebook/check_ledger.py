"""Rulebook stage: whether the ledger forgets nothing, held against the documents and against what the rules cite.

The three are written apart from each other, so that each shows what another one lacks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.errors import did_you_mean
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.ledger_shapes import LedgerClause, LedgerFile
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.source import Document, Path_
from relief_engine.rulebook.sources import Source
from relief_engine.text import Text


class LedgerDesk(Record):
    """The ledger's file and what it is held against; findings go to the desk."""

    document: Document
    file: LedgerFile
    rulebook: Rulebook
    desk: Desk

    def report(self, code: str, path: Path_, message: Text) -> None:
        """Add a finding at a path of the ledger."""
        self.desk.report(self.document, code, path, message)

    def clauses(self) -> Iterator[tuple[Path_, Source, LedgerClause]]:
        """The entries of documents and clauses that exist and are whole, each with its place."""
        for index, shape in enumerate(self.file.documents):
            source = self.rulebook.sources.get(shape.source)
            for place, clause in enumerate(shape.clauses):
                if source is not None and clause.id in source.clauses and clause.id not in self.document.broken:
                    yield ("documents", index, "clauses", place), source, clause


def check_documents(here: LedgerDesk) -> None:
    """Every clause of each document is there once and says something."""
    seen: set[str] = set()
    for index, shape in enumerate(here.file.documents):
        path: Path_ = ("documents", index)
        source = here.rulebook.sources.get(shape.source)
        if shape.source in seen:
            message = Text(f"文件“{shape.source}”重复", f"the document {shape.source!r} is there twice")
            here.report("duplicate-source", (*path, "source"), message)
        seen.add(shape.source)
        if source is None:
            here.report("ledger-unknown-source", (*path, "source"), _unknown_source(shape.source, here))
            continue
        here.desk.twice(here.document, "duplicate-clause", (*path, "clauses"), shape.clauses, Text("条款", "clause"))
        listed = {clause.id for clause in shape.clauses}
        unknown = [place for place, clause in enumerate(shape.clauses) if clause.id not in source.clauses]
        missing = [clause for clause in source.clauses if clause not in listed | here.document.broken]
        for place in unknown:
            name = shape.clauses[place].id
            # What is missing is what a wrong id was meant to be, if it is near.
            hint = did_you_mean(name, missing or source.clauses)
            message = Text(
                f"{source.number} 没有条款“{name}”{hint.zh}", f"{source.number} has no clause {name!r}{hint.en}"
            )
            here.report("ledger-unknown-clause", (*path, "clauses", place, "id"), message)
        # An entry that was left out because it is wrong, and has no id, may be the one that is missing.
        if missing and not unknown and "" not in here.document.broken:
            message = Text(
                f"{source.number} 没有登记：{'、'.join(missing)}",
                f"{source.number} lacks entries for {', '.join(map(repr, missing))}",
            )
            here.report("ledger-missing", (*path, "source"), message)
    for path, _, clause in here.clauses():
        _says_something(here, path, clause)


def _unknown_source(name: str, here: LedgerDesk) -> Text:
    hint = did_you_mean(name, here.rulebook.sources)
    return Text(f"sources.yaml 中没有文件“{name}”{hint.zh}", f"sources.yaml has no document {name!r}{hint.en}")


def _says_something(here: LedgerDesk, path: Path_, clause: LedgerClause) -> None:
    """An entry is encoded, left out, or both; parts of a clause are told apart."""
    if not clause.encoded and not clause.left_out:
        message = Text(
            f"“{clause.id}”既没有 encoded 也没有 left_out", f"{clause.id!r} has neither 'encoded' nor 'left_out'"
        )
        here.report("ledger-empty", path, message)
    if clause.encoded or len(clause.left_out) > 1:
        for index, part in enumerate(clause.left_out):
            if part.what is None:
                message = Text(
                    "只有一部分未编码时，要用 what 写明是哪一部分", "where only a part is left out, 'what' says which"
                )
                here.report("ledger-which-part", (*path, "left_out", index), message)


def check_rules(here: LedgerDesk) -> None:
    """What is said to encode a clause cites it, and what cites a clause is said to encode it."""
    rulebook = here.rulebook
    standards = rulebook.standards
    known = [*rulebook.programmes, *standards.code_lists, *standards.class_maps, *standards.size_tables]
    for path, source, clause in here.clauses():
        citing = rulebook.citing.get((source.id, clause.id), ())
        for index, name in enumerate(clause.encoded):
            place: Path_ = (*path, "encoded", index)
            if name in clause.encoded[:index]:
                here.report("duplicate-id", place, Text(f"“{name}”重复", f"{name!r} is there twice"))
            elif name not in known:
                what = Text("项目或标准", "programme or standard")
                here.desk.unknown(here.document, "ledger-unknown-programme", place, name, known, what)
            elif name not in citing:
                message = Text(
                    f"“{name}”没有一处引用 {source.number} {clause.id}",
                    f"{name!r} cites {source.number} {clause.id} nowhere",
                )
                here.report("ledger-not-cited", place, message)
        if all(name in known for name in clause.encoded):
            _unlisted(here, path, f"{source.number} {clause.id}", (n for n in citing if n not in clause.encoded))


def _unlisted(here: LedgerDesk, path: Path_, cited: str, names: Iterable[str]) -> None:
    """Report what cites a clause and is not listed under it."""
    for name in names:
        message = Text(
            f"“{name}”引用了 {cited}，应列入 encoded", f"{name!r} cites {cited} and belongs into its 'encoded'"
        )
        here.report("ledger-not-listed", (*path, "id"), message)
