"""Roster stage: what the database and the direct route decided becomes one file of results, and is counted."""

from __future__ import annotations

import csv
import heapq
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlglot import exp

from relief_engine.decision import Outcome
from relief_engine.engine.summary import columns
from relief_engine.roster.answers import Answered, Screening
from relief_engine.roster.bulk.database import Database
from relief_engine.roster.bulk.deciding import Deciding, Hand
from relief_engine.roster.bulk.queries import HAND, bounds_of_answers, of_programme, results_query, texts_of
from relief_engine.roster.bulk.reading import ROW
from relief_engine.roster.bulk.rendering import RAW, SAID, SENTENCES, Said
from relief_engine.roster.counts import Counts
from relief_engine.roster.flat import Flat, csv_cell
from relief_engine.roster.parquet import META, about, unique
from relief_engine.roster.problems import COLUMNS, cells
from relief_engine.roster.results import Results
from relief_engine.roster.table import Rejected
from relief_engine.routes.sql.render import cast
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language

#: The amounts that are summed, and what makes yuan of cents.
_SUMMED = ("amount", "amount_if_granted", "amount_low", "amount_high")
_HUNDREDTH = cast(exp.Literal.number("0.01"), "DECIMAL(2, 2)")
_CENT = Decimal("0.01")
#: So many rows are fetched at once for a text file.
_BATCH = 5000


class Writing:
    """Writes the results of one screening by the embedded database.

    Args:
        deciding: has decided the table, with the roster's own columns carried along.
        language: of the sentences and labels.
    """

    def __init__(self, deciding: Deciding, language: Language) -> None:
        self.deciding = deciding
        self.database: Database = deciding.database
        self.screening: Screening = deciding.screening
        self.language = language
        self.results = Results(self.screening, language)
        self.flat = Flat(self.results, by_id=True)
        self.ids = self.flat.names[: self.flat.width]
        self.rejected = 0

    def collect(self, unread: Path, broken: Iterable[Rejected]) -> None:
        """Have the rows that were set aside decided, and write those that can't be read to ``unread``.

        ``broken`` are lines that could not even be taken apart.
        """
        hand = Hand(self.database, self.ids)
        with unread.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            table = csv.writer(file)
            table.writerow([column.title.in_(self.language) for column in COLUMNS])
            hand.put(self._decided(table, broken))

    def _decided(self, unread: Any, broken: Iterable[Rejected]) -> Iterator[tuple[int, str, list[str | None]]]:
        left: Iterable[Answered | Rejected] = self.deciding.left()
        for line in heapq.merge(broken, left, key=lambda line: line.row.number):
            if isinstance(line, Rejected):
                self.rejected += 1
                for problem in line.problems:
                    unread.writerow([csv_cell(v) for v in cells(self.screening, line, problem, self.language)])
                continue
            for programme, own in texts_of(self.flat, line):
                yield line.row.number, programme, own

    # --- the file ---------------------------------------------------------------------------------------------------

    def query(self, names: list[str]) -> exp.Query:
        """All results in the order of programmes and rows; ``names`` are what the columns are called."""
        parts: list[exp.Query] = [
            self._programme(number, programme, names) for number, programme in enumerate(self.screening.programmes)
        ]
        found = parts[0]
        for part in parts[1:]:
            found = exp.union(found, part, distinct=False)
        return found

    def _programme(self, number: int, programme: Programme, names: list[str]) -> exp.Select:
        program = self.deciding.engine.program(programme, self.screening.as_of)
        bounds = bounds_of_answers(self.deciding.engine, self.screening, programme)
        said = Said(self.screening, programme, program, self.results, bounds)
        table = f"{SAID}_{number}"
        self._say(said, table)
        same_row = exp.EQ(
            this=exp.column(ROW, table=RAW), expression=cast(exp.column("hand_row", table=HAND), "BIGINT")
        )
        answers = self.deciding.file(programme)
        return results_query(said, answers, table, self.flat, names, same_row, "duckdb")

    def _say(self, said: Said, table: str) -> None:
        """Make the sentences of all kinds of answers of a programme."""
        self.database.run(
            f"CREATE OR REPLACE TEMP VIEW {RAW} AS SELECT * FROM {self.deciding.file(said.programme).sql('duckdb')}"
        )
        kinds = self.database.run(said.kinds()).fetchall()
        described = self.database.run(f"DESCRIBE {said.kinds().sql('duckdb')}").fetchall()
        columns = [f"k{place} {row[1]}" for place, row in enumerate(described)]
        columns += [f"{name} VARCHAR" for name in SENTENCES]
        self.database.run(f"CREATE OR REPLACE TEMP TABLE {table} ({', '.join(columns)})")
        if kinds:
            rows = [[*kind, *said.sentences(kind)] for kind in kinds]
            lists = [list(column) for column in zip(*rows, strict=True)]
            values = ", ".join(f"unnest(CAST(? AS {row.rpartition(' ')[2]}[]))" for row in columns)
            self.database.connection.execute(f"INSERT INTO {table} SELECT {values}", lists)

    def write(self, target: Path, kind: str) -> None:
        """Write the results to ``target`` as the kind of file (``.csv`` or ``.parquet``) that they will be."""
        if kind == ".csv":
            self._write_csv(target)
            return
        names = unique(self.flat.names)
        meta = exp.Literal.string(about(self.screening, self.language, names, self.flat.width)).sql("duckdb")
        options = ("FORMAT parquet", "COMPRESSION zstd", f"KV_METADATA {{{META}: {meta}}}")
        self.database.copy(self.query(names), target, *options)

    def _write_csv(self, target: Path) -> None:
        names = Flat(self.results, by_id=False).names
        rows = self.database.run(self.query([f"c{place}" for place in range(len(names))]))
        with target.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            table = csv.writer(file)
            table.writerow([csv_cell(name) for name in names])
            short = [_shortened if kind == "decimal" else _as_it_is for kind in self.flat.kinds]
            while batch := rows.fetchmany(_BATCH):
                table.writerows(
                    [[csv_cell(write(value)) for write, value in zip(short, row, strict=True)] for row in batch]
                )

    # --- counting ---------------------------------------------------------------------------------------------------

    def counts(self, rejected_file: str | None) -> Counts:
        """What was decided, counted and summed exactly by the database."""
        numbers: dict[Outcome, int] = {}
        granted, low, high = Decimal(0), Decimal(0), Decimal(0)
        decided = unsettled = 0
        for programme in self.screening.programmes:
            total = 0
            for query in self._counting(programme):
                for outcome, count, lacking, *sums in self.database.run(query).fetchall():
                    numbers[Outcome(outcome)] = numbers.get(Outcome(outcome), 0) + count
                    total += count
                    if programme.benefit.kind == "entitlement":
                        one, if_granted, lowest, highest = (Decimal(found or 0).quantize(_CENT) for found in sums)
                        granted += one
                        if outcome == Outcome.REFERRED:
                            unsettled += int(lacking)
                            low, high = low + if_granted + lowest, high + if_granted + highest
            decided = max(decided, total)
        rejected = self.rejected
        ordered = {outcome: numbers[outcome] for outcome in Outcome if outcome in numbers}
        beside = rejected_file if rejected else None
        return Counts(decided + rejected, decided, rejected, ordered, granted, (low, high), beside, unsettled)

    def _counting(self, programme: Programme) -> list[exp.Select]:
        """The queries that count and sum the answers of a programme: outcome, number, how many lack a sum, sums."""
        return [self._from_raw(programme), self._from_hand(programme)]

    def _from_raw(self, programme: Programme) -> exp.Select:
        program = self.deciding.engine.program(programme, self.screening.as_of)
        has = {column.name for column in columns(program)}
        sums = [
            exp.Mul(this=exp.Sum(this=cast(exp.column(name), "DECIMAL(36, 0)")), expression=_HUNDREDTH.copy())
            if name in has
            else exp.null()
            for name in _SUMMED
        ]
        decided = exp.not_(exp.Is(this=exp.column("outcome"), expression=exp.Null()))
        rows = exp.select(cast(exp.column("hand_row"), "BIGINT")).from_(HAND).where(of_programme(programme))
        by_hand = exp.In(this=exp.column(ROW), query=rows.subquery())
        found = exp.select("outcome", exp.Count(this=exp.Star()), _lacking(has), *sums).from_(
            self.deciding.file(programme)
        )
        return found.where(exp.and_(decided, exp.not_(by_hand))).group_by("outcome")

    def _from_hand(self, programme: Programme) -> exp.Select:
        return counting(self.ids, exp.to_table(HAND)).where(of_programme(programme))


def counting(ids: Container[str], results: exp.Expr) -> exp.Select:
    """A query over results, whose columns are ``ids``, that counts and sums them by outcome."""
    sums = [exp.Sum(this=cast(exp.column(name), "DECIMAL(36, 2)")) if name in ids else exp.null() for name in _SUMMED]
    found = exp.select("outcome_id", exp.Count(this=exp.Star()), _lacking(ids), *sums).from_(results)
    return found.group_by("outcome_id")


def _lacking(has: Container[str]) -> exp.Expr:
    """How many answers have no amount that would add up, whether granted or not."""
    amounts = [exp.column(name) for name in _SUMMED[:3] if name in has]
    if not amounts:
        return exp.Literal.number(0)
    nothing = exp.and_(*[exp.Is(this=amount, expression=exp.Null()) for amount in amounts])
    return exp.Sum(this=exp.Case().when(nothing, exp.Literal.number(1)).else_(exp.Literal.number(0)))


def _as_it_is(value: object) -> object:
    return value


def _shortened(value: object) -> object:
    """A decimal without the zeros that its column's type adds."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return value.quantize(Decimal(1))
    return value.normalize() if isinstance(value, Decimal) else value
