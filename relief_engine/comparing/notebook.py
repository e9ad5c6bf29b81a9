"""Comparing stage: collects the edits of one programme, standard or other owner, each written down once."""

from __future__ import annotations

from collections.abc import Iterable

from relief_engine.comparing.edit import Added, AnyEdit, Aspect, Changed, Owner, Part, Reach, Removed, Written
from relief_engine.comparing.values import NOTHING, cited
from relief_engine.errors import Location
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.sources import Citation
from relief_engine.text import Text


class Sides(Record):
    """Where both sides of one element stand, and what they cite: as printed, and by document and clause.

    A document that is printed otherwise now is an edit of the document, and of nothing that cites it.
    """

    old: Location | None
    new: Location | None
    old_cites: tuple[str, ...] = ()
    new_cites: tuple[str, ...] = ()
    same_clauses: bool = True

    @staticmethod
    def of(
        old: Location | None, new: Location | None, cites: Iterable[Citation] = (), new_cites: Iterable[Citation] = ()
    ) -> Sides:
        """The sides of an element from its places and citations."""
        before, after = tuple(cites), tuple(new_cites)
        clauses, now = ({(citation.source.id, citation.clause) for citation in side} for side in (before, after))
        return Sides(old, new, cited(before), cited(after), clauses == now)


class Element(Record):
    """An element that edits are about."""

    part: Part
    id: str
    title: Text
    period: Period | None = None


class Notebook:
    """The edits of one owner."""

    def __init__(self, owner: Owner) -> None:
        self.owner = owner
        self.edits: list[AnyEdit] = []

    def added(
        self, element: Element, text: Text, where: Location | None, cites: Iterable[Citation], reach: Reach
    ) -> None:
        """Write down an element that only the new side has."""
        said = Written(text, where, cited(cites))
        self.edits.append(Added(self.owner, element.part, element.id, element.title, element.period, reach, said))

    def removed(
        self, element: Element, text: Text, where: Location | None, cites: Iterable[Citation], reach: Reach
    ) -> None:
        """Write down an element that only the old side has."""
        said = Written(text, where, cited(cites))
        self.edits.append(Removed(self.owner, element.part, element.id, element.title, element.period, reach, said))

    def changed(
        self, element: Element, aspect: Aspect, old: Text | None, new: Text | None, sides: Sides, reach: Reach
    ) -> None:
        """Write down that one aspect of an element says something else; None is nothing."""
        before = Written(old or NOTHING, sides.old, sides.old_cites)
        after = Written(new or NOTHING, sides.new, sides.new_cites)
        self.edits.append(
            Changed(
                self.owner, element.part, element.id, element.title, element.period, reach, aspect, before, after
            )
        )  # fmt: skip

    def compared(
        self, element: Element, aspect: Aspect, old: Text | None, new: Text | None, sides: Sides, reach: Reach
    ) -> None:
        """The same, if both say something else."""
        if old != new:
            self.changed(element, aspect, old, new, sides, reach)

    def cites(self, element: Element, sides: Sides) -> None:
        """Write down that an element cites other clauses, if it does."""
        if not sides.same_clauses:
            old, new = (_clauses(cites, other) for cites, other in (
                (sides.old_cites, sides.new_cites), (sides.new_cites, sides.old_cites),
            ))  # fmt: skip
            self.changed(element, Aspect.CITATIONS, old, new, sides, Reach.WORDING)


def _clauses(cites: Iterable[str], other: Iterable[str]) -> Text | None:
    """The clauses that only one side cites."""
    own = [clause for clause in cites if clause not in other]
    return Text("；".join(own), "; ".join(own)) if own else None
