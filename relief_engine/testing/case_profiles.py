"""Testing stage: the profile of a worked case is put together, and a mistake in it is placed where it was written."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relief_engine.errors import Finding, Location, ProfileError
from relief_engine.profile.model import Profile
from relief_engine.profile.read import ProfileReader
from relief_engine.rulebook.building import Desk
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import Document, Path_, decode, read_bytes, too_large
from relief_engine.testing.case_shapes import CaseShape
from relief_engine.text import Text

#: The label under which a profile is checked; the places of its mistakes begin with it.
_LABEL = "profile"


@dataclass(slots=True)
class _Origin:
    """A profile while it is put together, and where each part of it was written."""

    document: Document
    prefix: Path_
    value: dict[str, Any]
    changes: list[tuple[Path_, Document, Path_]] = field(default_factory=list)

    def where(self, path: Path_, *, key: bool = False) -> Location:
        """Where the part at a path of the profile was written: the last change that touches it, else the profile."""
        for changed, document, place in reversed(self.changes):
            if path[: len(changed)] == changed:
                return document.where((*place, *path[len(changed) :]), key=key)
        return self.document.where((*self.prefix, *path), key=key)


class Profiles:
    """Makes the profiles of the cases of one file; mistakes go to the desk."""

    def __init__(self, document: Document, desk: Desk, rulebook: Rulebook, folder: Path) -> None:
        self.document = document
        self.desk = desk
        self.folder = folder
        self.reader = ProfileReader(rulebook)

    def profile(
        self, here: Path_, shape: CaseShape, base: dict[str, Any] | None
    ) -> tuple[dict[str, Any], Profile] | None:
        """The profile of the case at a place, as a plain mapping and as it was read; None where something is wrong."""
        origin = self._origin(here, shape, base)
        if origin is None:
            return None
        self._without(here, shape, origin)
        self._change(here, shape, origin)
        profile = self._checked(origin)
        return None if profile is None else (origin.value, profile)

    def _report(self, code: str, path: Path_, message: Text, *, key: bool = False) -> None:
        self.desk.report(self.document, code, path, message, key=key)

    def _origin(self, here: Path_, shape: CaseShape, base: dict[str, Any] | None) -> _Origin | None:
        if shape.profile is not None and shape.profile_file is not None:
            self._report(
                "case-profile",
                (*here, "profile_file"),
                Text("profile 与 profile_file 只能写一种", "give either profile or profile_file, not both"),
                key=True,
            )
            return None
        if shape.profile is not None:
            return _Origin(self.document, (*here, "profile"), copy.deepcopy(shape.profile))
        if shape.profile_file is not None:
            return self._from_file((*here, "profile_file"), shape.profile_file)
        if base is not None:
            return _Origin(self.document, ("base",), copy.deepcopy(base))
        self._report(
            "case-profile",
            here,
            Text(
                "没有资料：应写 profile、profile_file 或文件开头的 base",
                "no profile: give profile, profile_file, or base at the top of the file",
            ),
        )
        return None

    def _from_file(self, place: Path_, name: str) -> _Origin | None:
        path = self.folder / name
        try:
            if path.exists() and not path.is_file():  # a device or a pipe would never end
                raise OSError("not an ordinary file")
            data = read_bytes(path)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._report(
                "case-profile-file",
                place,
                Text(f"无法读取资料文件“{name}”（{reason}）", f"can't read the profile {name!r}: {reason}"),
            )
            return None
        if data is None:
            self.desk.findings.append(too_large(path.as_posix()))
            return None
        document = decode(data, path.as_posix())
        self.desk.findings.extend(document.findings)
        if document.findings:
            return None
        if not isinstance(document.value, dict):
            self._report(
                "case-profile-file",
                place,
                Text(f"资料文件“{name}”应为键值对", f"the profile {name!r} is not a mapping"),
            )
            return None
        return _Origin(document, (), document.value)

    def _without(self, here: Path_, shape: CaseShape, origin: _Origin) -> None:
        for number, written in enumerate(shape.without):
            path = self._path(written, (*here, "without", number))
            if path is None:
                continue
            holder = part_at(origin.value, path[:-1])
            if _has(holder, path[-1]):
                del holder[path[-1]]
            else:
                self._report(
                    "case-path",
                    (*here, "without", number),
                    Text(f"资料中没有 {written}，无从去掉", f"the profile has no {written} to take out"),
                )

    def _change(self, here: Path_, shape: CaseShape, origin: _Origin) -> None:
        for written, value in shape.change.items():
            path = self._path(written, (*here, "change", written))
            if path is None:
                continue
            holder = part_at(origin.value, path[:-1])
            last = path[-1]
            if isinstance(holder, list) and last == len(holder):
                holder.append(copy.deepcopy(value))
            elif (isinstance(holder, dict) and isinstance(last, str)) or _has(holder, last):
                holder[last] = copy.deepcopy(value)
            else:
                around = _LAST_STEP.sub("", written)
                self._report(
                    "case-path",
                    (*here, "change", written),
                    Text(
                        f"资料中没有 {around}，无法改 {written}",
                        f"the profile has no {around}, so {written} can't be set",
                    ),
                    key=True,
                )
                continue
            origin.changes.append((path, self.document, (*here, "change", written)))

    def _path(self, written: str, place: Path_) -> Path_ | None:
        """The steps of a path in a profile; one that is not written like ``leases[0].start`` is a finding."""
        if _PATH.fullmatch(written):
            return path_of(written)
        self._report(
            "case-path",
            place,
            Text(f"“{written}”应写成 leases[0].start 的样子", f"{written!r} is not a path such as leases[0].start"),
            key=True,
        )
        return None

    def _checked(self, origin: _Origin) -> Profile | None:
        try:
            return self.reader.read_mapping(origin.value, _LABEL)
        except ProfileError as error:
            for finding in error.findings:
                # The reader places a mistake by its path in the mapping; the files say where that was written.
                path = path_of(finding.where.file.removeprefix(_LABEL).removeprefix(":"))
                place = origin.where(path, key=finding.code == "unknown-key")
                self.desk.findings.append(Finding(finding.code, place, finding.message))
            return None


_PATH = re.compile(r"\w+(?:\[\d{1,9}\])*(?:\.\w+(?:\[\d{1,9}\])*)*")
_LAST_STEP = re.compile(r"(?:\.\w+|\[\d+\])$")
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def path_of(written: str) -> Path_:
    """``leases[0].start`` as its steps: ``("leases", 0, "start")``."""
    return tuple(int(m[1]) if m[1] else m[2] for m in _STEP.finditer(written))


def _has(holder: Any, step: str | int) -> bool:
    if isinstance(holder, list):
        return isinstance(step, int) and step < len(holder)
    return isinstance(holder, dict) and step in holder


def part_at(value: Any, path: Path_) -> Any:
    """The part of a value at a path, or None where there is none."""
    for step in path:
        if not _has(value, step):
            return None
        value = value[step]
    return value
