"""Client stage: what other systems ask a decision service, from Python.

``Client`` asks, the shapes in ``relief_engine.client.shapes`` are what it is told, and what it raises is a
``ServiceProblem``. The names are imported when they are asked for: the shapes need no HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relief_engine.client.client import Client, Screened
    from relief_engine.client.problems import (
        Busy,
        InputRefused,
        NotAllowed,
        ServiceFailed,
        ServiceProblem,
        Unreachable,
    )

__all__ = [
    "Busy", "Client", "InputRefused", "NotAllowed", "Screened", "ServiceFailed", "ServiceProblem", "Unreachable",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """Import a name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from relief_engine.client import client, problems

    return getattr(client if name in ("Client", "Screened") else problems, name)
