"""Roster stage, the door to long tables: a file of millions of rows becomes a file of answers, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from relief_engine.engine import Engine
from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.brief import BriefDeciding, BriefWriting
from relief_engine.roster.bulk.database import Database
from relief_engine.roster.bulk.deciding import Deciding
from relief_engine.roster.bulk.results import Writing
from relief_engine.roster.bulk.sources import parquet_source, text_source
from relief_engine.roster.counts import Counts
from relief_engine.roster.table import Rejected
from relief_engine.roster.whole import scratch_folder, whole_file
from relief_engine.roster.writing import rejected_file
from relief_engine.text import Language


def screen_table(
    engine: Engine, screening: Screening, target: Path, language: Language, progress: Callable[[float], None] | None,
    *, brief: bool = False,
) -> Counts:  # fmt: skip
    """Decide a text or parquet file by the embedded database and write the answers to ``target``.

    The answers are those of the direct route, row by row; that a row may repeat another is not looked for, and what is
    missing only if few rows are undetermined; where it is not, a row that is left to people whatever its unknown facts
    turn out to be stays undetermined, since only a search would show that.

    Args:
        engine: decides the rows that the database sets aside.
        screening: what is screened, and by what; all of its programmes are in force.
        target: a .csv or .parquet file.
        language: of sentences and labels.
        progress: told the share that is done.
        brief: write outcomes, masks and figures alone (:mod:`relief_engine.roster.bulk.brief`), to a .parquet file.
    """
    roster = Path(screening.table.file)
    beside = rejected_file(target, language)
    with scratch_folder(target) as folder, Database(folder, engine.rulebook, progress) as database:
        broken: Iterable[Rejected] = ()
        if roster.suffix.lower() == ".parquet":
            source = parquet_source(database, roster)
        else:
            source, broken = text_source(database, screening.table)
        deciding = (BriefDeciding if brief else Deciding)(engine, screening, source, database)
        deciding.run(carried=not brief)
        writing = (BriefWriting if brief else Writing)(deciding, language)
        with whole_file(target) as temporary, whole_file(beside) as unread:
            writing.collect(unread, broken)
            writing.write(temporary, target.suffix.lower())
            counts = writing.counts(beside.as_posix())
    if not counts.rejected:
        # An earlier run's rows would be taken for those of this one.
        beside.unlink(missing_ok=True)
    return counts
