"""The same rule by hand in Polars, lazily and in a stream, with the shortcuts of :mod:`benchmarks.rosters.by_hand`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import workload
from benchmarks.rosters.by_hand import ANSWER, HEADERS, sectors, weakest
from benchmarks.rosters.leases import KEY

if TYPE_CHECKING:
    import polars as pl


def plan(rosters: Sequence[Path]) -> pl.LazyFrame:
    """The answers to some parquet files, one after another, not yet computed."""
    import polars as pl

    known = sectors()
    table = pl.LazyFrame(
        {
            "所属行业": list(known),
            "services": [code not in workload.GOODS for code in known],
            **{f"{name}_limit": [limits.get(name) for limits in known.values()] for name in HEADERS},
        }
    )

    def figure(name: str) -> pl.Expr:
        return pl.col(HEADERS[name])

    # `&` and `|` are three-valued in Polars, as they are in SQL.
    reached = reduce(
        and_, [pl.col(f"{name}_limit").is_null() | (figure(name) >= pl.col(f"{name}_limit")) for name in HEADERS]
    )
    anywhere_small = reduce(
        and_, [reduce(or_, [figure(name) < bound for name, bound in row.items()]) for row in weakest(known.values())]
    )
    highest = {name: max(row.get(name, 0) for row in known.values()) for name in HEADERS}
    anywhere_large = reduce(and_, [figure(name) >= bound for name, bound in highest.items()])
    small = (
        pl.when(pl.col("所属行业").is_not_null()).then(~reached)
        .when(anywhere_small).then(pl.lit(True))
        .when(anywhere_large).then(pl.lit(False))
    )  # fmt: skip
    start, end = pl.col("租期起"), pl.col("租期止")
    days = (
        pl.min_horizontal(end, pl.lit(workload.LAST_DAY)) - pl.max_horizontal(start, pl.lit(workload.FIRST_DAY))
    ).dt.total_days() + 1
    months = pl.when(pl.col("房屋所在区").is_in(sorted(workload.LISTED))).then(pl.lit(workload.MONTHS_LISTED))
    conditions = (pl.col("services"), pl.col("small"), pl.col("in_beijing"), pl.col("state_owned"))
    year = workload.DAYS_IN_YEAR
    relief = (pl.col("cents") * pl.col("months") * pl.col("days") * 2 + year) // (2 * year)
    granted = pl.col("granted")

    def mask(bits: list[pl.Expr]) -> pl.Expr:
        return reduce(lambda a, b: a + b, [bit.cast(pl.Int64) * (1 << n) for n, bit in enumerate(bits)])

    return (
        pl.scan_parquet(list(rosters))
        .join(table, on="所属行业", how="left", maintain_order="none")
        .select(
            KEY,
            "services",
            (small | pl.col("个体工商户")).alias("small"),
            (pl.col("在京注册") | pl.col("在京纳税")).alias("in_beijing"),
            pl.col("出租方为国有单位").alias("state_owned"),
            pl.when(start.is_not_null() & end.is_not_null()).then(days.clip(lower_bound=0)).alias("days"),
            months.when(pl.col("房屋所在区").is_not_null())
            .then(pl.lit(workload.MONTHS_ELSEWHERE)).cast(pl.Int64).alias("months"),
            (pl.col("月租金") * 100).cast(pl.Int64).alias("cents"),
        )
        .with_columns(reduce(and_, conditions).alias("granted"), relief.alias("relief"))
        .select(
            KEY,
            pl.when(~granted).then(pl.lit("ineligible"))
            .when(granted & pl.col("relief").is_not_null()).then(pl.lit("eligible"))
            .otherwise(pl.lit("undetermined")).alias("outcome"),
            mask([(~c).fill_null(False) for c in conditions]).alias("failed"),
            mask([c.is_null() for c in conditions]).alias("unknown"),
            "days",
            "months",
            pl.when(granted).then(pl.col("relief")).alias("amount"),
        )
        .select(ANSWER)
    )  # fmt: skip
