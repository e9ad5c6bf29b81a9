"""``python -m benchmarks.rosters``: measure rosters, print a Markdown table, keep the figures as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks import report, workload
from benchmarks.rosters import leases, race, workbook
from benchmarks.rosters.contestants import lap
from relief_engine import Rulebook, load_rulebook

#: A roster of more rows than this is the largest file, read as often as it takes.
_LARGEST_FILE = 10_000_000
_UNITS = {"k": 1_000, "M": 1_000_000}


def main() -> int:
    """Run all measurements; 1 if the contestants disagree or, with ``--strict``, if a budget is exceeded."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="rosters-") as temporary:
        folder = temporary if options.keep is None else options.keep
        try:
            rows = measure(options, Path(folder))
        except race.Disagreement as error:
            _say(f"nothing was timed: {error}")
            return 1
    print(", ".join(f"{name} {version}" for name, version in report.environment().items()))
    print(f"\n{report.markdown(rows)}")
    if options.json is not None:
        text = json.dumps(report.as_json(rows, options.rounds), ensure_ascii=False, indent=2)
        options.json.write_text(f"{text}\n", encoding="utf-8")
    return 1 if options.strict and any(row.verdict == report.OVER for row in rows) else 0


def measure(options: argparse.Namespace, folder: Path) -> list[report.Row]:
    """All rows. Raises :class:`race.Disagreement` before anything is timed if the contestants differ."""
    folder.mkdir(parents=True, exist_ok=True)
    rulebook, names = load_rulebook(workload.RULEBOOK), [race.OURS, race.EXPERT, race.CHECKED]
    if find_spec("polars") is None:
        _say("polars is not installed (pip install polars); the others are measured without it")
    else:
        names.append(race.POLARS)
    sizes = sorted(options.sizes)
    rosters = {size: roster(rulebook, size, folder) for size in sizes}
    _say(f"checking that all agree on {race.named(sizes[0])} rows …")
    race.agree(rulebook, rosters[sizes[0]][0], names, folder)
    found: list[report.Row] = []
    laps: dict[int, race.Laps] = {}
    for size in sizes:
        if size > _LARGEST_FILE:
            _say(f"{race.named(size)} rows, once …")
            found += race.at_scale(lap(race.OURS, rosters[size], race.result_of(race.OURS, folder)), size)
            continue
        rounds = max(options.rounds if size <= 1_000_000 else options.rounds // 2, 2)
        _say(f"timing {race.named(size)} rows, {rounds} rounds …")
        laps[size] = race.run(rosters[size], names, rounds, folder)
        found += race.rows(laps[size], size)
    if len(laps) > 1:
        small, large = min(laps), max(laps)
        found += race.growth(laps[small], laps[large], (small, large))
    if options.spark:
        _say(f"timing Spark on {race.named(sizes[0])} rows …")
        found += race.on_spark(rosters[sizes[0]], sizes[0], 2, folder)
    if options.xlsx:
        _say(f"timing a workbook of {options.xlsx:,} rows …")
        found += workbook.screened(load_rulebook(), options.xlsx, 2, folder)
    return found


def roster(rulebook: Rulebook, count: int, folder: Path) -> list[Path]:
    """The files of a roster, made where they are not there yet; a very large one is one file several times."""
    once = min(count, _LARGEST_FILE)
    path = folder / f"leases-{once}.parquet"
    if not path.exists():
        _say(f"making a roster of {race.named(once)} rows …")
        unfinished = path.with_suffix(".part")
        leases.write(unfinished, leases.columns(rulebook), once)
        unfinished.rename(path)
    return [path] * (count // once)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rosters", description="Measure rosters.")
    parser.add_argument(
        "--sizes", type=_sizes, default=[1_000_000, 10_000_000], metavar="1M,10M", help="rows; 100M reads 10M ten times"
    )
    parser.add_argument("--rounds", type=int, default=6, metavar="N", help="rounds up to 1M rows, half of it above")
    parser.add_argument("--xlsx", type=int, default=100_000, metavar="N", help="rows of the workbook; 0 for none")
    parser.add_argument("--no-spark", dest="spark", action="store_false", help="leave Spark out")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the rosters in DIR for the next run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE as well")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a budget is exceeded")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [_size(part) for part in text.split(",")]


def _size(text: str) -> int:
    count = int(text[:-1]) * _UNITS[text[-1]] if text[-1:] in _UNITS else int(text)
    if count < race.REFERRED_TO or (count > _LARGEST_FILE and count % _LARGEST_FILE):
        raise argparse.ArgumentTypeError(f"at least {race.REFERRED_TO} rows, and above 10M whole tens of millions")
    return count


def _say(message: str) -> None:
    print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
