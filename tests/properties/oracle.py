"""The rent programme once more, in plain Python from the texts: 通政办发〔2022〕12号, 13号 and 15号 and their tables.

Written apart from the rulebook and the engine, for profiles of which everything is known. It decides; it explains
nothing. The limits are typed again from 12号 appendices 2 and 3 (whose lost digits are those of 300号); which industry
belongs to which row is read from the table that the rulebook ships, because the notice does not print it.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

ROWS = Path(__file__).resolve().parents[2] / "rules" / "standards" / "size-sectors.csv"

#: The lower limits of small, medium and large, by row: employees (people), revenue and assets (10,000 yuan).
LIMITS: dict[str, dict[str, tuple[int, int, int]]] = {
    "agriculture": {"revenue": (50, 500, 20_000)},
    "industry": {"employees": (20, 300, 1000), "revenue": (300, 2000, 40_000)},
    "construction": {"revenue": (300, 6000, 80_000), "assets": (300, 5000, 80_000)},
    "wholesale": {"employees": (5, 20, 200), "revenue": (1000, 5000, 40_000)},
    "retail": {"employees": (10, 50, 300), "revenue": (100, 500, 20_000)},
    "transport": {"employees": (20, 300, 1000), "revenue": (200, 3000, 30_000)},
    "warehousing": {"employees": (20, 100, 200), "revenue": (100, 1000, 30_000)},
    "postal": {"employees": (20, 300, 1000), "revenue": (100, 2000, 30_000)},
    "accommodation": {"employees": (10, 100, 300), "revenue": (100, 2000, 10_000)},
    "catering": {"employees": (10, 100, 300), "revenue": (100, 2000, 10_000)},
    "info_transmission": {"employees": (10, 100, 2000), "revenue": (100, 1000, 100_000)},
    "software_it": {"employees": (10, 100, 300), "revenue": (50, 1000, 10_000)},
    "real_estate_dev": {"revenue": (100, 1000, 200_000), "assets": (2000, 5000, 10_000)},
    "property_mgmt": {"employees": (100, 300, 1000), "revenue": (500, 1000, 5000)},
    "leasing_business": {"employees": (10, 100, 300), "assets": (100, 8000, 120_000)},
    "other": {"employees": (10, 100, 300)},
    # Finance is printed in 亿元.
    "fin_deposit": {"assets": (500_000, 50_000_000, 400_000_000)},
    "fin_nondeposit": {"assets": (500_000, 2_000_000, 10_000_000)},
    "fin_loan_pawn": {"assets": (500_000, 2_000_000, 10_000_000)},
    "fin_securities": {"assets": (100_000, 1_000_000, 10_000_000)},
    "fin_insurance": {"assets": (200_000, 4_000_000, 50_000_000)},
    "fin_trust": {"assets": (200_000, 4_000_000, 10_000_000)},
    "fin_holding": {"assets": (500_000, 50_000_000, 400_000_000)},
    "fin_other": {"assets": (500_000, 2_000_000, 10_000_000)},
}
CLASSES = ("micro", "small", "medium", "large")

#: The districts listed before the notice: the day does not matter, no lease of 2022 ends before its first.
LISTED = dict.fromkeys(("朝阳区", "丰台区", "房山区", "大兴区", "通州区"), dt.date(2022, 1, 1))
ARTICLE_3_OF_15 = dt.date(2022, 6, 15)
FIRST, LAST = dt.date(2022, 1, 1), dt.date(2022, 12, 31)


@dataclass(frozen=True)
class Verdict:
    """The outcome, and the lowest and highest figure where it gives or leaves one."""

    outcome: str
    low: Decimal | None = None
    high: Decimal | None = None


@cache
def row_of(code: str) -> str:
    """The row of the size standard for an industry: that of the longest prefix; a letter stands for its divisions."""
    with ROWS.open(encoding="utf-8") as file:
        rows = {row["prefix"]: row["class"] for row in csv.DictReader(file)}
    division = int(code[:2])
    spans = {
        "A": (1, 5), "B": (6, 12), "C": (13, 43), "D": (44, 46), "E": (47, 50), "M": (73, 75), "N": (76, 79),
        "O": (80, 82), "R": (86, 90), "S": (91, 96), "T": (97, 97),
    }  # fmt: skip
    letter = next((name for name, (first, last) in spans.items() if first <= division <= last), "")
    for prefix in (code[:4], code[:3], code[:2], letter):
        if prefix in rows:
            return rows[prefix]
    raise LookupError(code)


def size_of(row: str, figures: Mapping[str, Any]) -> str | None:
    """The class of a firm: step down until every lower limit is met. None where an indicator has no figure."""
    if row == "none":
        return "none"
    lowest = len(CLASSES) - 1
    for indicator, bounds in LIMITS[row].items():
        if indicator not in figures:
            return None
        lowest = min(lowest, sum(figures[indicator] >= bound for bound in bounds))
    return CLASSES[lowest]


def is_service(code: str) -> bool:
    """Appendix 4: divisions 51 to 97, and 05, 11 and 43."""
    division = int(code[:2])
    return division >= 51 or division in (5, 11, 43)


def decide(
    as_of: dt.date, applicant: Mapping[str, Any], lease: Mapping[str, Any], listed: Mapping[str, dt.date] = LISTED
) -> Verdict:
    """Decide one lease of one applicant; ``listed`` are the days on which districts were listed."""
    if as_of < dt.date(2022, 5, 13):
        return Verdict("not_in_force")
    from_15 = as_of >= ARTICLE_3_OF_15
    refused = left_to_people = False

    # 一, 七: whose premises, and where.
    owner, district = lease["owner_kind"], lease["premises_district"]
    if owner == "private":
        refused = True
    elif owner == "other_state_owned":
        if from_15 and district == "通州区":
            left_to_people = True
        else:
            refused = True
    elif owner in ("collective_enterprise", "village_collective"):
        left_to_people = True
    if district == "京外":
        refused = True
    elif district != "通州区":
        left_to_people = True
    firm_owns = owner in ("district_state_owned_enterprise", "other_state_owned", "collective_enterprise")
    if firm_owns and lease["owner_is_listed_company"]:
        left_to_people = True

    # 二: days of 2022.
    end = dt.date.max if lease["end"] == "open" else lease["end"]
    first, last = max(lease["start"], FIRST), min(end, LAST)
    days = (last - first).days + 1 if first <= last else 0
    if days == 0:
        refused = True
    if lease["has_rent_free_period"]:
        left_to_people = True

    # 三: subletting.
    tenancy = lease["tenancy"]
    state_sublessor = tenancy == "sublessor" and applicant["is_district_state_owned"]
    if tenancy == "sublessor":
        if lease["final_tenant_qualifies"] and not state_sublessor:
            refused = True
        else:
            left_to_people = True

    # 一: who.
    in_hardship = applicant["epidemic_hardship"] and applicant["requests_relief"]
    if not (applicant["registered_in_beijing"] or applicant["pays_tax_in_beijing"]):
        if in_hardship:
            left_to_people = True
        else:
            refused = True
    if applicant["kind"] not in ("enterprise", "individual_business"):
        if in_hardship or state_sublessor:
            left_to_people = True
        else:
            refused = True
    code = applicant["industry"]
    if not is_service(code):
        if state_sublessor:
            left_to_people = True
        else:
            refused = True
    row = row_of(code)
    size = size_of(row, {key: applicant[key] for key in ("employees", "revenue", "assets")})
    if not (
        applicant["kind"] == "individual_business"
        or applicant["in_small_micro_directory"]
        or size in ("small", "micro")
    ):
        outlet = size_of(row, {"employees": lease["outlet_employees"], "revenue": lease["outlet_revenue"]})
        by_outlet = (
            from_15
            and applicant["chain_kind"] in ("supermarket", "convenience_store", "catering")
            and outlet in ("small", "micro", None)
        )
        if size == "none" or by_outlet or state_sublessor:
            left_to_people = True
        else:
            refused = True

    # 二, 三: how much. The development area is no district: whether it counts as listed is open.
    fewest, most = (3, 6) if district == "北京经济技术开发区" else (6, 6) if district in listed else (3, 3)
    if district in listed and end < listed[district]:
        # Listed after the lease had ended: what was due before, or the supplement as well.
        fewest, left_to_people = 3, True
    if tenancy == "via_other":
        head = Fraction(lease["head_monthly_rent"])
        low, high = head * fewest, head * most
        if lease["head_shared_with_others"] or head > least_monthly_rent(lease, first, last):
            left_to_people = True
    else:
        low, open_rent = rent_of(lease, fewest, first, last)[0], rent_of(lease, fewest, first, last)[2]
        high = rent_of(lease, most, first, last)[1]
        left_to_people = left_to_people or open_rent

    if refused:
        return Verdict("ineligible")
    outcome = "referred" if left_to_people else "eligible"
    return Verdict(outcome, cents(low * days / 365), cents(high * days / 365))


def rent_of(lease: Mapping[str, Any], months: int, first: dt.date, last: dt.date) -> tuple[Fraction, Fraction, bool]:
    """The least and most rent of so many months, and whether the texts leave open which it is."""
    if "rent_steps" in lease:
        in_force = [
            Fraction(step["monthly_rent"])
            for step, following in zip(lease["rent_steps"], [*lease["rent_steps"][1:], None], strict=True)
            if step["from"] <= last and (following is None or following["from"] > first)
        ]
        if not in_force:
            return Fraction(0), Fraction(0), False
        return min(in_force) * months, max(in_force) * months, min(in_force) != max(in_force)
    if "annual_rent" in lease:
        rent = Fraction(lease["annual_rent"]) * months / 12
        return rent, rent, False
    if "daily_rent_per_m2" in lease:
        day = Fraction(lease["daily_rent_per_m2"]) * Fraction(lease["area"])
        fewest, most = (181, 184) if months == 6 else (89, 92)
        return day * fewest, day * most, True
    rent = Fraction(lease["monthly_rent"]) * months
    return rent, rent, False


def least_monthly_rent(lease: Mapping[str, Any], first: dt.date, last: dt.date) -> Fraction:
    """The tenant's own rent of a month, the lowest where it is open; six months have 181 days at the least."""
    if "daily_rent_per_m2" in lease:
        return Fraction(lease["daily_rent_per_m2"]) * Fraction(lease["area"]) * 181 / 6
    return rent_of(lease, 1, first, last)[0]


def cents(amount: Fraction) -> Decimal:
    """Rounded half up to the cent."""
    exact = Decimal(amount.numerator * 1000 // amount.denominator) / 1000
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
