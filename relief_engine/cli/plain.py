"""Command line stage: a command line that is written plainly is read here, and every other one by typer.

Typer builds a validator for each parameter, which takes longer than to decide. Plain are the names of options in full,
each with its value as the next word, and values that are what the command expects. What is not, what is missing and
what asks for help is left to typer, which has the words for it. So nothing is read here otherwise than there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer.models import ArgumentInfo, OptionInfo

from relief_engine.rulebook.record import Record


class Parameter(Record):
    """One parameter of a command: its names (an argument has none), what a word becomes, and how many it takes."""

    key: str
    names: tuple[str, ...]
    kind: type
    many: bool
    required: bool


def plainly(command: Callable[..., object], words: Sequence[str]) -> dict[str, Any] | None:
    """What to call a command with; None if the words, or its parameters, are not plain."""
    known = _parameters(command)
    if known is None:
        return None
    options = {name: parameter for parameter in known for name in parameter.names}
    arguments = [parameter for parameter in known if not parameter.names]
    found: dict[str, Any] = {}
    waiting = iter(words)
    for word in waiting:
        if word.startswith("-"):
            parameter = options.get(word)
        else:
            parameter = arguments[0] if arguments else None
            if parameter is not None and not parameter.many:
                del arguments[0]
        if parameter is None or (parameter.key in found and not parameter.many):
            return None
        if parameter.kind is bool:
            found[parameter.key] = True
            continue
        text = next(waiting, "") if parameter.names else word
        if not text or text.startswith("-"):
            return None
        try:
            value = parameter.kind(text)
        except ValueError:  # none of the words that a choice has
            return None
        if parameter.many:
            found.setdefault(parameter.key, []).append(value)
        else:
            found[parameter.key] = value
    return found if all(parameter.key in found for parameter in known if parameter.required) else None


def _parameters(command: Callable[..., object]) -> list[Parameter] | None:
    """The parameters of a command by its signature; None if one is of another sort than those read here."""
    found = []
    for key, declared in inspect.signature(command, eval_str=True).parameters.items():
        annotation, *marks = get_args(declared.annotation)
        if len(marks) != 1 or not isinstance(marks[0], OptionInfo | ArgumentInfo):
            return None
        # Beside an annotation, typer takes the first name for what would be the default elsewhere.
        given = [name for name in (marks[0].default, *(marks[0].param_decls or ())) if isinstance(name, str)]
        own = [f"--{key.replace('_', '-')}"] if isinstance(marks[0], OptionInfo) else []
        names = tuple(given or own)
        optional = get_origin(annotation) is not list and get_args(annotation)
        kinds = [kind for kind in optional or (annotation,) if kind is not type(None)]
        many = get_origin(kinds[0]) is list
        kind = get_args(kinds[0])[0] if many else kinds[0]
        if len(kinds) != 1 or not (kind in (str, bool, Path) or issubclass(kind, Enum)) or "/" in "".join(names):
            return None
        found.append(Parameter(key, names, kind, many, declared.default is declared.empty))
    return found
