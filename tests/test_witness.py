"""What earlier questions showed only shortens the way to what is missing; it never changes it."""

import pytest

from relief_engine.compiled.layout import AS_OF_SLOT, Value
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import answer_of
from relief_engine.engine.residue import residue
from relief_engine.proving.sampling import Sampler
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book

#: Programmes with sizes, money beside money, days, and a rate.
PROGRAMMES = (
    "rent-reduction-2022",
    "first-loan-interest-subsidy-2022",
    "guarantee-fee-rate-2022",
    "loan-repayment-deferral-2022",
    "six-taxes-two-fees-2022",
)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return shipped_book()


@pytest.mark.parametrize("name", PROGRAMMES)
def test_pairs_that_are_tried_again_give_what_a_search_gives(rulebook: Rulebook, name: str) -> None:
    engine = Engine(rulebook)
    programme = rulebook.programme(f"beijing-tongzhou/{name}")
    first = programme.period.first
    program = engine.program(programme, first)
    sampler = Sampler(engine, program, name)
    shortened = 0
    for number in range(150):
        whole = sampler.draw(borders=number % 3 == 0)
        sample = sampler.hidden(sampler.mended(whole, for_people=number % 2 == 0))
        if sample.barred or sample.outcome is not Outcome.UNDETERMINED:
            continue
        vector, values = sample.vector, sample.values
        search = Search(program, engine.cells(program), engine.evaluator(program), frozenset())
        pruned = search.askable(residue(program, values, vector).slots, list(vector))
        witnesses = engine.witnesses(program)
        claimed = bool(pruned) and witnesses.shown(pruned, vector) == pruned
        found, exact = search.run(vector)
        if claimed:
            shortened += 1
            assert (found, exact) == (pruned, True), vector[AS_OF_SLOT]
        elif exact:
            witnesses.learn(search, pruned)
    assert shortened > 10, "nothing was remembered"


@pytest.mark.parametrize("kept", [False, True], ids=["cold", "again"])
def test_of_an_applicant_unknown_all_is_shown_to_matter_that_a_search_finds(rulebook: Rulebook, *, kept: bool) -> None:
    """In the programmes that take longest to search, nothing being known, no search is needed any more."""
    for name in ("rent-reduction-2022", "first-loan-interest-subsidy-2022", "guarantee-fee-rate-2022"):
        engine = Engine(rulebook)
        programme = rulebook.programme(f"beijing-tongzhou/{name}")
        program = engine.program(programme, programme.period.first)
        vector: list[Value] = [programme.period.first.toordinal(), *[None] * (program.layout.size - 1)]
        program.layout.derive(vector)
        values = engine.evaluator(program)(vector)
        search = Search(program, engine.cells(program), engine.evaluator(program), frozenset())
        pruned = search.askable(residue(program, values, vector).slots, list(vector))
        witnesses = engine.witnesses(program)
        if kept:
            witnesses.shown(pruned, vector)
        assert witnesses.shown(pruned, vector) == pruned
        assert search.run(vector) == (pruned, True)


def test_what_is_shown_is_a_pair_that_a_profile_could_state(rulebook: Rulebook) -> None:
    """Every pair that is kept differs in one fact alone, holds days in order, and gives two answers."""
    engine = Engine(rulebook)
    programme = rulebook.programme("beijing-tongzhou/rent-reduction-2022")
    program = engine.program(programme, programme.period.first)
    sampler = Sampler(engine, program, "pairs")
    evaluate, witnesses = engine.evaluator(program), engine.witnesses(program)
    seen = 0
    for number in range(40):
        sample = sampler.hidden(sampler.mended(sampler.draw(), for_people=number % 2 == 0))
        if sample.barred or sample.outcome is not Outcome.UNDETERMINED:
            continue
        vector = sample.vector
        search = Search(program, engine.cells(program), evaluate, frozenset())
        pruned = search.askable(residue(program, sample.values, vector).slots, list(vector))
        witnesses.pairs.clear()
        for slot in witnesses.shown(pruned, vector) & witnesses.pairs.keys():
            filled, one, other = witnesses.pairs[slot][0]
            answers = set()
            for value in (one, other):
                trial = list(filled)
                trial[slot] = value
                program.layout.derive(trial)
                assert engine.cells(program).ordered(trial)
                assert all(trial[s] == known for s, known in enumerate(vector) if known is not None and s not in pruned)
                answers.add(answer_of(program, evaluate(trial)))
            assert len(answers) == 2
            seen += 1
    assert seen > 8
