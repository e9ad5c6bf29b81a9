"""Comparing stage: the edits of codes, and of the classes that they have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from relief_engine.comparing.edit import AnyEdit, Aspect, Home, Owner, Part, Reach
from relief_engine.comparing.matching import by_id, reordered
from relief_engine.comparing.notebook import Element, Notebook, Sides
from relief_engine.explanation import say
from relief_engine.rulebook.facts import ClassFact, Domain, SizeFact
from relief_engine.rulebook.standards import ClassMap, CodeList, SizeTable
from relief_engine.text import Text, joined

#: So many codes of a group are written out.
_SHOWN = 12


Standard = CodeList | ClassMap | SizeTable


def begun(old: Standard | None, new: Standard | None) -> tuple[Notebook, bool]:
    """A notebook of a standard, and whether both sides have it; what both say of it as a whole is written down."""
    known = new or old
    if known is None:
        raise ValueError("a standard of neither side")
    notes = Notebook(Owner(Home.STANDARD, known.id, known.title))
    element = Element(Part.STANDARD, known.id, known.title)
    if old is None or new is None:
        write = notes.added if old is None else notes.removed
        write(element, known.title, known.where, known.citations, Reach.ANSWER)
        return notes, False
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    notes.compared(element, Aspect.TITLE, old.title, new.title, sides, Reach.WORDING)
    notes.cites(element, sides)
    return notes, True


# --- codes ------------------------------------------------------------------------------------------------------------


def code_list_edits(old: CodeList | None, new: CodeList | None) -> list[AnyEdit]:
    """What was edited in one code list, which only one of the rulebooks may have."""
    notes, both = begun(old, new)
    if not both or old is None or new is None:
        return notes.edits
    if (old.ids, old.names, old.parents) == (new.ids, new.names, new.parents):
        return notes.edits
    added = [code for code in new.ids if code not in old.positions]
    removed = [code for code in old.ids if code not in new.positions]
    if added:
        element = Element(Part.CODE, _span(added), Text("新增代码", "new codes"))
        notes.added(element, _codes(added, new), new.where, new.citations, Reach.ANSWER)
    if removed:
        element = Element(Part.CODE, _span(removed), Text("删去代码", "codes removed"))
        notes.removed(element, _codes(removed, old), old.where, old.citations, Reach.ANSWER)
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    for code in new.ids:
        if code in old.positions:
            one, other = old.codes[old.positions[code]], new.codes[new.positions[code]]
            element = Element(Part.CODE, code, say.both(f"{code} {other.name}"))
            notes.compared(element, Aspect.TITLE, say.both(one.name), say.both(other.name), sides, Reach.WORDING)
            notes.compared(element, Aspect.CLASSES, _parent(one.parent), _parent(other.parent), sides, Reach.ANSWER)
    return notes.edits


def _parent(code: str) -> Text:
    return Text(f"属于 {code}", f"below {code}") if code else Text("最上级", "at the top")


def _span(codes: list[str]) -> str:
    return codes[0] if len(codes) == 1 else f"{codes[0]}—{codes[-1]}"


def _codes(codes: list[str], listed: CodeList) -> Text:
    """Codes with their names, the first few of many."""
    named = [f"{code} {listed.names[listed.positions[code]]}" for code in codes[:_SHOWN]]
    if len(codes) <= _SHOWN:
        return Text("、".join(named), ", ".join(named))
    return Text(f"{'、'.join(named)}等 {len(codes)} 个", f"{', '.join(named)} and {len(codes) - _SHOWN} more")


# --- classes of codes -------------------------------------------------------------------------------------------------


def class_map_edits(old: ClassMap | None, new: ClassMap | None) -> list[AnyEdit]:
    """What was edited in one classification of codes."""
    notes, both = begun(old, new)
    if both and old is not None and new is not None:
        element, sides = Element(Part.STANDARD, new.id, new.title), Sides.of(old.where, new.where)
        one, other = say.both(old.codes.id), say.both(new.codes.id)
        notes.compared(element, Aspect.KIND, one, other, sides, Reach.ANSWER)
        compare_domains(old.domain, new.domain, old, new, notes)
        compare_moved(old, new, notes)
        compare_leading(old.facts, new.facts, notes)
    return notes.edits


def compare_domains(old: Domain, new: Domain, before: Standard, after: Standard, notes: Notebook) -> None:
    """The classes themselves."""
    labels = [dict(zip(domain.ids, domain.labels, strict=True)) for domain in (old, new)]
    sides = Sides.of(before.where, after.where)
    for name in dict.fromkeys((*new.ids, *old.ids)):
        one, other = labels[0].get(name), labels[1].get(name)
        element = Element(Part.CLASS, name, other or one or say.both(name))
        if one is None and other is not None:
            notes.added(element, other, after.where, (), Reach.ANSWER)
        elif other is None and one is not None:
            notes.removed(element, one, before.where, (), Reach.ANSWER)
        else:
            notes.compared(element, Aspect.TITLE, one, other, sides, Reach.WORDING)
    if reordered(old.ids, new.ids):
        # The classes of a size table stand in the order of size.
        reach = Reach.ANSWER if isinstance(after, SizeTable) else Reach.WORDING
        element = Element(Part.CLASS, "", Text("类别的顺序", "order of the classes"))
        notes.changed(element, Aspect.ORDER, joined(list(old.labels)), joined(list(new.labels)), sides, reach)


def compare_moved(old: ClassMap, new: ClassMap, notes: Notebook) -> None:
    """Codes that went from class to class, those with one way together."""
    ways: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for position, code in enumerate(new.codes.ids):
        at = old.codes.positions.get(code)
        if at is not None:
            way = _classes(old, old.candidates[at]), _classes(new, new.candidates[position])
            if way[0] != way[1]:
                ways.setdefault(way, []).append(position)
    sides = Sides.of(old.where, new.where, old.citations, new.citations)
    for (before, after), positions in ways.items():
        codes = list(_outermost(new.codes, positions))
        element = Element(Part.CODE, _span(codes), _codes(codes, new.codes))
        notes.changed(
            element, Aspect.CLASSES, _labels(old, before), _labels(new, after), sides, Reach.ANSWER
        )  # fmt: skip


def _classes(classes: ClassMap, candidates: Iterable[int]) -> tuple[str, ...]:
    return tuple(sorted(classes.domain.ids[candidate] for candidate in candidates))


def _labels(classes: ClassMap, names: Iterable[str]) -> Text:
    labels = dict(zip(classes.domain.ids, classes.domain.labels, strict=True))
    return joined([labels[name] for name in names], zh="或", en=" or ")


def _outermost(codes: CodeList, positions: Iterable[int]) -> Iterator[str]:
    """The codes of some positions without those that stand below another of them."""
    chosen = set(positions)
    for position in sorted(chosen):
        if codes.parents[position] not in chosen:
            yield codes.ids[position]


def compare_leading(old: Iterable[ClassFact | SizeFact], new: Iterable[ClassFact | SizeFact], notes: Notebook) -> None:
    """The facts that a standard gives the value of."""
    for before, after in by_id(old, new):
        known = after or before
        if known is None:
            continue
        element = Element(Part.DERIVED, known.id, known.label)
        if before is None or after is None:
            write = notes.added if before is None else notes.removed
            write(element, _from(known), known.where, (), Reach.ANSWER)
            continue
        sides = Sides.of(before.where, after.where)
        notes.compared(element, Aspect.TITLE, before.label, after.label, sides, Reach.WORDING)
        notes.compared(element, Aspect.VALUE, _from(before), _from(after), sides, Reach.ANSWER)


def _from(fact: ClassFact | SizeFact) -> Text:
    read = [fact.code]
    if isinstance(fact, SizeFact):
        read += [f"{indicator}: {name}" for indicator, name in sorted(fact.indicators)]
    return say.both(", ".join(read))
