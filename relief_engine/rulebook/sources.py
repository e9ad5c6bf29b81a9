"""Rulebook stage: the documents that rules cite, and citations that are proven to point into them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from relief_engine.errors import Location
from relief_engine.rulebook.record import Record
from relief_engine.text import Text


class Source(Record):
    """A document: its number as printed, its dates, and its clauses with what each is about."""

    id: str
    kind: str
    number: str
    title: Text
    issuer: Text
    issued: dt.date
    expires: dt.date | None
    clauses: Mapping[str, Text]
    where: Location


class Citation(Record):
    """One clause of one document."""

    source: Source
    clause: str

    def __str__(self) -> str:
        return f"{self.source.number} {self.clause}"

    @property
    def about(self) -> Text:
        """What the clause is about, in our words."""
        return self.source.clauses[self.clause]
