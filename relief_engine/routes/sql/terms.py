"""SQL route, first: the terms that a query is made of, each made once, with the range that each figure can have.

A *term* is a small expression over columns: a three-valued truth, a whole number or a text, NULL where it is unknown.
Terms are known by their number and stand in an order in which parts come first. Every figure has bounds, worked out
from those of the columns, so that a query uses wide numbers only where they are needed and can never overflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from relief_engine.compiled.figures import months_later
from relief_engine.rulebook.facts import OPEN_END

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


class Terms:
    """The growing list of terms of one query."""

    def __init__(self) -> None:
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
        """A column of what the query reads; one with bounds is a figure."""
        return self.add(Term("column", (), name), bounds)

    def fixed(self, figure: int) -> int | None:
        """The value of a fixed number, or None."""
        op, _, value = self.list[figure]
        return value if op == "number" and isinstance(value, int) else None

    # --- truths -------------------------------------------------------------------------------------------------

    def one_of(self, column: int, values: Iterable[int]) -> int:
        """A column is one of some whole numbers."""
        return self.add(Term("in", (column,), tuple(sorted(values))))

    def compare(self, op: str, left: int, right: int) -> int:
        """A comparison of two figures: ``<``, ``<=``, ``==``, ``!=``, ``>=`` or ``>``."""
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
        if len(found) < 2:
            return found[0] if found else neutral
        return self.add(Term(op, tuple(found)))

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
        for place, (condition, value) in enumerate(branches):
            if condition == self.true:
                otherwise = value
                seldom |= {len(values)} if place in rare else set()
                break
            if condition not in (self.false, self.unknown):
                seldom |= {len(values)} if place in rare else set()
                parts += [condition, value]
                values.append(value)
        else:
            seldom |= {len(values)} if len(branches) in rare else set()
        count = len(values)
        if otherwise is not None:
            parts.append(otherwise)
            values.append(otherwise)
        if not count:
            return self.unknown if otherwise is None else otherwise
        if {*values} == {self.unknown}:
            return self.unknown
        ranges = [found for value in values if (found := self.bounds[value]) is not None]
        bounds = (min(low for low, _ in ranges), max(high for _, high in ranges)) if ranges else None
        return self.add(Term("case", tuple(parts), (count, frozenset(seldom))), bounds)

    def pick(self, condition: int, then: int, otherwise: int, rare: Iterable[int] = ()) -> int:
        """``then`` where a truth holds, ``otherwise`` where it does not, NULL where it is unknown."""
        if condition in (self.true, self.false):
            return then if condition == self.true else otherwise
        return self.case([(condition, then), (self.negation(condition), otherwise)], rare=rare)

    def extreme(self, parts: Sequence[int], *, least: bool) -> int:
        """The least or greatest of some figures; NULL as soon as one is."""
        found = parts[0]
        for part in parts[1:]:
            (a, b), (c, d) = self.range_of(found), self.range_of(part)
            fixed, other = (found, part) if self.fixed(found) is not None else (part, found)
            if self.fixed(fixed) is not None and self.fixed(other) is None:
                # What is beyond the fixed figure is cut off; what is unknown stays so.
                picked = self.case([(self.compare("<" if least else ">", fixed, other), fixed)], other)
            else:
                ordered = self.compare("<=" if least else ">=", found, part)
                picked = self.pick(ordered, found, part)
            tight = (min(a, c), min(b, d)) if least else (max(a, c), max(b, d))
            if self.list[picked].op == "case":
                self.bounds[picked] = tight
            found = picked
        return found

    # --- arithmetic ---------------------------------------------------------------------------------------------

    def plus(self, left: int, right: int) -> int:
        """``left + right``."""
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a + b)
        if a == 0 or b == 0:
            return right if a == 0 else left
        (low, high), (least, most) = self.range_of(left), self.range_of(right)
        return self.add(Term("+", (left, right)), (low + least, high + most))

    def minus(self, left: int, right: int) -> int:
        """``left - right``."""
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a - b)
        if b == 0:
            return left
        (low, high), (least, most) = self.range_of(left), self.range_of(right)
        return self.add(Term("-", (left, right)), (low - most, high - least))

    def times(self, left: int, right: int) -> int:
        """``left × right``. Nothing times an unknown figure is unknown."""
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a * b)
        if a == 1 or b == 1:
            return right if a == 1 else left
        ends = [x * y for x in self.range_of(left) for y in self.range_of(right)]
        return self.add(Term("*", (left, right)), (min(ends), max(ends)))

    def over(self, figure: int, divisor: int) -> int:
        """The whole part of a figure that is never negative, divided by a fixed positive number."""
        low, high = self.range_of(figure)
        if low < 0 or divisor <= 0:
            raise ValueError("whole parts are taken of figures that are not negative")
        if divisor == 1:
            return figure
        known = self.fixed(figure)
        if known is not None:
            return self.number(known // divisor)
        return self.add(Term("/", (figure,), divisor), (low // divisor, high // divisor))

    def later(self, day: int, months: int) -> int:
        """The day some months later, as an ordinal; the last of all days where it would lie beyond."""
        known = self.fixed(day)
        if known is not None:
            return self.number(months_later(known, months))
        low, high = self.range_of(day)
        ends = months_later(low, months), months_later(high, months)
        if ends[0] > ends[1]:
            raise TooLargeError
        beyond = first_beyond(months)
        moved = self.add(Term("months", (day,), months), ends)
        if high < beyond:
            return moved
        within = self.compare("<", day, self.number(beyond))
        return self.pick(within, moved, self.number(OPEN_END))


def first_beyond(months: int) -> int:
    """The first day whose date so many months later lies beyond all dates, as an ordinal."""
    low, high = 1, OPEN_END + 1
    if months < 0:
        return high
    while low < high:
        middle = (low + high) // 2
        if months_later(middle, months) < OPEN_END:
            low = middle + 1
        else:
            high = middle
    return low
