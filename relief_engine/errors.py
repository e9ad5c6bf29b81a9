"""Ground floor: what went wrong, where, and what was expected, all of it at once.

A :class:`Finding` is one mistake; the exceptions carry all findings of an input together. Every stage of the
pipeline reports through these types, so that the command line, the library and a service say the same words.
"""

from __future__ import annotations

import difflib
import errno
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from relief_engine.text import DEFAULT_LANGUAGE, Language, Text

#: What the system says where there is no room for a file; not every system has quotas.
NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in an input: ``file:line:column`` (both from 1), or a path into a mapping that came from no file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def in_order(where: Location) -> tuple[list[tuple[int, str]], int, int]:
    """Places as people read them: ``leases[2]`` before ``leases[10]``."""
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", where.file)]
    return parts, where.line, where.column


#: The longest message, in characters: who sends a name of megabytes does not get it back.
LONGEST_MESSAGE = 2000


def _readable(message: Text) -> Text:
    """A message of bounded length; where it is longer, its middle is left out."""
    if len(message.zh) <= LONGEST_MESSAGE and len(message.en) <= LONGEST_MESSAGE:
        return message
    return Text(*(_without_middle(words) for words in (message.zh, message.en)))


def _without_middle(words: str) -> str:
    if len(words) <= LONGEST_MESSAGE:
        return words
    half = LONGEST_MESSAGE // 2 - 10
    return f"{words[:half]} … {words[-half:]}"


#: An error makes an input useless; a hint is worth a look and may be meant so.
Level = Literal["error", "hint"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in an input: a stable code, its place, and a message that says what was expected.

    Almost every finding is an error. Only the checks of a rulebook give hints too, which refuse nothing, and
    profiles (as YAML) that show what is meant.
    """

    code: str
    where: Location
    message: Text
    level: Level = "error"
    profile: str | None = None

    def __post_init__(self) -> None:
        """Bound the message, whatever was quoted in it."""
        object.__setattr__(self, "message", _readable(self.message))

    def in_(self, language: Language) -> str:
        """``place: message [code]`` in one line."""
        return f"{self.where}: {self.message.in_(language)} [{self.code}]"


class ReliefError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(ReliefError):
    """An input that can't be used. ``findings`` names every mistake, in the order of the file."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(sorted(findings, key=lambda finding: in_order(finding.where)))
        super().__init__("\n".join(f.in_(DEFAULT_LANGUAGE) for f in self.findings))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Finding, ...]]]:
        """Errors cross process borders whole."""
        return type(self), (self.findings,)


class RulebookError(InputError):
    """A rulebook that can't be used; raised by loading, never later."""


class ProfileError(InputError):
    """A profile that can't be used: a wrong type, an unknown key, an impossible value."""


class StatedError(ReliefError):
    """An error that one sentence says."""

    def __init__(self, message: Text) -> None:
        self.message = _readable(message)
        super().__init__(self.message.in_(DEFAULT_LANGUAGE))

    def __reduce__(self) -> tuple[type[StatedError], tuple[Text]]:
        """Errors cross process borders whole."""
        return type(self), (self.message,)


class UnknownName(StatedError):
    """A programme, standard or code was asked for that the rulebook does not have."""


class RouteUnavailable(StatedError):
    """A route can't run on this Python or machine; the message says why."""


class SystemRefused(StatedError):
    """What is outside of the program refused: the disk is full, others hold a file. Neither it nor the input is wrong.

    ``code`` says what refused, for programs.
    """

    @property
    def code(self) -> str:
        """A stable name of what refused."""
        return "system"


class RoutesDisagree(StatedError):
    """Two routes gave different answers for one question: an internal failure, and no decision is issued."""


def nearest(name: str, known: Iterable[str], limit: int = 1) -> Sequence[str]:
    """The known names that look most like ``name``; empty when none is close."""
    names = list(known)
    # Who typed the beginning of a name meant it, however much is left.
    begun = sorted((other for other in names if len(name) > 2 and other.startswith(name)), key=len)
    return [*begun, *difflib.get_close_matches(name, [n for n in names if n not in begun], n=limit, cutoff=0.5)][:limit]


def did_you_mean(name: str, known: Iterable[str]) -> Text:
    """A trailing hint with the nearest valid name, or nothing."""
    found = nearest(name, known)
    if not found:
        return Text("", "")
    return Text(f"，是否想写“{found[0]}”？", f"; did you mean {found[0]!r}?")
