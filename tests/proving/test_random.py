"""Random programmes with a random change: whatever drawn profiles show is in a region that was found, or was left open.

The shipped programmes use a part of the language; these use the rest of it, and no proof may be wrong about them.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from pathlib import Path
from random import Random, SystemRandom

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import RulebookError
from relief_engine.proving import Limits, Side, Verdict, compare
from relief_engine.proving.search import drawn
from relief_engine.proving.stretches import stretches
from relief_engine.rulebook.load import load_rulebook
from tests.properties.rules import FILE, world_of
from tests.proving.wordings import told

pytest.importorskip("z3")

#: What stands in a programme, and what it may be changed to.
_CHANGES = (
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r"\) and \(", ") or ("), (r"\) or \(", ") and ("), (r"value: 3000\b", "value: 3001"),
    (r"value: 100,", "value: 99,"), (r"value: 30,", "value: 31,"), (r"\bmin\(", "max("), (r"value: 5,", "value: 4,"),
    (r"value: 5000", "value: 4999"),
)  # fmt: skip


def changed_text(text: str, random: Random) -> str:
    """The programme with one change somewhere."""
    head, mark, rules = text.partition("parameters:")
    if not mark:
        head, mark, rules = text.partition("criteria:")
    places = [(found, new) for old, new in _CHANGES for found in re.finditer(old, rules)]
    if not places:
        return text
    found, new = random.choice(places)
    return head + mark + rules[: found.start()] + new + rules[found.end() :]


def check(folder: Path, seed: str) -> Verdict | None:
    world = world_of(folder, seed)
    path = folder / "rules" / FILE
    text = path.read_text(encoding="utf-8")
    other = changed_text(text, Random(seed))
    again = folder / "again"
    shutil.rmtree(again, ignore_errors=True)
    shutil.copytree(folder / "rules", again)
    (again / FILE).write_text(other, encoding="utf-8")
    try:
        book = load_rulebook(again)
    except RulebookError:
        return None
    (old_programme,), (new_programme,) = world.rulebook.programmes.values(), book.programmes.values()
    old, new = Side(world.engine, old_programme), Side(Engine(book), new_programme)
    found = compare(old, new, Limits(seconds=5, samples=100))
    try:
        for region in found.regions:
            told(region, old, new)
        if found.verdict is Verdict.NONE:
            known = {region.transition.group for region in found.regions}
            elements = {(kind, name) for r in found.regions for kind in ("criteria", "referrals", "notes")
                        for name in getattr(r.transition, kind)}  # fmt: skip
            (stretch, *_) = stretches(old, new)
            for day, answers in drawn(stretch, 150, float("inf"), partial=False):
                seen = stretch.transition(day, answers)
                assert not seen or seen.group in known, (seen, answers)
            outcome = any(r.transition.old is not r.transition.new for r in found.regions)
            for day, answers in drawn(stretch, 150, float("inf"), partial=True):
                seen = stretch.transition(day, answers)
                assert seen.old is seen.new or outcome, (seen, answers)
                assert {("criteria", name) for name in seen.criteria} <= elements or outcome, (seen, answers)
            assert dt.date(2022, 5, 13) == old_programme.period.first
    except Exception as error:
        error.add_note(f"seed {seed!r}\n{text}\n--- changed ---\n{other}")
        raise
    return found.verdict


def try_many(folder: Path, number: int) -> dict[Verdict | None, int]:
    fresh = SystemRandom().getrandbits(32) if os.environ.get("RELIEF_SOAK", "0") not in ("", "0") else 0
    verdicts: dict[Verdict | None, int] = {}
    for index in range(number):
        verdict = check(folder, f"{fresh} {index}")
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    return verdicts


def test_random_changes(tmp_path: Path) -> None:
    verdicts = try_many(tmp_path, 4)
    assert verdicts.get(Verdict.NONE, 0) >= 2, verdicts


@pytest.mark.soak
def test_very_many_random_changes(tmp_path: Path) -> None:
    try_many(tmp_path, 400)
