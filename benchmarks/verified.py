"""Rows d: one verified decision, both routes in this process and compared node by node."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.decisions import BLOCK, reader
from benchmarks.report import Row
from benchmarks.timing import Contestant, Spread, race, scaled
from benchmarks.workload import Applicant
from relief_engine import Engine, Profile, Report, Rulebook
from relief_engine.routes import Route

RESTAURANT = Path(__file__).resolve().parent.parent / "examples" / "profiles" / "restaurant.yaml"
_SHIPPED_RENT = "beijing-tongzhou/rent-reduction-2022"
_BENCH = "verified decision (both routes), benchmark rule"
_SHIPPED = "verified decision (both routes), shipped rent programme, example restaurant"
_DIRECT = "shipped rent programme, example restaurant, direct route alone"
_BUDGET_MS = 0.5


def second_route() -> tuple[Route | None, str]:
    """The forward-chaining route, or None and why it can't run here."""
    from relief_engine.routes.chaining import ChainingRoute, unavailable

    reason = unavailable()
    return (ChainingRoute(), "") if reason is None else (None, reason.en)


def rows(bench: Rulebook, shipped: Rulebook, applicants: Sequence[Applicant], rounds: int) -> list[Row]:
    """Both routes on the benchmark's rule and on the shipped rent programme, beside the direct route alone."""
    alone = Row("t", _DIRECT, "", "ms", _restaurant(Engine(shipped), rounds))
    route, reason = second_route()
    if route is None:
        return [
            Row(name, what, "", "ms", None, _BUDGET_MS, reason) for name, what in (("d1", _BENCH), ("d2", _SHIPPED))
        ]
    on_bench = _applicants(Engine(bench, verify_with=route), applicants, rounds)
    on_shipped = _restaurant(Engine(shipped, verify_with=route), rounds)
    return [
        Row("d1", _BENCH, "", "ms", on_bench, _BUDGET_MS),
        Row("d2", _SHIPPED, "", "ms", on_shipped, _BUDGET_MS),
        alone,
    ]


def _applicants(engine: Engine, applicants: Sequence[Applicant], rounds: int) -> Spread:
    laps = race({"verified": Contestant(reader(engine), engine.decide)}, applicants, rounds=rounds, block=BLOCK)
    return scaled(laps["verified"], 1e3)


def _restaurant(engine: Engine, rounds: int) -> Spread:
    def decide(profile: Profile) -> Report:
        return engine.decide(profile, programmes=[_SHIPPED_RENT])

    entry = Contestant(engine.read_profile, decide)
    return scaled(race({"restaurant": entry}, [RESTAURANT] * 20, rounds=rounds, block=20)["restaurant"], 1e3)
