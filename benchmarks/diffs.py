"""``python -m benchmarks.diffs [--rounds N]``: what it takes to find what a change of rules does, and prove the rest.

Against loading the two rulebooks that are compared, which nobody can do without; both in turns in one process, by
processor time. Without z3 nothing is proven, and there is nothing to measure.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmarks import report
from benchmarks.timing import Contestant, Spread, race, ratio, spread
from relief_engine import load_rulebook
from relief_engine.comparing.difference import Status, difference
from relief_engine.comparing.revisions import Revision, read_revisions
from relief_engine.proving import Limits
from relief_engine.rulebook.load import shipped_rules

RENT = "beijing-tongzhou/rent-reduction-2022"
#: What is edited for each contestant: the file, the text that stands there once, and what stands there instead.
LIMIT = ("standards/enterprise-size.yaml", "{small: 10, medium: 50, large: 300}", "{small: 10, medium: 60, large: 300}")
WORDS = (
    f"{RENT}.yaml",
    "require: applicant.registered_in_beijing or applicant.pays_tax_in_beijing",
    "require: not (not applicant.pays_tax_in_beijing and not applicant.registered_in_beijing)",
)
#: Seconds in which a witness of a changed threshold is found (design, section 11 gives no budget; about two are meant).
_LIMITS = Limits(seconds=60)


@dataclass(frozen=True, slots=True)
class Pair:
    """The rules as they are, and with one edit."""

    old: Path
    new: Path


def main() -> int:
    """Print the rows; 1 if one of the answers is not the one that is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diffs")
    parser.add_argument("--rounds", type=int, default=4, metavar="N", help="rounds that count (default 4)")
    options = parser.parse_args()
    if find_spec("z3") is None:
        print("z3 is not installed (pip install 'relief-engine[prove]'): nothing is proven without it")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        print(report.markdown(rows(Path(folder), max(2, options.rounds))))
    return 0


def rows(folder: Path, rounds: int) -> list[report.Row]:
    """For one threshold and one rewording: the time against loading both rulebooks, and in seconds."""
    limit, words = (_edited(folder / name, *edit) for name, edit in (("limit", LIMIT), ("words", WORDS)))
    books = {pair: read_revisions(str(pair.old), str(pair.new)) for pair in (limit, words)}
    contestants = {
        "load": Contestant(_same, lambda _: (load_rulebook(limit.old), load_rulebook(limit.new))),
        "rent": Contestant(_same, partial(_compared, *books[limit], [RENT], Status.DIFFERENT)),
        "all": Contestant(_same, partial(_compared, *books[limit], None, Status.DIFFERENT)),
        "equal": Contestant(_same, partial(_compared, *books[words], None, Status.SAME)),
    }
    laps = race(contestants, [0] * rounds, rounds=rounds, block=1)
    against = "loading both rulebooks"
    found = []
    for key, what in (
        ("rent", "one limit changed: the rent programme, all differences and the proof of no other"),
        ("all", "the same, all programmes"),
        ("equal", "one condition reworded: proof that no programme differs"),
    ):
        found.append(report.Row(f"d-{key}", what, against, "×", ratio(laps, key, "load")))
        found.append(report.Row(f"d-{key}′", what, "", "s", _seconds(laps[key])))
    return found


def _edited(folder: Path, file: str, old: str, new: str) -> Pair:
    shutil.copytree(shipped_rules(), folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{file} does not hold {old!r} any more: change this benchmark")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Pair(shipped_rules(), folder)


def _compared(old: Revision, new: Revision, programmes: list[str] | None, wanted: Status, _: int) -> None:
    found = difference(old, new, _LIMITS, programmes)
    if found.status is not wanted:
        raise SystemExit(f"the comparison came out as {found.status.name}, not {wanted.name}")


def _same(item: int) -> int:
    return item


def _seconds(laps: list[float]) -> Spread:
    return spread(laps)


if __name__ == "__main__":
    sys.exit(main())
