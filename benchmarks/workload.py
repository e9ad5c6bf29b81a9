"""The workload: applicants, the rule in plain Python, and the form in which each engine gets an applicant.

Every figure comes from the YAML and CSV of ``benchmarks/rulebook``, read here with PyYAML alone, so that no threshold
is typed twice and the reference shares no code with the engine that it checks.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import yaml

RULEBOOK = Path(__file__).resolve().parent / "rulebook"
#: The day on which all decisions are made.
AS_OF = dt.date(2022, 6, 1)
SEED = 20220401

#: Whether it is granted, the size class, and the amount in yuan.
Answer = tuple[bool, str, Decimal]
#: One condition or figure, whether it held, and in words why.
Step = tuple[str, bool, str]


def _yaml(name: str) -> Any:
    return yaml.safe_load((RULEBOOK / name).read_text(encoding="utf-8"))


def _table(name: str) -> list[dict[str, str]]:
    with (RULEBOOK / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _limits() -> dict[str, tuple[tuple[str, tuple[int, ...]], ...]]:
    """By sector code: each indicator with its lower limits of small, medium and large."""
    codes = {row["class"]: row["prefix"] for row in _table("standards/size-sectors.csv")}
    return {
        codes[row["id"]]: tuple((limit["indicator"], tuple(limit["at_least"].values())) for limit in row["limits"])
        for row in _yaml("standards/size.yaml")["rows"]
    }


def _parameters() -> dict[str, Any]:
    return {name: versions[0]["value"] for name, versions in _yaml("rent-2022.yaml")["parameters"].items()}


SECTORS = {row["code"]: row["name"] for row in _table("standards/sectors.csv")}
LIMITS = _limits()
GOODS = frozenset(row["prefix"] for row in _table("standards/services.csv") if row["class"] == "goods")
DISTRICTS = tuple(
    choice["id"]
    for fact in _yaml("facts/lease.yaml")["facts"]
    if fact["id"] == "premises_district"
    for choice in fact["choices"]
)
#: From the largest class down, as the reference asks for them; below all of them is micro.
SIZES = ("large", "medium", "small")
SMALLEST = "micro"

_FIGURES = _parameters()
LISTED = frozenset(_FIGURES["listed_districts"])
MONTHS_LISTED: int = _FIGURES["months_listed"]
MONTHS_ELSEWHERE: int = _FIGURES["months_elsewhere"]
DAYS_IN_YEAR: int = _FIGURES["days_in_year"]
FIRST_DAY = dt.date(_FIGURES["relief_year"], 1, 1)
LAST_DAY = dt.date(_FIGURES["relief_year"], 12, 31)

_CENT = Decimal("0.01")
_NOTHING = Decimal("0.00")
_LEVEL = {"large": 2, "medium": 1, "small": 0}


@dataclass(frozen=True, slots=True)
class Applicant:
    """One applicant with its lease: 13 facts. Revenue and assets in 万元, the rent in yuan a month."""

    industry: str
    employees: int
    revenue: Decimal
    assets: Decimal
    is_individual_business: bool
    registered_in_beijing: bool
    taxed_in_beijing: bool
    landlord_is_state_owned: bool
    premises_district: str
    start: dt.date
    end: dt.date
    monthly_rent: Decimal


# --- applicants -------------------------------------------------------------------------------------------------


def applicants(count: int, seed: int = SEED) -> list[Applicant]:
    """Applicants of all sectors in turn; half of them stand on a limit of the size table or a hair beside it.

    Three in five are as small as real applicants are, the rest are of any size. Half of the leases cover the year
    exactly, one in ten touches its edge, the rest begin and end on any day.
    """
    source = random.Random(seed)
    codes = list(SECTORS)
    return [_applicant(source, codes[index % len(codes)]) for index in range(count)]


def _applicant(source: random.Random, code: str) -> Applicant:
    found = Applicant(
        industry=code,
        employees=source.randint(0, 2500),
        revenue=_hundredths(source, 25_000_000),
        assets=_hundredths(source, 15_000_000),
        is_individual_business=source.random() < 0.15,
        registered_in_beijing=source.random() < 0.7,
        taxed_in_beijing=source.random() < 0.7,
        landlord_is_state_owned=source.random() < 0.8,
        premises_district=source.choice(DISTRICTS),
        start=FIRST_DAY,
        end=LAST_DAY,
        monthly_rent=Decimal(source.randint(1, 30_000_000)) / 100,
    )
    if source.random() < 0.6:
        found = replace(
            found,
            employees=source.randint(0, 120),
            revenue=_hundredths(source, 300_000),
            assets=_hundredths(source, 900_000),
        )
    if source.random() < 0.5:
        found = replace(found, **{name: _beside(source, name, bounds) for name, bounds in LIMITS[code]})
    start, end = _lease(source)
    return replace(found, start=start, end=end)


def _hundredths(source: random.Random, most: int) -> Decimal:
    return Decimal(source.randint(0, most)) / 100


def _beside(source: random.Random, indicator: str, bounds: tuple[int, ...]) -> Any:
    """A figure on one of the limits, or the smallest step below or above it."""
    bound = source.choice(bounds)
    if indicator == "employees":
        return bound + source.choice((-1, 0, 0, 1))
    return Decimal(bound) + source.choice((-_CENT, Decimal(0), Decimal(0), _CENT))


def _lease(source: random.Random) -> tuple[dt.date, dt.date]:
    kind = source.random()
    if kind < 0.5:
        return FIRST_DAY, LAST_DAY
    if kind < 0.6:
        return source.choice(
            [
                (dt.date(2021, 1, 1), dt.date(2021, 12, 31)),
                (dt.date(2021, 1, 1), dt.date(2022, 1, 1)),
                (dt.date(2022, 12, 31), dt.date(2023, 12, 30)),
                (dt.date(2023, 1, 1), dt.date(2023, 12, 31)),
                (dt.date(2022, 2, 28), dt.date(2022, 3, 1)),
                (dt.date(2019, 2, 28), dt.date(2030, 3, 1)),
            ]
        )
    start = dt.date(2020, 1, 1) + dt.timedelta(days=source.randint(0, 1200))
    return start, start + dt.timedelta(days=source.randint(0, 1500))


# --- the rule in plain Python -----------------------------------------------------------------------------------


def size_class(applicant: Applicant) -> str:
    """The class by the sector's limits: the largest whose lower limits all hold."""
    limits = LIMITS[applicant.industry]
    for name in SIZES:
        level = _LEVEL[name]
        if all(getattr(applicant, indicator) >= bounds[level] for indicator, bounds in limits):
            return name
    return SMALLEST


def leased_days(applicant: Applicant) -> int:
    """The days of the year on which the lease runs, its first and last included."""
    start, end = max(applicant.start, FIRST_DAY), min(applicant.end, LAST_DAY)
    return max(0, (end - start).days + 1)


def decide(applicant: Applicant) -> Answer:
    """The answer, and nothing but the answer."""
    size = size_class(applicant)
    granted = (
        applicant.industry not in GOODS
        and (size in ("small", "micro") or applicant.is_individual_business)
        and (applicant.registered_in_beijing or applicant.taxed_in_beijing)
        and applicant.landlord_is_state_owned
    )
    if not granted:
        return False, size, _NOTHING
    months = MONTHS_LISTED if applicant.premises_district in LISTED else MONTHS_ELSEWHERE
    exact = applicant.monthly_rent * months * leased_days(applicant) / DAYS_IN_YEAR
    return True, size, exact.quantize(_CENT, ROUND_HALF_UP)


def explain(applicant: Applicant) -> tuple[Answer, list[Step]]:
    """The answer with a flat list of every condition that was looked at, as one would write it by hand."""
    steps: list[Step] = []
    limits = LIMITS[applicant.industry]
    size = SMALLEST
    for name in SIZES:
        reached = True
        for indicator, bounds in limits:
            value, bound = getattr(applicant, indicator), bounds[_LEVEL[name]]
            steps.append((f"size.{name}.{indicator}", value >= bound, f"{value} >= {bound}"))
            reached = reached and value >= bound
        if reached:
            size = name
            break
    services = applicant.industry not in GOODS
    small = size in ("small", "micro")
    who = small or applicant.is_individual_business
    where = applicant.registered_in_beijing or applicant.taxed_in_beijing
    steps.append(("services", services, applicant.industry))
    steps.append(("small-or-micro", small, size))
    steps.append(("individual-business", applicant.is_individual_business, ""))
    steps.append(("small-or-individual", who, ""))
    steps.append(("registered-in-beijing", applicant.registered_in_beijing, ""))
    steps.append(("taxed-in-beijing", applicant.taxed_in_beijing, ""))
    steps.append(("in-beijing", where, ""))
    steps.append(("state-owned-landlord", applicant.landlord_is_state_owned, ""))
    if not (services and who and where and applicant.landlord_is_state_owned):
        return (False, size, _NOTHING), steps
    months = MONTHS_LISTED if applicant.premises_district in LISTED else MONTHS_ELSEWHERE
    days = leased_days(applicant)
    exact = applicant.monthly_rent * months * days / DAYS_IN_YEAR
    amount = exact.quantize(_CENT, ROUND_HALF_UP)
    steps.append(("months", True, f"{applicant.premises_district}: {months}"))
    steps.append(("days", True, str(days)))
    steps.append(("amount", True, f"{applicant.monthly_rent} * {months} * {days} / {DAYS_IN_YEAR} = {amount}"))
    return (True, size, amount), steps


# --- what each engine is given ----------------------------------------------------------------------------------


def as_mapping(applicant: Applicant) -> dict[str, object]:
    """A profile as it comes from JSON: numbers, true and false, dates as ISO text."""
    return {
        "as_of": AS_OF.isoformat(),
        "applicant": {
            "industry": applicant.industry,
            "employees": applicant.employees,
            "revenue": float(applicant.revenue),
            "assets": float(applicant.assets),
            "is_individual_business": applicant.is_individual_business,
            "registered_in_beijing": applicant.registered_in_beijing,
            "taxed_in_beijing": applicant.taxed_in_beijing,
        },
        "leases": [
            {
                "landlord_is_state_owned": applicant.landlord_is_state_owned,
                "premises_district": applicant.premises_district,
                "start": applicant.start.isoformat(),
                "end": applicant.end.isoformat(),
                "monthly_rent": float(applicant.monthly_rent),
            }
        ],
    }


def as_flat_dict(applicant: Applicant) -> dict[str, Any]:
    """The same values without nesting, which is what zen reads fastest."""
    mapping = as_mapping(applicant)
    groups: list[Any] = [mapping["applicant"], *mapping["leases"]]  # type: ignore[misc]  # a list, as made above
    return {name: value for group in groups for name, value in group.items()}
