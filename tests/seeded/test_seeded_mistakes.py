"""Mistakes that maintainers make, seeded one at a time into the shipped rules: somebody notices every one of them.

Each is seeded into a copy that holds one programme, so that all of it can be checked, run and compared in a moment.
"""

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from relief_engine.comparing.edit import after, before
from relief_engine.comparing.edits import edits
from relief_engine.engine import Engine
from relief_engine.errors import RulebookError
from relief_engine.proving import Comparison, Limits, Side, Verdict, compare
from relief_engine.rulebook.load import load_rulebook, read_rulebook, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.testing import find_cases, load_cases, run_case

pytestmark = pytest.mark.engines

TOWN = "beijing-tongzhou"
RENT = f"{TOWN}/rent-reduction-2022"
#: How many lines above a change its element may begin.
_ABOVE = 12
MISTAKES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "mistakes.yaml").read_bytes(), Loader=yaml.CSafeLoader
)  # fmt: skip


@dataclass(frozen=True)
class Seeded:
    """A copy of the rules with one mistake in it, and the line on which it stands."""

    mistake: dict[str, Any]
    programme: str
    old: Rulebook
    root: Path
    lines: range

    def holds(self, place: str, line: int) -> bool:
        """Whether a place is that of what was changed, or of the element around it, which begins a few lines above.

        What a table says of a code is told where the standard names the table.
        """
        if self.mistake["file"].endswith(".csv"):
            return place.endswith((self.mistake["file"], self.mistake["file"].replace(".csv", ".yaml")))
        return place.endswith(self.mistake["file"]) and self.lines.start - _ABOVE <= line <= self.lines.stop


def copied(root: Path, programme: str) -> Path:
    """The shipped facts and standards with one programme and its cases."""
    stem = programme.rpartition("/")[2]

    def others(folder: str, names: list[str]) -> list[str]:
        left = ["ledger.yaml"] if programme == RENT else ["ledger.yaml", "rent-reduction-statistics.yaml"]
        inside = Path(folder).name == TOWN
        return [name for name in names if name in left or (inside and not name.startswith(stem))]

    shutil.copytree(shipped_rules(), root, ignore=others)
    return root


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Rulebook]:
    return {
        name: load_rulebook(copied(tmp_path_factory.mktemp("old") / "rules", name))
        for name in sorted({programme_of(mistake) for mistake in MISTAKES})
    }


def programme_of(mistake: dict[str, Any]) -> str:
    file = str(mistake["file"])
    return file.removesuffix(".yaml") if file.startswith(TOWN) else str(mistake.get("programme", RENT))


@pytest.fixture(params=MISTAKES, ids=lambda mistake: str(mistake["name"]))
def seeded(request: pytest.FixtureRequest, tmp_path: Path, originals: dict[str, Rulebook]) -> Seeded:
    mistake = request.param
    programme = programme_of(mistake)
    root = copied(tmp_path / "rules", programme)
    path = root / mistake["file"]
    text = path.read_text(encoding="utf-8")
    assert text.count(mistake["old"]) == 1, mistake["name"]
    first = text[: text.index(mistake["old"])].count("\n") + 1
    path.write_text(text.replace(mistake["old"], mistake["new"]), encoding="utf-8")
    length = max(mistake["old"].count("\n"), mistake["new"].count("\n"))
    return Seeded(mistake, programme, originals[programme], root, range(first, first + length + 1))


def test_there_are_twenty_of_them() -> None:
    assert len(MISTAKES) >= 20
    assert len({mistake["name"] for mistake in MISTAKES}) == len(MISTAKES)


def test_a_mistake_is_noticed(seeded: Seeded) -> None:
    rulebook, found = read_rulebook(seeded.root)
    if "load" in seeded.mistake:
        assert seeded.mistake["load"] in [finding.code for finding in found]
        finding = next(finding for finding in found if finding.code == seeded.mistake["load"])
        assert seeded.holds(finding.where.file, finding.where.line)
        return
    assert found == []
    assert rulebook is not None
    assert failing(rulebook, seeded) == seeded.mistake["cases"]
    told(rulebook, seeded)
    shown(rulebook, seeded)


def failing(rulebook: Rulebook, seeded: Seeded) -> bool:
    """Whether a worked case notices; one that names what is gone is a mistake of its file."""
    try:
        cases = [case for path in find_cases(seeded.root) for case in load_cases(path, rulebook)]
    except RulebookError as error:
        return {finding.code for finding in error.findings} == {"case-unknown-name"}
    engine = Engine(rulebook)
    return any(not run_case(engine, case).passed for case in cases)


def told(rulebook: Rulebook, seeded: Seeded) -> None:
    """The comparison with the rules as they were names the place, and nothing else that can change a decision."""
    found = [edit for edit in edits(seeded.old, rulebook) if edit.effect]
    assert found
    places = [said.where for edit in found for said in (after(edit), before(edit)) if said is not None]
    assert any(place is not None and seeded.holds(place.file, place.line) for place in places), places


def shown(rulebook: Rulebook, seeded: Seeded) -> None:
    """Its witnesses are decided by both engines as it says, and turn as the law was turned."""
    sides = [Side(Engine(side), side.programmes[seeded.programme]) for side in (seeded.old, rulebook)]
    compared = compare(sides[0], sides[1], Limits(seconds=60))
    turns = set()
    for region in compared.regions:
        old, new = (region.witness.decision(side) for side in sides)
        assert (old.outcome, new.outcome) == (region.transition.old, region.transition.new)
        turns.add(f"{old.outcome} → {new.outcome}")
    wanted = seeded.mistake["turns"]
    if wanted is None:
        assert proven_equal(compared)
    else:
        assert set(wanted) <= turns, sorted(turns)


def proven_equal(compared: Comparison) -> bool:
    return compared.verdict is Verdict.NONE and not compared.regions


def test_the_rules_as_they_are_differ_from_themselves_in_nothing(originals: dict[str, Rulebook]) -> None:
    for name, rulebook in originals.items():
        side = Side(Engine(rulebook), rulebook.programmes[name])
        assert proven_equal(compare(side, Side(Engine(load_rulebook(rulebook.root)), side.programme), Limits()))
        assert dt.date.min <= side.programme.period.first
