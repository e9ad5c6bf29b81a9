"""Checking stage, before the checks of files: the rulebook's own files, parsed again with the place of every part.

A built rulebook keeps what its files mean, not each row and key that they are written in. Files that it inherits from
the shipped rulebook are left out: they are checked where they belong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from relief_engine.errors import Location
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.folder import SHIPPED, gathered, kind_of, place_of
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.periods import Dated
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.source import Document, Path_, decode
from relief_engine.rulebook.standards import ClassMap, Row, SizeTable, rows_in_time
from relief_engine.rulebook.tables import Tables


class PrefixRow(Record):
    """One row of a table of prefixes: its code by position, the position of its class, and its place."""

    code: int
    to: int
    where: Location


class PrefixTable(Record):
    """A table that gives classes to codes, as it is written: with its document, what was built of it, its rows.

    ``size`` is the first edition of the size table that the classes belong to, if they do; ``limits`` are its rows in
    all their versions, each with its path in the document.
    """

    document: Document
    built: ClassMap
    size: SizeTable | None
    limits: tuple[tuple[Path_, Row], ...]
    rows: tuple[PrefixRow, ...]

    def owners(self) -> list[PrefixRow | None]:
        """The row that each code gets its class from: that of the longest prefix."""
        direct = {row.code: row for row in self.rows}
        found: list[PrefixRow | None] = []
        for position, parent in enumerate(self.built.codes.parents):
            found.append(direct.get(position) or (found[parent] if parent >= 0 else None))
        return found


class Written(Record):
    """The YAML files of a rulebook that loads, by kind: ``sources``, ``facts``, ``standards``, ``programmes``."""

    documents: Mapping[str, tuple[Document, ...]]
    tables: tuple[PrefixTable, ...]

    def of(self, kind: str) -> tuple[Document, ...]:
        """The files of one kind, in the order of their names."""
        return self.documents.get(kind, ())


def written(rulebook: Rulebook) -> Written:
    """Read the files of a rulebook that has loaded without findings.

    Nothing is found where its folder is gone, as it may be for one that was read from memory.
    """
    root = rulebook.root
    contents = gathered(root).contents
    documents: dict[str, list[Document]] = {}
    standards: list[tuple[str, Document]] = []
    for name, data in contents.items():
        if name.endswith(".yaml") and not name.startswith(SHIPPED):
            document = decode(data, place_of(root, name))
            documents.setdefault(kind_of(name), []).append(document)
            if kind_of(name) == "standards":
                standards.append((name, document))
    tables = Tables(contents, root)
    found = [table for name, document in standards if (table := _prefixes(rulebook, tables, name, document))]
    return Written({kind: tuple(listed) for kind, listed in documents.items()}, tuple(found))


def _prefixes(rulebook: Rulebook, tables: Tables, name: str, document: Document) -> PrefixTable | None:
    """The table of prefixes of a standard; None for a code list."""
    standards = rulebook.standards
    editions = standards.size_tables.get(document.value["standard"])
    size = None if editions is None else next(editions.values())
    built = standards.class_maps.get(document.value["standard"]) if size is None else size.sectors
    if built is None:
        return None
    key = "file" if size is None else "sectors"
    table = tables.read(document, (key,), name, document.value[key], ("prefix", "class"), Desk())
    if table is None:
        return None
    positions = built.codes.positions
    classes = {identity: index for index, identity in enumerate(built.domain.ids)}
    rows = [PrefixRow(positions[code], classes[to], Location(table.file, line, 1)) for line, (code, to) in table.rows]
    return PrefixTable(document, built, size, () if editions is None else tuple(sized(document, editions)), tuple(rows))


def sized(document: Document, editions: Dated[SizeTable]) -> Iterator[tuple[Path_, Row]]:
    """The rows of a size table in all their versions, each with the path at which it is written."""
    built = {row.where: row for dated in rows_in_time(editions).values() for row in dated.values()}
    for index, shape in enumerate(document.value["rows"]):
        versions: list[Path_] = [
            ("rows", index, "versions", number) for number in range(len(shape.get("versions", ())))
        ]
        for path in versions or [("rows", index)]:
            yield path, built[document.where(path)]


def own(rulebook: Rulebook, where: Location) -> bool:
    """Whether a place lies in the rulebook's own folder, and not in the shipped one that it extends."""
    return PurePosixPath(where.file).is_relative_to(Path(rulebook.root).as_posix())


def parts(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Every mapping of a document with its path, outermost first."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            yield from parts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from parts(item, (*path, index))
