"""The benchmark's rule by hand in DuckDB's SQL, as somebody who knows both would write it for this one rule.

It answers what the compiled query answers: outcome, masks of failed and of unknown criteria, days, months, and the
amount in whole cents. Its figures are read from ``benchmarks/rulebook`` with :mod:`benchmarks.workload`, without any
code of the engine. What it does to be fast, and only an author who looks at this rule can do:

- a firm is small or micro unless it reaches every limit of a medium firm, so the limits of medium are all it looks at;
- one lookup by sector gives them, with nothing where the sector does not look at an indicator;
- where the sector is unknown, all sectors would have to agree. The limits of most follow from those of few, so two
  comparisons say that all are small, and three that none is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks import workload
from benchmarks.rosters.leases import KEY

#: By indicator, the lower limit of a medium firm.
Limits = Mapping[str, int]
#: The header of each indicator.
HEADERS = {"employees": "从业人员", "revenue": "营业收入", "assets": "资产总额"}
_MEDIUM = 1
#: What all contestants answer, one row for each row of the roster.
ANSWER = (KEY, "outcome", "failed", "unknown", "days", "months", "amount")


def sectors() -> dict[str, Limits]:
    """By sector code: the lower limits of a medium firm."""
    return {code: {name: bounds[_MEDIUM] for name, bounds in rows} for code, rows in workload.LIMITS.items()}


def weakest(rows: Iterable[Limits]) -> list[Limits]:
    """The limits from which the others follow: who is below one of each of these is below one of each of all."""
    distinct: list[Limits] = []
    for row in rows:
        if row not in distinct:
            distinct.append(row)
    return [row for row in distinct if not any(other != row and _follows(row, other) for other in distinct)]


def _follows(row: Limits, other: Limits) -> bool:
    """Whether who is below one of the other's limits is below one of the row's."""
    return all(row.get(name, -1) >= bound for name, bound in other.items())


def query(roster: str, *, checked: bool = False) -> str:
    """The whole rule as one query over what stands in FROM, such as ``read_parquet('…')``.

    ``checked``: rows with a value that can't be are not decided but ``invalid``, as the compiled query has them.
    """
    known = sectors()
    table = ", ".join(
        f"('{code}', {str(code not in workload.GOODS).upper()}, "
        + ", ".join(str(limits.get(name, "NULL")) for name in HEADERS)
        + ")"
        for code, limits in known.items()
    )
    reached = " AND ".join(f"({name}_limit IS NULL OR {header} >= {name}_limit)" for name, header in HEADERS.items())
    anywhere_small = " AND ".join(
        "(" + " OR ".join(f"{HEADERS[name]} < {bound}" for name, bound in row.items()) + ")"
        for row in weakest(known.values())
    )
    highest = {name: max(row.get(name, 0) for row in known.values()) for name in HEADERS}
    anywhere_large = " AND ".join(f"{HEADERS[name]} >= {bound}" for name, bound in highest.items())
    listed = ", ".join(f"'{district}'" for district in sorted(workload.LISTED))
    year = workload.DAYS_IN_YEAR
    wrong = _wrong() if checked else "FALSE"
    return f"""
WITH sectors(code, services, employees_limit, revenue_limit, assets_limit) AS (VALUES {table}),
conditions AS (
  SELECT r."{KEY}", services,
    CASE WHEN 所属行业 IS NOT NULL THEN NOT ({reached})
         WHEN {anywhere_small} THEN TRUE WHEN {anywhere_large} THEN FALSE END OR 个体工商户 AS small,
    在京注册 OR 在京纳税 AS in_beijing,
    出租方为国有单位 AS state_owned,
    CASE WHEN 租期起 IS NOT NULL AND 租期止 IS NOT NULL THEN greatest(0,
      least(租期止, DATE '{workload.LAST_DAY}') - greatest(租期起, DATE '{workload.FIRST_DAY}') + 1) END AS days,
    CASE WHEN 房屋所在区 IN ({listed}) THEN {workload.MONTHS_LISTED}
         WHEN 房屋所在区 IS NOT NULL THEN {workload.MONTHS_ELSEWHERE} END AS months,
    CAST(月租金 * 100 AS BIGINT) AS cents, {wrong} AS wrong
  FROM {roster} AS r LEFT JOIN sectors ON 所属行业 = code
),
decided AS (
  SELECT *, services AND small AND in_beijing AND state_owned AS granted,
    (2 * cents * months * days + {year}) // {2 * year} AS relief
  FROM conditions
)
{_answers(checked)}
"""


def _answers(checked: bool) -> str:
    """The last step: what is shown, where the row is checked only if nothing in it is wrong."""
    bits = ("services", "small", "in_beijing", "state_owned")
    failed = " + ".join(f"CASE WHEN {bit} IS FALSE THEN {1 << n} ELSE 0 END" for n, bit in enumerate(bits))
    unknown = " + ".join(f"CASE WHEN {bit} IS NULL THEN {1 << n} ELSE 0 END" for n, bit in enumerate(bits))
    shown = {"failed": failed, "unknown": unknown, "days": "days", "months": "months"}
    listed = [f"{_if_right(value) if checked else value} AS {name}" for name, value in shown.items()]
    granted = "granted AND NOT wrong" if checked else "granted"
    return f"""SELECT "{KEY}",
  CASE {"WHEN wrong THEN 'invalid'" if checked else ""} WHEN NOT granted THEN 'ineligible'
    WHEN granted AND relief IS NOT NULL THEN 'eligible' ELSE 'undetermined' END AS outcome,
  {", ".join(listed)}, CASE WHEN {granted} THEN relief END AS amount
FROM decided"""


def _if_right(value: str) -> str:
    return f"CASE WHEN NOT wrong THEN {value} END"


def _wrong() -> str:
    """That a value is given that can't be: a code or district that is none, a figure or day out of bounds."""
    districts = ", ".join(f"'{name}'" for name in workload.DISTRICTS)
    days = " OR ".join(f"{day} NOT BETWEEN DATE '1900-01-01' AND DATE '2100-12-31'" for day in ("租期起", "租期止"))
    return (
        "coalesce(code IS NULL AND 所属行业 IS NOT NULL OR 从业人员 NOT BETWEEN 0 AND 1000000000"
        " OR 营业收入 NOT BETWEEN 0 AND 100000000 OR 资产总额 NOT BETWEEN 0 AND 100000000"
        f" OR 月租金 NOT BETWEEN 0 AND 1000000000000 OR {days} OR 租期止 < 租期起"
        f" OR 房屋所在区 NOT IN ({districts}), FALSE)"
    )
