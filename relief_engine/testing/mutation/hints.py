"""Testing stage, mutation: facts that lead a profile to what is mutated in a standard."""

from __future__ import annotations

from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.standards import SizeTable
from relief_engine.testing.mutation.mutant import Kind, Mutant

#: Facts that lead to what is mutated, by id, with their encoded values.
Hint = dict[str, int]


def hints(mutant: Mutant, rulebook: Rulebook) -> list[Hint]:
    """Facts on which a mutated standard says something else than the right one; none for a mutated programme."""
    wrong, right = mutant.standards, rulebook.standards
    if wrong is None:
        return []
    if mutant.kind is Kind.LIMIT:
        editions = right.size_tables[mutant.owner].values(), wrong.size_tables[mutant.owner].values()
        return next(found for pair in zip(*editions, strict=True) if (found := _of_limits(*pair)) is not None)
    before, after = right.class_maps[mutant.owner], wrong.class_maps[mutant.owner]
    leaves = [code for code in before.codes.leaves(None) if before.of(code) != after.of(code)]
    facts = {fact.code for fact in before.facts}
    facts |= {
        fact.code
        for editions in right.size_tables.values()
        for fact in next(editions.values()).facts
        if next(editions.values()).sectors.id == before.id
    }
    return [{fact: code} for fact in sorted(facts) for code in leaves[:2]]


def _of_limits(table: SizeTable, other: SizeTable) -> list[Hint] | None:
    """Facts between the limits of two editions that differ in one row; None for two that do not differ."""
    row = next((index for index, row in enumerate(other.rows) if row is not table.rows[index]), None)
    if row is None:
        return None
    codes = [code for code, found in enumerate(table.sectors.candidates) if found == (row,)]
    highest = {limit.indicator: limit.bounds[-1] for limit in table.rows[row].limits}
    return [
        {fact.code: codes[-1]}
        | {i: min(a, b) if limit.indicator == indicator else highest[indicator] for indicator, i in fact.indicators
           if indicator in highest}
        for fact in table.facts
        for limit, moved in zip(table.rows[row].limits, other.rows[row].limits, strict=True)
        for a, b in zip(limit.bounds, moved.bounds, strict=True)
        if a != b and codes
    ]  # fmt: skip
