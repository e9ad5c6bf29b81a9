"""The same rule in zen-engine, its fastest form: two decision tables and one expression node under a static loader.

``create_decision`` and ``get_decision`` compile on every call and are eleven times slower; comparing with them would be
unfair to zen.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from benchmarks import workload
from benchmarks.workload import Answer, Applicant

_KEY = "rent-2022"
_PLACE = {"x": 0, "y": 0}


#: Said wherever a comparison with zen is left out.
MISSING = "zen-engine is not installed, so there is nothing to compare with: pip install 'relief-engine[bench]'."


class ZenMissing(Exception):
    """zen-engine is not installed."""


class ZenRent:
    """zen-engine with the rule loaded. Raises :class:`ZenMissing` where the package is not installed."""

    def __init__(self) -> None:
        try:
            import zen
        except ImportError as error:
            raise ZenMissing(MISSING) from error
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: model()}}})

    def run(self, native: dict[str, Any]) -> Any:
        """The engine's own result for one applicant, without trace."""
        return self.engine.evaluate(_KEY, native)

    def run_traced(self, native: dict[str, Any]) -> Any:
        """The engine's own result with its trace, which comes as one dictionary per node."""
        return self.engine.evaluate(_KEY, native, {"trace": True})

    def answer(self, applicant: Applicant) -> Answer:
        """What zen says, in the form that the workload uses."""
        result = self.run(workload.as_flat_dict(applicant))["result"]
        return bool(result["eligible"]), str(result["size"]), Decimal(format(result["amount"], ".15g"))


def model() -> dict[str, Any]:
    """The decision model, its figures from the benchmark's rulebook."""
    nodes = [_node("in", "inputNode"), _sizes(), _months(), _conclusion(), _node("out", "outputNode")]
    names = [node["id"] for node in nodes]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in itertools.pairwise(names)]
    return {"nodes": nodes, "edges": edges}


def _node(name: str, kind: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
    node: dict[str, Any] = {"id": name, "type": kind, "name": name, "position": _PLACE}
    return node if content is None else {**node, "content": content}


def _table(name: str, inputs: Iterable[str], output: str, rules: list[dict[str, str]]) -> dict[str, Any]:
    return _node(
        name,
        "decisionTableNode",
        {
            "hitPolicy": "first",
            "inputs": [{"id": field, "name": field, "field": field} for field in inputs],
            "outputs": [{"id": output, "name": output, "field": output}],
            "rules": rules,
            "passThrough": True,
            "inputField": None,
            "outputPath": None,
            "executionMode": "single",
        },
    )


def _sizes() -> dict[str, Any]:
    """One row per sector and class from the largest down; the last row is the lowest class."""
    fields = ("industry", "employees", "revenue", "assets")
    rules = []
    for code, limits in workload.LIMITS.items():
        for level, size in ((2, "large"), (1, "medium"), (0, "small")):
            row = dict.fromkeys(fields, "") | {"_id": f"{code}-{size}", "industry": _text(code), "size": _text(size)}
            row |= {indicator: f">= {bounds[level]}" for indicator, bounds in limits}
            rules.append(row)
    rules.append(dict.fromkeys(fields, "") | {"_id": "lowest", "size": _text(workload.SMALLEST)})
    return _table("size", fields, "size", rules)


def _months() -> dict[str, Any]:
    listed = ",".join(_text(district) for district in sorted(workload.LISTED))
    rules = [
        {"_id": "listed", "premises_district": listed, "months": str(workload.MONTHS_LISTED)},
        {"_id": "elsewhere", "premises_district": "", "months": str(workload.MONTHS_ELSEWHERE)},
    ]
    return _table("months", ("premises_district",), "months", rules)


def _conclusion() -> dict[str, Any]:
    first, last = workload.FIRST_DAY.isoformat(), workload.LAST_DAY.isoformat()
    expressions = {
        "services": f"industry not in [{','.join(_text(code) for code in sorted(workload.GOODS))}]",
        "small_or_individual": "size == 'small' or size == 'micro' or is_individual_business",
        "in_beijing": "registered_in_beijing or taxed_in_beijing",
        "eligible": "$.services and $.small_or_individual and $.in_beijing and landlord_is_state_owned",
        "days": f"max([0, (min([date(end), date('{last}')]) - max([date(start), date('{first}')])) / 86400 + 1])",
        "amount": f"$.eligible ? round(monthly_rent * months * $.days / {workload.DAYS_IN_YEAR}, 2) : 0",
        "size": "size",
    }
    content = {
        "passThrough": False,
        "expressions": [{"id": name, "key": name, "value": value} for name, value in expressions.items()],
    }
    return _node("decide", "expressionNode", content)


def _text(value: str) -> str:
    """A text literal; zen does not decode ``\\u`` escapes inside one."""
    return json.dumps(value, ensure_ascii=False)
