"""Proving stage: industry codes in kinds that nothing which some programs read tells apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relief_engine.compiled import ir
from relief_engine.profile.words import code_list
from relief_engine.proving.space import Space
from relief_engine.proving.stretches import Stand
from relief_engine.rulebook.standards import ClassMap

#: The classes that a code may have by one table of one rulebook; None where that rulebook can't read the code.
Candidates = tuple[int, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The kinds of one code fact, in the order of their first codes.

    ``first`` holds, by kind, the joint position of the first code; ``finest`` whether its codes have none below them;
    ``candidates``, by table, the classes that each kind may have.
    """

    of_code: tuple[int, ...]
    first: tuple[int, ...]
    finest: tuple[bool, ...]
    candidates: dict[tuple[int, int], tuple[Candidates, ...]]

    def by(self, index: int, table: ClassMap) -> tuple[Candidates, ...]:
        """By kind, the classes that a table of one of the rulebooks leaves possible."""
        return self.candidates[index, id(table)]


def kinds_of(space: Space, stands: Iterable[Stand]) -> dict[str, Kinds]:
    """The kinds of every code fact that some programs read, by the id of the fact."""
    tables: dict[str, dict[tuple[int, int], ClassMap]] = {}
    for stand in stands:
        for node in stand.program.nodes:
            if isinstance(node, ir.ClassIs | ir.SizeIs):
                table = node.table if isinstance(node, ir.ClassIs) else node.table.sectors
                fact = stand.program.layout.facts[node.code]
                if fact is not None:
                    tables.setdefault(fact.id, {})[stand.index, id(table)] = table
    return {name: _kinds(space, name, read) for name, read in tables.items()}


def _kinds(space: Space, name: str, tables: dict[tuple[int, int], ClassMap]) -> Kinds:
    columns = [_finest(space, name), *(_column(space, name, index, table) for (index, _), table in tables.items())]
    found: dict[tuple[object, ...], int] = {}
    first: list[int] = []
    of_code: list[int] = []
    for position, signature in enumerate(zip(*columns, strict=True)):
        kind = found.setdefault(signature, len(found))
        of_code.append(kind)
        if kind == len(first):
            first.append(position)
    listed = list(found)
    candidates = {key: tuple([signature[place] for signature in listed]) for place, key in enumerate(tables, 1)}
    return Kinds(tuple(of_code), tuple(first), tuple(bool(s[0]) for s in listed), candidates)  # type: ignore[arg-type]


def _column(space: Space, name: str, index: int, table: ClassMap) -> Sequence[Candidates]:
    """By joint position of a code, the classes that a table leaves possible."""
    variable = space.known(name)
    if not variable.readable[index]:
        return [None] * len(variable.ids)
    places = variable.places[index]
    if places is None:
        return table.candidates
    return [None if place is None else table.candidates[place] for place in places]


def _finest(space: Space, name: str) -> list[bool]:
    """By joint position, whether a code has none below it, in the first rulebook that has it."""
    variable = space.known(name)
    found: list[bool | None] = [None] * len(variable.ids)
    for index, rulebook in enumerate(space.rulebooks):
        codes = code_list(rulebook)
        if codes is None or not variable.readable[index]:
            continue
        places = variable.places[index]
        for joint in range(len(found)):
            own = joint if places is None else places[joint]
            if found[joint] is None and own is not None:
                found[joint] = not codes.children(own)
    return [bool(leaf) for leaf in found]
