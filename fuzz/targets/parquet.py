"""Rosters as parquet, by way of DuckDB."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

import functools

from fuzz.target import Target
from fuzz.targets.common import file_of, scratch
from fuzz.targets.rosters import read


def run(data: bytes) -> bool:
    """Open and read a parquet file."""
    return read(file_of(data, "fuzz.parquet"))


@functools.cache
def seeds() -> list[bytes]:
    """Small files with columns of several types, compressed and not."""
    import duckdb

    rows = """select * from (values ('甲', '企业', 1000.50::decimal(18,2), date '2022-01-01', true, 1.5::double, [1,2], timestamptz '2022-01-01'),
        ('乙', null, 3::decimal(18,2), null, false, 'nan'::double, null, null))
        as t("承租方名称", "主体类型", "月租金（元）", "起租日", "在京注册", "承租面积", "备注", "登记")"""
    found = []
    for codec in ("zstd", "uncompressed", "snappy"):
        path = scratch() / "seed.parquet"
        with duckdb.connect() as database:
            database.execute(f"copy ({rows}) to '{path}' (format parquet, compression {codec})")
        found.append(path.read_bytes())
    return found


TARGET = Target("parquet", "rosters as parquet", run, seeds, seconds=10.0)
