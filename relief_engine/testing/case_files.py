"""Testing stage, first step: a file of worked cases (``*.cases.yaml``) is read and checked as a whole.

A case names a profile and what a person who read the law expects of it. Mistakes are located in the file that holds
them, and all mistakes of a file come in one error.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relief_engine.errors import Location, RulebookError, did_you_mean
from relief_engine.profile.model import Profile
from relief_engine.rulebook.building import Desk, text
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.source import Document, Path_, read
from relief_engine.rulebook.sources import Citation
from relief_engine.testing.awaited import BY_NAME, take_awaited
from relief_engine.testing.case_profiles import Profiles, part_at
from relief_engine.testing.case_shapes import CasesFile, CaseShape, ExpectShape
from relief_engine.testing.homes import SUFFIX
from relief_engine.text import Text


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case. ``profile`` is a plain mapping that was checked against the rulebook; treat it as read-only.

    ``expected`` holds the keys to compare with plain values: text, ``Decimal``, date, tuple, mapping, or None.
    ``awaited`` are the keys that are still ``?``: ``amount``, or ``figures.months``. ``index`` is its place in the list
    of the file, from 0.
    """

    name: Text
    where: Location
    programme: str
    subject: str
    as_of: dt.date
    profile: Mapping[str, Any]
    citations: tuple[Citation, ...]
    arithmetic: str | None
    expected: Mapping[str, Any]
    awaited: tuple[str, ...] = ()
    index: int = 0

    @property
    def silent(self) -> bool:
        """Whether nothing at all is expected, so that whatever the engine says would do."""
        return not self.awaited and not any(value or key not in BY_NAME for key, value in self.expected.items())


def find_cases(root: Path | str) -> list[Path]:
    """The files of worked cases in a folder and below it, sorted; hidden folders are left out."""
    folder = Path(root)
    return [
        path
        for path in sorted(folder.rglob(f"*{SUFFIX}"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def load_cases(path: Path | str, rulebook: Rulebook) -> list[Case]:
    """The cases of one file. Raises :class:`RulebookError` that carries every mistake with file, line and column."""
    document = read(Path(path), Path(path).as_posix())
    awaited = take_awaited(document.value)
    file = shaped(document, CasesFile) if not document.findings else None
    desk = Desk(sources=dict(rulebook.sources), findings=document.findings, broken=document.broken)
    reading = _Reading(document, desk, rulebook, Path(path).parent, awaited)
    cases = reading.cases(file) if file is not None else []
    if desk.findings:
        raise RulebookError(dict.fromkeys(desk.findings))
    return cases


class _Reading:
    """Reads the cases of one file; mistakes go to the desk."""

    def __init__(
        self, document: Document, desk: Desk, rulebook: Rulebook, folder: Path, awaited: Mapping[int, tuple[str, ...]]
    ) -> None:
        self.document = document
        self.desk = desk
        self.rulebook = rulebook
        self.awaited = awaited
        self.profiles = Profiles(document, desk, rulebook, folder)

    def cases(self, file: CasesFile) -> list[Case]:
        programme = self.rulebook.programmes.get(file.programme)
        if programme is None:
            hint = did_you_mean(file.programme, self.rulebook.programmes)
            self.report(
                "case-programme",
                ("programme",),
                Text(f"没有项目“{file.programme}”{hint.zh}", f"there is no programme {file.programme!r}{hint.en}"),
            )
        if not file.cases and not self.document.findings:
            self.report("case-none", ("cases",), Text("一个案例也没有", "there is no case"))
        found: list[Case] = []
        names: dict[str, int] = {}
        for index, shape in enumerate(file.cases):
            for name in (shape.name.zh, shape.name.en):
                if names.setdefault(name, index) != index:
                    self.report(
                        "case-name",
                        ("cases", index, "name"),
                        Text(f"案例“{name}”重名", f"there are two cases called {name!r}"),
                    )
            case = self.case(index, shape, file.base, programme)
            if case is not None:
                found.append(case)
        return found

    def case(
        self, index: int, shape: CaseShape, base: dict[str, Any] | None, programme: Programme | None
    ) -> Case | None:
        here: Path_ = ("cases", index)
        citations = self.desk.citations(self.document, (*here, "cite"), shape.cite)
        expect, awaited = shape.expect or ExpectShape(), self.awaited.get(index, ())
        if programme is not None:
            self.check_names((*here, "expect"), expect, awaited, programme)
        made = self.profiles.profile(here, shape, base)
        if made is None or programme is None:
            return None
        value, profile = made
        day = shape.as_of or profile.as_of
        if day is None:
            self.report(
                "case-day",
                here,
                Text("没有写判定日（as_of）", "no day of decision (as_of): the answer would depend on today"),
            )
        subject = self.subject(here, shape, profile, programme)
        if day is None or subject is None:
            return None
        return Case(
            text(shape.name), self.document.where(here), programme.id, subject, day, value, citations,
            shape.arithmetic, _expected(expect, awaited), awaited, index,
        )  # fmt: skip

    def report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        self.desk.report(self.document, code, path, message, key=key)

    def subject(self, here: Path_, shape: CaseShape, profile: Profile, programme: Programme) -> str | None:
        """The subject that is meant: the only one, or the one that the case names."""
        if programme.subject == "applicant":
            known = ["applicant"]
        else:
            kind = programme.kind
            listed = profile.subjects(kind.id)
            known = [kind.name(None)] if listed is None else [kind.name(index) for index in range(len(listed))]
        if shape.subject in known or (shape.subject is None and len(known) == 1):
            return shape.subject or known[0]
        options = "、".join(known) or "无"
        self.report(
            "case-subject",
            (*here, "subject"),
            Text(
                f"应写明 subject，可用：{options}", f"say which subject is meant: {', '.join(known) or 'there is none'}"
            ),
        )
        return None

    # --- what is expected ---------------------------------------------------------------------------------------

    def check_names(self, here: Path_, expect: ExpectShape, awaited: tuple[str, ...], programme: Programme) -> None:
        waiting = [key.partition(".") for key in awaited]
        criteria = [c.id for c in programme.criteria]
        referrals = [r.id for r in programme.referrals]
        if programme.not_available is not None:
            referrals.append(programme.not_available.id)
        facts = [fact.id for fact in self.rulebook.facts.values() if isinstance(fact, Fact)]
        figures = [name for name, let in programme.lets.items() if let.shown]
        self.known((*here, "unmet"), expect.unmet or (), criteria, Text("条件", "criterion"))
        self.known((*here, "referrals"), expect.referrals or (), referrals, Text("人工认定事项", "referral"))
        self.known((*here, "missing"), expect.missing or (), facts, Text("事实", "fact"))
        deadlines = [deadline.id for deadline in programme.deadlines]
        for key, given, names, what in (
            ("figures", expect.figures, figures, Text("中间数字", "figure")),
            ("deadlines", expect.deadlines, deadlines, Text("期限", "deadline")),
        ):
            named = [*(given or ()), *(name for first, _, name in waiting if first == key and name)]
            self.known((*here, key), named, names, what)

    def known(self, here: Path_, names: Iterable[str], known: list[str], what: Text) -> None:
        for index, name in enumerate(names):
            if name not in known:
                hint = did_you_mean(name, known)
                named = isinstance(part_at(self.document.value, here), dict)
                self.report(
                    "case-unknown-name",
                    (*here, name if named else index),
                    Text(f"没有{what.zh}“{name}”{hint.zh}", f"there is no {what.en} {name!r}{hint.en}"),
                    key=named,
                )


def _expected(shape: ExpectShape, awaited: tuple[str, ...]) -> Mapping[str, Any]:
    """The given keys with plain values; with an outcome also the three amounts, None where they are not given."""
    values: dict[str, Any] = {}
    for name in ExpectShape.model_fields:
        stated = name in shape.model_fields_set or ("outcome" in shape.model_fields_set and name in ALWAYS)
        if stated and name not in awaited:
            value = getattr(shape, name)
            values[name] = tuple(value) if isinstance(value, list) else value
    return values


#: Compared whenever an outcome is: an amount that nobody expects is as wrong as a missing one.
ALWAYS = ("amount", "amount_if_granted", "amount_range")
