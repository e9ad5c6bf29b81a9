"""What is measured, row by row; the budgets are those of section 11 of the design."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks import workload
from benchmarks.report import Row
from benchmarks.timing import Contestant, Spread, race, ratio, spread
from benchmarks.workload import Answer, Applicant
from benchmarks.zen_rent import ZenMissing, ZenRent
from relief_engine import Engine, Outcome, Profile, Report, Rulebook, load_rulebook
from relief_engine.routes import Route

ROOT = Path(__file__).resolve().parent.parent
RESTAURANT = ROOT / "examples" / "profiles" / "restaurant.yaml"
SHIPPED_RENT = "beijing-tongzhou/rent-reduction-2022"

#: How many applicants all engines must agree on before anything is timed, and from which the timed ones are taken.
APPLICANTS = 5000
_BLOCK = 100


class Disagreement(Exception):
    """Two engines give different answers; timing them would compare nothing."""


# --- agreement --------------------------------------------------------------------------------------------------


def answer_of(report: Report) -> Answer:
    """Our decision in the form of the workload."""
    (decision,) = report.decisions
    (size,) = (remark.id.removeprefix("size-") for remark in decision.remarks("remarks"))
    return decision.outcome is Outcome.ELIGIBLE, size, decision.amount or Decimal("0.00")


def check_agreement(engine: Engine, zen: ZenRent | None, applicants: Sequence[Applicant]) -> None:
    """Raise :class:`Disagreement` unless all engines give the reference's outcome, size and amount."""
    for applicant in applicants:
        wanted = workload.decide(applicant)
        answers = {"plain Python, explained": workload.explain(applicant)[0]}
        answers["relief-engine"] = answer_of(engine.decide(workload.as_mapping(applicant)))
        if zen is not None:
            answers["zen-engine"] = zen.answer(applicant)
        for name, got in answers.items():
            if got != wanted:
                raise Disagreement(f"{name} says {got}, plain Python says {wanted}, of {applicant}")


# --- a, b, c: one decision --------------------------------------------------------------------------------------


def read_all(report: Report) -> object:
    """Touch what zen's result holds: the outcome, the amount, and how each condition turned out."""
    (decision,) = report.decisions
    return decision.outcome, decision.amount, [criterion.status for criterion in decision.criteria]


def contestants(engine: Engine, zen: ZenRent | None) -> dict[str, Contestant[Applicant]]:
    """Everything that takes part in the race for one decision."""
    checked = _reader(engine)

    def itself(applicant: Applicant) -> Applicant:
        return applicant

    found: dict[str, Contestant[Applicant]] = {
        "profile": Contestant(checked, engine.decide),
        "profile, read": Contestant(checked, lambda profile: read_all(engine.decide(profile))),
        "dict": Contestant(workload.as_mapping, engine.decide),
        "dict, read": Contestant(workload.as_mapping, lambda mapping: read_all(engine.decide(mapping))),
        "plain": Contestant(itself, workload.decide),
        "plain explained": Contestant(itself, workload.explain),
    }
    if zen is not None:
        found["zen"] = Contestant(workload.as_flat_dict, zen.run)
        found["zen traced"] = Contestant(workload.as_flat_dict, zen.run_traced)
    return found


def decision_rows(engine: Engine, zen: ZenRent | None, applicants: Sequence[Applicant], rounds: int) -> list[Row]:
    """Rows a to c, and the times they come from."""
    laps = race(contestants(engine, zen), applicants, rounds=rounds, block=_BLOCK)
    missing = "zen-engine is not installed, so there is nothing to compare with: pip install 'relief-engine[bench]'"
    one, one_read = "a decision with its trace, from a validated profile", "the same, outcome, amount and statuses read"
    whole, whole_read = (
        "a decision from a plain dict, validation included",
        "the same, outcome, amount and statuses read",
    )

    def row(name: str, what: str, contestant: str, against: str, label: str, budget: float | None = None) -> Row:
        if against not in laps:
            return Row(name, what, label, "×", None, budget, missing)
        return Row(name, what, label, "×", ratio(laps, contestant, against), budget)

    traced, bare, plain = "zen-engine with trace", "zen-engine without trace", "plain Python, explained"
    rows = [
        row("a", one, "profile", "zen traced", traced, 0.2),
        row("a′", one_read, "profile, read", "zen traced", traced),
        row("b", whole, "dict", "zen traced", traced, 0.6),
        row("b′", whole_read, "dict, read", "zen traced", traced),
        row("c1", one, "profile", "zen", bare),
        row("c2", whole, "dict", "zen", bare),
        row("c3", one, "profile", "plain explained", plain),
        row("c4", whole, "dict", "plain explained", plain),
        row("c5", one_read, "profile, read", "plain explained", plain),
        row("c6", "the answer alone, in plain Python", "plain", "zen traced", traced),
    ]
    labels = {
        "profile": one,
        "profile, read": one_read,
        "dict": whole,
        "dict, read": whole_read,
        "plain": "plain Python, the answer alone",
        "plain explained": plain,
        "zen": bare,
        "zen traced": traced,
    }
    for name, seconds in laps.items():
        rows.append(Row("t", labels[name], "", "µs", spread([s * 1e6 for s in seconds])))
    return rows


# --- d: one verified decision -----------------------------------------------------------------------------------


def second_route() -> tuple[Route | None, str]:
    """The forward-chaining route, or None and why it can't run here."""
    from relief_engine.routes.chaining import ChainingRoute, unavailable

    reason = unavailable()
    return (ChainingRoute(), "") if reason is None else (None, reason.en)


def verified_rows(bench: Rulebook, shipped: Rulebook, applicants: Sequence[Applicant], rounds: int) -> list[Row]:
    """Rows d: both routes on the benchmark's rule and on the shipped rent programme, beside the direct route alone."""
    route, reason = second_route()
    alone = _restaurant(Engine(shipped), rounds)
    rows = [Row("d0", "the shipped rent programme, example restaurant, direct route alone", "", "ms", alone)]
    first, second = (
        "one verified decision (both routes), benchmark rule",
        "the same, shipped rent programme, restaurant",
    )
    if route is None:
        return [
            *rows,
            *(Row(name, what, "", "ms", None, 0.5, reason) for name, what in (("d1", first), ("d2", second))),
        ]
    rows.append(Row("d1", first, "", "ms", _verified(Engine(bench, verify_with=route), applicants, rounds), 0.5))
    rows.append(Row("d2", second, "", "ms", _restaurant(Engine(shipped, verify_with=route), rounds), 0.5))
    return rows


def _verified(engine: Engine, applicants: Sequence[Applicant], rounds: int) -> Spread:
    entry = Contestant(_reader(engine), engine.decide)
    return _milliseconds(race({"verified": entry}, applicants, rounds=rounds, block=_BLOCK)["verified"])


def _restaurant(engine: Engine, rounds: int) -> Spread:
    def decide(profile: Profile) -> Report:
        return engine.decide(profile, programmes=[SHIPPED_RENT])

    entry = Contestant(engine.read_profile, decide)
    return _milliseconds(race({"restaurant": entry}, [RESTAURANT] * 20, rounds=rounds, block=20)["restaurant"])


def _reader(engine: Engine) -> Callable[[Applicant], Profile]:
    """Makes checked profiles of applicants."""
    return lambda applicant: engine.profile(workload.as_mapping(applicant))


def _milliseconds(seconds: Sequence[float]) -> Spread:
    return spread([s * 1000 for s in seconds])


# --- e: the command line, cold ----------------------------------------------------------------------------------


def cold_rows(rounds: int) -> list[Row]:
    """Rows e: the whole process of ``relief check`` beside one that only imports its libraries."""
    check = [sys.executable, "cli.py", "check", str(RESTAURANT.relative_to(ROOT))]
    imports = [sys.executable, "-c", "import pydantic, typer, yaml"]
    what, against = "`python cli.py check` on the example restaurant, whole process", "`import pydantic, typer, yaml`"
    laps: dict[str, list[float]] = {"check": [], "imports": []}
    with tempfile.TemporaryDirectory() as cache:
        # An installed package has its bytecode, so both get theirs: here, whatever the environment says, and written
        # by the first run of each, which does not count.
        env = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        for command in (check, imports):
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False)
            if done.returncode != 0:
                last = (done.stderr.strip() or "no message").splitlines()[-1]
                reason = f"`{' '.join(command[1:])}` ended with {done.returncode}: {last}"
                return [Row("e1", what, against, "×", None, 3.0, reason), Row("e2", what, "", "s", None, 0.35, reason)]
        for number in range(rounds):
            turns = [("check", check), ("imports", imports)]
            for name, command in turns if number % 2 else turns[::-1]:
                begin = time.perf_counter()
                subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=True)
                laps[name].append(time.perf_counter() - begin)
    return [
        Row("e1", what, against, "×", ratio(laps, "check", "imports"), 3.0),
        Row("e2", what, "", "s", spread(laps["check"]), 0.35),
    ]


# --- f: loading -------------------------------------------------------------------------------------------------


def loading_rows(rounds: int) -> list[Row]:
    """Rows f: reading and checking a whole rulebook."""
    laps = race(
        {
            "shipped": Contestant(lambda _: None, load_rulebook),
            "bench": Contestant(lambda _: workload.RULEBOOK, load_rulebook),
        },
        range(rounds),
        rounds=rounds,
        block=1,
    )
    return [
        Row("f1", "load_rulebook, the shipped rulebook", "", "ms", _milliseconds(laps["shipped"])),
        Row("f2", "load_rulebook, the benchmark's rulebook", "", "ms", _milliseconds(laps["bench"])),
    ]


# --- all --------------------------------------------------------------------------------------------------------


def measure(rounds: int, say: Callable[[str], Any]) -> list[Row]:
    """All rows. Raises :class:`Disagreement` before anything is timed if the engines differ."""
    bench, shipped = load_rulebook(workload.RULEBOOK), load_rulebook()
    engine = Engine(bench)
    zen: ZenRent | None = None
    try:
        zen = ZenRent()
    except ZenMissing as error:
        say(f"{error}; the rows that compare with it are left out.")
    applicants = workload.applicants(APPLICANTS)
    say(f"checking that all engines agree on {APPLICANTS} applicants …")
    check_agreement(engine, zen, applicants)
    say(f"timing one decision, {rounds} rounds of {_BLOCK} …")
    rows = decision_rows(engine, zen, applicants, rounds)
    say("timing verified decisions …")
    rows += verified_rows(bench, shipped, applicants, max(rounds // 3, 2))
    say("timing whole processes …")
    rows += cold_rows(max(rounds // 3, 2))
    say("timing the loading of rulebooks …")
    rows += loading_rows(max(rounds // 6, 2))
    return rows
