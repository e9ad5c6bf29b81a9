"""Testing stage: the values of an expectation that are still ``?``, which nobody has worked out yet.

They are taken out before a file is held against its shape, so that every key may be awaited and the shape says what a
value must be.
"""

from __future__ import annotations

from typing import Any

from relief_engine.testing.case_shapes import AWAITED, ExpectShape

#: Keys of an expectation that hold values by name.
BY_NAME = ("figures", "deadlines")


def take_awaited(file: Any) -> dict[int, tuple[str, ...]]:
    """Take what is awaited out of the value of a file of cases; its keys by the index of their case.

    A key is ``amount``, or ``figures.months`` for one of several. An ``expect`` that is ``?`` altogether is left out
    like one that is not there. What has not the shape of cases is left as it is.
    """
    cases = file.get("cases") if isinstance(file, dict) else None
    found: dict[int, tuple[str, ...]] = {}
    for index, case in enumerate(cases if isinstance(cases, list) else ()):
        if isinstance(case, dict) and case.get("expect") == AWAITED:
            del case["expect"]
        expect = case.get("expect") if isinstance(case, dict) else None
        if isinstance(expect, dict) and (keys := _taken(expect)):
            found[index] = keys
    return found


def _taken(expect: dict[str, Any]) -> tuple[str, ...]:
    """The keys that were awaited, in the order of the file; they are gone from the expectation."""
    taken = []
    for key, value in list(expect.items()):
        if value == AWAITED and key in ExpectShape.model_fields:
            taken.append(key)
            del expect[key]
        elif key in BY_NAME and isinstance(value, dict):
            names = [name for name, inner in value.items() if inner == AWAITED]
            for name in names:
                del value[name]
            taken += [f"{key}.{name}" for name in names]
            if names and not value:
                del expect[key]
    return tuple(taken)
