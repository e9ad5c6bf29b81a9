"""Rulebook stage: programmes that are asked for by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: Where the programmes that there are can be seen.
_LISTED = "relief programmes"


def on_the_command_line(_: int) -> Location:
    """Where a programme stands that an option names."""
    return Location("--programme")


def asked_for(
    names: Sequence[str],
    rulebook: Rulebook,
    others: Sequence[Finding] = (),
    *,
    place: Callable[[int], Location] = on_the_command_line,
    listed: str = _LISTED,
) -> list[str]:
    """The ids of the programmes that are asked for, by their whole id, its last part, or their title.

    Args:
        names: what was written.
        rulebook: the rules.
        others: mistakes that were found elsewhere.
        place: where the name at an index of ``names`` stands.
        listed: where the reader finds the programmes that there are.

    Raises:
        InputError: the rulebook does not have a name, or it may mean several; all of them at once, with ``others``.
    """
    findings: list[Finding] = []
    last_parts: dict[str, list[str]] = {}
    for identity, programme in rulebook.programmes.items():
        for short in dict.fromkeys((identity.rpartition("/")[2], programme.title.zh, programme.title.en)):
            last_parts.setdefault(short, []).append(identity)
    found: list[str] = []
    for name in dict.fromkeys(names):
        meant = [name] if name in rulebook.programmes else last_parts.get(name, [])
        if len(meant) == 1:
            found += meant
            continue
        hint = did_you_mean(name, [*rulebook.programmes, *last_parts])
        message = Text(
            f"没有项目“{name}”{hint.zh or f'，可用的见 {listed}'}",
            f"there is no programme {name!r}{hint.en or f'; see: {listed}'}",
        )
        if meant:
            message = Text(
                f"“{name}”可指 {'、'.join(meant)}，请写全", f"{name!r} may be {' or '.join(meant)}; write the whole id"
            )
        findings.append(Finding("unknown-programme", place(names.index(name)), message))
    if findings or others:
        raise InputError([*findings, *others])
    return list(dict.fromkeys(found))
