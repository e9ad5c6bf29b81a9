"""Profile stage, the door: a YAML file or a plain mapping is checked as a whole and becomes a :class:`Profile`.

All mistakes of a profile come in one error, each with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_core import ValidationError

from relief_engine.errors import Finding, Location, ProfileError
from relief_engine.profile import shape
from relief_engine.profile.days import as_of
from relief_engine.profile.items import ITEM_ID, read_id, twice
from relief_engine.profile.mistakes import Finder, findings, spelled
from relief_engine.profile.model import Known, Profile
from relief_engine.profile.placing import placed
from relief_engine.profile.relations import Check, checks
from relief_engine.profile.resolutions import Resolutions
from relief_engine.profile.values import NOT_AVAILABLE, BadValue, reader
from relief_engine.profile.words import code_list
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import Document, Path_, decode, read
from relief_engine.rulebook.terms import APPLICANT, Subject
from relief_engine.text import Text

__all__ = ["ProfileReader", "spelled"]

#: Mistakes of YAML that leave the rest of a file as it was written, so that it is checked all the same.
_HARMLESS = frozenset({"yaml-duplicate-key", "yaml-tag"})
#: What readers give for a fact that has no value.
_UNKNOWN = frozenset({None, NOT_AVAILABLE})
_NOTHING: frozenset[str] = frozenset()


class ProfileReader:
    """Reads profiles for one rulebook. Cheap to make, and safe to share between threads."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        codes = code_list(rulebook)
        # Every profile has an applicant, even if the rulebook declares no fact about it.
        self._readers: dict[Subject, shape.Readers] = {"applicant": {}}
        self._checks: dict[Subject, tuple[Check, ...]] = {"applicant": ()}
        for subject, known in rulebook.subjects.items():
            self._readers[subject] = {fact.name: (fact, reader(fact, codes)) for fact in known.facts}
            self._checks[subject] = checks(known)
        self._lists = tuple((name, kind.id) for name, kind in rulebook.lists.items())
        self._resolutions = Resolutions(rulebook)
        self._validator = shape.validator(self._readers, dict(self._lists), as_of, self._resolutions.read)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of a profile."""
        return shape.json_schema(self.rulebook.subjects, dict(self._lists), self._resolutions.known)

    def read_file(self, path: Path) -> Profile:
        """Read a YAML profile. Raises :class:`ProfileError` with every mistake and its line."""
        return self._from_document(read(path, str(path)))

    def read_bytes(self, data: bytes, label: str) -> Profile:
        """Read a YAML (or JSON) profile from memory; ``label`` stands for the file's name in messages."""
        return self._from_document(decode(data, label))

    def read_mapping(self, mapping: Mapping[str, object], label: str = "profile") -> Profile:
        """Check a plain mapping of the same shape as a profile file.

        Raises :class:`ProfileError` with every mistake; its places are paths such as ``profile:leases[0].start``.
        """
        locate = partial(_place, label)
        return self._read(mapping, label, locate, locate, [])

    def _from_document(self, document: Document) -> Profile:
        if any(finding.code not in _HARMLESS for finding in document.findings):
            raise ProfileError(document.findings)
        if document.value is None:
            raise ProfileError([Finding("empty", Location(document.file), Text("文件是空的", "the file is empty"))])
        locate_key = partial(document.where, key=True)
        return self._read(document.value, document.file, document.where, locate_key, list(document.findings))

    def _read(self, value: object, source: str, locate: Finder, locate_key: Finder, found: list[Finding]) -> Profile:
        try:
            checked = self._validator.validate_python(value)
        except ValidationError as error:
            found += findings(error, self.rulebook, locate, locate_key)
            checked = self._readable(value)
        applicant = self._subject("applicant", checked["applicant"], ("applicant",), locate, found)
        lists = {
            subject: tuple([self._subject(subject, item, (name, i), locate, found) for i, item in enumerate(items)])
            for name, subject in self._lists
            if (items := checked.get(name)) is not None
        }
        by_key = {name: lists[subject] for name, subject in self._lists if subject in lists}
        found += [Finding("item-id-twice", locate(path), message) for path, message in twice(by_key)]
        answers = checked.get(shape.RESOLUTIONS) or ()
        if answers:
            answers, wrong = placed(answers, lists, self.rulebook, locate)
            found += wrong
        if found:
            raise ProfileError(found)
        return Profile(checked.get("as_of"), applicant, lists, locate, source, self.rulebook, answers)

    def _subject(
        self, subject: Subject, values: dict[str, Any], path: Path_, locate: Finder, found: list[Finding]
    ) -> Known:
        """What was read of one subject, without the facts that are unknown; what does not fit together is a finding."""
        absent = _NOTHING
        name = values.pop(ITEM_ID, None)
        if not _UNKNOWN.isdisjoint(values.values()):
            absent = frozenset(fact for fact, value in values.items() if value is NOT_AVAILABLE)
            values = {fact: value for fact, value in values.items() if value not in _UNKNOWN}
        for trigger, check in self._checks[subject]:
            if trigger in values and (problem := check(values)) is not None:
                place = (*path, problem.fact.partition(".")[2])
                found.append(Finding(problem.code, locate(place), problem.message))
        return Known(values, absent, name)

    def _readable(self, value: object) -> dict[str, Any]:
        """What can be read of a profile with mistakes: its facts are still held against each other."""
        whole = value if isinstance(value, Mapping) else {}
        checked: dict[str, Any] = {"applicant": self._readable_subject("applicant", whole.get("applicant"))}
        for name, subject in self._lists:
            items = whole.get(name)
            if isinstance(items, list | tuple):
                checked[name] = [self._readable_subject(subject, item) for item in items[: shape.MAX_SUBJECTS]]
        checked[shape.RESOLUTIONS] = self._resolutions.readable(whole.get(shape.RESOLUTIONS))
        return checked

    def _readable_subject(self, subject: Subject, value: object) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if isinstance(value, Mapping) and subject != APPLICANT:
            with suppress(BadValue):
                values[ITEM_ID] = read_id(value.get(ITEM_ID))
        for name, (fact, read_value) in self._readers[subject].items():
            if isinstance(value, Mapping) and name in value:
                with suppress(BadValue):
                    values[fact.id] = read_value(value[name])
        return values


def _place(label: str, path: Path_) -> Location:
    """The place of a part of a mapping that came from no file: its path."""
    return Location(f"{label}:{spelled(path)}" if path else label)
