"""Comparing stage: the edits of the documents that rules cite, and of the forms that results are put into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.comparing.edit import AnyEdit, Aspect, Home, Owner, Part, Reach
from relief_engine.comparing.matching import by_name, reordered
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.explanation import say
from relief_engine.rulebook.forms import Column, Form, Note
from relief_engine.rulebook.sources import Source
from relief_engine.text import Text, joined

_UNLIMITED = Text("没有写明失效日", "no last day")


def source_edits(old: Source | None, new: Source | None) -> list[AnyEdit]:
    """What was edited in one document, which only one of the rulebooks may have."""
    known = new or old
    if known is None:
        return []
    notes = Notebook(Owner(Home.SOURCE, known.id, Text(known.number, known.number)))
    element = Element(Part.SOURCE, known.id, known.title)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        write(element, Text(f"{known.number} {known.title.zh}", f"{known.number} {known.title.en}"), known.where, (),
              Reach.WORDING)  # fmt: skip
        return notes.edits
    sides = Sides.of(old.where, new.where)
    for aspect, name in ((Aspect.TITLE, "number"), (Aspect.KIND, "kind")):
        one, other = (say.both(getattr(source, name)) for source in (old, new))
        notes.compared(element, aspect, one, other, sides, Reach.WORDING)
    notes.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
    notes.compared(element, Aspect.WORDS, old.issuer, new.issuer, sides, Reach.WORDING)
    notes.compared(element, Aspect.DATES, say.day(old.issued), say.day(new.issued), sides, Reach.WORDING)
    if old.expires != new.expires:
        # A document's last day is that of the rules which cite it: those have edits of their own where it matters.
        one, other = (_UNLIMITED if source.expires is None else say.day(source.expires) for source in (old, new))
        notes.changed(element, Aspect.DATES, one, other, sides, Reach.ANSWER)
    for clause in dict.fromkeys((*new.clauses, *old.clauses)):
        before, after = old.clauses.get(clause), new.clauses.get(clause)
        part = Element(Part.CLAUSE, clause, Text(f"{new.number} {clause}", f"{new.number} {clause}"))
        if before is None and after is not None:
            notes.added(part, after, new.where, (), Reach.WORDING)
        elif after is None and before is not None:
            notes.removed(part, before, old.where, (), Reach.WORDING)
        else:
            notes.compared(part, Aspect.WORDS, before, after, sides, Reach.WORDING)
    return notes.edits


def form_edits(old: Mapping[str, Form], new: Mapping[str, Form]) -> list[AnyEdit]:
    """What was edited in all forms. No decision reads a form."""
    found: list[AnyEdit] = []
    for before, after in by_name(old, new):
        known = after or before
        if known is None:
            continue
        notes = Notebook(Owner(Home.FORM, known.id, known.title))
        element = Element(Part.FORM, known.id, known.title)
        if before is None or after is None:
            write = notes.added if before is None else notes.removed
            titles = joined([column.title for column in known.columns])
            write(element, titles, known.where, known.citations, Reach.SHOWN)
        else:
            _form(before, after, element, notes)
        found += notes.edits
    return found


def _form(old: Form, new: Form, element: Element, notes: Notebook) -> None:
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    notes.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
    one, other = say.both(old.programme.id), say.both(new.programme.id)
    notes.compared(element, Aspect.KIND, one, other, sides, Reach.SHOWN)
    notes.cites(element, sides)
    before, after = ({column.title.zh: column for column in form.columns} for form in (old, new))
    for name in dict.fromkeys((*after, *before)):
        was, now = before.get(name), after.get(name)
        known = now or was
        if known is None:
            continue
        part = Element(Part.COLUMN, name, known.title)
        if was is None or now is None:
            write = notes.added if was is None else notes.removed
            write(part, _column(known), new.where if was is None else old.where, (), Reach.SHOWN)
        else:
            notes.compared(part, Aspect.TITLE, was.title, now.title, sides, Reach.SHOWN)
            notes.compared(part, Aspect.VALUE, _column(was), _column(now), sides, Reach.SHOWN)
    if reordered(before, after):
        part = Element(Part.COLUMN, "", Text("栏目的顺序", "order of the columns"))
        one, other = (joined([column.title for column in form.columns]) for form in (old, new))
        notes.changed(part, Aspect.ORDER, one, other, sides, Reach.SHOWN)
    part = Element(Part.NOTE, "", Text("填表说明", "notes"))
    notes.compared(part, Aspect.WORDS, _notes(old.notes), _notes(new.notes), sides, Reach.SHOWN)


def _column(column: Column) -> Text:
    """Where the cells of a column come from, and how they are shown."""
    told = [say.both(column.result)] if column.result else []
    if column.fact is not None:
        told.append(say.both(column.fact.id))
    told += [say.titled(say.both(f"{words.fact.id} = {words.value}"), words.write) for words in column.words]
    told += [say.both(header) for header in column.copied]
    told += [say.both(f"{column.whole[0]}—{column.whole[1]}")] if column.whole else []
    told += [say.both(column.unit.symbol)] if column.unit is not None else []
    for name in ("decimals", "width"):
        value = getattr(column, name)
        told += [say.both(f"{name} {value}")] if value is not None else []
    told += [Text("合计", "summed")] if column.sum else []
    told += [column.note] if column.note is not None else []
    return joined(told, zh="，")


def _notes(notes: Sequence[Note]) -> Text | None:
    told = []
    for note in notes:
        case = [] if note.fact is None else [f"{note.fact.id} = {note.value}"]
        below = "; ".join([*case, *say.cited(note.citations)])
        told.append(Text(f"{note.text.zh}（{below}）", f"{note.text.en} ({below})"))
    return joined(told, zh="；", en="; ") if told else None
