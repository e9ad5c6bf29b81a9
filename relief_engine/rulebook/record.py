"""Rulebook stage: frozen, slotted records that cost next to nothing to define.

A frozen dataclass compiles its methods from generated text, half a millisecond for each class: the seventy records of
this stage would take a tenth of the time in which the command line has to answer. Type checkers see the same thing:
fields from annotations, defaults, a constructor, and no assignment.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform


def _getter(fields: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    """What gives the values of fields, at the speed of C where there are several."""
    match fields:
        case ():
            return lambda _: ()
        case (field,):
            get = attrgetter(field)
            return lambda record: (get(record),)
        case _:
            return attrgetter(*fields)


@dataclass_transform(frozen_default=True, eq_default=False)
class RecordType(type):
    """Makes the annotated names of a class body its slots; what they are set to are the defaults."""

    record_fields: tuple[str, ...]
    record_defaults: dict[str, object]
    record_setters: tuple[Callable[[object, object], None], ...]
    record_contents: Callable[[object], tuple[Any, ...]]

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordType:
        """Define one record class; the fields of its base classes come first."""
        own = tuple(namespace.get("__annotations__", ()))
        defaults = {field: namespace.pop(field) for field in own if field in namespace}
        namespace["__slots__"] = own
        made = super().__new__(cls, name, bases, namespace)
        parents = [base for base in bases if isinstance(base, RecordType)]
        made.record_fields = (*(field for base in parents for field in base.record_fields), *own)
        made.record_defaults = {k: v for base in parents for k, v in base.record_defaults.items()} | defaults
        # The slots' own setters go past the records' refusal to be changed.
        made.record_setters = tuple(getattr(made, field).__set__ for field in made.record_fields)
        made.record_contents = _getter(made.record_fields)
        type.__setattr__(made, "__match_args__", made.record_fields)
        return made


class Record(metaclass=RecordType):
    """A frozen record. Two records are equal only if they are the same one."""

    def __init__(self, *values: object, **named: object) -> None:
        made = type(self)
        if named or len(values) != len(made.record_fields):
            values = _completed(made, values, named)
        for put, value in zip(made.record_setters, values, strict=True):
            put(self, value)

    if not TYPE_CHECKING:  # A type checker that saw this would let unknown attributes be set.

        def __setattr__(self, name: str, value: object) -> NoReturn:
            raise AttributeError(f"{type(self).__name__} is frozen: can't set {name!r}")

        def __delattr__(self, name: str) -> NoReturn:
            raise AttributeError(f"{type(self).__name__} is frozen: can't delete {name!r}")

    def __repr__(self) -> str:
        values = ", ".join(f"{field}={getattr(self, field)!r}" for field in type(self).record_fields)
        return f"{type(self).__qualname__}({values})"

    def __reduce__(self) -> tuple[type[Record], tuple[object, ...]]:
        return type(self), contents(self)


class Value(Record):
    """A frozen record that equals, and hashes like, any other of its class with the same contents."""

    def __eq__(self, other: object) -> bool:
        made = type(self)
        return made is type(other) and made.record_contents(self) == made.record_contents(other)

    def __hash__(self) -> int:
        made = type(self)
        return hash((made, made.record_contents(self)))


R = TypeVar("R", bound=Record)


def contents(record: Record) -> tuple[Any, ...]:
    """The values of a record's fields, in their order."""
    return type(record).record_contents(record)


def changed(record: R, **changes: object) -> R:
    """A record like this one but for some fields; raises ``TypeError`` for a field that it does not have."""
    made = type(record)
    kept = dict(zip(made.record_fields, contents(record), strict=True))
    return made(*_completed(made, (), kept | changes))


def _completed(made: RecordType, values: tuple[object, ...], named: dict[str, object]) -> tuple[object, ...]:
    """The values of all fields from positional and named ones and defaults; ``TypeError`` as for a function."""
    fields = made.record_fields
    given = dict(zip(fields, values, strict=False))
    wrong = [name for name in named if name in given or name not in fields]
    if wrong or len(values) > len(fields):
        raise TypeError(f"{made.__name__}() takes {', '.join(fields)}, each once")
    found = made.record_defaults | given | named
    missing = [field for field in fields if field not in found]
    if missing:
        raise TypeError(f"{made.__name__}() lacks {', '.join(missing)}")
    return tuple(found[field] for field in fields)
