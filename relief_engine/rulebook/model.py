"""Rulebook stage, its result: one immutable rulebook, identified by the digest of its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from relief_engine.errors import UnknownName, did_you_mean
from relief_engine.rulebook.facts import AnyFact, SubjectFacts, SubjectKind
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.sources import Source
from relief_engine.rulebook.standards import Standards
from relief_engine.rulebook.terms import Subject
from relief_engine.text import Text

#: Where the ledger stands in the folder of a rulebook.
LEDGER = "ledger.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """Facts, standards and programmes of one folder. Immutable, and safe to share between threads.

    ``citing`` holds, by document and clause, the ids of the programmes and standards that cite it anywhere;
    ``ledger_file`` the bytes of the ledger, if there is one; ``form_files`` those of the forms, by their relative path.
    """

    root: Path
    digest: str
    sources: Mapping[str, Source]
    subjects: Mapping[Subject, SubjectFacts]
    facts: Mapping[str, AnyFact]
    standards: Standards
    programmes: Mapping[str, Programme]
    citing: Mapping[tuple[str, str], tuple[str, ...]]
    ledger_file: bytes | None
    form_files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def lists(self) -> dict[str, SubjectKind]:
        """The keys under which a profile lists subjects, and what each lists."""
        return {known.kind.list: known.kind for known in self.subjects.values() if known.kind.list is not None}

    def programme(self, identity: str) -> Programme:
        """The programme with that id; raises :class:`UnknownName` with the nearest one."""
        found = self.programmes.get(identity)
        if found is None:
            hint = did_you_mean(identity, self.programmes)
            raise UnknownName(Text(f"没有项目“{identity}”{hint.zh}", f"there is no programme {identity!r}{hint.en}"))
        return found
