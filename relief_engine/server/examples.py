"""Server stage: the requests that the OpenAPI document shows. The answers to them are asked of the engine."""

from __future__ import annotations

from typing import Any

_RENT = "beijing-tongzhou/rent-reduction-2022"
_PROFILE: dict[str, Any] = {
    "applicant": {
        "name": "运河小馆",
        "kind": "enterprise",
        "industry": "6210",
        "employees": 30,
        "revenue": 800,
        "registered_in_beijing": True,
    },
    "leases": [
        {
            "owner_kind": "district_state_owned_enterprise",
            "owner_is_listed_company": False,
            "tenancy": "direct",
            "premises_district": "通州区",
            "start": "2021-01-01",
            "end": "2023-12-31",
            "monthly_rent": 30000,
            "has_rent_free_period": False,
        }
    ],
}
_ASKED: dict[str, Any] = {"profile": _PROFILE, "as_of": "2022-06-01", "programmes": [_RENT]}

#: Bodies by the name of the operation.
EXAMPLES: dict[str, Any] = {
    "decide": _ASKED,
    "explain": _ASKED,
    "decideMany": {"profiles": [_PROFILE, {"applicant": {}, "as_of": "1066-10-14"}], "as_of": "2022-06-01",
                   "programmes": [_RENT]},
    "size": {"industry": "6210", "employees": 30, "revenue": 800, "as_of": "2022-06-01"},
    "interview": {"profile": {"applicant": {"kind": "enterprise"}, "leases": [{}]}, "as_of": "2022-06-01",
                  "programmes": [_RENT], "passed": []},
    "resolve": [{"programme": _RENT, "subject": "leases[0]", "referral": "rent-free-period", "granted": True,
                 "amount": 90000, "on": "2022-07-03", "by": "区国资委减免专班"}],
}  # fmt: skip
#: Operations whose answer is shown, with the task that gives it.
ANSWERED = {"decide": "decide", "decideMany": "decide_many", "size": "size", "interview": "interview"}
