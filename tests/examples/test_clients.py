"""The example clients, each run against a real service: what they print is what the library says."""

import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from os import environ
from pathlib import Path

import pytest

from relief_engine import Engine, Outcome
from relief_engine.cli import main
from relief_engine.decision.resolved import State
from relief_engine.ledger.store import Ledger
from relief_engine.server.problems import KINDS
from relief_engine.version import VERSION
from tests.books import shipped_book
from tests.server.conftest import RENT, ROOT, Running

CLIENTS = ROOT / "examples" / "clients"
#: How each client is run, and what must be there for it.
COMMANDS = {
    "client.sh": (["sh", "client.sh"], ("curl", "jq")),
    "client.py": ([sys.executable, "client.py"], ()),
    "client.mjs": (["node", "client.mjs"], ("node",)),
    "Client.java": (["java", "Client.java"], ("java",)),
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A service with a ledger of its own."""
    ledger = tmp_path_factory.mktemp("clients") / "decisions.ledger"
    running = Running("--ledger", str(ledger), "--workers", "1")
    yield running, ledger
    assert running.stop() == 0


# Java compiles the file first, which takes more than two seconds.
@pytest.mark.parametrize(
    "name",
    [name if name != "Client.java" else pytest.param(name, marks=pytest.mark.engines) for name in COMMANDS],
)
def test_a_client_prints_what_the_library_says(name: str, kept: tuple[Running, Path], tmp_path: Path) -> None:
    command, needs = COMMANDS[name]
    absent = [need for need in needs if shutil.which(need) is None]
    if absent:
        pytest.skip(f"{name} needs {', '.join(absent)}")
    service, ledger = kept
    page = tmp_path / "reasons.html"
    more = [str(CLIENTS / "tenant.json")] if name == "Client.java" else []
    done = subprocess.run(
        [*command, service.url, str(page), *more], cwd=CLIENTS, capture_output=True, encoding="utf-8", timeout=120,
        env={**environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    with Ledger.open(ledger, create=False) as opened:
        (entry,) = opened.entries(limit=1)

    engine = Engine(shipped_book())
    tenant = json.loads((CLIENTS / "tenant.json").read_text(encoding="utf-8"))
    decision = engine.decide(tenant, as_of=dt.date(2022, 6, 1), programmes=[RENT]).decisions[0]
    assert lines == [
        f"engine {VERSION}, rulebook {engine.rulebook.digest}",
        f"{RENT} leases[0] {decision.outcome} {decision.amount}",
        f"record {entry.number} {entry.summary.record}",
        "many: eligible",
        "many: 1 mistake; no result.",
        "422 urn:relief-engine:problem:unusable-input: The input can't be used",
        "  /profile/applicant/employees: employees: must not be negative, got -1",
        "  /profile/applicant/kind: kind: there is no choice 'enterprize'; did you mean 'enterprise'?",
        f"reasons: {page}",
    ]
    html = page.read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert re.search(r"Eligible.*180,000\.00 yuan", html)


# --- the guide --------------------------------------------------------------------------------------------------

GUIDE = ROOT / "docs" / "embedding.md"
_FENCED = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(kind: str) -> list[str]:
    return [text for found, text in _FENCED.findall(GUIDE.read_text(encoding="utf-8")) if found == kind]


def table(header: str) -> set[str]:
    """The first cells of the table with this header."""
    rows = GUIDE.read_text(encoding="utf-8").partition(f"| {header} |")[2].partition("\n\n")[0].splitlines()[2:]
    return {cell for row in rows for cell in row.split("|")[1].replace("`", "").replace(" ", "").split(",")}


@pytest.mark.parametrize(
    ("kind", "name"), [("sh", "client.sh"), ("py", "client.py"), ("js", "client.mjs"), ("java", "Client.java")]
)
def test_what_the_guide_shows_of_clients_is_what_runs(kind: str, name: str) -> None:
    client = (CLIENTS / name).read_text(encoding="utf-8")
    blocks = [text for text in shown(kind) if "pip install" not in text]
    assert blocks
    assert [text for text in blocks if text not in client] == []


def test_the_guide_starts_the_service_with_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (text for text in shown("sh") if "relief serve" in text)
    assert main(["serve", "--help"]) == 0
    known = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    assert set(re.findall(r"--[a-z-]+", block)) <= known


def test_the_problem_of_the_guide_is_what_the_service_answers(kept: tuple[Running, Path]) -> None:
    (block,) = shown("json")
    slip = {"profile": {"applicant": {"kind": "enterprize"}}}
    told = kept[0].client.post("/v1/decide", params={"lang": "en"}, json=slip).json()
    assert {**told, "instance": "urn:relief-engine:request:…"} == json.loads(block)


def test_the_guide_says_what_to_do_with_everything_that_may_come() -> None:
    assert table("outcome") == {outcome.value for outcome in Outcome}
    assert table("state") == set(State)
    assert table("status") == {str(status) for status, _ in KINDS.values()}
