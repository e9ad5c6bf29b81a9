"""Comparing stage, rosters: an impact as a file: .xlsx, .csv or .parquet, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from relief_engine.comparing.rosters.result import Impact
from relief_engine.errors import Finding, InputError, Location
from relief_engine.roster.run import uninstalled
from relief_engine.roster.whole import whole_file
from relief_engine.roster.writing import check_target
from relief_engine.text import DEFAULT_LANGUAGE, Language


def check_output(path: Path | str, roster: Path | str | None = None) -> None:
    """Whether changes can be written to ``path``, to be asked before any work starts; raises :class:`InputError`."""
    check_target(path, roster)
    if Path(path).suffix.lower() == ".parquet" and (why := uninstalled(["duckdb"])) is not None:
        raise InputError([Finding("output-kind", Location(Path(path).as_posix()), why)])


def write_impact(impact: Impact, path: Path | str, language: Language = DEFAULT_LANGUAGE) -> None:
    """Write every change to a file whose suffix says its kind; a workbook begins with a summary.

    The file appears when it is complete; until then what stood there stands there still.

    Raises:
        InputError: it can't be written there; see :func:`check_output`.
        StatedError: a sheet does not hold so many changes.
        OSError: the file system refused.
    """
    target = Path(path)
    check_output(target, impact.roster)
    with whole_file(target) as temporary:
        match target.suffix.lower():
            case ".xlsx":
                from relief_engine.comparing.rosters.workbook import write_workbook

                write_workbook(temporary, impact, language)
            case ".csv":
                from relief_engine.comparing.rosters.flat import write_csv

                write_csv(temporary, impact, language)
            case _:
                from relief_engine.comparing.rosters.flat import write_parquet

                write_parquet(temporary, impact, language)
