"""Testing stage, mutation: values of parameters that are wrong by as little as they can be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from relief_engine.testing.mutation.mutant import Kind

#: What a parameter may hold.
Value = Decimal | dt.date | tuple[str, ...] | dict[str, Decimal | dt.date]


def nearby(value: object) -> Iterator[tuple[Kind, str, str, Value]]:
    """The kind of mistake, what was written, what is written now, and the value with it.

    A figure is one more and one less in its last written digit, a day one later and one earlier; of a list each name is
    left out, of a table each entry, and its figures and days are off as others are. A list or table is never emptied.
    """
    match value:
        case Decimal():
            step = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
            yield Kind.FIGURE, _shown(value), _shown(value + step), value + step
            if value - step >= 0 or value < 0:
                yield Kind.FIGURE, _shown(value), _shown(value - step), value - step
        case dt.date():
            for days in (1, -1):
                moved = value + dt.timedelta(days=days)
                yield Kind.DAY, _shown(value), _shown(moved), moved
        case tuple():
            if len(value) > 1:
                for index in range(len(value)):
                    rest = (*value[:index], *value[index + 1 :])
                    yield Kind.LISTED, _shown(value), _shown(rest), rest
        case dict():
            for key, entry in value.items():
                if len(value) > 1:
                    less = {name: other for name, other in value.items() if name != key}
                    yield Kind.LISTED, _shown(value), _shown(less), less
                for kind, before, after, near in nearby(entry):
                    if isinstance(near, Decimal | dt.date):
                        yield kind, f"{key}: {before}", f"{key}: {after}", {**value, key: near}


def _shown(value: object) -> str:
    match value:
        case tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{key}: {entry}" for key, entry in value.items()) + "}"
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
