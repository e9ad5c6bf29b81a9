"""Records: frozen, slotted, cheap to define, and as strict about their fields as functions about arguments."""

from __future__ import annotations

import copy
import pickle
from typing import Generic, TypeVar

import pytest

from relief_engine.rulebook.record import Record, Value, changed, contents

T = TypeVar("T")


class Animal(Record):
    """An animal."""

    name: str
    legs: int = 4


class Bird(Animal):
    """A bird."""

    flies: bool = True


class Box(Record, Generic[T]):
    """A box of something."""

    inside: T


class Point(Value):
    """A point."""

    x: int
    y: int


def test_fields_and_defaults() -> None:
    bird = Bird("重", flies=False)
    assert (bird.name, bird.legs, bird.flies) == ("重", 4, False)
    assert contents(bird) == ("重", 4, False)
    assert repr(Animal("a", 2)) == "Animal(name='a', legs=2)"
    assert Box[int](3).inside == 3


def test_records_are_frozen_and_have_slots() -> None:
    animal = Animal("a")
    with pytest.raises(AttributeError, match="frozen"):
        animal.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="frozen"):
        del animal.name
    with pytest.raises(AttributeError):
        animal.tail = 1  # type: ignore[attr-defined]
    assert not hasattr(animal, "__dict__")


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", 1, 2), {}), (("a",), {"name": "b"}), (("a",), {"wings": 2}), ((), {"legs": 2})],
)
def test_wrong_arguments(values: tuple[object, ...], named: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="Animal"):
        Animal(*values, **named)  # type: ignore[arg-type]


def test_equality() -> None:
    assert Animal("a") != Animal("a")
    assert len({Animal("a"), Animal("a")}) == 2
    assert Point(1, 2) == Point(1, y=2) != Point(2, 1)
    assert len({Point(1, 2), Point(1, 2)}) == 1
    assert Point(1, 2) != (1, 2)


def test_changes_copies_and_patterns() -> None:
    assert contents(changed(Bird("a"), legs=2)) == ("a", 2, True)
    with pytest.raises(TypeError, match="Bird"):
        changed(Bird("a"), wings=2)
    assert pickle.loads(pickle.dumps(Point(1, 2))) == copy.deepcopy(Point(1, 2)) == Point(1, 2)
    match Bird("a"):
        case Bird(name, legs=legs):
            assert (name, legs) == ("a", 4)
