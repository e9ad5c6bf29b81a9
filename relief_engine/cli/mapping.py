"""Command line stage: what ``--map HEADER=FACT`` says of the columns of a roster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relief_engine.errors import Finding, InputError, Location
from relief_engine.text import Text


def read_mapping(written: Sequence[str]) -> Mapping[str, str]:
    """What ``--map HEADER=FACT`` says; raises :class:`InputError` with every one that is not written so."""
    found: dict[str, str] = {}
    findings = []
    for text in written:
        header, sign, fact = text.rpartition("=")
        if not sign or not header.strip() or not fact.strip():
            message = Text(f"应写成 表头=事实，实为“{text}”", f"expected HEADER=FACT, got {text!r}")
            findings.append(Finding("map", Location("--map"), message))
        elif header in found:
            message = Text(f"“{header}”写了两次", f"{header!r} is given twice")
            findings.append(Finding("map", Location("--map"), message))
        found[header] = fact
    if findings:
        raise InputError(findings)
    return found
