"""Testing stage: what the options and settings of a pytest run say about worked cases. It imports nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from relief_engine.text import Language

#: In place of a folder: the rulebook that comes with the package.
SHIPPED = "shipped"
LANGUAGES = ("zh", "en")


def asked_rules(config: pytest.Config) -> Path | str | None:
    """The rulebook that the command line names: a folder, or :data:`SHIPPED`."""
    return _folder(config.getoption("relief_rules"), config.invocation_params.dir)


def default_rules(config: pytest.Config) -> Path | str | None:
    """The rulebook that the settings name, from the folder in which they stand."""
    settings = config.inipath
    return _folder(config.getini("relief_rules"), settings.parent if settings is not None else config.rootpath)


def _folder(written: str | None, base: Path) -> Path | str | None:
    if not written:
        return None
    return written if written == SHIPPED else base / written


def language_of(config: pytest.Config) -> Language:
    """The language of names and failures."""
    return "en" if (config.getoption("relief_lang") or config.getini("relief_lang")) == "en" else "zh"
