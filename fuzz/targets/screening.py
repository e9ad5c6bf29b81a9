"""Whole screenings: a text file is decided row by row and by DuckDB, and both say the same of every row."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from fuzz.target import Broken, Target, refused
from fuzz.targets.common import RENT, engine, file_of, scratch
from fuzz.targets.text import seeds
from relief_engine.roster.run import Request, screen_file


def run(data: bytes) -> bool:
    """Screen the file twice and hold the results against each other."""
    roster = file_of(data, "fuzz.csv")
    results = [scratch() / "direct.csv", scratch() / "duckdb.csv"]
    for result in results:
        result.unlink(missing_ok=True)
    answers = [not refused(lambda r=result: _screen(roster, r)) for result in results]  # type: ignore[misc]
    if answers[0] != answers[1]:
        raise Broken(f"direct and DuckDB differ in whether they take it: {answers}")
    if not answers[0]:
        if any(result.exists() for result in results):
            raise Broken("refused, and something was written")
        return False
    first, second = (_rows(result) for result in results)
    if first != second:
        raise Broken(
            f"direct and DuckDB differ: {next(pair for pair in zip(first, second, strict=False) if pair[0] != pair[1])}"
        )
    return True


def _screen(roster: Path, result: Path) -> None:
    name = "direct" if result.stem == "direct" else "duckdb"
    request = Request(
        roster=roster, output=result, as_of=dt.date(2022, 6, 20), programmes=[RENT],
        engine="direct" if name == "direct" else "duckdb",
    )  # fmt: skip
    screen_file(engine(), request)


def _rows(path: Path) -> list[list[str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row[:12] for row in csv.reader(file)]


TARGET = Target("screening", "whole screenings, by two routes", run, seeds, seconds=20.0)
