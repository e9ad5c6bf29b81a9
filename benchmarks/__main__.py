"""``python -m benchmarks [--json FILE] [--rounds N] [--strict]``: measure, print a Markdown table, keep the figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import cold, decisions, report, service, verified, workload
from benchmarks.zen_rent import ZenMissing, ZenRent
from relief_engine import Engine, load_rulebook

#: How many applicants all engines must agree on before anything is timed; the timed ones are taken from them.
APPLICANTS = 5000


def main() -> int:
    """Run all measurements; 1 if the engines disagree or, with ``--strict``, if a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the budgets of the design.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--rounds", type=_rounds, default=150, metavar="N", help="rounds that count (default 150)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a budget is exceeded")
    options = parser.parse_args()
    try:
        rows = measure(options.rounds)
    except decisions.Disagreement as error:
        _say(f"nothing was timed: {error}")
        return 1
    print(", ".join(f"{name} {version}" for name, version in report.environment().items()))
    print(f"\n{report.markdown(rows)}")
    if pace := decisions.pace(rows):
        print(f"\n{pace}")
    if options.json is not None:
        text = json.dumps(report.as_json(rows, options.rounds), ensure_ascii=False, indent=2)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 1 if options.strict and any(row.verdict == report.OVER for row in rows) else 0


def measure(rounds: int) -> list[report.Row]:
    """All rows. Raises :class:`decisions.Disagreement` before anything is timed if the engines differ."""
    bench, shipped = load_rulebook(workload.RULEBOOK), load_rulebook()
    engine = Engine(bench)
    zen: ZenRent | None = None
    try:
        zen = ZenRent()
    except ZenMissing as error:
        _say(f"{error} All other rows are measured.")
    applicants = workload.applicants(APPLICANTS)
    _say(f"checking that all engines agree on {APPLICANTS} applicants …")
    decisions.check_agreement(engine, zen, applicants)
    _say(f"timing single decisions, {rounds} rounds …")
    rows = decisions.rows(engine, zen, applicants, rounds)
    _say("timing verified decisions …")
    rows += verified.rows(bench, shipped, applicants, max(rounds // 5, 2))
    _say("timing what a service does …")
    rows += service.rows(shipped, max(rounds // 5, 2))
    _say("timing whole processes …")
    rows += cold.process_rows(max(rounds // 8, 2))
    _say("timing the loading of rulebooks …")
    rows += cold.loading_rows(max(rounds // 10, 2))
    return rows


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _rounds(text: str) -> int:
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2 rounds are needed")
    return number


if __name__ == "__main__":
    sys.exit(main())
