"""``python -m benchmarks.strategies [--rounds N]``: how many profiles a second Hypothesis draws from a rulebook.

Against `hypothesis.strategies.fixed_dictionaries` of as many facts, each of them one integer: the plainest strategy
that draws as much. Both run in the same process in turns, by processor time; the ratio within a round is reported.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks import report
from benchmarks.timing import Contestant, Spread, race, ratio, spread
from relief_engine import Rulebook, load_rulebook
from relief_engine.testing import profiles
from relief_engine.testing.planning import world_of

#: Examples of one run of Hypothesis; its own start is in the times.
EXAMPLES = 250
PROGRAMMES = ("beijing-tongzhou/rent-reduction-2022", "beijing-tongzhou/guarantee-fee-subsidy-2022")
#: So many times the time of fixed_dictionaries.
BUDGET = 1.0


def main() -> int:
    """Print the rows; always 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strategies")
    parser.add_argument("--rounds", type=int, default=8, metavar="N", help="rounds that count (default 8)")
    options = parser.parse_args()
    print(report.markdown(rows(load_rulebook(), max(2, options.rounds))))
    return 0


def rows(rulebook: Rulebook, rounds: int) -> list[report.Row]:
    """For some programmes: time against the plain strategy, and profiles a second."""
    found = []
    for number, programme in enumerate(PROGRAMMES, 1):
        facts = len(world_of(rulebook).read_by(rulebook.programmes[programme]))
        plain = st.fixed_dictionaries({f"fact_{index}": st.integers(0, 2**20) for index in range(facts)})
        contestants = {
            "profiles": Contestant(_same, partial(_drawn, profiles(rulebook, programme))),
            "one lease": Contestant(_same, partial(_drawn, profiles(rulebook, programme, most=1))),
            "plain": Contestant(_same, partial(_drawn, plain)),
        }
        laps = race(contestants, [0] * rounds, rounds=rounds, block=1)
        name = programme.partition("/")[2]
        against = f"fixed_dictionaries of {facts} integers"
        whole = f"{EXAMPLES} profiles drawn, {name}"
        found += [
            report.Row(f"h{number}", whole, against, "×", ratio(laps, "profiles", "plain"), BUDGET),
            report.Row(f"h{number}′", f"{whole}, one lease at most", against, "×", ratio(laps, "one lease", "plain")),
            report.Row(f"p{number}", f"one profile, {name}", "", "µs", _each(laps["profiles"])),
            report.Row(f"q{number}", f"one of {against}", "", "µs", _each(laps["plain"])),
        ]
    return found


def _same(item: int) -> int:
    return item


def _each(laps: list[float]) -> Spread:
    return spread([lap / EXAMPLES * 1e6 for lap in laps])


def _drawn(strategy: st.SearchStrategy[Any], _round: int) -> None:
    """Let Hypothesis draw, and do nothing with what it draws."""

    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def draw(_: Any) -> None:
        pass

    run: Callable[[], None] = draw
    run()


if __name__ == "__main__":
    sys.exit(main())
