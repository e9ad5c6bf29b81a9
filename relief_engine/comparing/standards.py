"""Comparing stage: the edits of all standards."""

from __future__ import annotations

from relief_engine.comparing.classes import class_map_edits, code_list_edits
from relief_engine.comparing.edit import AnyEdit
from relief_engine.comparing.matching import by_name
from relief_engine.comparing.sizes import size_table_edits
from relief_engine.rulebook.standards import Standards


def standard_edits(old: Standards, new: Standards) -> list[AnyEdit]:
    """What was edited in all code lists and classifications."""
    found: list[AnyEdit] = []
    for codes, now in by_name(old.code_lists, new.code_lists):
        found += code_list_edits(codes, now)
    # The sectors of a size table are a part of it.
    sectors = {
        table.sectors.id for side in (old, new) for known in side.size_tables.values() for table in known.values()
    }
    for classes, now_classes in by_name(old.class_maps, new.class_maps):
        known = now_classes or classes
        if known is not None and known.id not in sectors:
            found += class_map_edits(classes, now_classes)
    for table, now_table in by_name(old.size_tables, new.size_tables):
        found += size_table_edits(table, now_table)
    return found
