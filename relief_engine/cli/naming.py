"""Command line stage: programmes that are asked for by name."""

from __future__ import annotations

from collections.abc import Sequence

from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text


def asked_for(names: Sequence[str], rulebook: Rulebook, others: Sequence[Finding] = ()) -> list[str]:
    """The ids of the programmes that are asked for, by their whole id, its last part, or their title.

    Raises :class:`InputError` for names that the rulebook does not have or that may mean several, all of them at once
    and together with ``others``.
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
            f"没有项目“{name}”{hint.zh or '，可用的见 relief programmes'}",
            f"there is no programme {name!r}{hint.en or '; see: relief programmes'}",
        )
        if meant:
            message = Text(
                f"“{name}”可指 {'、'.join(meant)}，请写全", f"{name!r} may be {' or '.join(meant)}; write the whole id"
            )
        findings.append(Finding("unknown-programme", Location("--programme"), message))
    if findings or others:
        raise InputError([*findings, *others])
    return list(dict.fromkeys(found))
