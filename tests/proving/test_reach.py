"""Whether a profile gives a condition or figure a value: with a witness, or the proof that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from relief_engine.compiled import ir
from relief_engine.proving import Found, Limits, Side, Verdict, reachable
from relief_engine.proving.sampling import Sampler
from relief_engine.rulebook.periods import Period
from tests.proving.wordings import RENT, edited, shipped, side

pytest.importorskip("z3")

#: Two limits that no figure meets both, which tests of single facts do not show.
NEVER = (
    "when: lease.tenancy == via_other and lease.head_shared_with_others",
    "when: lease.head_monthly_rent > lease.monthly_rent and lease.monthly_rent > lease.head_monthly_rent",
)


def asked(one: Side, program: ir.Program, node: int, value: int | None, *, complete: bool = True) -> Found:
    found = reachable(one, program, node, value, limits=Limits(seconds=60), complete=complete)
    if found.witness is not None:
        profile = one.engine.reader.read_bytes(found.witness.yaml(one).encode(), "witness.yaml")
        vector = profile.vector(program.layout, program.programme.subject, 0, found.witness.day)
        assert one.engine.evaluate(program, vector)[node] == value
    return found


def test_every_criterion_and_referral_can_hold_and_some_not() -> None:
    one = side(shipped(), RENT)
    program = one.engine.program(one.programme, one.programme.change_days()[-1])
    for number, node in enumerate([c.node for c in program.criteria] + [r.node for r in program.referrals]):
        for value in (ir.MET, ir.UNMET) if number % 3 == 0 else (ir.MET,):
            assert asked(one, program, node, value).verdict is Verdict.FOUND


def test_what_never_holds_is_proven(tmp_path: Path) -> None:
    one = edited(tmp_path, RENT, NEVER)
    day = one.programme.period.first
    program = one.engine.program(one.programme, day)
    node = next(r.node for r in program.referrals if r.referral.id == "head-lease-shared")
    for complete in (True, False):
        found = asked(one, program, node, ir.MET, complete=complete)
        assert (found.verdict, found.how, found.witness) == (Verdict.NONE, "z3", None)
    assert asked(one, program, node, ir.UNMET).verdict is Verdict.FOUND
    assert asked(one, program, node, ir.UNKNOWN, complete=False).verdict is Verdict.FOUND
    # By the days instead of the program: the same.
    assert reachable(one, Period(day, day), node, ir.MET, limits=Limits(seconds=60)).verdict is Verdict.NONE


def test_without_the_solver_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relief_engine.proving.reach.solver_is_there", lambda: False)
    one = edited(tmp_path, RENT, NEVER)
    program = one.engine.program(one.programme, one.programme.period.first)
    node = next(r.node for r in program.referrals if r.referral.id == "head-lease-shared")
    found = reachable(one, program, node, ir.MET, limits=Limits(samples=200))
    assert (found.verdict, found.how) == (Verdict.OPEN, "limit")
    assert asked(one, program, node, ir.UNMET).how == "sampling"


@pytest.mark.engines
def test_a_figure_has_a_value_or_never_has() -> None:
    one = side(shipped(), RENT)
    program = one.engine.program(one.programme, one.programme.period.first)
    days = program.lets["leased_days"].low
    assert asked(one, program, days, 17).verdict is Verdict.FOUND
    assert asked(one, program, days, 366).verdict is Verdict.NONE
    assert asked(one, program, days, None).verdict is Verdict.NONE
    assert asked(one, program, days, None, complete=False).verdict is Verdict.FOUND
    amount = program.benefit.amount
    assert amount is not None
    sampler = Sampler(one.engine, program, "amounts")
    amounts = {value for _ in range(40) if (value := sampler.draw().values[amount.figure.low])}
    assert amounts
    for value in sorted(amounts)[:3]:
        # A product of two figures, which the solver does not calculate by itself.
        found = reachable(one, program, amount.figure.low, value, limits=Limits(seconds=60, samples=0))
        assert (found.verdict, found.how) == (Verdict.FOUND, "z3")


def test_an_interrupted_solver_stops_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver takes Ctrl-C for itself and answers *unknown*, which is no limit that was reached."""
    import z3

    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    monkeypatch.setattr(z3.Solver, "reason_unknown", lambda _: "interrupted from keyboard")
    one = edited(tmp_path, RENT, NEVER)
    program = one.engine.program(one.programme, one.programme.period.first)
    node = next(r.node for r in program.referrals if r.referral.id == "head-lease-shared")
    with pytest.raises(KeyboardInterrupt):
        asked(one, program, node, ir.MET)
