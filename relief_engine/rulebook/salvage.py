"""Rulebook stage: how a file with mistakes of shape is read on, so that one run tells of the mistakes of all stages.

A misspelt key or word is read as the one that was probably meant; a part that nothing else leans on is replaced;
otherwise the list item or the named entry around the mistake is left out, and the names that it would have defined are
noted: using one of them is not a second mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from relief_engine.errors import nearest
from relief_engine.rulebook.shape_paths import existing, misspelt
from relief_engine.rulebook.source import Document, Path_

#: The id of a source that stands in for citations that can't be read; nobody reports that it is unknown.
UNREADABLE = "unreadable"
_NO_WORDS = {"zh": "？", "en": "?"}
_NO_CITES = [{"source": UNREADABLE, "clause": UNREADABLE}]
#: Parts that nothing else leans on: where one is wrong, its element is kept and the part replaced.
_STAND_INS: dict[str, Any] = {
    **dict.fromkeys(
        ("title", "summary", "authority", "label", "question", "reason", "reading", "text", "about", "issuer"),
        _NO_WORDS,
    ),
    **dict.fromkeys(("what", "why"), _NO_WORDS),
    **dict.fromkeys(("note", "evidence", "period"), None),
    "headers": [],
    "aliases": [],
    "cite": _NO_CITES,
}
#: The same for a whole part of a file.
_ROOT_STAND_INS: dict[str, Any] = {
    "benefit": {"kind": "in_kind", "payer": "authority", "cite": _NO_CITES},
    **dict.fromkeys(("from", "to", "outlives_source", "not_available"), None),
}


class Salvage:
    """What is left of a file when its mistakes are mended by guess, replaced or left out."""

    def __init__(self, document: Document, details: list[ErrorDetails], shape: type[BaseModel]) -> None:
        self.document = document
        self.cuts: set[Path_] = set()
        self.stand_ins: dict[Path_, Any] = {}
        self.renames = misspelt(document, details, shape)
        self.wrong: set[Path_] = set()
        self.kept: dict[Path_, Sequence[int]] = {}
        self.renamed: dict[Path_, str] = {}
        for detail in details:
            self._add(detail, existing(document, detail["loc"]))

    def _add(self, detail: ErrorDetails, path: Path_) -> None:
        """Decide what becomes of one mistake."""
        self.wrong.add(path)
        if detail["type"] == "extra_forbidden":
            if path not in self.renames:
                self.cuts.add(path)
            return
        if detail["type"] == "missing":
            name = str(detail["loc"][-1])
            if any(wrong[:-1] == path and right == name for wrong, right in self.renames.items()):
                return
            path = (*path, name)
        if detail["type"] == "literal_error" and isinstance(detail["input"], str):
            near = nearest(detail["input"], literals(detail))
            if near:
                self.stand_ins[path] = near[0]
                return
        replaced = _stand_in(path)
        if replaced is None:
            self.cuts.add(_item(path))
        else:
            self.stand_ins[replaced[0]] = replaced[1]

    def take_out(self) -> None:
        """Take the mistakes out of the document's value, and note the names that went with them."""
        document = self.document
        document.broken.update(str(path[-1]) for path in self.stand_ins)
        document.broken.add(UNREADABLE)
        document.value = self.part(document.value, (), (), "")
        document.kept = self.kept
        document.renamed = self.renamed

    def part(self, value: Any, path: Path_, target: Path_, owner: str) -> Any:
        """A copy of the value at ``path`` that will stand at ``target``, as items after a cut move up."""
        if path in self.stand_ins:
            self.document.broken.update(_names(value))
            return self.stand_ins[path]
        if isinstance(value, dict):
            return self._mapping(value, path, target, owner)
        if isinstance(value, list):
            return self._list(value, path, target, owner)
        return value

    def _mapping(self, value: dict[str, Any], path: Path_, target: Path_, owner: str) -> dict[str, Any]:
        named = value.get("id", value.get("standard"))
        owner = named if isinstance(named, str) else owner
        result: dict[str, Any] = {}
        for key, part in value.items():
            here = (*path, key)
            if here in self.cuts:
                self.document.broken.update((key, owner, *_names(part)))
                continue
            read_as = self.renames.get(here, key)
            if read_as != key or here in self.document.renamed:
                self.renamed[(*target, read_as)] = self.document.renamed.get(here, key)
            of = read_as if path[-1:] in (("parameters",), ("let",)) else owner
            result[read_as] = self.part(part, here, (*target, read_as), of)
        absent = {at[-1]: part for at, part in self.stand_ins.items() if at[:-1] == path and at[-1] not in value}
        return result | {str(key): part for key, part in absent.items()}

    def _list(self, value: list[Any], path: Path_, target: Path_, owner: str) -> list[Any]:
        places = [index for index in range(len(value)) if (*path, index) not in self.cuts]
        before = self.document.kept.get(path)
        if before is not None or len(places) < len(value):
            self.kept[target] = places if before is None else [before[index] for index in places]
        if len(places) < len(value):
            self.document.broken.add(owner)
            for index, part in enumerate(value):
                if (*path, index) in self.cuts:
                    self.document.broken.update(_names(part))
                    self.document.nameless |= len(path) == 1 and not self._has_name(part, (*path, index))
        return [self.part(value[index], (*path, index), (*target, new), owner) for new, index in enumerate(places)]

    def _has_name(self, part: Any, path: Path_) -> bool:
        """Whether what is left out says well which name it defines."""
        return isinstance(part, dict) and any(key in part and (*path, key) not in self.wrong for key in ("id", "fact"))


def _stand_in(path: Path_) -> tuple[Path_, Any] | None:
    """The innermost part around a path that can be replaced, and by what."""
    if path and path[0] in _ROOT_STAND_INS:
        return path[:1], _ROOT_STAND_INS[str(path[0])]
    for end in range(len(path), 0, -1):
        step = path[end - 1]
        # A programme's names of parameters and figures are not these keys.
        named = end >= 2 and path[end - 2] in ("parameters", "let")
        if isinstance(step, str) and step in _STAND_INS and not named:
            return path[:end], _STAND_INS[step]
    return None


def _item(path: Path_) -> Path_:
    """The smallest part around a path that can be left out: a list's item, or an entry of a mapping of names."""
    for end in range(len(path), 0, -1):
        if isinstance(path[end - 1], int) or (end >= 2 and path[end - 2] in ("parameters", "let")):
            return path[:end]
    return ()


def _names(value: Any) -> Iterator[str]:
    """The names that a part of a file defines, at any depth."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key in ("id", "fact", "sector_fact", "standard") and isinstance(part, str):
                yield part
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)


def literals(detail: ErrorDetails) -> list[str]:
    """The words that a value may be, out of what Pydantic says."""
    return [part.strip(" '") for part in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(",")]
