"""Rulebook stage: ``ledger.yaml`` becomes the ledger, held against the documents, the programmes and the standards.

No decision reads the ledger, so that it is part of the digest but not read until someone asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.errors import RulebookError
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.check_ledger import LedgerDesk, check_documents, check_rules
from relief_engine.rulebook.ledger import Entry, Ledger, LeftOut
from relief_engine.rulebook.ledger_shapes import LedgerClause, LedgerFile
from relief_engine.rulebook.model import LEDGER, Rulebook
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.source import decode
from relief_engine.rulebook.sources import Source


def ledger_of(rulebook: Rulebook) -> Ledger | None:
    """The ledger of a rulebook that has no findings, or None; raises :class:`RulebookError` with the ledger's own."""
    desk = Desk(sources=dict(rulebook.sources))
    ledger = read_ledger(rulebook, desk)
    if desk.findings:
        raise RulebookError(desk.findings)
    return ledger


def read_ledger(rulebook: Rulebook, desk: Desk) -> Ledger | None:
    """The ledger of a rulebook, if it has one; its mistakes are findings on the desk.

    With mistakes elsewhere only as much is checked as they leave certain: a clause that seems to be missing may stand
    in a document that can't be read, and a programme that can't be built cites nothing.
    """
    if rulebook.ledger_file is None:
        return None
    rules_are_sound = not desk.findings
    sources = (rulebook.root / "sources.yaml").as_posix()
    sources_are_sound = "sources" not in desk.lost and all(found.where.file != sources for found in desk.findings)
    document = decode(rulebook.ledger_file, (rulebook.root / LEDGER).as_posix())
    ambiguous = bool(document.findings)
    file = shaped(document, LedgerFile) if document.complete else None
    desk.findings.extend(document.findings)
    # Of a key that is there twice nobody knows which value is meant.
    if file is None or ambiguous:
        return None
    here = LedgerDesk(document, file, rulebook, desk)
    if sources_are_sound:
        check_documents(here)
        if rules_are_sound:
            check_rules(here)
    return Ledger({
        shape.source: {entry.clause: entry for entry in _entries(shape.clauses, rulebook.sources.get(shape.source))}
        for shape in file.documents
    })  # fmt: skip


def _entries(shapes: Sequence[LedgerClause], source: Source | None) -> Iterator[Entry]:
    """The entries of a document in the order of its clauses."""
    places = {clause: place for place, clause in enumerate(source.clauses if source is not None else ())}
    for shape in sorted(shapes, key=lambda clause: places.get(clause.id, len(places))):
        left_out = (LeftOut(optional_text(part.what), part.because, text(part.why)) for part in shape.left_out)
        yield Entry(shape.id, shape.encoded, tuple(left_out))
