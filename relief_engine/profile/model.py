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
from relief_engine.rulebook.record import Value as RecordValue
from relief_engine.rulebook.terms import APPLICANT, Subject


# Final says it to the type checker, as `frozen` would; but a frozen record takes seven times as long to make, and these
# are made for every applicant (see benchmarks/README.md).
@dataclass(slots=True)
class Known:
    """What is known about one subject: encoded values and texts by fact id, and the figures that do not exist.

    ``id`` is what the profile calls it, if it does: no fact, and nothing that rules read.
    """

    values: Final[Mapping[str, Encoded | str]]
    not_available: Final[frozenset[str]]
    id: Final[str | None] = None


class Resolution(RecordValue):
    """A person's answer to one referral of one decision: what the texts leave to people, and they have decided.

    ``referral`` is empty only for a row of a roster that does not say which of several it answers; that is never
    applied.
    ``subject`` is ``applicant``, ``leases[0]`` and so on; ``amount`` is what was agreed, in whole cents, None where
    only the granting was decided; ``by`` is a role or a body, not a person's name. ``index`` is its place in the
    profile; ``written`` is the subject as the profile states it, where that is by a name (``leases[id=A-12]``).
    """

    programme: str
    subject: str
    referral: str
    granted: bool
    amount: int | None
    on: dt.date
    by: str
    note: str | None
    index: int
    written: str | None = None


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
    #: What people decided where the texts leave it to them, in the order in which the profile lists it.
    resolutions: Final[tuple[Resolution, ...]] = ()
    _answers: dict[tuple[str, str], tuple[Resolution, ...]] | None = None
    _vectors: dict[tuple[Subject, int | None], tuple[Layout, tuple[Value, ...]]] = field(default_factory=dict)

    def subjects(self, subject: Subject) -> tuple[Known, ...] | None:
        """What is known about each subject of a kind; None where the profile does not mention the kind."""
        return (self.applicant,) if subject == APPLICANT else self.lists.get(subject)

    def name(self, subject: Subject, index: int | None) -> str | None:
        """What the profile calls one lease, loan and so on; None where it has no name of its own."""
        listed = self.lists.get(subject)
        return None if index is None or not listed else listed[index].id

    def not_available(self, subject: Subject, index: int | None) -> frozenset[str]:
        """The facts of a subject and its applicant that are known not to exist."""
        found = self.applicant.not_available
        listed = self.subjects(subject)
        if subject != APPLICANT and index is not None and listed:
            found |= listed[index].not_available
        return found

    def answers(self, programme: str, subject: str) -> tuple[Resolution, ...]:
        """What people decided about one programme and one subject such as ``leases[0]``."""
        if not self.resolutions:
            return ()
        found = self._answers
        if found is None:
            lists: dict[tuple[str, str], list[Resolution]] = {}
            for one in self.resolutions:
                lists.setdefault((one.programme, one.subject), []).append(one)
            # Put in place as a whole: another thread may be asking.
            found = self._answers = {key: tuple(listed) for key, listed in lists.items()}
        return found.get((programme, subject), ())

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
        if self.resolutions:
            content["resolutions"] = [_written(one) for one in self.resolutions]
        return content

    def _natural(self, known: Known, figure: FigureWriter) -> dict[str, object]:
        found = natural(known.values, known.not_available, self.rulebook, figure)
        return found if known.id is None else {"id": known.id, **found}

    @property
    def digest(self) -> str:
        """``sha256:…`` of what is known, whatever the order or style in which it was written.

        It is the same under every rulebook that knows these facts: it is taken over natural values and base units.
        """
        content = self.written(in_base_units)
        if self.resolutions:
            # Their order says nothing.
            content["resolutions"] = [_written(one) for one in sorted(self.resolutions, key=_named)]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _written(one: Resolution) -> dict[str, object]:
    """An answer as a profile states it; amounts in yuan."""
    written: dict[str, object] = {"programme": one.programme}
    if one.subject != APPLICANT:
        written["subject"] = one.written or one.subject
    written |= {"referral": one.referral, "granted": one.granted}
    if one.amount is not None:
        yuan, cents = divmod(one.amount, 100)
        written["amount"] = f"{yuan}.{cents:02d}" if cents else yuan
    written |= {"on": one.on.isoformat(), "by": one.by}
    if one.note is not None:
        written["note"] = one.note
    return written


def _named(one: Resolution) -> tuple[str, str, str]:
    """What a resolution answers; a profile answers nothing twice."""
    return one.programme, one.subject, one.referral
