"""Proving stage: whether there is a solver. It is optional, and may be installed without working."""

from __future__ import annotations

from functools import cache


@cache
def solver_is_there() -> bool:
    """Whether z3 can be imported, native library and all; without it profiles are drawn and nothing is proven."""
    try:
        import z3  # noqa: F401
    except (ImportError, OSError):
        return False
    except Exception as error:  # noqa: BLE001 - z3 raises an exception of its own where its library is missing
        return not type(error).__module__.startswith("z3")
    return True
