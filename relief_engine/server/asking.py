"""Server stage: the fields of a request, read one by one; all mistakes come in one error."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from relief_engine.engine import Engine
from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.profile.model import Profile
from relief_engine.profile.written import shown, visible
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.text import Language, Text

#: Where the programmes of the rulebook are listed.
LISTED = "GET /v1/programmes"
#: The most programmes that one request names; the longest name that is guessed at.
MAX_NAMES, _LONGEST = 500, 80


class Fields:
    """The fields of a JSON object, or of a query. What is wrong is gathered until :meth:`done`."""

    def __init__(self, value: object, known: Sequence[str], label: str = "body") -> None:
        self.label = label
        self.findings: list[Finding] = []
        self.values: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            got = shown(value)
            self._wrong(label, "object", f"应为 JSON 对象，实为{got.zh}", f"expected an object, got {got.en}")
        for key in self.values:
            if key not in known:
                hint = did_you_mean(key, known) if len(key) <= _LONGEST else Text("", "")
                listed = "、".join(known), ", ".join(known)
                message = Text(
                    f"没有这一项{hint.zh or f'，可写 {listed[0]}'}",
                    f"no such field{hint.en or f'; known are {listed[1]}'}",
                )
                self.findings.append(Finding("unknown-key", self.at(visible(key)), message))

    def done(self) -> None:
        """Raise :class:`InputError` if anything was wrong."""
        if self.findings:
            raise InputError(self.findings)

    def at(self, key: str) -> Location:
        """The place of a field."""
        return Location(f"{self.label}:{key}")

    def _wrong(self, place: str, code: str, zh: str, en: str) -> None:
        self.findings.append(Finding(code, Location(place), Text(zh, en)))

    def refuse(self, key: str, code: str, zh: str, en: str) -> None:
        """Say that a field can't be used."""
        self.findings.append(Finding(code, self.at(key), Text(zh, en)))

    def needed(self, key: str) -> bool:
        """Whether a field is there; it is a mistake if not."""
        if key in self.values:
            return True
        self.refuse(key, "missing", "缺少这一项", "this field is missing")
        return False

    def flag(self, key: str) -> bool:
        """A field that is true or false; false if it is left out."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        got = shown(value)
        self.refuse(key, "boolean", f"应为 true 或 false，实为{got.zh}", f"expected true or false, got {got.en}")
        return False

    def text(self, key: str) -> str | None:
        """A field that is a text, if it is there."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return value
        got = shown(value)
        self.refuse(key, "text", f"应为文字，实为{got.zh}", f"expected a text, got {got.en}")
        return None

    def day(self, key: str) -> dt.date | None:
        """A field that is a day from 1900 to 2100, written YYYY-MM-DD, if it is there."""
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            try:
                found = dt.date.fromisoformat(value)
            except ValueError:
                pass
            else:
                if 1900 <= found.year <= 2100:
                    return found
        got = shown(value)
        self.refuse(
            key, "date",
            f"应为 1900 至 2100 年间的日期（如 2022-06-01），实为{got.zh}",
            f"expected a date from 1900 to 2100, such as 2022-06-01, got {got.en}",
        )  # fmt: skip
        return None

    def items(self, key: str, most: int) -> list[Any]:
        """A field that is a list of at most so many items; empty if it is left out."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            got = shown(value)
            self.refuse(key, "list", f"应为列表，实为{got.zh}", f"expected a list, got {got.en}")
            return []
        if len(value) > most:
            count = len(value)
            self.refuse(key, "too-many", f"最多 {most} 项，实为 {count} 项", f"at most {most} items, got {count}")
            return []
        return value

    def programmes(self, key: str, rulebook: Rulebook) -> list[str] | None:
        """The ids of the programmes that a list names; None if it is left out: all. An empty list could mean either."""
        names = self.items(key, MAX_NAMES)
        if self.values.get(key) == []:
            self.refuse(
                key, "empty-list", "至少列出一个项目；要判定全部项目就不写这一项",
                "name one programme at least; leave this out to have all decided",
            )  # fmt: skip
        texts = [(i, name) for i, name in enumerate(names) if isinstance(name, str) and len(name) <= 200]
        for i, name in enumerate(names):
            if not isinstance(name, str) or len(name) > 200:
                got = shown(name)
                self.refuse(f"{key}[{i}]", "text", f"应为项目编号，实为{got.zh}", f"expected an id, got {got.en}")
        try:
            found = asked_for(
                [name for _, name in texts],
                rulebook,
                place=lambda index: self.at(f"{key}[{texts[index][0]}]"),
                listed=LISTED,
            )
        except InputError as error:
            self.findings += error.findings
            return None
        return found or None

    def profile(self, key: str, engine: Engine, most: int) -> Profile | None:
        """A profile that describes at most so many leases, loans and so on; None, and findings, if it can't be used."""
        if not self.needed(key):
            return None
        try:
            return checked(self.values[key], engine, most, key)
        except InputError as error:
            self.findings += error.findings
            return None


def checked(value: object, engine: Engine, most: int, label: str = "profile") -> Profile:
    """A profile out of a request; raises :class:`InputError` with places such as ``profile:leases[0].start``."""
    if isinstance(value, Mapping):
        count = sum(len(listed) for listed in value.values() if isinstance(listed, list))
        if count > most:
            message = Text(
                f"共列出 {count} 项（租约、贷款等），本服务最多 {most} 项",
                f"{count} leases, loans and so on are listed; this service takes {most} at most",
            )
            raise InputError([Finding("too-many-subjects", Location(label), message)])
    return engine.reader.read_mapping(value, label)  # type: ignore[arg-type]  # it says of anything else what it is


def language_of(query: Sequence[tuple[str, str]], default: Language) -> Language:
    """The language that a query asks for; the default where it names none, or none that there is."""
    for key, value in query:
        if key == "lang" and value in ("zh", "en"):
            return "zh" if value == "zh" else "en"
    return default


def query_fields(query: Sequence[tuple[str, str]], known: Sequence[str]) -> Fields:
    """The parameters of a query, of which each may stand once, but for ``programme``; ``lang`` is always known."""
    values: dict[str, Any] = {}
    twice = []
    for key, value in query:
        if key == "programme":
            values.setdefault(key, []).append(value)
        elif key in values:
            twice.append(key)
        else:
            values[key] = value
    fields = Fields(values, (*known, "lang"), "query")
    for key in dict.fromkeys(twice):
        fields.refuse(visible(key), "duplicate-key", "这个参数出现了两次", "this parameter stands twice")
    if values.get("lang") not in (None, "zh", "en"):
        got = shown(values["lang"])
        fields.refuse("lang", "choice", f"应为 zh 或 en，实为{got.zh}", f"expected zh or en, got {got.en}")
    return fields
