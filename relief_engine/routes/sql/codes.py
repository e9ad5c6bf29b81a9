"""SQL route: what a code says, as a table to be joined once, and the tests of classes and sizes that lean on it.

A program's *table of codes* has one row for each code of the list. For each test of a class it holds the truth of
the test, NULL where the code is too coarse to tell. For sizes it holds which row of the size table the code leads to:
``covered`` (whether any), the lower limits of the classes that are asked for, and ``kind``: 0 where the code leads to
one row, another number for each set of rows that a coarse code leads to. A code that is not known finds no row in the
table, and its ``kind`` is NULL. Tests of coarse and unknown codes are written out: they hold where every row that the
code may lead to meets them, and fail where none does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from relief_engine.compiled import ir
from relief_engine.routes.sql.terms import Terms
from relief_engine.rulebook.standards import CodeList

#: The lower limits of one class in one row, by slot; slot -1 is an indicator that no fact gives.
Box = dict[int, int]
Entry = int | bool | None
#: A run of classes: the first class that is reached and the first that is not; None for no such limit.
Level = tuple[int | None, int | None]


class Codes:
    """The table of the codes that one slot may hold, growing with the tests that ask for it."""

    def __init__(self, terms: Terms, slot: int, listed: CodeList) -> None:
        self.terms = terms
        self.slot = slot
        self.listed = listed
        self.code = terms.column(f"s{slot}")
        #: By name, a value for each code.
        self.columns: dict[str, Sequence[Entry]] = {}
        self._names: dict[tuple[str, Sequence[Entry]], str] = {}

    def column(self, hint: str, values: Sequence[Entry], *, figure: bool = False) -> int:
        """The term of a column of the table; one that holds the same is not made again."""
        name = self._names.get((hint, tuple(values)))
        if name is None:
            name = f"{hint}_{self.slot}"
            name = name if name not in self.columns else f"{name}_{len(self.columns)}"
            self._names[hint, tuple(values)] = name
            self.columns[name] = values
        limits = [value for value in values if value is not None]
        return self.terms.column(name, (min(limits, default=0), max(limits, default=0)) if figure else None)

    # --- classes ------------------------------------------------------------------------------------------------

    def class_test(self, node: ir.ClassIs) -> int:
        """The truth of a test of a class."""
        terms, table = self.terms, node.table
        unknown = _agreed([c in node.values for c in table.all_candidates])
        if self.code == terms.unknown:
            return terms.truth(unknown)
        truths = tuple([_agreed([c in node.values for c in found]) for found in table.candidates])
        opposite = tuple([None if truth is None else not truth for truth in truths])
        if ("class", opposite) in self._names:
            known = terms.negation(self.column("class", opposite))
        else:
            known = self.column("class", truths)
        if unknown is None:
            return known
        return terms.case([(terms.is_null(self.code), terms.truth(unknown))], known)

    # --- sizes --------------------------------------------------------------------------------------------------

    def size_test(self, node: ir.SizeIs) -> int:
        """The truth of a test of a size."""
        terms, table = self.terms, node.table
        others = frozenset(range(table.uncovered + 1)) - node.values
        if table.uncovered in node.values and others:
            # Asked the other way round, so that a test and its opposite are one term.
            return terms.negation(self.size_test(ir.SizeIs(node.code, table, node.indicators, others)))
        if self.code == terms.unknown:
            return self.consensus(node, table.sectors.all_candidates)
        sets = tuple(dict.fromkeys(found for found in table.sectors.candidates if len(found) > 1))
        numbers = {found: place for place, found in enumerate(sets, 1)}
        kind = self.column("kind", [numbers.get(found, 0) for found in table.sectors.candidates])
        asked: dict[int, list[int]] = {}
        for number, found in enumerate(sets, 1):
            asked.setdefault(self.consensus(node, found), []).append(number)
        branches = [(terms.one_of(kind, [0]), self.single(node))]
        branches.append((terms.is_null(kind), self.consensus(node, table.sectors.all_candidates)))
        branches += [
            (terms.one_of(kind, numbers_), value) for value, numbers_ in asked.items() if value != terms.unknown
        ]
        return terms.case(branches, rare=range(1, len(branches)))

    def single(self, node: ir.SizeIs) -> int:
        """The truth where the code leads to one row, whose limits stand in the table of codes."""
        terms, table = self.terms, node.table
        rows = [table.row(found[0]) if len(found) == 1 else None for found in table.sectors.candidates]
        # A code that leads to one row may lead to the one that stands for none.
        one = [None if len(f) > 1 else row is not None for f, row in zip(table.sectors.candidates, rows, strict=True)]
        covered = terms.true if False not in one else self.column("covered", one)

        def reached(level: int) -> int:
            parts = []
            slots = dict(node.indicators)
            for indicator in table.indicators:
                limits = [
                    next((limit.bounds[level - 1] for limit in row.limits if limit.indicator == indicator), None)
                    if row is not None
                    else None
                    for row in rows
                ]
                if all(limit is None for limit in limits):
                    continue
                bound = self.column(f"{indicator}_{level}", limits, figure=True)
                slot = slots.get(indicator)
                over = terms.unknown if slot is None else terms.compare(">=", figure_of(terms, slot), bound)
                needed = any(limit is None for limit, row in zip(limits, rows, strict=True) if row is not None)
                parts.append(terms.any_of([over, terms.is_null(bound)]) if needed else over)
            return terms.all_of(parts)

        runs = []
        for low, high in _levels(node):
            parts = [] if low is None else [reached(low)]
            parts += [] if high is None else [terms.negation(reached(high))]
            runs.append(terms.all_of(parts))
        inside = terms.any_of(runs)
        if table.uncovered in node.values:
            return terms.any_of([terms.negation(covered), inside])
        return terms.all_of([covered, inside])

    def consensus(self, node: ir.SizeIs, candidates: Sequence[int]) -> int:
        """The truth where a code may lead to any of some rows: theirs if they agree, else unknown."""
        terms, table, levels = self.terms, node.table, _levels(node)
        rows = [row for candidate in candidates if (row := table.row(candidate)) is not None]
        outside = table.uncovered in node.values if len(rows) < len(candidates) else None
        if (None, None) in levels or not levels or not rows:
            # Every row of the table says the same.
            inside = bool(levels)
            truth = outside if not rows else inside if outside in (None, inside) else None
            return terms.truth(truth)

        def boxes(level: int) -> list[Box]:
            slots = dict(node.indicators)
            return [{slots.get(limit.indicator, -1): limit.bounds[level - 1] for limit in row.limits} for row in rows]

        ((low, high), *more) = levels
        if not more and (low is None or high is None):
            found = boxes(low or high or 0)
            every, some = self._all_reached(found), self._some_reached(found)
            met, unmet = (every, terms.negation(some)) if high is None else (terms.negation(some), every)
        else:
            truths = [self._row(boxes, levels, place) for place in range(len(rows))]
            met, unmet = terms.all_of(truths), terms.all_of([terms.negation(truth) for truth in truths])
        met = terms.false if outside is False else met
        unmet = terms.false if outside is True else unmet
        return terms.case([(met, terms.true), (unmet, terms.false)])

    def _row(self, boxes: Callable[[int], list[Box]], levels: Sequence[Level], place: int) -> int:
        """The truth of a test for one row, its limits written out."""
        terms = self.terms
        runs = []
        for low, high in levels:
            parts = [] if low is None else [self._reached(boxes(low)[place])]
            parts += [] if high is None else [terms.negation(self._reached(boxes(high)[place]))]
            runs.append(terms.all_of(parts))
        return terms.any_of(runs)

    def _reached(self, box: Box) -> int:
        terms = self.terms
        return terms.all_of([
            terms.unknown if slot < 0 else terms.compare(">=", figure_of(terms, slot), terms.number(bound))
            for slot, bound in sorted(box.items())
        ])  # fmt: skip

    def _all_reached(self, boxes: Sequence[Box]) -> int:
        """All limits of all rows hold: of each indicator the highest one."""
        highest: Box = {}
        for box in boxes:
            for slot, bound in box.items():
                highest[slot] = max(bound, highest.get(slot, bound))
        return self._reached(highest)

    def _some_reached(self, boxes: Sequence[Box]) -> int:
        """The limits of some row hold. A row whose limits imply those of another adds nothing."""

        def implied(box: Box, by: Box) -> bool:
            return all(slot in by and by[slot] >= bound for slot, bound in box.items())

        distinct = [box for place, box in enumerate(boxes) if box not in boxes[:place]]
        needed = [box for box in distinct if not any(implied(other, box) for other in distinct if other != box)]
        return self.terms.any_of([self._reached(box) for box in needed])


def figure_of(terms: Terms, slot: int) -> int:
    """The column of a slot whose bounds have been told before."""
    return terms.column(f"s{slot}")


def _agreed(found: Sequence[bool]) -> bool | None:
    return found[0] if found and all(truth == found[0] for truth in found) else None


def _levels(node: ir.SizeIs) -> list[Level]:
    """The runs of neighbouring classes among the values: the first class reached, and the first not reached."""
    top = node.table.uncovered - 1
    classes = sorted(node.values - {node.table.uncovered})
    runs: list[Level] = []
    for first in (c for c in classes if c - 1 not in node.values):
        last = first
        while last + 1 <= top and last + 1 in node.values:
            last += 1
        runs.append((first if first > 0 else None, last + 1 if last < top else None))
    return runs
