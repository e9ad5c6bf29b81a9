"""Rulebook stage: code lists from their tables, and which classes a table of prefixes gives to every code.

There are thousands of codes and a rulebook is loaded in milliseconds, so the work is done on plain lists by position.
"""

from __future__ import annotations

from collections.abc import Mapping

from relief_engine.errors import Finding, Location, did_you_mean
from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.source import Document
from relief_engine.rulebook.standard_shapes import CodeListFile
from relief_engine.rulebook.standards import CodeList
from relief_engine.rulebook.tables import Table, Tables, at_line
from relief_engine.text import Text


def build_code_list(document: Document, name: str, file: CodeListFile, tables: Tables, desk: Desk) -> CodeList | None:
    """A code list from its CSV (columns code, level, name, parent; a parent stands above its children)."""
    citations = desk.citations(document, ("cite",), file.cite)
    table = tables.read(document, ("file",), name, file.file, ("code", "level", "name", "parent"), desk)
    if table is None:
        return None
    if not table.rows:
        at_line(desk, "table-empty", table.file, 1, Text("表格没有内容", "the table is empty"))
        return None
    ids, levels, names, parents = zip(*(cells for _, cells in table.rows), strict=True)
    positions = {code: position for position, code in enumerate(ids)}
    before = len(desk.findings)
    _check_rows(table, desk)
    if len(desk.findings) > before:
        return None
    return CodeList(
        file.standard, text(file.title), ids, tuple([int(level) for level in levels]), names,
        tuple([positions[parent] if parent else -1 for parent in parents]), positions, citations, document.where(()),
    )  # fmt: skip


def _check_rows(table: Table, desk: Desk) -> None:
    """Report codes that are there twice, or not below the code that they name as their parent."""
    level_of: dict[str, int] = {"": 0}
    for line, (code, level, name, parent) in table.rows:
        above = level_of.get(parent)
        if above is not None and level == _LEVELS[above + 1] and code not in level_of and name:
            level_of[code] = above + 1
            continue
        if not code or not name:
            at_line(desk, "code-empty", table.file, line, Text("代码和名称不能为空", "a code needs its id and name"))
        elif code in level_of:
            at_line(desk, "duplicate-code", table.file, line, Text(f"代码 {code} 重复", f"{code} is listed twice"))
        elif above is None:
            message = Text(f"前面没有上级代码 {parent}", f"there is no parent code {parent} above")
            at_line(desk, "unknown-parent", table.file, line, message)
        else:
            wanted = above + 1
            message = Text(f"层级应为 {wanted}，实为“{level}”", f"the level must be {wanted}, one below its parent's")
            at_line(desk, "code-level", table.file, line, message)
        level_of.setdefault(code, min((above or 0) + 1, len(_LEVELS) - 2))


#: How levels are written, by their number; deeper lists there are not.
_LEVELS = ("", "1", "2", "3", "4", "5", "6", "7", "8", "9", "")


def classified(
    codes: CodeList, table: Table, classes: Mapping[str, int], desk: Desk, *, damaged: bool
) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """The possible classes of every code by the longest prefix, and of an unknown code.

    ``table`` holds (prefix, class) rows. A code without a class is a finding, and so is a prefix that is no code;
    a class that there is not is none if the file that lists the classes is ``damaged``.
    """
    direct: dict[int, int] = {}
    before = len(desk.findings)
    for line, (prefix, name) in table.rows:
        index = classes.get(name)
        position = codes.positions.get(prefix)
        if position is None:
            message = Text(f"没有代码 {prefix}", f"there is no code {prefix}")
            at_line(desk, "unknown-code", table.file, line, message)
        elif index is None:
            if not damaged:
                hint = did_you_mean(name, classes)
                message = Text(f"没有类别“{name}”{hint.zh}", f"there is no class {name!r}{hint.en}")
                at_line(desk, "unknown-class", table.file, line, message)
        elif position in direct:
            message = Text(f"前缀 {prefix} 重复", f"the prefix {prefix} is listed twice")
            at_line(desk, "duplicate-prefix", table.file, line, message)
        else:
            direct[position] = index
    masks = _masks(codes, direct)
    lost = [codes.ids[position] for position in codes.leaves(None) if not masks[position]]
    if lost and len(desk.findings) == before and not damaged:
        shown = "、".join(lost[:5])
        message = Text(
            f"{len(lost)} 个代码没有类别，例如 {shown}",
            f"{len(lost)} codes have no class, for example {', '.join(lost[:5])}",
        )
        desk.findings.append(Finding("code-without-class", Location(table.file), message))
    # Thousands of codes share a handful of sets of classes.
    sets = {mask: tuple(index for index in range(len(classes)) if mask >> index & 1) for mask in set(masks)}
    everything = 0
    for mask in sets:
        everything |= mask
    return tuple([sets[mask] for mask in masks]), tuple(i for i in range(len(classes)) if everything >> i & 1)


def _masks(codes: CodeList, direct: Mapping[int, int]) -> list[int]:
    """For each code the set of its possible classes, as a bit mask; parents stand before their children."""
    inherited: list[int] = []
    for position, parent in enumerate(codes.parents):
        own = direct.get(position)
        inherited.append(1 << own if own is not None else inherited[parent] if parent >= 0 else 0)
    masks = [0] * len(inherited)
    for position in codes.leaves(None):
        masks[position] = inherited[position]
    for position in range(len(masks) - 1, -1, -1):
        parent = codes.parents[position]
        if parent >= 0:
            masks[parent] |= masks[position]
    return masks
