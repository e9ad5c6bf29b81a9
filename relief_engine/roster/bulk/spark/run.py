"""Roster stage, the door to rosters beyond one machine: parquet in, a folder of parquet out, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from relief_engine.engine import Engine
from relief_engine.errors import StatedError
from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.spark.deciding import Deciding
from relief_engine.roster.bulk.spark.results import Writing
from relief_engine.roster.bulk.spark.session import Session, refused, spark_session
from relief_engine.roster.bulk.spark.source import Roster, said
from relief_engine.roster.counts import Counts
from relief_engine.roster.table import Table
from relief_engine.roster.whole import scratch_folder, whole_file, whole_folder
from relief_engine.roster.writing import check_folder, rejected_file
from relief_engine.text import Language, Text

#: What is done after each step, as shares of the whole.
_OPENED, _DECIDED, _WRITTEN = 0.05, 0.6, 0.95


class Cluster:
    """A roster that Spark has open."""

    def __init__(self, session: Session, path: Path) -> None:
        self.session = session
        self.roster = Roster(session, path)

    @property
    def table(self) -> Table:
        """What the columns are recognised by."""
        return self.roster.table

    def screen(
        self, engine: Engine, screening: Screening, target: Path, language: Language,
        progress: Callable[[float], None] | None,
    ) -> Counts:  # fmt: skip
        """Decide the roster and write the answers to the folder ``target``, and to a text file what could not be read.

        The answers are those of the direct route, row by row; that a row may repeat another is not looked for, and
        what is missing only if few rows are undetermined.

        Raises:
            InputError: a programme is not in force on the day.
            StatedError: Spark could not do it; nothing was written.
        """
        from py4j.protocol import Py4JJavaError
        from pyspark.errors import PySparkException

        closed = next((p for p in screening.programmes if not p.period.holds(screening.as_of)), None)
        if closed is not None:
            day = screening.as_of
            raise refused(Text(f"“{closed.title.zh}”在 {day} 不适用", f"{closed.title.en} is not in force on {day}"))
        beside = rejected_file(target, language)
        try:
            with scratch_folder(target) as folder, whole_folder(target) as result, whole_file(beside) as unread:
                _tell(progress, _OPENED)
                deciding = Deciding(self.session, engine, screening, self.roster, folder, language)
                writing = Writing(deciding, language, several=self.roster.several)
                deciding.run(writing.ids)
                _tell(progress, _DECIDED)
                writing.write(result)
                _tell(progress, _WRITTEN)
                writing.write_rejected(unread)
                counts = writing.counts(result, beside.as_posix())
        except (PySparkException, Py4JJavaError) as error:
            zh, en = "Spark 没有完成，没有写出结果", "Spark did not finish; nothing was written"
            raise StatedError(Text(f"{zh}：{said(error)}", f"{en}: {said(error)}")) from error
        if not counts.rejected:
            # An earlier run's rows would be taken for those of this one.
            beside.unlink(missing_ok=True)
        return counts


def _tell(progress: Callable[[float], None] | None, share: float) -> None:
    if progress is not None:
        progress(share)


@contextmanager
def opened(path: Path, target: Path) -> Iterator[Cluster]:
    """A roster in Spark: a parquet file or a folder of them, and where its answers go.

    Raises:
        InputError: Spark or Java is missing, the roster can't be read, or the answers can't be written there.
    """
    check_folder(target, path)
    with spark_session() as session:
        yield Cluster(session, path)
