"""Rulebook stage: the forms of a rulebook, official tables with a line for each eligible case of one programme."""

from __future__ import annotations

from typing import Literal

from relief_engine.errors import Location
from relief_engine.rulebook.facts import Fact, SizeFact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.sources import Citation
from relief_engine.rulebook.units import Unit
from relief_engine.text import Text


class Words(Record):
    """What is written where a fact has the value at that position of its choices (yes/no: 1 or 0)."""

    fact: Fact | SizeFact
    value: int
    write: Text


class Column(Record):
    """One column of a form. One of ``result``, ``fact``, ``words`` and ``copied`` says where its cells come from.

    Words: the first line whose fact has its value; a fact before it that is unknown leaves the cell empty. ``copied``
    are the headers of the roster whose own cells are taken, and ``whole`` the least and most of those that are whole
    numbers. A figure is shown in ``unit`` with so many ``decimals``.
    """

    title: Text
    width: int | None
    result: Literal["number", "amount"] | None
    fact: Fact | None
    words: tuple[Words, ...]
    copied: tuple[str, ...]
    whole: tuple[int, int] | None
    unit: Unit | None
    decimals: int | None
    sum: bool
    note: Text | None


class Note(Record):
    """What must be known before the table is sent: of the lines where a fact has a value, or (None) of the table."""

    fact: Fact | SizeFact | None
    value: int
    text: Text
    citations: tuple[Citation, ...]


class Form(Record):
    """One table that a text wants filled in, and the programme whose eligible cases are its lines."""

    id: str
    programme: Programme
    title: Text
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    citations: tuple[Citation, ...]
    where: Location
