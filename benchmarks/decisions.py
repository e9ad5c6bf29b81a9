"""Rows a to c: one decision of the benchmark's rule, against zen-engine and against plain Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from benchmarks import workload
from benchmarks.report import Row
from benchmarks.timing import Contestant, race, ratio, scaled
from benchmarks.workload import Answer, Applicant
from benchmarks.zen_rent import MISSING, ZenRent
from relief_engine import Engine, Outcome, Profile, Report

#: How many applicants each contestant decides in one round: few, so that little changes on the machine meanwhile.
BLOCK = 40

_TRACED, _BARE, _PLAIN = "zen-engine with trace", "zen-engine without trace", "plain Python, explained"
#: What zen with trace took on the machine of the design's figures (its section 11), in microseconds.
_TRACED_US = 37
_LABELS = {
    "profile": "decision with its trace, from a validated profile",
    "profile, read": "the same as a, and outcome, amount and statuses read",
    "dict": "decision with its trace, from a plain dict, validation included",
    "dict, read": "the same as b, and outcome, amount and statuses read",
    "plain": "plain Python, the answer alone",
    "plain explained": _PLAIN,
    "zen": _BARE,
    "zen traced": _TRACED,
}
#: Row, contestant, whom it is compared with, and the budget (design, section 11).
_ROWS: tuple[tuple[str, str, str, float | None], ...] = (
    ("a", "profile", "zen traced", 0.2),
    ("a′", "profile, read", "zen traced", None),
    ("b", "dict", "zen traced", 0.6),
    ("b′", "dict, read", "zen traced", None),
    ("c1", "profile", "zen", None),
    ("c2", "dict", "zen", None),
    ("c3", "profile", "plain explained", None),
    ("c4", "profile, read", "plain explained", None),
    ("c5", "dict", "plain explained", None),
    ("c6", "plain explained", "zen traced", None),
)


class Disagreement(Exception):
    """Two engines give different answers; timing them would compare nothing."""


def answer_of(report: Report) -> Answer:
    """Our decision in the form of the workload."""
    (decision,) = report.decisions
    (size,) = (remark.id.removeprefix("size-") for remark in decision.remarks("remarks"))
    return decision.outcome is Outcome.ELIGIBLE, size, decision.amount or Decimal("0.00")


def check_agreement(engine: Engine, zen: ZenRent | None, applicants: Sequence[Applicant]) -> None:
    """Raise :class:`Disagreement` unless all engines give the reference's outcome, size and amount."""
    for applicant in applicants:
        wanted = workload.decide(applicant)
        answers = {
            "plain Python, explained,": workload.explain(applicant)[0],
            "relief-engine": answer_of(engine.decide(workload.as_mapping(applicant))),
        }
        if zen is not None:
            answers["zen-engine"] = zen.answer(applicant)
        for name, got in answers.items():
            if got != wanted:
                raise Disagreement(f"{name} says {got} where plain Python says {wanted}, of {applicant}")


def read_all(report: Report) -> object:
    """Touch what zen's result holds: the outcome, the amount, and how each condition turned out."""
    (decision,) = report.decisions
    return decision.outcome, decision.amount, [criterion.status for criterion in decision.criteria]


def reader(engine: Engine) -> Callable[[Applicant], Profile]:
    """Makes validated profiles of applicants."""
    return lambda applicant: engine.profile(workload.as_mapping(applicant))


def contestants(engine: Engine, zen: ZenRent | None) -> dict[str, Contestant[Applicant]]:
    """Everything that takes part in the race for one decision."""

    def itself(applicant: Applicant) -> Applicant:
        return applicant

    found: dict[str, Contestant[Applicant]] = {
        "profile": Contestant(reader(engine), engine.decide),
        "profile, read": Contestant(reader(engine), lambda profile: read_all(engine.decide(profile))),
        "dict": Contestant(workload.as_mapping, engine.decide),
        "dict, read": Contestant(workload.as_mapping, lambda mapping: read_all(engine.decide(mapping))),
        "plain": Contestant(itself, workload.decide),
        "plain explained": Contestant(itself, workload.explain),
    }
    if zen is not None:
        found["zen"] = Contestant(workload.as_flat_dict, zen.run)
        found["zen traced"] = Contestant(workload.as_flat_dict, zen.run_traced)
    return found


def rows(engine: Engine, zen: ZenRent | None, applicants: Sequence[Applicant], rounds: int) -> list[Row]:
    """The ratios, and the times they come from."""
    laps = race(contestants(engine, zen), applicants, rounds=rounds, block=BLOCK)
    found = [
        Row(name, _LABELS[who], _LABELS[whom], "×", ratio(laps, who, whom), budget)
        if whom in laps
        else Row(name, _LABELS[who], _LABELS[whom], "×", None, budget, MISSING)
        for name, who, whom, budget in _ROWS
    ]
    return [*found, *(Row("t", _LABELS[who], "", "µs", scaled(laps[who], 1e6)) for who in laps)]


def pace(found: Sequence[Row]) -> str:
    """How fast this machine is beside the one on which the budgets in seconds were set; empty without zen."""
    for row in found:
        if row.what == _TRACED and row.measured is not None:
            here = row.measured.median
            return (
                f"{_TRACED} takes {here:.3g} µs here and took {_TRACED_US} µs where the budgets in ms and s were set: "
                f"this machine takes {here / _TRACED_US:.2g} times as long."
            )
    return ""
