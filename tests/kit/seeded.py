"""Copies of the shipped rulebook with one mistake each."""

from __future__ import annotations

import shutil
from pathlib import Path

from relief_engine import Rulebook, load_rulebook
from relief_engine.rulebook.load import shipped_rules

RENT = "beijing-tongzhou/rent-reduction-2022"


def with_mistake(folder: Path, programme: str = RENT, *edits: tuple[str, str]) -> Rulebook:
    """The shipped facts and standards with one programme, in which texts are replaced that are there once."""
    rules = folder / "rules"
    if rules.exists():
        shutil.rmtree(rules)
    shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("*.cases.yaml", "ledger.yaml", "forms"))
    kept = rules / f"{programme}.yaml"
    for path in kept.parent.iterdir():
        if path != kept:
            path.unlink()
    text = kept.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    kept.write_text(text, encoding="utf-8")
    return load_rulebook(rules)
