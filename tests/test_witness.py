"""What earlier questions showed only shortens the way to what is missing; it never changes it."""

import pytest

from relief_engine.compiled.layout import AS_OF_SLOT
from relief_engine.decision import Outcome
from relief_engine.engine import Engine
from relief_engine.engine.missing import Search
from relief_engine.engine.outcome import residue
from relief_engine.proving.sampling import Sampler
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook

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
    return load_rulebook()


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
        claimed = witnesses.all_matter(pruned, vector)
        found, exact = search.run(vector)
        if claimed:
            shortened += 1
            assert (found, exact) == (pruned, True), vector[AS_OF_SLOT]
        elif exact:
            witnesses.learn(search, pruned)
    assert shortened > 10, "nothing was remembered"
