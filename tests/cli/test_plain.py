"""What is read without typer is what typer reads, and what typer refuses is not read."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from relief_engine.cli import check
from relief_engine.cli.app import app
from relief_engine.cli.plain import plainly
from tests.cli.conftest import RESTAURANT, Relief

COMMANDS = {known.callback.__name__: known.callback for known in app.registered_commands if known.callback}
WORDS = [
    "a.yaml", "b.yaml", "资料.yaml", "2022-06-01", "", "-", "--", "-h", "--help", "--lang", "zh", "en", "ZH", "fr",
    "--format", "text", "json", "html", "--format=json", "--details", "--detail", "--programme", "x/y", "--as-of",
    "--rules", "--industry", "6210", "--employees", "30", "-3", "--revenue", "--assets", "--version", "--no-details",
    "--record",
]  # fmt: skip


class Called(Exception):
    """What a command was called with."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


def by_typer(command: Callable[..., object], words: list[str]) -> dict[str, Any] | None:
    """What typer calls a command with; None if it does not."""

    @functools.wraps(command)
    def record(**values: Any) -> None:
        raise Called(values)

    one = typer.Typer(
        add_completion=False, rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
    )
    one.command()(record)
    try:
        typer.main.get_command(one).main(args=words, prog_name="x", standalone_mode=False)
    except Called as called:
        return called.values
    except typer.TyperException:
        return None
    return None  # a help page


def complete(command: Callable[..., object], values: dict[str, Any]) -> dict[str, Any]:
    """The values with the defaults, and nothing given as None."""
    bound = inspect.signature(command).bind(**values)
    bound.apply_defaults()
    return {key: value or None for key, value in bound.arguments.items()}


@given(st.sampled_from(sorted(COMMANDS)), st.lists(st.sampled_from(WORDS), max_size=7))
def test_never_otherwise_than_typer(name: str, words: list[str]) -> None:
    command = COMMANDS[name]
    plain = plainly(command, words)
    if plain is not None:
        read = by_typer(command, words)
        assert read is not None
        assert complete(command, plain) == complete(command, read)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("check", ["a.yaml"]),
        ("check", ["--programme", "x", "a.yaml", "--programme", "y", "--details"]),
        ("check", ["a.yaml", "--as-of", "2022-06-01", "--rules", "dir", "--lang", "en", "--format", "html"]),
        ("size", ["--industry", "6210", "--employees", "30"]),
        ("programmes", ["x", "y", "--lang", "zh"]),
        ("facts", []),
        ("sources", ["15号"]),
    ],
)
def test_plain_ones_are_read(name: str, words: list[str]) -> None:
    plain, read = plainly(COMMANDS[name], words), by_typer(COMMANDS[name], words)
    assert plain is not None
    assert read is not None
    assert complete(COMMANDS[name], plain) == complete(COMMANDS[name], read)


@pytest.mark.parametrize(
    "words",
    [
        [], ["--lang"], ["a", "b"], ["a", "--lang", "fr"], ["a", "--unknown"], ["a", "--help"], ["--", "a"],
        ["a", "--lang=en"], ["a", "--lang", "en", "--lang", "zh"], ["a", "--as-of", "--details"], [""],
    ],
)  # fmt: skip
def test_all_others_are_left_to_typer(words: list[str]) -> None:
    assert plainly(COMMANDS["check"], words) is None


def test_a_plain_run_does_without_typers_validators(relief: Relief, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(typer.main, "get_command")
    assert relief("check", RESTAURANT, "--lang", "en").status == 0


@pytest.mark.parametrize("words", [["check", RESTAURANT], ["check", RESTAURANT, "--lang=zh"]])
def test_ctrl_c_ends_quietly(relief: Relief, monkeypatch: pytest.MonkeyPatch, words: list[object]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "check_profile", interrupted)
    ran = relief(*words)
    assert (ran.status, ran.out, ran.err.strip()) == (130, "", "")
