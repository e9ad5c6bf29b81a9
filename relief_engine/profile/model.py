"""Profile stage: the record of what is known about one applicant with its leases, loans and so on."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from relief_engine.compiled.layout import AS_OF_SLOT, Layout, Value
from relief_engine.errors import Location
from relief_engine.profile.natural import FigureWriter, in_base_units, natural
from relief_engine.rulebook.facts import Encoded
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.terms import APPLICANT, Subject


# Final says it to the type checker, as `frozen` would; but a frozen record takes seven times as long to make, and these
# are made for every applicant (see benchmarks/README.md).
@dataclass(slots=True)
class Known:
    """What is known about one subject: encoded values and texts by fact id, and the figures that do not exist."""

    values: Final[Mapping[str, Encoded | str]]
    not_available: Final[frozenset[str]]


@dataclass(slots=True, eq=False)
class Profile:
    """What is known about one applicant. Made by an engine, which checks it; immutable and safe to share.

    ``lists`` holds what the profile lists by kind of subject: no entry where it does not mention the kind (unknown), an
    empty one where there are none.
    ``locate`` gives the place of a path such as ``("leases", 0, "start")`` in the file that the profile came from.
    """

    as_of: Final[dt.date | None]
    applicant: Final[Known]
    lists: Final[Mapping[Subject, tuple[Known, ...]]]
    locate: Final[Callable[[tuple[str | int, ...]], Location]]
    source: Final[str]
    #: The rulebook whose facts encode the values; an engine of another one refuses the profile.
    rulebook: Final[Rulebook]
    _vectors: dict[tuple[Subject, int | None], tuple[Layout, tuple[Value, ...]]] = field(default_factory=dict)

    def subjects(self, subject: Subject) -> tuple[Known, ...] | None:
        """What is known about each subject of a kind; None where the profile does not mention the kind."""
        return (self.applicant,) if subject == APPLICANT else self.lists.get(subject)

    def not_available(self, subject: Subject, index: int | None) -> frozenset[str]:
        """The facts of a subject and its applicant that are known not to exist."""
        found = self.applicant.not_available
        listed = self.subjects(subject)
        if subject != APPLICANT and index is not None and listed:
            found |= listed[index].not_available
        return found

    def vector(self, layout: Layout, subject: Subject, index: int | None, as_of: dt.date) -> tuple[Value, ...]:
        """The vector of facts about one subject; ``index`` None stands for a subject of which nothing is known."""
        day = as_of.toordinal()
        key = (subject, index)
        found = self._vectors.get(key)
        if found is not None and found[0] is layout:
            vector = found[1]
            return vector if vector[AS_OF_SLOT] == day else (day, *vector[AS_OF_SLOT + 1 :])
        # Texts have no slot, so no id of a text is asked for.
        values: list[Any] = [day, *map(self.applicant.values.get, layout.applicant_ids)]
        if subject != APPLICANT:
            listed = self.subjects(subject)
            own: Mapping[str, Encoded | str] = listed[index].values if listed and index is not None else {}
            values.extend(map(own.get, layout.own_ids))
        layout.derive(values)
        vector = tuple(values)
        self._vectors[key] = (layout, vector)
        return vector

    def written(self, figure: FigureWriter) -> dict[str, object]:
        """What is known, as a plain mapping of the shape of a profile file; ``figure`` writes figures."""
        content: dict[str, object] = {}
        if self.as_of is not None:
            content["as_of"] = self.as_of.isoformat()
        content["applicant"] = self._natural(self.applicant, figure)
        for name, kind in self.rulebook.lists.items():
            listed = self.subjects(kind.id)
            if listed is not None:
                content[name] = [self._natural(known, figure) for known in listed]
        return content

    def _natural(self, known: Known, figure: FigureWriter) -> dict[str, object]:
        return natural(known.values, known.not_available, self.rulebook, figure)

    @property
    def digest(self) -> str:
        """``sha256:…`` of what is known, whatever the order or style in which it was written.

        It is the same under every rulebook that knows these facts: it is taken over natural values and base units.
        """
        content = self.written(in_base_units)
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
