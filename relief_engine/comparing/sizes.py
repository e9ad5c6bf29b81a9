"""Comparing stage: the edits of size tables, limit by limit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from relief_engine.comparing.classes import begun, compare_domains, compare_leading, compare_moved
from relief_engine.comparing.edit import AnyEdit, Aspect, Part, Reach
from relief_engine.comparing.matching import by_name, stretches
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.comparing.values import NOTHING
from relief_engine.explanation import say
from relief_engine.rulebook.periods import FIRST, LAST, Dated, Period
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.standards import Limit, Row, SizeTable, rows_in_time
from relief_engine.rulebook.units import in_words
from relief_engine.text import Text, joined

#: Standards hold on all days.
_ALWAYS = Period(FIRST, LAST)


def size_table_edits(editions: Dated[SizeTable] | None, now: Dated[SizeTable] | None) -> list[AnyEdit]:
    """What was edited in one size table. Its editions differ in the limits of rows and in nothing else."""
    old = None if editions is None else next(editions.values())
    new = None if now is None else next(now.values())
    notes, both = begun(old, new)
    if not both or old is None or new is None or editions is None or now is None:
        return notes.edits
    compare_domains(old.domain, new.domain, old, new, notes)
    for name, label in new.indicators.items():
        if name in old.indicators:
            element = Element(Part.LIMIT, name, label)
            sides = Sides.of(old.where, new.where)
            notes.compared(element, Aspect.TITLE, old.indicators[name], label, sides, Reach.WORDING)
    for before, after in by_name(rows_in_time(editions), rows_in_time(now)):
        for period, one, other in stretches(before or Dated(()), after or Dated(()), _ALWAYS):
            _row(one, other, _Tables(old, new, None if period == _ALWAYS else period), notes)
    compare_moved(old.sectors, new.sectors, notes)
    compare_leading((*old.facts, *old.sectors.facts), (*new.facts, *new.sectors.facts), notes)
    return notes.edits


class _Tables(Record):
    """The table of each side, and the days that are compared; None if that is all days."""

    old: SizeTable
    new: SizeTable
    period: Period | None


def _row(old: Row | None, new: Row | None, tables: _Tables, notes: Notebook) -> None:
    known, home = (new, tables.new) if new is not None else (old, tables.old)
    if known is None:
        return
    element = Element(Part.ROW, known.id, known.label, tables.period)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        limits = [_limits(limit, home) for limit in known.limits]
        write(element, joined(limits, zh="；", en="; "), known.where, known.citations, Reach.ANSWER)
        return
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    notes.compared(element, Aspect.TITLE, old.label, new.label, sides, Reach.WORDING)
    before, after = ({limit.indicator: limit for limit in row.limits} for row in (old, new))
    for one, other in by_name(before, after):
        _limit(one, other, (old, new), tables, notes)
    notes.cites(element, sides)


def _limit(old: Limit | None, new: Limit | None, rows: tuple[Row, Row], tables: _Tables, notes: Notebook) -> None:
    known, home = (new, tables.new) if new is not None else (old, tables.old)
    if known is None:
        return
    label, row = home.indicators[known.indicator], rows[1]
    title = Text(f"{row.label.zh}，{label.zh}", f"{row.label.en}, {label.en}")
    identity = f"{row.id}.{known.indicator}"
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        side = rows[1] if old is None else rows[0]
        element = Element(Part.LIMIT, identity, title, tables.period)
        write(element, _limits(known, home), known.where, side.citations, Reach.ANSWER)
        return
    sides = Sides.of(old.where, new.where, rows[0].citations, rows[1].citations)
    before, after = _bounds(old, tables.old), _bounds(new, tables.new)
    equal = all(before.get(name) == after.get(name) for name in {*before, *after})
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) != after.get(name):
            place = tables.new.domain.index(name)
            class_ = say.both(name) if place is None else tables.new.domain.labels[place]
            words = Text(f"{title.zh}，{class_.zh}下限", f"{title.en}, {class_.en.lower()} from")
            one, other = _bound(before.get(name), old), _bound(after.get(name), new)
            element = Element(Part.LIMIT, f"{identity}.{name}", words, tables.period)
            notes.changed(element, Aspect.VALUE, one, other, sides, Reach.ANSWER)
    if equal and old.unit != new.unit:
        element = Element(Part.LIMIT, identity, title, tables.period)
        notes.compared(element, Aspect.UNIT, in_words(old.unit), in_words(new.unit), sides, Reach.WORDING)


def _bounds(limit: Limit, table: SizeTable) -> Mapping[str, Fraction]:
    """The lower limit of each class above the lowest, in base units."""
    printed = [value * limit.unit.scale for value in limit.printed]
    return dict(zip(table.domain.ids[1:], printed, strict=False))


def _bound(value: Fraction | None, limit: Limit) -> Text:
    return NOTHING if value is None else say.figure(value, limit.unit)


def _limits(limit: Limit, table: SizeTable) -> Text:
    """All limits of one indicator."""
    label = table.indicators[limit.indicator]
    figures = [say.figure(value, limit.unit) for value in _bounds(limit, table).values()]
    return say.titled(label, joined(figures, zh=" / ", en=" / "))
