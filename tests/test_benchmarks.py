"""What the benchmarks compare is the same: all engines give one answer. How fast they are is not tested here."""

import json
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import cold, decisions, report, service, timing, verified, workload
from benchmarks.report import Row
from benchmarks.timing import Contestant, Spread
from benchmarks.workload import Applicant
from benchmarks.zen_rent import ZenMissing, ZenRent
from relief_engine import Engine, Outcome, load_rulebook
from tests.books import shipped_book

NO_ZEN = "zen-engine is not installed (pip install 'relief-engine[bench]'), so it can't be compared with"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load_rulebook(workload.RULEBOOK))


@pytest.fixture(scope="module")
def applicants() -> Sequence[Applicant]:
    return workload.applicants(1000)


# --- one answer -------------------------------------------------------------------------------------------------


def test_the_direct_route_agrees_with_plain_python(engine: Engine, applicants: Sequence[Applicant]) -> None:
    decisions.check_agreement(engine, None, applicants)


def test_zen_agrees_with_plain_python(engine: Engine, applicants: Sequence[Applicant]) -> None:
    pytest.importorskip("zen", reason=NO_ZEN)
    decisions.check_agreement(engine, ZenRent(), applicants)


def test_a_wrong_answer_is_found(
    engine: Engine, applicants: Sequence[Applicant], monkeypatch: pytest.MonkeyPatch
) -> None:
    right = workload.decide
    monkeypatch.setattr(workload, "decide", lambda a: (*right(a)[:2], right(a)[2] + Decimal("0.01")))
    with pytest.raises(decisions.Disagreement, match="plain Python says"):
        decisions.check_agreement(engine, None, applicants)


def test_the_trace_is_kept_and_nothing_is_missing(engine: Engine, applicants: Sequence[Applicant]) -> None:
    for applicant in applicants[:50]:
        (decision,) = engine.decide(workload.as_mapping(applicant)).decisions
        assert decision.outcome in (Outcome.ELIGIBLE, Outcome.INELIGIBLE)
        assert [c.id for c in decision.criteria] == [
            "services", "small-or-individual", "in-beijing", "state-owned-landlord",
        ]  # fmt: skip
        assert decision.figures["leased_days"] == workload.leased_days(applicant)
        assert not decision.missing.facts


# --- the workload -----------------------------------------------------------------------------------------------


def test_the_applicants_are_those_of_the_peer_benchmark() -> None:
    answers = [workload.decide(applicant) for applicant in workload.applicants(5000)]
    assert sum(granted for granted, _, _ in answers) == 1942
    assert Counter(size for _, size, _ in answers) == {"micro": 672, "small": 2204, "medium": 1298, "large": 826}
    assert sum((amount for _, _, amount in answers), Decimal(0)) == Decimal("858821283.15")


def test_many_applicants_stand_on_a_limit(applicants: Sequence[Applicant]) -> None:
    def on_limit(applicant: Applicant) -> bool:
        return any(getattr(applicant, name) in bounds for name, bounds in workload.LIMITS[applicant.industry])

    assert sum(on_limit(applicant) for applicant in applicants) > len(applicants) / 4


def test_every_engine_gets_the_same_values() -> None:
    (applicant,) = workload.applicants(1)
    mapping = workload.as_mapping(applicant)
    flat = workload.as_flat_dict(applicant)
    assert set(flat) == set(Applicant.__slots__)
    assert json.loads(json.dumps(mapping)) == mapping, "a plain dict holds what JSON can hold"
    assert Decimal(str(flat["monthly_rent"])) == applicant.monthly_rent


# --- the tool ---------------------------------------------------------------------------------------------------


def test_contestants_work_on_the_same_inputs_in_turns() -> None:
    seen: list[tuple[str, int]] = []

    def contestant(name: str) -> Contestant[int]:
        return Contestant(lambda item: (name, item), seen.append)

    laps = timing.race({"a": contestant("a"), "b": contestant("b")}, range(4), rounds=2, block=2)
    assert {name: len(times) for name, times in laps.items()} == {"a": 2, "b": 2}
    warm_up = [("b", 2), ("b", 3), ("a", 2), ("a", 3)]
    first = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    assert seen == [*warm_up, *first, *warm_up]


def test_ratios_are_taken_within_rounds() -> None:
    assert timing.ratio({"a": [2.0, 30.0, 8.0], "b": [1.0, 10.0, 2.0]}, "a", "b") == Spread(3.0, 2.5, 3.5)


@pytest.mark.parametrize(
    ("measured", "budget", "verdict"),
    [
        (Spread(0.2, 0.1, 0.3), 0.2, "held"),
        (Spread(0.21, 0.1, 0.3), 0.2, report.OVER),
        (Spread(0.2, 0.1, 0.3), None, "for information"),
        (None, 0.2, "not available"),
    ],
)
def test_a_verdict(measured: Spread | None, budget: float | None, verdict: str) -> None:
    assert Row("a", "what", "against", "×", measured, budget).verdict == verdict


def test_a_command_that_fails_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = {"check": ("-c", "raise SystemExit('no such thing')"), "imports": ("-c", "pass")}
    monkeypatch.setattr(cold, "COMMANDS", failing)
    rows = cold.process_rows(2)
    assert {row.verdict for row in rows} == {"not available"}
    assert all(row.note.endswith("ended with 1: no such thing") for row in rows)


def test_without_zen_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "zen", None)
    with pytest.raises(ZenMissing):
        ZenRent()
    kept = tmp_path / "figures.json"
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--rounds", "2", "--json", str(kept)])
    monkeypatch.setattr(command, "APPLICANTS", 200)
    monkeypatch.setattr(cold, "process_rows", lambda _: [])
    monkeypatch.setattr(verified, "rows", lambda *_: [])
    assert command.main() == 0
    printed = capsys.readouterr()
    assert "zen-engine is not installed" in printed.err
    assert "- a, a′, b, b′, c1, c2, c6: zen-engine is not installed" in printed.out
    rows = {row["id"]: row for row in json.loads(kept.read_text(encoding="utf-8"))["rows"]}
    assert rows["a"]["verdict"] == "not available"
    assert rows["c3"]["measured"]["median"] > 0


# --- what a service does ----------------------------------------------------------------------------------------


def test_what_a_service_does_is_timed_whole() -> None:
    shipped = shipped_book()
    rows = service.rows(shipped, 2)
    assert [row.id for row in rows] == ["g1", "t", "g2", "t", "g3", "t", "g4", "t"]
    assert all(row.measured is not None and row.measured.median > 0 for row in rows)
    engine = Engine(shipped)
    known = service.applicants(engine)
    asked = json.loads(service.served(engine, known["nothing"], None))
    assert {d["outcome"] for d in asked["decisions"]} >= {"undetermined"}
    assert asked["questions"]
    (rent,) = json.loads(service.served(engine, known["restaurant"], ["beijing-tongzhou/rent-reduction-2022"]))[
        "decisions"
    ]
    assert (rent["outcome"], rent["amount"]) == ("eligible", "180000.00")
