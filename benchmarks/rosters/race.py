"""The race: everybody on the same roster, in turns, and what comes of it as rows of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.report import Row
from benchmarks.rosters import leases, reference
from benchmarks.rosters.by_hand import ANSWER
from benchmarks.rosters.contestants import Lap, Missing, lap
from benchmarks.timing import Spread, spread
from relief_engine import Engine, Rulebook

#: The contestant that is judged, and those it is measured against.
OURS, EXPERT, CHECKED, POLARS, SPARK = "compiled", "by hand", "by hand, checked", "polars", "spark"
#: A query may take as long as 0.8 times the rows a second of the expert's allow (design, section 11).
SLOWER = 1.25
#: The budgets of a hundred million rows (design, section 11), and of memory at any size.
HUNDRED_MILLION, SECONDS, MEGABYTES = 100_000_000, 120.0, 500.0
#: How many rows the direct route decides to be compared with.
REFERRED_TO = 2_000
Laps = dict[str, list[Lap]]


class Disagreement(Exception):
    """Two contestants give different answers; timing them would compare nothing."""


def agree(rulebook: Rulebook, roster: Path, names: Sequence[str], folder: Path) -> None:
    """Raise :class:`Disagreement` unless all contestants, and of the first rows the direct route, give one answer."""
    results = {name: result_of(name, folder) for name in names}
    for name, result in results.items():
        lap(name, [roster], result)
    connection = leases.connect()
    listed = ", ".join(f'"{column}"' for column in ANSWER)
    first, *others = [(name, f"(SELECT {listed} FROM {_from(result)})") for name, result in results.items()]
    for name, answers in others:
        for left, right in ((first[1], answers), (answers, first[1])):
            found = connection.execute(f"SELECT * FROM ({left} EXCEPT ALL {right}) LIMIT 1").fetchone()
            if found is not None:
                raise Disagreement(f"{first[0]} and {name} differ: {dict(zip(ANSWER, found, strict=True))}")
    columns = leases.columns(rulebook)
    wanted = reference.answers(Engine(rulebook), columns, leases.rows(columns, 0, REFERRED_TO))
    got = connection.execute(f'SELECT * FROM {first[1]} WHERE "{leases.KEY}" < {REFERRED_TO} ORDER BY 1').fetchall()
    for one, other in zip(wanted, got, strict=True):
        if one != other:
            raise Disagreement(f"the direct route says {one} where {first[0]} says {other}")


def run(rosters: Sequence[Path], names: Sequence[str], rounds: int, folder: Path) -> Laps:
    """The laps of each contestant, in turns, who goes first changing with the round."""
    laps: Laps = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            laps[name].append(lap(name, rosters, result_of(name, folder)))
    return laps


def result_of(name: str, folder: Path) -> Path:
    """Where a contestant writes."""
    return folder / f"{name.replace(', ', '-').replace(' ', '-')}.parquet"


def _from(result: Path) -> str:
    return f"read_parquet('{result / '*.parquet' if result.is_dir() else result}')"


# --- rows of the report -----------------------------------------------------------------------------------------


def rows(laps: Laps, count: int) -> list[Row]:
    """Ratios, rows a second and memory of one size."""
    size = named(count)
    against = {
        EXPERT: "the same by hand in DuckDB's SQL",
        CHECKED: "the same by hand in DuckDB's SQL, its input checked too",
        POLARS: "the same by hand in Polars",
    }
    found = []
    for name, words in against.items():
        if name not in laps:
            continue
        budget = SLOWER if name == EXPERT else None
        what = f"{size} rows, parquet to parquet, the compiled query in DuckDB"
        processor, seconds = (_ratio(laps, name, attribute) for attribute in ("processor", "seconds"))
        found.append(Row(f"r {size}", f"{what}, processor time", words, "×", processor, budget))
        found.append(Row(f"r {size}", f"{what}, by the clock", words, "×", seconds))
    memory = spread_of([one.megabytes for one in laps[OURS]])
    found.append(Row(f"m {size}", f"{size} rows, most memory of the process", "", "MB", memory, MEGABYTES))
    for name, taken in laps.items():
        speed = spread_of([count / one.seconds / 1e6 for one in taken])
        found.append(Row("t", f"{size} rows, {name}", "", "M rows/s", speed))
        found.append(Row("t", f"{size} rows, {name}, most memory", "", "MB", spread_of([o.megabytes for o in taken])))
    prepared = spread_of([one.prepared for one in laps[OURS]])
    return [*found, Row("t", "rulebook loaded, programme compiled, query made", "", "s", prepared)]


def growth(small: Laps, large: Laps, counts: tuple[int, int]) -> list[Row]:
    """How much more ten times as many rows take."""
    words = f"from {named(counts[0])} to {named(counts[1])} rows"
    found = []
    for name in (each for each in (OURS, EXPERT, POLARS) if each in small):
        for what, attribute in (("time", "seconds"), ("memory", "megabytes")):
            before, after = (spread_of([getattr(o, attribute) for o in laps[name]]).median for laps in (small, large))
            found.append(Row("g", f"{words}: {what} of {name}", "", "×", spread_of([after / before])))
    return found


def at_scale(once: Lap, count: int) -> list[Row]:
    """One run over very many rows; a hundred million have a budget."""
    size, judged = named(count), count == HUNDRED_MILLION
    what = f"{size} rows, parquet to parquet, the compiled query in DuckDB, once"
    return [
        Row(f"s {size}", f"{what}, by the clock", "", "s", spread_of([once.seconds]), SECONDS if judged else None),
        Row(f"s {size}", f"{what}, most memory", "", "MB", spread_of([once.megabytes]), MEGABYTES),
    ]


def on_spark(rosters: Sequence[Path], count: int, rounds: int, folder: Path) -> list[Row]:
    """The same query on Spark and on DuckDB, on this machine; a row that says why where Spark is missing."""
    what = f"{named(count)} rows, the compiled query on Spark, local"
    words = "the same query in DuckDB"
    try:
        laps = run(rosters, (OURS, SPARK), rounds, folder)
    except Missing as error:
        return [Row("k", what, words, "×", None, None, str(error))]
    ratio = spread_of([a.seconds / b.seconds for a, b in zip(laps[SPARK], laps[OURS], strict=True)])
    speed = spread_of([count / one.seconds / 1e6 for one in laps[SPARK]])
    start = spread_of([one.prepared for one in laps[SPARK]])
    return [
        Row("k", f"{what}, by the clock", words, "×", ratio),
        Row("t", what, "", "M rows/s", speed),
        Row("t", "Spark started, rulebook loaded, query made", "", "s", start),
    ]


def _ratio(laps: Mapping[str, Sequence[Lap]], against: str, attribute: str) -> Spread:
    pairs = zip(laps[OURS], laps[against], strict=True)
    return spread_of([getattr(ours, attribute) / getattr(other, attribute) for ours, other in pairs])


def spread_of(values: Sequence[float]) -> Spread:
    """The spread of some values, also of one alone."""
    return spread(values) if len(values) > 1 else Spread(values[0], values[0], values[0])


def named(count: int) -> str:
    """A number of rows in short: 10 M."""
    return f"{count // 1_000_000} M" if count % 1_000_000 == 0 else f"{count:,}"
