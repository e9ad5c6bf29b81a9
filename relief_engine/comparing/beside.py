"""Comparing stage: the edits of what a programme shows beside its answers: deadlines, ways, remarks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.comparing.edit import Aspect, Part, Reach
from relief_engine.comparing.matching import by_id
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.comparing.values import days
from relief_engine.comparing.written import same
from relief_engine.explanation import say
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.expression_text import written
from relief_engine.rulebook.periods import Period
from relief_engine.rulebook.programme import Deadline, NotAvailable, Programme, Remark
from relief_engine.text import Text

_ALWAYS = Text("始终", "always")


def compare_beside(old: Programme, new: Programme, notes: Notebook, shared: Period | None) -> None:
    """Write down the edits; ``shared`` are the days on which both programmes may be used."""
    _not_available(old.not_available, new.not_available, notes)
    _shown(Part.DEADLINE, old.deadlines, new.deadlines, notes, shared)
    for part, before, after in _remarks(old, new):
        _shown(part, before, after, notes, shared)


def _remarks(old: Programme, new: Programme) -> Iterator[tuple[Part, tuple[Remark, ...], tuple[Remark, ...]]]:
    yield Part.WAY, old.ways, new.ways
    yield Part.CHECK_BY_HAND, old.check_by_hand, new.check_by_hand
    yield Part.REMARK, old.remarks, new.remarks


def _not_available(old: NotAvailable | None, new: NotAvailable | None, notes: Notebook) -> None:
    known = new or old
    if known is None:
        return
    element = Element(Part.NOT_AVAILABLE, known.id, known.title)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        write(element, known.reason, known.where, known.citations, Reach.SHOWN)
        return
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    notes.compared(element, Aspect.NAMES, say.both(old.id), say.both(new.id), sides, Reach.SHOWN)
    notes.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
    notes.compared(element, Aspect.WORDS, old.reason, new.reason, sides, Reach.WORDING)
    notes.cites(element, sides)


def _shown(
    part: Part,
    old: Sequence[Deadline | Remark],
    new: Sequence[Deadline | Remark],
    notes: Notebook,
    shared: Period | None,
) -> None:
    for before, after in by_id(old, new):
        known = after or before
        if known is None:
            continue
        element = Element(part, known.id, _title(known))
        if before is None or after is None:
            write = notes.added if before is None else notes.removed
            write(element, _said(known), known.where, known.citations, Reach.SHOWN)
            continue
        sides = Sides.of(before.where, after.where, before.citations, after.citations)
        notes.compared(element, Aspect.WORDS, _title(before), _title(after), sides, Reach.WORDING)
        if isinstance(before, Deadline) and isinstance(after, Deadline) and not same(before.date, after.date):
            one, other = (say.both(written(deadline.date)) for deadline in (before, after))
            notes.changed(element, Aspect.VALUE, one, other, sides, Reach.SHOWN)
        if not same(before.condition, after.condition):
            one, other = _when(before.condition), _when(after.condition)
            notes.changed(element, Aspect.CONDITION, one, other, sides, Reach.SHOWN)
        if _held(before, shared) != _held(after, shared):
            one, other = days(before.period), days(after.period)
            notes.changed(element, Aspect.DATES, one, other, sides, Reach.SHOWN)
        notes.cites(element, sides)


def _title(known: Deadline | Remark) -> Text:
    return known.title if isinstance(known, Deadline) else known.text


def _said(known: Deadline | Remark) -> Text:
    """What a deadline or remark says, apart from its own words."""
    return say.both(written(known.date)) if isinstance(known, Deadline) else _when(known.condition)


def _when(condition: ex.Expr | None) -> Text:
    return _ALWAYS if condition is None else say.both(written(condition))


def _held(known: Deadline | Remark, shared: Period | None) -> Period | None:
    """The days on which it is shown, of those that both programmes have."""
    return None if shared is None else known.period.cut(shared)
