"""What the tests of profiles share: the shipped rulebook and a reader for it."""

import pytest

from relief_engine.profile.read import ProfileReader
from relief_engine.rulebook.model import Rulebook
from tests.books import shipped_book


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return shipped_book()


@pytest.fixture(scope="session")
def reader(rulebook: Rulebook) -> ProfileReader:
    return ProfileReader(rulebook)
