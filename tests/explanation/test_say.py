"""Words for several subjects: long rows of leases are told as runs, and none is left out or made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.explanation import say
from relief_engine.rulebook.load import load_rulebook

LEASE = load_rulebook().subjects["lease"].kind


@pytest.mark.parametrize(
    ("indices", "zh", "en"),
    [
        ([0], "第1份租约", "lease 1"),
        ([0, 1], "第1、2份租约", "leases 1, 2"),
        ([0, 1, 2], "第1—3份租约", "leases 1 to 3"),
        ([1, 3, 4], "第2、4、5份租约", "leases 2, 4, 5"),
        ([0, *range(2, 12), 13], "第1、3—12、14份租约", "leases 1, 3 to 12, 14"),
        ([9, 0, 1, 2], "第10、1—3份租约", "leases 10, 1 to 3"),
        ([None], "租约", "lease"),
    ],
)
def test_leases(indices: list[int | None], zh: str, en: str) -> None:
    said = say.subjects(LEASE, indices)
    assert (said.zh, said.en) == (zh, en)


@given(st.lists(st.integers(0, 60), min_size=2, unique=True))
def test_every_lease_is_in_the_runs_once(indices: list[int]) -> None:
    said = say.subjects(LEASE, list(indices)).zh
    read: list[int] = []
    for part in said.removeprefix("第").removesuffix("份租约").split("、"):
        first, _, last = part.partition("—")
        read += range(int(first) - 1, int(last or first))
    assert read == indices
