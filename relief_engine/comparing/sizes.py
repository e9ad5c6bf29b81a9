"""Comparing stage: the edits of size tables, limit by limit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from relief_engine.comparing.classes import begun, compare_domains, compare_leading, compare_moved
from relief_engine.comparing.edit import AnyEdit, Aspect, Part, Reach
from relief_engine.comparing.matching import by_id, by_name
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.comparing.values import NOTHING
from relief_engine.explanation import say
from relief_engine.rulebook.standards import Limit, Row, SizeTable
from relief_engine.rulebook.units import in_words
from relief_engine.text import Text, joined


def size_table_edits(old: SizeTable | None, new: SizeTable | None) -> list[AnyEdit]:
    """What was edited in one size table."""
    notes, both = begun(old, new)
    if not both or old is None or new is None:
        return notes.edits
    compare_domains(old.domain, new.domain, old, new, notes)
    for name, label in new.indicators.items():
        if name in old.indicators:
            element = Element(Part.LIMIT, name, label)
            sides = Sides.of(old.where, new.where)
            notes.compared(element, Aspect.TITLE, old.indicators[name], label, sides, Reach.WORDING)
    for before, after in by_id(old.rows, new.rows):
        _row(before, after, old, new, notes)
    compare_moved(old.sectors, new.sectors, notes)
    compare_leading((*old.facts, *old.sectors.facts), (*new.facts, *new.sectors.facts), notes)
    return notes.edits


def _row(old: Row | None, new: Row | None, table: SizeTable, now: SizeTable, notes: Notebook) -> None:
    known, home = (new, now) if new is not None else (old, table)
    if known is None:
        return
    element = Element(Part.ROW, known.id, known.label)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        limits = [_limits(limit, home) for limit in known.limits]
        write(element, joined(limits, zh="；", en="; "), known.where, known.citations, Reach.ANSWER)
        return
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    notes.compared(element, Aspect.TITLE, old.label, new.label, sides, Reach.WORDING)
    before, after = ({limit.indicator: limit for limit in row.limits} for row in (old, new))
    for one, other in by_name(before, after):
        _limit(one, other, (old, new), table, now, notes)
    notes.cites(element, sides)


def _limit(
    old: Limit | None, new: Limit | None, rows: tuple[Row, Row], table: SizeTable, now: SizeTable, notes: Notebook
) -> None:
    known, home = (new, now) if new is not None else (old, table)
    if known is None:
        return
    label, row = home.indicators[known.indicator], rows[1]
    title = Text(f"{row.label.zh}，{label.zh}", f"{row.label.en}, {label.en}")
    identity = f"{row.id}.{known.indicator}"
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        side = rows[1] if old is None else rows[0]
        write(
            Element(Part.LIMIT, identity, title), _limits(known, home), known.where, side.citations, Reach.ANSWER
        )  # fmt: skip
        return
    sides = Sides.of(old.where, new.where, rows[0].citations, rows[1].citations)
    before, after = _bounds(old, table), _bounds(new, now)
    equal = all(before.get(name) == after.get(name) for name in {*before, *after})
    for name in dict.fromkeys((*after, *before)):
        if before.get(name) != after.get(name):
            place = now.domain.index(name)
            class_ = say.both(name) if place is None else now.domain.labels[place]
            words = Text(f"{title.zh}，{class_.zh}下限", f"{title.en}, {class_.en.lower()} from")
            one, other = _bound(before.get(name), old), _bound(after.get(name), new)
            notes.changed(
                Element(Part.LIMIT, f"{identity}.{name}", words), Aspect.VALUE, one, other, sides, Reach.ANSWER
            )  # fmt: skip
    if equal and old.unit != new.unit:
        element = Element(Part.LIMIT, identity, title)
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
