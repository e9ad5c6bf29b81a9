"""Makes an input that breaks something smaller, as long as it breaks in the same way."""

from __future__ import annotations

from collections.abc import Callable

from fuzz.running import tried
from fuzz.target import Target


def failure(target: Target, data: bytes) -> str | None:
    """How an input breaks: the kind of exception and where in the code it came from; None if it does not."""
    try:
        tried(target, data)
    except Exception as error:  # noqa: BLE001 - whatever comes is what is looked for
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_frame.f_code.co_name}"
        return f"{type(error).__name__} {where}"
    return None


def smallest(data: bytes, breaks: Callable[[bytes], bool]) -> bytes:
    """A part of ``data`` that still breaks: pieces are taken out, the large ones first."""
    size = max(len(data) // 2, 1)
    while size:
        at = 0
        while at < len(data):
            less = data[:at] + data[at + size :]
            if breaks(less):
                data = less
            else:
                at += size
        size //= 2
    return data


def minimised(target: Target, data: bytes) -> bytes:
    """The smallest input that was found to break a target as ``data`` does."""
    wanted = failure(target, data)
    return data if wanted is None else smallest(data, lambda less: failure(target, less) == wanted)
