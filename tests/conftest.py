"""How Hypothesis searches: the same examples every time, or, with RELIEF_SOAK=1, fresh ones for long.

No test reads what another run kept, or keeps anything in the user's folders, unless it asks for it. Rulebooks that the
command line builds are kept for the other tests of the same process.
"""

import os
from collections.abc import Iterator

import pytest
import typer.main
from hypothesis import HealthCheck, settings

from relief_engine.testing import plugin

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "soak",
    max_examples=20_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.load_profile("soak" if os.environ.get("RELIEF_SOAK", "0") not in ("", "0") else "repeatable")

os.environ["RELIEF_CACHE"] = "off"


@pytest.fixture(scope="session", autouse=True)
def kept_rulebooks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELIEF_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_read_once() -> Iterator[None]:
    """What typer makes to read a command line holds nothing of a run; a process of a user makes it once too."""
    make, made = typer.main.get_command, dict[tuple[int, ...], object]()

    def once(app: typer.Typer) -> object:
        key = tuple(map(id, [*app.registered_commands, *app.registered_groups]))
        if key not in made:
            made[key] = make(app)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", once)
        yield


#: Runs of pytest inside tests of the plugin for worked cases.
pytest_plugins = ["pytester"]


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """In a checkout that is not installed nobody has told pytest of the plugin for worked cases."""
    if not pluginmanager.has_plugin("relief"):
        pluginmanager.register(plugin, "relief")
