"""Rosters as text: .csv in several encodings."""
# ruff: noqa: E501 - tables of odd inputs

from __future__ import annotations

from fuzz.target import Target
from fuzz.targets.common import ROSTERS, file_of
from fuzz.targets.rosters import read


def run(data: bytes) -> bool:
    """Open and read a text file."""
    return read(file_of(data, "fuzz.csv"))


def seeds() -> list[bytes]:
    """The top of the example roster in three encodings, and with other separators and quotes."""
    lines = (ROSTERS / "rent-roll-gb18030.csv").read_bytes().decode("gb18030").splitlines()
    top = "\r\n".join(lines[:12]) + "\r\n"
    small = '承租方名称,主体类型,月租金（元）,起租日,到期日\n"甲, 乙",企业,"1,000.5",2022/1/1,长期\n丙,个体工商户,30000,20220301,\n'
    return [
        top.encode("gb18030"), top.encode(), top.encode("utf-8-sig"), top.encode("utf-16"), small.encode(),
        small.replace(",", "\t").encode(), small.replace(",", ";").encode(), ("台账\n\n" + small).encode(),
    ]  # fmt: skip


TARGET = Target("text", "rosters as text", run, seeds, seconds=8.0)
