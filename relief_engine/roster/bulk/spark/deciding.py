"""Roster stage: a roster is decided by Spark; rows that it sets aside, by the direct route in its workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlglot import exp

from relief_engine.engine import Engine
from relief_engine.profile.words import code_list
from relief_engine.roster.answers import Screening
from relief_engine.roster.bulk.deciding import MOST_SEARCHED
from relief_engine.roster.bulk.queries import HAND, answers_query, open_answers
from relief_engine.roster.bulk.reading import CELL, CODES, FILE, ROW, reading
from relief_engine.roster.bulk.spark.session import Session
from relief_engine.roster.bulk.spark.source import Roster, parquet
from relief_engine.roster.bulk.spark.workers import SCHEMA, deciding, job_of
from relief_engine.text import Language

#: Up to which size Spark sends a joined table to every worker, instead of sorting both sides.
_BROADCAST = "spark.sql.autoBroadcastJoinThreshold"


class Deciding:
    """One screening by Spark: :meth:`run` leaves the answers of each programme, and of the rows by hand, in a folder.

    Args:
        session: has the roster's table.
        engine: knows the rules.
        screening: what is screened, and by what.
        roster: the table.
        folder: where to put what is worked out on the way; every worker can reach it.
        language: of the sentences of rows by hand.
    """

    def __init__(
        self, session: Session, engine: Engine, screening: Screening, roster: Roster, folder: Path, language: Language
    ) -> None:
        self.session = session
        self.engine = engine
        self.screening = screening
        self.folder = folder
        self.cells = [f"{CELL}{column.index}" for column in screening.columns.columns]
        layout = engine.layout(screening.columns.kind.id)
        self.read = reading(engine.rulebook, layout, screening.columns, roster.source, "spark")
        zoned = tuple([n for n, kind in enumerate(roster.source.types) if kind.is_type("timestamptz")])
        self.job = job_of(screening, language, zoned)

    def run(self, names: list[str]) -> None:
        """Decide everything; ``names`` are the columns of results in the table of the rows by hand."""
        self._list_codes()
        for number, programme in enumerate(self.screening.programmes):
            keys = [FILE, ROW, *self.cells]
            query = answers_query(self.engine, self.screening, programme, self.read, keys, "spark")
            with self._small_tables():
                self.sql(query).write.parquet(str(self.folder / f"raw-{number}"))
            parquet(self.session, self.folder / f"raw-{number}").createOrReplaceTempView(raw(number))
        rows = self._left().select(FILE, ROW, *self.cells).rdd.mapPartitions(deciding(self.job))
        made = self.session.createDataFrame(rows, SCHEMA, verifySchema=False)
        made.write.parquet(str(self.folder / "hand"))
        self.hand = parquet(self.session, self.folder / "hand")
        own = [self.hand["own"][place].alias(name) for place, name in enumerate(names)]
        answered = self.hand.where("hand_programme IS NOT NULL")
        answered.select("relief_file", "hand_row", "hand_programme", *own).createOrReplaceTempView(HAND)

    def sql(self, query: exp.Query) -> Any:
        """What a query gives."""
        return self.session.sql(query.sql(dialect="spark"))

    @contextmanager
    def _small_tables(self) -> Iterator[None]:
        """Send to every worker what the query of answers joins to the roster: it is small, though Spark can't tell."""
        before = self.session.conf.get(_BROADCAST)
        self.session.conf.set(_BROADCAST, "1g")
        try:
            yield
        finally:
            self.session.conf.set(_BROADCAST, before)

    def _list_codes(self) -> None:
        from pyspark.sql import functions as f

        codes = code_list(self.engine.rulebook)
        rows = [] if codes is None else [(code.id, place) for place, code in enumerate(codes.codes)]
        listed = self.session.createDataFrame(rows, "code STRING, position BIGINT")
        f.broadcast(listed).createOrReplaceTempView(CODES)

    def _left(self) -> Any:
        """The rows that the direct route decides: those set aside, and undetermined ones if they are few."""
        conditions = ["outcome IS NULL"]
        programmes = self.screening.programmes
        open_ = [open_answers(self.engine.program(p, self.screening.as_of)).sql("spark") for p in programmes]
        tables = [self.session.table(raw(number)) for number in range(len(programmes))]
        number = sum(table.where(condition).count() for table, condition in zip(tables, open_, strict=True))
        if number <= MOST_SEARCHED:
            conditions.append(open_[0])
        first = tables[0].where(" OR ".join(f"({condition})" for condition in conditions))
        if number > MOST_SEARCHED or len(tables) == 1:
            return first
        keys = first.select(FILE, ROW)
        for table, condition in zip(tables[1:], open_[1:], strict=True):
            keys = keys.union(table.where(condition).select(FILE, ROW))
        return tables[0].join(keys.distinct(), [FILE, ROW], "left_semi")


def raw(number: int) -> str:
    """The name of the table of a programme's answers."""
    return f"relief_raw_{number}"
