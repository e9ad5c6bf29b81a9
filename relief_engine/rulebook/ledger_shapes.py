"""Rulebook stage: the shape of ``ledger.yaml``."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from relief_engine.rulebook.ledger import BECAUSE
from relief_engine.rulebook.shapes import NonEmpty, Shape, Slug, Words

if TYPE_CHECKING:
    Because = str
else:
    Because = Literal[tuple(BECAUSE)]


class LeftOutShape(Shape):
    """A part of a clause that is not encoded, and why. ``what`` is left out where it is the whole clause."""

    what: Words | None = None
    because: Because
    why: Words


class LedgerClause(Shape):
    """One clause: the programmes and standards that encode it, what of it is left out, or both."""

    id: NonEmpty
    encoded: tuple[NonEmpty, ...] = ()
    left_out: tuple[LeftOutShape, ...] = ()


class LedgerDocument(Shape):
    """A document all of whose clauses are listed."""

    source: Slug
    clauses: Annotated[list[LedgerClause], Field(min_length=1)]


class LedgerFile(Shape):
    """``ledger.yaml``: what became of every clause of the documents listed, so that none is forgotten."""

    documents: Annotated[list[LedgerDocument], Field(min_length=1)]
