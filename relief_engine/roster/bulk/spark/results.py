"""Roster stage: what Spark and its workers decided becomes one folder of parquet files, and is counted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

from sqlglot import exp

from relief_engine.decision import Outcome
from relief_engine.errors import StatedError
from relief_engine.roster.bulk.queries import HAND, results_query
from relief_engine.roster.bulk.reading import FILE, ROW
from relief_engine.roster.bulk.rendering import RAW, SAID, SENTENCES, Said
from relief_engine.roster.bulk.spark.deciding import Deciding, raw
from relief_engine.roster.bulk.spark.source import parquet
from relief_engine.roster.counts import Counts
from relief_engine.roster.flat import Flat
from relief_engine.roster.parquet import about, unique
from relief_engine.roster.problems import COLUMNS
from relief_engine.roster.results import Results
from relief_engine.roster.whole import RESULT
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text

#: The last column of results of a folder: the file of the row, below the folder.
SOURCE = "source_file"
_FILE = Text("文件", "File")
_SUMMED = ("amount", "amount_if_granted", "amount_low", "amount_high")
_NOTHING = Decimal("0.00")


class Writing:
    """Writes the results of one screening by Spark.

    Args:
        deciding: decides the table; :meth:`write` has it run.
        several: whether the roster is a folder of files.
        language: of sentences and labels.
    """

    def __init__(self, deciding: Deciding, language: Language, *, several: bool) -> None:
        self.deciding = deciding
        self.session = deciding.session
        self.screening = deciding.screening
        self.language = language
        self.several = several
        self.results = Results(self.screening, language)
        self.flat = Flat(self.results, by_id=True)
        self.ids = self.flat.names[: self.flat.width]

    def write(self, target: Path) -> None:
        """Write the results to a folder that is not there yet."""
        places = [f"c{place}" for place in range(len(self.flat.names))]
        names = unique([*self.flat.names, *([SOURCE] if self.several else [])])
        found: Any = None
        for number, programme in enumerate(self.screening.programmes):
            part = self.deciding.sql(self._programme(number, programme, places))
            found = part if found is None else found.union(part)
        found.toDF(*names).write.option("compression", "zstd").parquet(str(target))
        own = names[: len(self.flat.names)]
        (target / RESULT).write_text(about(self.screening, self.language, own, self.flat.width), encoding="utf-8")

    def _programme(self, number: int, programme: Programme, names: list[str]) -> exp.Select:
        program = self.deciding.engine.program(programme, self.screening.as_of)
        said = Said(self.screening, programme, program, self.results)
        table = f"{SAID}_{number}"
        self._say(said, number, table)
        same_row = exp.and_(
            exp.EQ(this=exp.column(ROW, table=RAW), expression=exp.column("hand_row", table=HAND)),
            exp.EQ(this=exp.column(FILE, table=RAW), expression=exp.column(FILE, table=HAND)),
        )
        query = results_query(said, exp.to_table(raw(number)), table, self.flat, names, same_row, "spark")
        return query.select(exp.alias_(exp.column(FILE, table=RAW), SOURCE)) if self.several else query

    def _say(self, said: Said, number: int, table: str) -> None:
        """Make the sentences of all kinds of answers of a programme."""
        from pyspark.sql import functions as f
        from pyspark.sql.types import StringType, StructField, StructType

        self.session.table(raw(number)).createOrReplaceTempView(RAW)
        kinds = self.deciding.sql(said.kinds())
        rows = [(*kind, *said.sentences(tuple(kind))) for kind in kinds.collect()]
        keys = [StructField(f"k{place}", field.dataType) for place, field in enumerate(kinds.schema.fields)]
        schema = StructType([*keys, *[StructField(name, StringType()) for name in SENTENCES]])
        f.broadcast(self.session.createDataFrame(rows, schema)).createOrReplaceTempView(table)

    def write_rejected(self, target: Path) -> None:
        """Write the rows that could not be read as one text file, in the order of files and rows."""
        with target.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            table = csv.writer(file)
            titles = [column.title.in_(self.language) for column in COLUMNS]
            table.writerow([_FILE.in_(self.language), *titles] if self.several else titles)
            table.writerows(self._rejected())

    def _rejected(self) -> Iterator[list[str]]:
        bad = self.deciding.hand.where("problems IS NOT NULL").select(FILE, "hand_row", "problems")
        for file, _, problems in bad.orderBy(FILE, "hand_row").toLocalIterator():
            for problem in problems:
                yield [file, *problem] if self.several else list(problem)

    # --- counting ---------------------------------------------------------------------------------------------------

    def counts(self, written: Path, rejected_file: str) -> Counts:
        """What stands in the results that were written, counted and summed exactly.

        Raises:
            StatedError: not every row of the roster is either among them or among those that could not be read.
        """
        from pyspark.sql import functions as f

        hand = self.deciding.hand
        rejected = hand.where("problems IS NOT NULL").count()
        empty = hand.where("problems IS NULL AND hand_programme IS NULL").count()
        rows = self.session.table(raw(0)).count()
        decided = rows - rejected - empty
        found = parquet(self.session, written)
        sums = [f.sum(name).alias(name) for name in _SUMMED if name in self.ids]
        amounts = [f.col(name).isNull() for name in _SUMMED[:3] if name in self.ids]
        sums.append(f.count(f.when(reduce(and_, amounts, f.lit(True)), 1)).alias("lacking"))
        outcomes: dict[Outcome, int] = {}
        granted, low, high = _NOTHING, _NOTHING, _NOTHING
        unsettled = 0
        answers: dict[str, int] = {programme.id: 0 for programme in self.screening.programmes}
        adding = {p.id for p in self.screening.programmes if p.benefit.kind == "entitlement"}
        grouped = found.groupBy("programme_id", "outcome_id").agg(f.count(f.lit(1)).alias("number"), *sums)
        for row in grouped.collect():
            one = row.asDict()
            outcome = Outcome(one["outcome_id"])
            answers[one["programme_id"]] += one["number"]
            outcomes[outcome] = outcomes.get(outcome, 0) + one["number"]
            if one["programme_id"] in adding:
                amount, if_granted, least, most = (one.get(name) or _NOTHING for name in _SUMMED)
                granted += amount
                if outcome is Outcome.REFERRED:
                    unsettled += one["lacking"]
                    low, high = low + if_granted + least, high + if_granted + most
        if any(number != decided for number in answers.values()):
            raise StatedError(
                Text(
                    f"行数对不上：读入 {rows:,}，未能读取 {rejected:,}，空行 {empty:,}，判定 {answers}；没有写出结果",
                    f"rows do not add up: {rows:,} read, {rejected:,} rejected, {empty:,} empty, decided: {answers}; "
                    "nothing was written",
                )
            )
        ordered = {outcome: outcomes[outcome] for outcome in Outcome if outcome in outcomes}
        beside = rejected_file if rejected else None
        return Counts(decided + rejected, decided, rejected, ordered, granted, (low, high), beside, unsettled)
