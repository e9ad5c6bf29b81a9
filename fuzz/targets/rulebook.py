"""Rulebooks: a small one with one of its files replaced; a first line says which."""

from __future__ import annotations

import functools
import random
from collections.abc import Mapping
from pathlib import Path

from fuzz.mutation import mutated
from fuzz.target import ROOT, Broken, Target, check_error
from relief_engine.compiled.layout import layout_of
from relief_engine.compiled.lowering import compile_programme
from relief_engine.errors import InputError
from relief_engine.rulebook.build_ledger import ledger_of
from relief_engine.rulebook.load import read_contents, rulebook_files

SMALL = ROOT / "tests" / "rulebook"


@functools.cache
def base() -> Mapping[str, bytes]:
    """The files of the small rulebook."""
    return {name: path.read_bytes() for name, path in rulebook_files(SMALL / "base").items()}


@functools.cache
def small() -> Mapping[str, bytes]:
    """The same, and further files, any one of which may stand beside them: they use more of the language."""
    files = dict(base())
    for more in ("benefits", "expressions", "forms", "ledger"):
        for name, path in rulebook_files(SMALL / "good" / more).items():
            files.setdefault(name, path.read_bytes())
    return files


@functools.cache
def names() -> tuple[str, ...]:
    """The names of the files."""
    return tuple(sorted(small()))


def loaded(name: str, content: bytes) -> bool:
    """Load the small rulebook with one file replaced or added; without findings all of it can be compiled."""
    rulebook, findings = read_contents({**base(), name: content}, Path("rules"))
    if findings:
        check_error(InputError(findings))
        return False
    if name == "ledger.yaml" and ledger_of(rulebook) is None:
        raise Broken("a rulebook without findings and without its ledger")
    for programme in rulebook.programmes.values():
        layout = layout_of(rulebook, programme.subject)
        for day in programme.change_days()[:3]:
            compile_programme(programme, rulebook.standards, layout, day)
    return True


def run(data: bytes) -> bool:
    """Load the rulebook in which the file of the first line holds the rest."""
    first, _, rest = data.partition(b"\n")
    name = first.decode("utf-8", "replace")
    return loaded(name if name in small() else names()[len(first) % len(names())], rest)


def seeds() -> list[bytes]:
    """Every file as it is."""
    return [f"{name}\n".encode() + content for name, content in small().items()]


def change(data: bytes, draw: random.Random) -> bytes:
    """Change the content, seldom the file that it goes to."""
    first, _, rest = data.partition(b"\n")
    if draw.random() < 0.02:
        first = draw.choice(names()).encode()
    return first + b"\n" + mutated(rest, draw)


TARGET = Target("rulebook", "files of a rulebook", run, seeds, change)
