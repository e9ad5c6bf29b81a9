"""SQL route: terms of figures: arithmetic over truths and choices, with the range that each result can have.

What is computed from an unknown figure is unknown, and of fixed ones fixed; neither is left to the database.
"""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled.figures import months_later
from relief_engine.routes.sql.truths import NARROW, WIDE, Bounds, Term, TooLargeError, Truths
from relief_engine.rulebook.facts import OPEN_END

__all__ = ["NARROW", "WIDE", "Bounds", "Term", "Terms", "TooLargeError", "first_beyond"]


class Terms(Truths):
    """The growing list of terms of one query."""

    def extreme(self, parts: Sequence[int], *, least: bool) -> int:
        """The least or greatest of some figures; NULL as soon as one is."""
        if self.unknown in parts:
            return self.unknown
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
        if self.unknown in (left, right):
            return self.unknown
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a + b)
        if a == 0 or b == 0:
            return right if a == 0 else left
        (low, high), (least, most) = self.range_of(left), self.range_of(right)
        return self.add(Term("+", (left, right)), (low + least, high + most))

    def minus(self, left: int, right: int) -> int:
        """``left - right``."""
        if self.unknown in (left, right):
            return self.unknown
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a - b)
        if b == 0:
            return left
        (low, high), (least, most) = self.range_of(left), self.range_of(right)
        return self.add(Term("-", (left, right)), (low - most, high - least))

    def times(self, left: int, right: int) -> int:
        """``left × right``. Nothing times an unknown figure is unknown."""
        if self.unknown in (left, right):
            return self.unknown
        a, b = self.fixed(left), self.fixed(right)
        if a is not None and b is not None:
            return self.number(a * b)
        if a == 1 or b == 1:
            return right if a == 1 else left
        ends = [x * y for x in self.range_of(left) for y in self.range_of(right)]
        return self.add(Term("*", (left, right)), (min(ends), max(ends)))

    def over(self, figure: int, divisor: int) -> int:
        """The whole part of a figure that is never negative, divided by a fixed positive number."""
        if figure == self.unknown:
            return figure
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
        if day == self.unknown:
            return day
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
