"""``python -m benchmarks [--json FILE] [--rounds N] [--strict]``: measure, print a Markdown table, keep the figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import measures, report


def main() -> int:
    """Run all measurements; 1 if the engines disagree or, with ``--strict``, if a budget is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the budgets of the design.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--rounds", type=_rounds, default=60, metavar="N", help="rounds that count (default 60)")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a budget is exceeded")
    options = parser.parse_args()
    try:
        rows = measures.measure(options.rounds, lambda message: print(message, file=sys.stderr))
    except measures.Disagreement as error:
        print(f"nothing was timed: {error}", file=sys.stderr)
        return 1
    print(", ".join(f"{name} {version}" for name, version in report.environment().items()))
    print()
    print(report.markdown(rows))
    if options.json is not None:
        text = json.dumps(report.as_json(rows), ensure_ascii=False, indent=2)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 1 if options.strict and any(row.verdict == "OVER" for row in rows) else 0


def _rounds(text: str) -> int:
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2 rounds are needed")
    return number


if __name__ == "__main__":
    sys.exit(main())
