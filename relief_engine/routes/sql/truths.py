"""SQL route, first: the terms that a query is made of, each made once, with the range that each figure can have.

A *term* is a small expression over columns: a three-valued truth, a whole number or a text, NULL where it is unknown.
Terms are known by their number and stand in an order in which parts come first. Every figure has bounds, worked out
from those of the columns, so that a query uses wide numbers only where they are needed and can never overflow.

Here are those that are given, truths and choices; ``terms`` adds arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

#: What a number of 64 bits holds, and what the widest numbers of the databases hold: 38 digits.
NARROW, WIDE = 2**63 - 1, 10**38 - 1

Bounds = tuple[int, int]
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


class TooLargeError(ValueError):
    """A figure that no number of 38 digits holds."""


class Term(NamedTuple):
    """One expression: what it does, the numbers of its parts, and what else it says."""

    op: str
    args: tuple[int, ...] = ()
    value: object = None


class Truths:
    """The growing list of terms of one query, without arithmetic."""

    def __init__(self, fixed: Mapping[str, int | None] | None = None) -> None:
        """``fixed``: columns that hold the same in every row, by name; None is unknown. They are not read."""
        self._fixed = fixed or {}
        self.list: list[Term] = []
        self.bounds: list[Bounds | None] = []
        self._index: dict[Term, int] = {}
        self.true, self.false, self.unknown = self.truth(True), self.truth(False), self.truth(None)

    def add(self, term: Term, bounds: Bounds | None = None) -> int:
        """The number of a term; an equal one is not made again."""
        found = self._index.get(term)
        if found is None:
            if bounds is not None and max(-bounds[0], bounds[1]) > WIDE:
                raise TooLargeError
            found = self._index[term] = len(self.list)
            self.list.append(term)
            self.bounds.append(bounds)
        return found

    def range_of(self, figure: int) -> Bounds:
        """The least and greatest value that a figure can have."""
        found = self.bounds[figure]
        if found is None:
            raise TypeError(f"not a figure: {self.list[figure]}")
        return found

    def is_wide(self, term: int) -> bool:
        """Whether a figure may need more than 64 bits."""
        found = self.bounds[term]
        return found is not None and max(-found[0], found[1]) > NARROW

    # --- what is given ------------------------------------------------------------------------------------------

    def truth(self, value: bool | None) -> int:
        """A fixed truth; None is unknown."""
        return self.add(Term("truth", (), value))

    def text(self, value: str) -> int:
        """A fixed text."""
        return self.add(Term("text", (), value))

    def number(self, value: int) -> int:
        """A fixed whole number."""
        return self.add(Term("number", (), value), (value, value))

    def column(self, name: str, bounds: Bounds | None = None) -> int:
        """A column of what the query reads, or what is fixed in its place; one with bounds is a figure."""
        if name in self._fixed:
            value = self._fixed[name]
            return self.unknown if value is None else self.number(value)
        return self.add(Term("column", (), name), bounds)

    def fixed(self, figure: int) -> int | None:
        """The value of a fixed number, or None."""
        op, _, value = self.list[figure]
        return value if op == "number" and isinstance(value, int) else None

    # --- truths -------------------------------------------------------------------------------------------------

    def one_of(self, column: int, values: Iterable[int]) -> int:
        """A column is one of some whole numbers."""
        found, value = tuple(sorted(values)), self.fixed(column)
        if column == self.unknown or value is not None:
            return self.unknown if value is None else self.truth(value in found)
        return self.add(Term("in", (column,), found))

    def compare(self, op: str, left: int, right: int) -> int:
        """A comparison of two figures: ``<``, ``<=``, ``==``, ``!=``, ``>=`` or ``>``."""
        if self.unknown in (left, right):
            return self.unknown
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            truths = {"<": a < b, "<=": a <= b, "==": a == b, "!=": a != b, ">=": a >= b, ">": a > b}
            return self.truth(truths[op])
        return self.add(Term("compare", (left, right), op))

    def is_null(self, term: int) -> int:
        """Whether a term is unknown; true or false, never unknown itself."""
        op, _, value = self.list[term]
        if op in ("number", "text", "truth"):
            return self.truth(value is None)
        return self.add(Term("is_null", (term,)))

    def known(self, *terms: int) -> int:
        """Whether all of some terms are known; true or false."""
        return self.all_of([self.negation(self.is_null(term)) for term in terms])

    def negation(self, term: int) -> int:
        """What holds where a truth does not, and is unknown where it is."""
        op, args, value = self.list[term]
        if op == "not":
            return args[0]
        if op == "truth":
            return self.truth(None if value is None else not value)
        if op == "compare":
            return self.add(Term("compare", args, _OPPOSITE[str(value)]))
        return self.add(Term("not", (term,)))

    def all_of(self, parts: Iterable[int]) -> int:
        """*And* over some truths."""
        return self._joined("and", parts, neutral=self.true, decisive=self.false)

    def any_of(self, parts: Iterable[int]) -> int:
        """*Or* over some truths."""
        return self._joined("or", parts, neutral=self.false, decisive=self.true)

    def _joined(self, op: str, parts: Iterable[int], *, neutral: int, decisive: int) -> int:
        found = [part for part in dict.fromkeys(parts) if part != neutral]
        if decisive in found:
            return decisive
        if self.unknown in found:
            # Beside the unknown, what is at best unknown itself (in an *or*: never true) makes no difference.
            found = [part for part in found if part == self.unknown or not self._is_half_unknown(part, but=op)]
        if len(found) < 2:
            return found[0] if found else neutral
        return self.add(Term(op, tuple(found)))

    def _is_half_unknown(self, term: int, *, but: str) -> bool:
        """Whether a term is an *and* (never true) or an *or* (never false) with the unknown; ``but`` not this one."""
        op, args, _ = self.list[term]
        return op in ("and", "or") and op != but and self.unknown in args

    def _when(self, condition: int) -> int:
        """A condition of a choice: what is unknown counts as false there."""
        if condition == self.unknown or self._is_half_unknown(condition, but="or"):
            return self.false
        if self._is_half_unknown(condition, but="and"):
            return self.any_of([part for part in self.list[condition].args if part != self.unknown])
        return condition

    # --- choices ------------------------------------------------------------------------------------------------

    def case(self, branches: Sequence[tuple[int, int]], otherwise: int | None = None, rare: Iterable[int] = ()) -> int:
        """The value of the first branch whose condition is true; else ``otherwise``, or NULL.

        Args:
            branches: (condition, value) pairs.
            otherwise: the value where no condition is true.
            rare: positions of branches that few rows take (``len(branches)``: the last one). What they compute stands
                in the branch itself and not in a column that every row fills.
        """
        parts: list[int] = []
        values: list[int] = []
        seldom: set[int] = set()
        for place, (given, value) in enumerate(branches):
            condition = self._when(given)
            if condition == self.true:
                otherwise = value
                seldom |= {len(values)} if place in rare else set()
                break
            if condition != self.false:
                seldom |= {len(values)} if place in rare else set()
                parts += [condition, value]
                values.append(value)
        else:
            seldom |= {len(values)} if len(branches) in rare else set()
        otherwise = None if otherwise == self.unknown else otherwise
        while otherwise is None and values and values[-1] == self.unknown:
            # What is unknown where no condition is true needs no condition.
            values.pop()
            del parts[-2:]
        count = len(values)
        if otherwise is not None:
            parts.append(otherwise)
            values.append(otherwise)
        if not count:
            return self.unknown if otherwise is None else otherwise
        ranges = [found for value in values if (found := self.bounds[value]) is not None]
        bounds = (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None
        return self.add(Term("case", tuple(parts), (count, frozenset(seldom & {*range(len(values))}))), bounds)

    def pick(self, condition: int, then: int, otherwise: int, rare: Iterable[int] = ()) -> int:
        """``then`` where a truth holds, ``otherwise`` where it does not, NULL where it is unknown."""
        if condition in (self.true, self.false):
            return then if condition == self.true else otherwise
        return self.case([(condition, then), (self.negation(condition), otherwise)], rare=rare)
