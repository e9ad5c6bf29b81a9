"""Rulebook stage: a built rulebook as bytes and back, by pickle, but with nothing in the bytes that could run code.

Only the classes below can be named in the bytes, and each is made by its own constructor from values. One object stays
one object: the engine knows a programme's expressions by their identity.
"""

from __future__ import annotations

import datetime as dt
import io
import pickle
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from typing import Any

from relief_engine.errors import Location
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import facts as fs
from relief_engine.rulebook import periods, properties, sources, units
from relief_engine.rulebook import programme as pg
from relief_engine.rulebook import standards as st
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.record import RecordType, contents
from relief_engine.text import Text

#: The records that a rulebook is made of: those that these modules define. They hold values and do nothing.
_RECORDS = [
    kind
    for module in (ex, fs, periods, pg, properties, sources, st, units)
    for kind in vars(module).values()
    if isinstance(kind, RecordType) and kind.__module__ == module.__name__
]


def _day(day: dt.date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _text(figure: Decimal) -> tuple[str]:
    return (str(figure),)


#: Every class that may stand in the bytes, with the values that its constructor takes to make an equal one.
_MADE_FROM: Mapping[type, Callable[[Any], tuple[object, ...]]] = {
    **dict.fromkeys(_RECORDS, contents),
    Decimal: _text,
    Fraction: attrgetter("numerator", "denominator"),
    dt.date: _day,
    Location: attrgetter("file", "line", "column"),
    Text: attrgetter("zh", "en"),
    st.CodeList: attrgetter("id", "title", "ids", "levels", "names", "parents", "positions", "citations", "where"),
}
_NAMED = {(kind.__module__, kind.__qualname__): kind for kind in _MADE_FROM}


def packed(rulebook: Rulebook) -> bytes | None:
    """A rulebook as bytes, without its folder, ledger and forms; None if anything in it is of no kind named here."""
    stream = io.BytesIO()
    parts = (
        rulebook.digest, rulebook.sources, rulebook.subjects, rulebook.facts, rulebook.standards, rulebook.programmes,
        rulebook.citing,
    )  # fmt: skip
    try:
        _Packer(stream, protocol=5).dump(parts)
    except (pickle.PicklingError, RecursionError):
        return None
    return stream.getvalue()


def unpacked(
    data: bytes, root: Path, ledger: bytes | None, forms: Mapping[str, bytes] | None = None
) -> Rulebook | None:
    """The rulebook in bytes that :func:`packed` made, or None for any others."""
    try:
        digest, documents, subjects, facts, standards, programmes, citing = _Unpacker(io.BytesIO(data)).load()
    except Exception:  # noqa: BLE001 - whatever is wrong with them: they are of no use, and nothing was done
        return None
    whole = (
        isinstance(digest, str)
        and _holds(documents, sources.Source)
        and _holds(subjects, fs.SubjectFacts)
        and _holds(facts, fs.AnyFact)
        and isinstance(standards, st.Standards)
        and _holds(programmes, pg.Programme)
        and _holds(citing, tuple)
    )
    if not whole:
        return None
    return Rulebook(root, digest, documents, subjects, facts, standards, programmes, citing, ledger, forms or {})


def _holds(mapping: object, kind: Any) -> bool:
    return isinstance(mapping, dict) and all(isinstance(value, kind) for value in mapping.values())


class _Packer(pickle.Pickler):
    """Gives every record as its class and the values for its constructor."""

    def reducer_override(self, part: Any) -> Any:
        kind = type(part)
        values = _MADE_FROM.get(kind)
        if values is not None:
            return kind, values(part)
        if isinstance(part, type) and part in _MADE_FROM:
            return NotImplemented  # the class itself, by its name
        raise pickle.PicklingError(f"not part of a rulebook: {part!r}")


class _Unpacker(pickle.Unpickler):
    """Finds the classes of a rulebook by their names, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        found = _NAMED.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"not part of a rulebook: {module}.{name}")
        return found
