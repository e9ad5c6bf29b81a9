"""What is installed: the package with its rules and nothing beside it, from a wheel, from an sdist, and editable."""

import importlib
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def run(*command: str | Path, cwd: Path) -> str:
    """Runs a command that must succeed, in an environment that names no place to import from."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "PIP_"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env | {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source: Path, into: Path, target: str) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source)
    (built,) = into.iterdir()
    return built


def content(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Home:
    """A throw-away environment that sees the dependencies of this one, but not this checkout."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False)
        here = {"base": str(folder), "platbase": str(folder)}
        self.site_packages = Path(sysconfig.get_path("purelib", "venv", here))
        self.bin = Path(sysconfig.get_path("scripts", "venv", here))
        self.python = self.bin / "python"
        # A folder named in a .pth file is searched, but its own .pth files (our editable install) are not read.
        dependencies = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (self.site_packages / "dependencies.pth").write_text("\n".join(dependencies), encoding="utf-8")
        self.elsewhere = folder / "elsewhere"
        self.elsewhere.mkdir()

    def install(self, *what: str | Path) -> None:
        pip = (sys.executable, "-m", "pip", "--python", self.python, "install", "--ignore-installed")
        run(*pip, "--no-index", "--no-deps", "--no-build-isolation", *what, cwd=self.elsewhere)

    def imported_from(self) -> Path:
        """The folder of the package, as a program in an unrelated folder finds it."""
        return Path(self.run(self.python, "-c", "import relief_engine; print(relief_engine.__path__[0])").strip())

    def search_path(self) -> list[Path]:
        lines = self.run(self.python, "-c", "import sys; print(*filter(None, sys.path), sep='\\n')").splitlines()
        return [Path(line).resolve() for line in lines]

    def size_of_a_caterer_with_nine_staff(self, *command: str | Path) -> object:
        answer = self.run(*command, "size", "--industry", "6210", "--employees", "9", "--format", "json")
        return json.loads(answer)["size"]

    def run(self, *command: str | Path) -> str:
        return run(*command, cwd=self.elsewhere)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


def test_wheel_holds_the_package_its_rules_and_nothing_else(wheel: Path) -> None:
    names = set(content(wheel))
    assert {name.split("/")[0] for name in names} == {"relief_engine", f"relief_engine-{PROJECT['version']}.dist-info"}
    rules = [path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").rglob("*.*") if path.is_file()]
    assert "rules/sources.yaml" in rules
    assert {f"relief_engine/{rule}" for rule in rules} <= names
    assert "relief_engine/py.typed" in names


def test_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(build(ROOT, tmp_path / "sdist", "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert content(build(source, tmp_path / "wheel", "wheel")) == content(wheel)
    assert (source / "tests" / Path(__file__).name).is_file()
    assert (source / "Makefile").is_file()


def test_wheel_works_away_from_the_sources(wheel: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.install(wheel)
    assert home.imported_from() == home.site_packages / "relief_engine"
    assert ROOT not in home.search_path()
    assert home.size_of_a_caterer_with_nine_staff(home.python, "-m", "relief_engine") == "micro"
    assert home.size_of_a_caterer_with_nine_staff(home.bin / "relief") == "micro"


def test_editable_install_reads_the_rules_of_the_checkout(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.install("--editable", ROOT)
    assert home.imported_from() == ROOT / "relief_engine"
    assert not (home.site_packages / "relief_engine").exists(), "a copy of the rules would go stale"
    assert home.size_of_a_caterer_with_nine_staff(home.bin / "relief") == "micro"


def test_checkout_runs_as_a_script() -> None:
    answer = run(
        sys.executable, "cli.py", "size", "--industry", "6210", "--employees", "9", "--format", "json", cwd=ROOT
    )
    assert json.loads(answer)["size"] == "micro"


@pytest.mark.skipif(sys.version_info >= (3, 13) or sys.platform == "win32", reason="durable-rules does not run here")
def test_second_route_is_installed_where_it_can_run() -> None:
    assert callable(importlib.import_module("durable_rules_engine").create_ruleset)


def test_requirements_are_pinned_hashed_and_name_no_registry() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert requirements
        assert all("==" in line and line.endswith(" \\") for line in requirements), path
        assert "://" not in text
        assert "--index" not in text
