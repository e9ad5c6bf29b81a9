"""Rulebook stage: ``sources.yaml`` becomes the documents that everything else cites."""

from __future__ import annotations

from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.shapes import SourcesFile
from relief_engine.rulebook.source import Document
from relief_engine.rulebook.sources import Source
from relief_engine.text import Text


def build_sources(document: Document, file: SourcesFile, desk: Desk) -> None:
    """Put the documents on the desk; mistakes are findings."""
    desk.twice(document, "duplicate-source", ("sources",), file.sources, Text("文件", "source"), desk.sources)
    for index, shape in enumerate(file.sources):
        clauses = ("sources", index, "clauses")
        desk.twice(document, "duplicate-clause", clauses, shape.clauses, Text("条款", "clause"))
        if shape.expires is not None and shape.expires < shape.issued:
            message = Text("失效日早于成文日", "the document expires before it is issued")
            desk.report(document, "dates-reversed", ("sources", index, "expires"), message)
        desk.sources.setdefault(
            shape.id,
            Source(
                shape.id, shape.kind, shape.number, text(shape.title), text(shape.issuer), shape.issued, shape.expires,
                {clause.id: text(clause.about) for clause in shape.clauses}, document.where(("sources", index)),
            ),
        )  # fmt: skip
