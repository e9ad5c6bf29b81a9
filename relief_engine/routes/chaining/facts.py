"""Routes stage: what goes to the engine, checked. It would take ``"30" > 20`` and ``True == 1`` for true.

Only whole numbers are sent. The engine's are 64 bits wide; a comparison of larger ones is sent as its exact sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.compiled.layout import Value
from relief_engine.routes.chaining.engine import RouteFailed
from relief_engine.text import Text

#: Beyond it not every reader of JSON is exact.
_EXACT = 2**53


def known(slots: Sequence[Value], slot: int) -> int | None:
    """The whole number in a slot, or None for unknown."""
    value = slots[slot]
    if value is not None and not isinstance(value, int):
        raise RouteFailed(
            Text(f"第 {slot} 项事实不是整数：{value!r}", f"The fact in slot {slot} is not a whole number: {value!r}")
        )
    return value


def index_of(slots: Sequence[Value], slot: int, width: int) -> int | None:
    """The position in a slot, below ``width``, or None for unknown."""
    value = known(slots, slot)
    if value is not None and not 0 <= value < width:
        raise RouteFailed(
            Text(f"第 {slot} 项事实超出范围：{value}", f"The fact in slot {slot} is out of range: {value}")
        )
    return value


def sides(gate: int, left: int, right: int) -> str:
    """The fields with the two sides of a comparison; they stay in one fact."""
    if not (-_EXACT < left < _EXACT and -_EXACT < right < _EXACT):
        left, right = (left > right) - (left < right), 0
    return f'"l{gate}":{left:d},"r{gate}":{right:d}'
