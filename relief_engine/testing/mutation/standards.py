"""Testing stage, mutation: every mutant of the standards: limits of size tables, rows of classifications.

Records of standards do not know the rows of their tables, so the files are read once more for those and their places.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from relief_engine.checking.written import sized
from relief_engine.errors import Location
from relief_engine.rulebook.build_codes import classified
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.expressions import Expr, FactRef, walk
from relief_engine.rulebook.facts import ClassFact, SizeFact
from relief_engine.rulebook.folder import SHIPPED, gathered, kind_of, place_of
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import Dated
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Value, changed
from relief_engine.rulebook.source import Document, Path_, decode
from relief_engine.rulebook.standards import ClassMap, Row, SizeTable, Standards
from relief_engine.rulebook.tables import Table, Tables
from relief_engine.testing.mutation.mutant import Kind, Mutant
from relief_engine.text import Text


def standards_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    """Every mutant of a size limit or a row of a classification that some programme reads.

    What a rulebook inherits from the shipped one is left alone: whoever keeps it can't change that, nor answers for it.
    """
    readers = _readers(rulebook)
    standards = rulebook.standards
    for read in _files(rulebook):
        editions = standards.size_tables.get(read.standard)
        if editions is not None:
            size = next(editions.values())
            touched = (*readers.get(size.id, ()), *readers.get(size.sectors.id, ()))
            yield from _limits(standards, editions, read.document, tuple(dict.fromkeys(touched)))
            yield from _rows(standards, size.sectors, read.table, tuple(dict.fromkeys(touched)))
        elif read.standard in standards.class_maps:
            yield from _rows(standards, standards.class_maps[read.standard], read.table, readers.get(read.standard, ()))


def _readers(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """The programmes that read each standard, by its id."""
    found: dict[str, dict[str, None]] = {}
    for programme in rulebook.programmes.values():
        for expr in expressions(programme):
            for part in walk(expr):
                if isinstance(part, FactRef) and isinstance(part.fact, ClassFact | SizeFact):
                    found.setdefault(part.fact.standard, {})[programme.id] = None
    return {standard: tuple(programmes) for standard, programmes in found.items()}


def expressions(programme: Programme) -> Iterator[Expr]:
    """Every expression of a programme on which a decision leans, and those of its deadlines."""
    yield from (let.value for let in programme.lets.values())
    dated = [c.versions for c in programme.criteria] + [r.versions for r in programme.referrals]
    yield from (wording.condition for versions in dated for _, wording in versions.versions)
    for _, worded in programme.benefit.versions.versions:
        formulas = (worded.amount, worded.ceiling, worded.rate, worded.payable, worded.until)
        yield from (formula for formula in formulas if formula is not None)
    for deadline in programme.deadlines:
        yield deadline.date
        if deadline.condition is not None:
            yield deadline.condition


class _File(Value):
    """A file of a classification: its standard's id, what stands where in it, and its table of prefixes."""

    standard: str
    document: Document
    table: Table


def _files(rulebook: Rulebook) -> Iterator[_File]:
    contents = gathered(rulebook.root).contents
    tables = Tables(contents, rulebook.root)
    for name, data in contents.items():
        if name.startswith(SHIPPED) or kind_of(name) != "standards" or not name.endswith(".yaml"):
            continue
        document = decode(data, place_of(rulebook.root, name))
        value = document.value if isinstance(document.value, dict) else {}
        file = value.get("sectors", value.get("file"))
        if value.get("kind") in ("class_map", "size_table") and isinstance(file, str):
            table = tables.read(document, (), name, file, ("prefix", "class"), Desk())
            if table is not None:
                yield _File(str(value.get("standard")), document, table)


def _limits(
    standards: Standards, editions: Dated[SizeTable], document: Document, touched: tuple[str, ...]
) -> Iterator[Mutant]:
    """Each limit of each version of a row one more and one less in its last digit, where the limits still ascend."""
    table = next(editions.values())
    for path, row in sized(document, editions):
        version = f".{path[-1]}" if "versions" in path else ""
        for place, limit in enumerate(row.limits):
            here = (*path, "limits", place, "at_least")
            for level, (name, raw) in enumerate(_at(document, here).items()):
                step = Decimal(1).scaleb(min(int(Decimal(raw).as_tuple().exponent), 0))
                unit = limit.bounds[level] / limit.printed[level]
                for number, moved in enumerate((Decimal(raw) + step, Decimal(raw) - step), start=1):
                    bounds = (*limit.bounds[:level], int(unit * Fraction(moved)), *limit.bounds[level + 1 :])
                    if bounds[0] <= 0 or any(a >= b for a, b in pairwise(bounds)):
                        continue
                    printed = (*limit.printed[:level], Fraction(moved), *limit.printed[level + 1 :])
                    other = changed(limit, bounds=bounds, printed=printed)
                    made = _with_row(editions, row, changed(row, limits=_put(row.limits, place, other)))
                    where = document.where((*here, name))
                    element = Text(
                        f"“{row.label.zh}”的{table.indicators[limit.indicator].zh}", f"{limit.indicator} of {row.id}"
                    )
                    unit_name = f" {limit.unit}"
                    yield Mutant(
                        f"{table.id}:rows.{row.id}{version}.{limit.indicator}.{name}:{Kind.LIMIT}:{number}", Kind.LIMIT,
                        table.id, element, where, f"{name}: {raw}{unit_name}", f"{name}: {moved:f}{unit_name}",
                        row.citations, None, _with_size(standards, table.id, made), touched,
                    )  # fmt: skip


def _at(document: Document, path: Path_) -> dict[str, Decimal]:
    """The limits that are written at a place."""
    value = document.value
    for step in path:
        value = value[step]
    found: dict[str, Decimal] = value
    return found


def _with_row(editions: Dated[SizeTable], old: Row, new: Row) -> Dated[SizeTable]:
    """A size table with one version of a row replaced, in all editions that have it."""
    return Dated(
        tuple(
            (period, changed(table, rows=tuple(new if row is old else row for row in table.rows)))
            for period, table in editions.versions
        )
    )


def _put(items: tuple[object, ...], index: int, item: object) -> tuple[object, ...]:
    return (*items[:index], item, *items[index + 1 :])


def _with_size(standards: Standards, name: str, editions: Dated[SizeTable]) -> Standards:
    return changed(standards, size_tables={**standards.size_tables, name: editions})


def _rows(standards: Standards, classes: ClassMap, table: Table, touched: tuple[str, ...]) -> Iterator[Mutant]:
    """Each row of a table of prefixes under the next class (the last under the one before), and left out.

    A row without which a code would have no class can't be left out unnoticed: the rulebook would not load.
    """
    names = classes.domain.ids
    if len(names) < 2 or not touched:
        return
    for index, (line, (prefix, name)) in enumerate(table.rows):
        position = names.index(name)
        neighbour = names[position + 1] if position + 1 < len(names) else names[position - 1]
        where = Location(table.file, line, 1)
        element = Text(f"代码 {prefix} 的归类", f"class of code {prefix}")
        other = (line, (prefix, neighbour))
        moved = (*table.rows[:index], other, *table.rows[index + 1 :])
        less = (*table.rows[:index], *table.rows[index + 1 :])
        for number, (rows, after) in enumerate(((moved, f"{prefix},{neighbour}"), (less, "—")), start=1):
            made = _classified(classes, changed(table, rows=rows))
            if made is not None:
                yield Mutant(
                    f"{classes.id}:{prefix}:{Kind.CLASS}:{number}", Kind.CLASS, classes.id, element, where,
                    f"{prefix},{name}", after, classes.citations, None, _with_classes(standards, made), touched,
                )  # fmt: skip


def _classified(classes: ClassMap, table: Table) -> ClassMap | None:
    """The classification by other rows; None if some code would have no class."""
    positions = {name: index for index, name in enumerate(classes.domain.ids)}
    desk = Desk()
    candidates, everything = classified(classes.codes, table, positions, desk, damaged=False)
    return None if desk.findings else changed(classes, candidates=candidates, all_candidates=everything)


def _with_classes(standards: Standards, classes: ClassMap) -> Standards:
    """The standards with another classification, and with it the size table whose sectors it gives."""
    sizes = {
        name: Dated(
            tuple(
                (period, changed(table, sectors=classes) if table.sectors.id == classes.id else table)
                for period, table in editions.versions
            )
        )
        for name, editions in standards.size_tables.items()
    }
    return changed(standards, class_maps={**standards.class_maps, classes.id: classes}, size_tables=sizes)
