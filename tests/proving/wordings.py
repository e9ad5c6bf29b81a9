"""Shipped programmes with some of their text replaced, as two sides of a comparison."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from relief_engine.compiled import ir
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.outcome import outcome_of
from relief_engine.proving import Comparison, Limits, Region, Side, compare
from relief_engine.proving.observing import NOTHING, Elements, seen, transition
from relief_engine.rulebook.load import load_rulebook, shipped_rules
from tests.books import shipped_book

RENT = "rent-reduction-2022"
REGION = "beijing-tongzhou"


@cache
def shipped() -> Engine:
    return Engine(shipped_book())


def side(engine: Engine, name: str) -> Side:
    return Side(engine, engine.rulebook.programme(f"{REGION}/{name}"))


def edited(folder: Path, name: str, *edits: tuple[str, str]) -> Side:
    """One shipped programme, by itself, with text replaced that it has once."""
    rules = folder / "rules"
    shutil.rmtree(rules, ignore_errors=True)
    shutil.copytree(shipped_rules(), rules, ignore=shutil.ignore_patterns("*.cases.yaml", "ledger.yaml", "forms"))
    for path in (rules / REGION).iterdir():
        if path.stem != name:
            path.unlink()
    path = rules / REGION / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return side(Engine(load_rulebook(rules)), name)


def compared(folder: Path, name: str, *edits: tuple[str, str], seconds: float = 60) -> Comparison:
    """What changes when some text of a shipped programme is replaced; every witness is tried as a user would."""
    old, new = side(shipped(), name), edited(folder, name, *edits)
    found = compare(old, new, Limits(seconds=seconds))
    for region in found.regions:
        told(region, old, new)
    return found


def told(region: Region, old: Side, new: Side) -> None:
    """The profile file of a witness, read by the engine of each side, is decided as the region says."""
    found = []
    for one in (old, new):
        profile = one.engine.reader.read_bytes(region.witness.yaml(one).encode(), "witness.yaml")
        assert profile.as_of == region.witness.day
        assert region.period.holds(region.witness.day)
        programme = one.programme
        if not programme.period.holds(region.witness.day):
            found.append(NOTHING)
            continue
        program = one.engine.program(programme, region.witness.day)
        index = None if programme.subject == "applicant" else 0
        values = one.engine.evaluate(
            program, profile.vector(program.layout, programme.subject, index, region.witness.day)
        )
        outcome = outcome_of(program, values)
        if outcome is not Outcome.UNDETERMINED or values[program.refer] == ir.MET:
            # Else it stays so, and the engine would search for long for what is missing.
            outcome = one.engine.decide_one(programme, profile, index, region.witness.day).outcome
        found.append(seen(program, Elements(program), values, outcome))
    assert transition(*found) == region.transition


def changes(found: Comparison) -> list[str]:
    """What changes, in short."""
    return [f"{region.transition.old}>{region.transition.new}" for region in found.regions]
