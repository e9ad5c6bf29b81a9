"""Comparing stage, the door: two rulebooks, what was edited, what that changes, and what a machine is to make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum

from relief_engine.comparing.edit import AnyEdit, Home, certain
from relief_engine.comparing.edits import edits
from relief_engine.comparing.effects import Effects, Verdict, effects
from relief_engine.comparing.revisions import Revision
from relief_engine.proving import Limits
from relief_engine.proving.solver import solver_is_there
from relief_engine.rulebook.record import Record


class Status(IntEnum):
    """What came out, and the exit status that says so."""

    #: It is proven that no decision changes, nor how an input is read.
    SAME = 0
    #: There are differences; each is listed with a witness.
    DIFFERENT = 3
    #: None was found, but it is not proven that there is none.
    OPEN = 4


class Difference(Record):
    """All that is different between two rulebooks, or in some of their programmes.

    ``programmes`` are the ids of those that were asked for, None for all. Of others neither edits nor effects are here.
    ``drawn`` says that there was no solver: profiles were drawn, and only rules that say the same are proven to do.
    """

    old: Revision
    new: Revision
    programmes: tuple[str, ...] | None
    edits: tuple[AnyEdit, ...]
    effects: tuple[Effects, ...]
    drawn: bool = False

    @property
    def status(self) -> Status:
        """What came out. Edits that are a difference by themselves count; no search looks for those."""
        if any(map(certain, self.edits)) or any(effect.differences for effect in self.effects):
            return Status.DIFFERENT
        proven = all(effect.verdict is Verdict.NONE for effect in self.effects)
        return Status.SAME if proven else Status.OPEN


def difference(
    old: Revision,
    new: Revision,
    limits: Limits,
    programmes: Sequence[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Difference:
    """Compare two rulebooks.

    Args:
        old: the rulebook as it was.
        new: the rulebook as it is to be.
        limits: those of the search in one programme.
        programmes: ids of the programmes to compare; all of both rulebooks by default.
        progress: called after each programme with how many are compared.

    Raises:
        RulebookError: a form of one of them can't be used.
    """
    found = edits(old.rulebook, new.rulebook)
    told: list[Effects] = []
    for effect in effects(old.rulebook, new.rulebook, found, limits, programmes):
        told.append(effect)
        if progress is not None:
            progress(len(told))
    drawn = not solver_is_there()
    if programmes is None:
        return Difference(old, new, None, found, tuple(told), drawn)
    return Difference(old, new, tuple(programmes), tuple(_about(found, told)), tuple(told), drawn)


def _about(found: Iterable[AnyEdit], told: Sequence[Effects]) -> Iterable[AnyEdit]:
    """The edits of some programmes, and those that reach them."""
    reaching = {id(edit) for effect in told for edit in effect.touched_by}
    named = {effect.programme for effect in told}
    for edit in found:
        if id(edit) in reaching or (edit.owner.home is Home.PROGRAMME and edit.owner.id in named):
            yield edit
