"""Testing stage, mutation: facts that lead a profile to what is mutated in a standard."""

from __future__ import annotations

from relief_engine.rulebook.model import Rulebook
from relief_engine.testing.mutation.mutant import Kind, Mutant

#: Facts that lead to what is mutated, by id, with their encoded values.
Hint = dict[str, int]


def hints(mutant: Mutant, rulebook: Rulebook) -> list[Hint]:
    """Facts on which a mutated standard says something else than the right one; none for a mutated programme."""
    wrong, right = mutant.standards, rulebook.standards
    if wrong is None:
        return []
    if mutant.kind is Kind.LIMIT:
        table, other = right.size_tables[mutant.owner], wrong.size_tables[mutant.owner]
        row = next(index for index, row in enumerate(other.rows) if row is not table.rows[index])
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
    before, after = right.class_maps[mutant.owner], wrong.class_maps[mutant.owner]
    leaves = [code for code in before.codes.leaves(None) if before.of(code) != after.of(code)]
    facts = {fact.code for fact in before.facts}
    facts |= {
        fact.code for table in right.size_tables.values() if table.sectors.id == before.id for fact in table.facts
    }
    return [{fact: code} for fact in sorted(facts) for code in leaves[:2]]
