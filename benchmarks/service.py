"""Rows g: what a service does at each request: decide, explain, and write the report as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.report import Row
from benchmarks.timing import Contestant, race, ratio, scaled
from benchmarks.verified import RESTAURANT
from relief_engine import Engine, Profile, Rulebook
from relief_engine.explanation.records import report_record

DAY = dt.date(2022, 6, 1)
_RENT = ("beijing-tongzhou/rent-reduction-2022",)
_DUMPS = "json.dumps of the same report"
#: Row, what is asked, of whom, and by which programmes (None: all).
_ASKED: tuple[tuple[str, str, str, Sequence[str] | None], ...] = (
    ("g1", "rent programme, example restaurant", "restaurant", _RENT),
    ("g2", "all programmes, example restaurant", "restaurant", None),
    ("g3", "rent programme, nothing known", "nothing", _RENT),
    ("g4", "all programmes, one item in each list, nothing known", "nothing", None),
)


def applicants(engine: Engine) -> dict[str, Mapping[str, Any]]:
    """The applicants as requests have them: of one all is known, of the other only that there is one of everything."""
    import yaml

    restaurant: Mapping[str, Any] = yaml.safe_load(RESTAURANT.read_text(encoding="utf-8"))
    return {"restaurant": restaurant, "nothing": {"applicant": {}, **{name: [{}] for name in engine.rulebook.lists}}}


def served(engine: Engine, asked: Profile | Mapping[str, Any], programmes: Sequence[str] | None) -> str:
    """The body of an answer."""
    report = engine.decide(asked, as_of=DAY, programmes=programmes)
    return json.dumps(report_record(report, engine, "zh", "0"), ensure_ascii=False)


def rows(shipped: Rulebook, rounds: int) -> list[Row]:
    """How long an answer takes beside writing it as JSON, and the times of both."""
    engine = Engine(shipped)
    known = applicants(engine)
    found: list[Row] = []
    for name, what, who, programmes in _ASKED:
        report = json.loads(served(engine, known[who], programmes))

        def whole(asked: Mapping[str, Any], programmes: Sequence[str] | None = programmes) -> object:
            return served(engine, asked, programmes)

        def dumped(_: object, report: object = report) -> object:
            return json.dumps(report, ensure_ascii=False)

        contestants: dict[str, Contestant[Mapping[str, Any]]] = {
            "whole": Contestant(dict, whole),
            "dumps": Contestant(dict, dumped),
        }
        laps = race(contestants, [known[who]], rounds=rounds, block=1)
        label = f"decided, explained, as JSON: {what}"
        found.append(Row(name, label, _DUMPS, "×", ratio(laps, "whole", "dumps")))
        found.append(Row("t", label, "", "ms", scaled(laps["whole"], 1e3)))
    return found
