"""Explanation stage: the tree of reasons, one node for each condition."""

from __future__ import annotations

from typing import Literal, NamedTuple

from relief_engine.decision import Status
from relief_engine.errors import Location
from relief_engine.text import Text

#: A condition is put into words as something that is *asked* of the applicant (须…), or *stated* as what is the case.
Mood = Literal["asked", "stated"]

#: How the parts of a node make up the whole: all of them count, or one of them is enough.
Join = Literal["all", "any"]


class Reason(NamedTuple):
    """One node of the tree of reasons.

    ``text`` says what was read and what is asked; ``margin`` by how much an unmet limit is missed. ``fact``, ``value``
    and ``needed`` are the same in pieces, where the node is about one fact. A node that only joins its ``parts`` has a
    text that says how.
    """

    status: Status
    text: Text
    fact: str | None = None
    value: Text | None = None
    needed: Text | None = None
    margin: Text | None = None
    place: Location | None = None
    citations: tuple[str, ...] = ()
    parts: tuple[Reason, ...] = ()
    join: Join | None = None
