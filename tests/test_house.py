"""The house: every module has its place, an inner stage never imports an outer one, heavy parts load where used."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = "relief_engine"
ROOT = Path(__file__).resolve().parent.parent

#: The stages, inner ones first. A module or package ``relief_engine/<stage>`` imports only its own and earlier stages.
STAGES = (
    "version",
    "text",
    "errors",
    "locks",
    "rulebook",
    "compiled",
    "profile",
    "decision",
    "routes",
    "engine",
    "proving",
    "checking",
    "explanation",
    "recording",
    "ledger",
    "roster",
    "comparing",
    "testing",
    "interview",
    "client",
    "server",
    "cli",
)

#: They offer the whole package to its users, and nothing inside imports them.
OUTERMOST = ("__init__", "__main__")

#: Heavy or optional packages, with the modules (and their neighbours of that prefix) that may import each on loading.
HEAVY: dict[str, str | tuple[str, ...] | None] = {
    "durable": "routes/chaining",
    "durable_rules_engine": "routes/chaining",
    "duckdb": None,
    "fastapi": "server",
    "httpx": "client",
    "hypothesis": "testing",
    "prometheus_client": "server",
    "pyspark": None,
    "rfc8785": "recording",
    "sqlglot": ("routes/sql", "roster/bulk"),
    "sqlite3": "ledger",
    "starlette": "server",
    "uvicorn": "server",
    "xlsxwriter": "roster/workbook",
    "z3": "proving/smt",
    "zen": None,
}

#: The one module that runs generated code.
RUNS_GENERATED_CODE = "routes/direct.py"


class Module:
    """One source file of the package, parsed."""

    def __init__(self, package: Path, path: Path) -> None:
        self.inside = path.relative_to(package)
        self.top = self.inside.parts[0].removesuffix(".py")
        self.tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        self.nodes = list(ast.walk(self.tree))
        dotted = [package.name, *self.inside.with_suffix("").parts]
        self.parents = dotted[:-1]  # what a relative import starts from, for a package's own __init__ too

    def at(self, node: ast.AST) -> str:
        return f"{PACKAGE}/{self.inside.as_posix()}:{getattr(node, 'lineno', 1)}"

    def imports(self) -> Iterator[tuple[ast.AST, str]]:
        """Every import, wherever it stands, as the statement and the dotted name that it asks for."""
        for node in self.nodes:
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        yield node, alias.name
                case ast.ImportFrom(module=module, names=names, level=level):
                    base = [*self.parents[: len(self.parents) - level + 1]] if level else []
                    base += module.split(".") if module else []
                    for alias in names:
                        yield node, ".".join([*base, alias.name])
                case ast.Call(func=func, args=[first, *_]) if called(func) in ("import_module", "__import__"):
                    yield node, str(first.value) if isinstance(first, ast.Constant) else "?"

    def loading(self) -> Iterator[ast.AST]:
        """The nodes that run, or could run, while the module loads: all but function bodies and TYPE_CHECKING."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            yield node
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                    continue
                case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"), orelse=orelse):
                    waiting += orelse
                case _:
                    waiting += ast.iter_child_nodes(node)


def called(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def every_module_has_a_place(module: Module) -> Iterator[str]:
    if module.top not in STAGES + OUTERMOST:
        yield (
            f"{module.at(module.tree)}: {module.top!r} has no place in the house yet. Say which stage it comes after, "
            f"in STAGES of tests/test_house.py: {', '.join(STAGES)}"
        )


def inner_stages_import_no_outer_ones(module: Module) -> Iterator[str]:
    if module.top not in STAGES:
        return
    for node, name in module.imports():
        first, *rest = name.split(".")
        if first == "?":
            yield f"{module.at(node)}: imports by a name computed at run time, which nobody can check"
        elif first == PACKAGE:
            # `from relief_engine import x`, x being no module, asks for the facade: the package's __init__.
            asked = rest[0] if rest and rest[0] in STAGES + OUTERMOST else "__init__"
            if asked in OUTERMOST or STAGES.index(asked) > STAGES.index(module.top):
                yield f"{module.at(node)}: the stage {module.top!r} imports {asked!r}, which lies further out"


def heavy_parts_are_imported_where_used(module: Module) -> Iterator[str]:
    loading = set(module.loading())
    for node, name in module.imports():
        heavy = name.split(".")[0]
        home = HEAVY.get(heavy)
        at_home = home is not None and module.inside.as_posix().startswith(home)
        if heavy in HEAVY and node in loading and not at_home:
            yield f"{module.at(node)}: {heavy!r} is imported on loading; import it inside the function that uses it"


def only_the_direct_route_runs_generated_code(module: Module) -> Iterator[str]:
    for node in module.nodes:
        match node:
            case ast.Name(id="eval" | "exec" as name):
                pass
            case ast.Attribute(value=ast.Name(id="builtins" | "__builtins__"), attr="eval" | "exec" as name):
                pass
            case _:
                continue
        if name == "eval" or module.inside.as_posix() != RUNS_GENERATED_CODE:
            yield f"{module.at(node)}: {name} is never used" + f" outside {RUNS_GENERATED_CODE}" * (name == "exec")


def every_module_says_what_it_is_for(module: Module) -> Iterator[str]:
    docstring = ast.get_docstring(module.tree, clean=False) or ""
    if not docstring.split("\n", 1)[0].strip():
        yield f"{module.at(module.tree)}: the first line of the docstring must say what the module is for"


Check = Callable[[Module], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    every_module_has_a_place,
    inner_stages_import_no_outer_ones,
    heavy_parts_are_imported_where_used,
    only_the_direct_route_runs_generated_code,
    every_module_says_what_it_is_for,
)


@cache
def modules_of(package: Path) -> dict[Path, Module]:
    """The modules of a package by their files; each is parsed once for all checks."""
    return {path: Module(package, path) for path in sorted(package.rglob("*.py"))}


def findings(check: Check, package: Path) -> list[str]:
    modules = modules_of(package)
    assert modules, f"no modules under {package}"
    return [finding for module in modules.values() for finding in check(module)]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_house(check: Check) -> None:
    found = findings(check, ROOT / PACKAGE)
    assert not found, "\n".join(found)


def test_loading_the_command_line_loads_nothing_heavy() -> None:
    program = f"import sys, {PACKAGE}.cli; print(*sorted({set(HEAVY)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_a_later_run_of_check_loads_nothing_that_it_need_not(tmp_path: Path) -> None:
    """The rules were built by the first run, and the command line is plain."""
    unneeded = {"pydantic", f"{PACKAGE}.rulebook.load", f"{PACKAGE}.checking", f"{PACKAGE}.testing"}
    program = f"""import sys, {PACKAGE}.cli
status = {PACKAGE}.cli.main(["check", "examples/profiles/restaurant.yaml"])
print(status, *sorted({unneeded!r} & set(sys.modules)), file=sys.stderr)"""
    environment = {**os.environ, "RELIEF_CACHE": str(tmp_path / "kept")}
    for expected in (sorted({"pydantic", f"{PACKAGE}.rulebook.load"}), []):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        status, *loaded = done.stderr.split()
        assert (status, [name for name in loaded if name in expected or not expected]) == ("0", expected)


# --- The checks themselves: each finds what it is for, and leaves good modules alone. ---


@pytest.mark.parametrize(
    ("check", "where", "source"),
    [
        (every_module_has_a_place, "attic.py", ""),
        (every_module_has_a_place, "attic/box.py", ""),
        (inner_stages_import_no_outer_ones, "profile.py", "import relief_engine.routes.direct"),
        (inner_stages_import_no_outer_ones, "profile.py", "from relief_engine.routes.direct import decide"),
        (inner_stages_import_no_outer_ones, "profile.py", "from relief_engine import cli"),
        (inner_stages_import_no_outer_ones, "profile.py", "def f():\n    from relief_engine import engine"),
        (inner_stages_import_no_outer_ones, "profile.py", "from .engine import Engine"),
        (inner_stages_import_no_outer_ones, "profile.py", "from . import engine"),
        (inner_stages_import_no_outer_ones, "rulebook/load.py", "from ..profile import Profile"),
        (inner_stages_import_no_outer_ones, "rulebook/__init__.py", "from ..profile import Profile"),
        (inner_stages_import_no_outer_ones, "cli.py", "from relief_engine import Engine"),
        (inner_stages_import_no_outer_ones, "cli.py", "import relief_engine"),
        (inner_stages_import_no_outer_ones, "explanation.py", "import relief_engine.testing"),
        (
            inner_stages_import_no_outer_ones,
            "text.py",
            "import importlib\nimportlib.import_module('relief_engine.cli')",
        ),
        (inner_stages_import_no_outer_ones, "text.py", "def f(name):\n    return __import__(name)"),
        (heavy_parts_are_imported_where_used, "engine.py", "import durable_rules_engine"),
        (
            heavy_parts_are_imported_where_used,
            "engine.py",
            "try:\n    from durable import engine\nexcept ImportError: ...",
        ),
        (heavy_parts_are_imported_where_used, "routes/direct.py", "class A:\n    import duckdb as db"),
        (heavy_parts_are_imported_where_used, "__init__.py", "import hypothesis.strategies"),
        (only_the_direct_route_runs_generated_code, "routes/direct.py", "eval('1')"),
        (only_the_direct_route_runs_generated_code, "routes/sql.py", "run = exec"),
        (only_the_direct_route_runs_generated_code, "engine.py", "import builtins\nbuiltins.exec('1')"),
        (every_module_says_what_it_is_for, "text.py", ""),
        (every_module_says_what_it_is_for, "text.py", "'''\nLate.\n'''"),
    ],
)
def test_a_check_finds(check: Check, where: str, source: str, tmp_path: Path) -> None:
    path = tmp_path / PACKAGE / where
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    (found,) = findings(check, tmp_path / PACKAGE)
    assert found.startswith(f"{PACKAGE}/{where}:")


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ("rulebook/__init__.py", "from . import shapes\nfrom relief_engine import text\nfrom ..errors import Finding"),
        ("rulebook/parts/number.py", "from ..shapes import Shape\nfrom ...text import Text"),
        ("cli.py", "import relief_engine.engine\ndef f():\n    import duckdb, durable_rules_engine"),
        ("profile.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import hypothesis"),
        ("routes/chaining.py", "import durable_rules_engine"),
        ("routes/chaining_worker.py", "import durable_rules_engine"),
        ("routes/direct.py", "import ast\nexec(compile('1', '', 'exec'))\nast.parse('1', mode='eval')"),
        ("testing/__init__.py", "import hypothesis\nimport relief_engine.explanation"),
        ("__main__.py", "from relief_engine.cli import main"),
    ],
)
def test_good_modules_pass(where: str, source: str, tmp_path: Path) -> None:
    path = tmp_path / PACKAGE / where
    path.parent.mkdir(parents=True)
    path.write_text(f'"""What it is for."""\n{source}', encoding="utf-8")
    assert [found for check in CHECKS for found in findings(check, tmp_path / PACKAGE)] == []


def circles(package: Path) -> list[set[str]]:
    """Groups of modules that import one another, wherever in them the imports stand."""
    modules = {
        ".".join([package.name, *path.relative_to(package).with_suffix("").parts]).removesuffix(".__init__"): path
        for path in modules_of(package)
    }
    arrows: dict[str, set[str]] = {}
    for name, path in modules.items():
        asked = [target for _, target in modules_of(package)[path].imports()]
        found = {next((t for t in (full, full.rpartition(".")[0]) if t in modules), name) for full in asked}
        # A package's own file offers what its modules hold, and is no room of its own.
        arrows[name] = {t for t in found if t != name and modules[t].name != "__init__.py"}
    reach = {name: set(targets) for name, targets in arrows.items()}
    for middle in modules:
        for name in modules:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    return [{other for other in reach[name] if name in reach[other]} for name in modules if name in reach[name]]


def test_no_modules_import_one_another() -> None:
    assert circles(ROOT / PACKAGE) == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "one.py").write_text("def late() -> None:\n    from relief_engine import two\n", encoding="utf-8")
    (package / "two.py").write_text("from relief_engine.one import late\n", encoding="utf-8")
    assert {f"{PACKAGE}.one", f"{PACKAGE}.two"} in circles(package)
