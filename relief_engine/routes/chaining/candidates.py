"""Routes stage: tests of the class of a code. The rows of a table are facts, and a coarse code may be in any of some.

A code with one candidate adds that candidate's facts to the others. With several, each is tried in turn, alone, for
what would follow from it; the tests vote, and a production settles a test when all candidates agree on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled import ir
from relief_engine.compiled.layout import Value
from relief_engine.compiled.sizes import Bounds, Run, runs_of
from relief_engine.routes.chaining.facts import index_of, known, sides
from relief_engine.routes.chaining.productions import Literal, Productions, Vote, vote
from relief_engine.rulebook import record
from relief_engine.rulebook.standards import ClassMap, SizeTable

#: Lower limits of one class, for each covered row of a table.
_Column = tuple[Bounds, ...]
#: What is said of a candidate: whether the table has a row for it.
_UNCOVERED, _COVERED = 0, 1


class Candidate(record.Value):
    """The facts about one candidate: some that are fixed, and (gate, slot, limit) of those that need an indicator."""

    fixed: tuple[str, ...]
    limits: tuple[tuple[int, int, int], ...]

    def facts(self, slots: Sequence[Value]) -> list[str]:
        """The fields that hold if the code is of this candidate."""
        found = list(self.fixed)
        for gate, slot, limit in self.limits:
            value = known(slots, slot)
            if value is not None:
                found.append(sides(gate, value, limit))
        return found


class Family(record.Value):
    """Tests that look one code up in one table in the same way."""

    code: int
    tests: frozenset[int]
    voters: int
    by_code: tuple[tuple[Candidate, ...], ...]
    unknown: tuple[Candidate, ...]

    def candidates(self, slots: Sequence[Value]) -> tuple[Candidate, ...]:
        """The candidates of the subject's code."""
        code = index_of(slots, self.code, len(self.by_code))
        return self.unknown if code is None else self.by_code[code]

    def abstentions(self, candidates: int) -> list[Vote]:
        """The votes, either way, of the candidates that there could have been."""
        missing = self.voters - candidates
        return [vote(test, value) for test in sorted(self.tests) for value in (ir.MET, ir.UNMET)] * missing


def class_family(tests: dict[int, ir.ClassIs], productions: Productions) -> Family:
    """The family of tests of one class map: the class is a fact."""
    first = next(iter(tests.values()))
    table = first.table
    field = f"c{productions.new_gate()}"
    classes = range(len(table.domain.ids))
    for gate, test in tests.items():
        productions.among(gate, field, test.values, set(classes) - test.values)
    return _family(first.code, table, [*tests], [Candidate((f'"{field}":{c}',), ()) for c in classes], productions)


def size_family(tests: dict[int, ir.SizeIs], productions: Productions) -> Family:
    """The family of tests of one size table: limits and indicators are facts that productions compare."""
    first = next(iter(tests.values()))
    maker = _Sizes(first.table, productions)
    for gate, test in tests.items():
        maker.test(gate, test)
    sectors = first.table.sectors
    return _family(
        first.code, sectors, [*tests], [maker.candidate(c) for c in range(len(sectors.domain.ids))], productions
    )


def _family(
    code: int, table: ClassMap, tests: list[int], candidates: list[Candidate], productions: Productions
) -> Family:
    different = {*table.candidates, table.all_candidates}
    voters = max(map(len, different))
    if voters > 1:
        for test in tests:
            productions.consensus(test, voters)
    shared = {found: tuple(candidates[c] for c in found) for found in different}
    by_code = tuple(map(shared.__getitem__, table.candidates))
    return Family(code, frozenset(tests), voters, by_code, shared[table.all_candidates])


class _Sizes:
    """Productions that hold for every row of a table, and what each row is, as facts."""

    def __init__(self, table: SizeTable, productions: Productions) -> None:
        self.table = table
        self.productions = productions
        self.covered = [c for c in range(len(table.sectors.domain.ids)) if table.row(c) is not None]
        self.field = f"c{productions.new_gate()}"
        #: Gates that compare an indicator with a limit, by the column of limits; one for each limit of a row.
        self.limits: dict[_Column, tuple[int, ...]] = {}
        self.reached: dict[_Column, Literal] = {}
        #: What is said of every covered row, if a test asks no more than that.
        self.of_covered: tuple[str, ...] = ()

    def test(self, gate: int, test: ir.SizeIs) -> None:
        """One test of the size class."""
        uncovered = self.table.uncovered
        if uncovered in test.values:
            self.productions.among(gate, self.field, (_UNCOVERED,), ())
        else:
            self.productions.among(gate, self.field, (), (_UNCOVERED,))
        plans = [plan for c in self.covered if not isinstance(plan := runs_of(test, c), bool)]
        runs = [self.run(column) for column in zip(*plans, strict=True)]
        literals = [literal for literal in runs if literal is not None]
        if not runs or len(literals) < len(runs):  # of no row's classes, or of all
            self.of_covered = (f'"{self.field}":{_COVERED}',)
            self.productions.among(gate, self.field, (_COVERED,) if runs else (), () if runs else (_COVERED,))
        elif len(literals) == 1:
            self.productions.follow(gate, literals[0])
        else:
            met = self.productions.new_gate()
            self.productions.any_of(met, literals)
            self.productions.follow(gate, (met, True))

    def run(self, column: tuple[Run, ...]) -> Literal | None:
        """Whether one run of classes is met, for any row; None if always."""
        parts = []
        if column[0].lower is not None:
            parts.append(self.at_least(tuple(run.lower or () for run in column)))
        if column[0].upper is not None:
            gate, straight = self.at_least(tuple(run.upper or () for run in column))
            parts.append((gate, not straight))
        if len(parts) < 2:
            return parts[0] if parts else None
        gate = self.productions.new_gate()
        self.productions.all_of(gate, parts)
        return gate, True

    def at_least(self, column: _Column) -> Literal:
        """Whether all lower limits of a class hold."""
        if column not in self.reached:
            gates = tuple(self.productions.new_gate() for _ in range(max(len(bounds) for bounds in column)))
            for gate in gates:
                self.productions.compare(gate, ">=")
            self.limits[column] = gates
            whole = gates[0]
            if len(gates) > 1:
                whole = self.productions.new_gate()
                self.productions.all_of(whole, [(gate, True) for gate in gates])
            self.reached[column] = (whole, True)
        return self.reached[column]

    def candidate(self, candidate: int) -> Candidate:
        """What is known of an industry in one row, or in none."""
        if candidate not in self.covered:
            return Candidate((f'"{self.field}":{_UNCOVERED}',), ())
        fixed, limits = [*self.of_covered], []
        for column, gates in self.limits.items():
            bounds = column[self.covered.index(candidate)]
            for index, gate in enumerate(gates):
                if index >= len(bounds):
                    fixed.append(sides(gate, 0, 0))  # a row with fewer limits: no limit is always reached
                elif bounds[index][0] >= 0:
                    limits.append((gate, *bounds[index]))
        return Candidate(tuple(fixed), tuple(limits))
