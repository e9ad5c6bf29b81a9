"""Testing stage, the plugin for pytest: worked cases in ``*.cases.yaml`` are collected as tests, one each.

pytest loads this module in every run, of whatever tests, once the package is installed: so it imports nothing of the
engine until a file of cases is met.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from relief_engine.testing.homes import SUFFIX, names_programme, rulebook_above
from relief_engine.testing.settings import LANGUAGES, asked_rules, default_rules


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and settings."""
    group = parser.getgroup("relief", "规则算例 worked cases of rules (*.cases.yaml)")
    group.addoption(
        "--relief-rules",
        metavar="DIR",
        help="算例所属的规则目录，默认为算例所在的规则目录；shipped 为随附的规则。"
        "The rulebook of the cases, by default the one that they stand in; 'shipped' is the one in the package.",
    )
    group.addoption(
        "--relief-lang", choices=LANGUAGES, help="算例名称和说明的语言，默认 zh。Language of names and failures."
    )
    group.addoption(
        "--relief-accept",
        action="store_true",
        help="把引擎的结论写入没有预期结果的算例，供核对。"
        "Write what the engine says into cases that expect nothing yet, to be checked.",
    )
    parser.addini("relief_rules", "不在规则目录内的算例所属的规则目录。The rulebook of cases that stand in none.")
    parser.addini("relief_lang", "算例名称和说明的语言。Language of names and failures: zh or en.", default="zh")


def pytest_configure(config: pytest.Config) -> None:
    """Check the options; where expectations are to be accepted, gather them from all processes of the run."""
    config.addinivalue_line("markers", "relief_case: a worked case of a rulebook, from a file *.cases.yaml")
    if config.getini("relief_lang") not in LANGUAGES:
        raise pytest.UsageError(f"relief_lang: 应为 zh 或 en; expected zh or en, got {config.getini('relief_lang')!r}")
    for name, folder in (("--relief-rules", asked_rules(config)), ("relief_rules", default_rules(config))):
        if isinstance(folder, Path) and not folder.is_dir():
            raise pytest.UsageError(f"{name}: 没有这个目录; there is no such folder: {folder}")
    if config.getoption("relief_accept") and not hasattr(config, "workerinput"):
        from relief_engine.testing.gathering import Gathering

        config.pluginmanager.register(Gathering(config), "relief-gathering")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of worked cases. One that stands in no rulebook and names no programme is somebody else's."""
    if not file_path.name.endswith(SUFFIX):
        return None
    asked, usual = asked_rules(parent.config), default_rules(parent.config)
    root = asked or rulebook_above(file_path) or usual
    if root is None and not names_programme(file_path):
        return None
    from relief_engine.testing.collecting import CasesModule

    return CasesModule.of(parent, file_path, root)
