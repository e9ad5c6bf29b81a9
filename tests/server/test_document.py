"""docs/service.md keeps its word: its examples run, and its tables leave nothing out."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import get_args

import pytest
from typer.main import get_command

from relief_engine.cli.app import app
from relief_engine.client import Client
from relief_engine.server.metrics import Metrics
from relief_engine.server.problems import KINDS, Kind
from relief_engine.server.routes import ASKED, SENT
from tests.server.conftest import ROOT, Running
from tests.test_docs import alike, blocks

PATH = ROOT / "docs" / "service.md"
TEXT = PATH.read_text(encoding="utf-8")
LOCAL = "http://127.0.0.1:8080"


def rows(heading: str) -> list[str]:
    """The first column of the table under a heading."""
    part = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [
        name for line in re.findall(r"^\| (`.*?) \|", part, re.MULTILINE) for name in re.findall(r"`([^`]+)`", line)
    ]


def test_examples_are_answered_so(service: Running) -> None:
    found = [block for block in blocks(PATH) if block.kind in ("sh", "json")]
    asked = [block for block in found if block.text.startswith("curl")]
    assert len(asked) == 2
    for block in asked:
        words = shlex.split(block.text)
        url = next(word for word in words if word.startswith(LOCAL))
        body = words[words.index("-d") + 1]
        answer = service.client.post(
            url.replace(LOCAL, service.url), content=body, headers={"content-type": "application/json"}
        )
        shown = found[found.index(block) + 1]
        assert alike(shown.text.strip(), answer.text), answer.text


def test_the_client_works_as_shown(service: Running) -> None:
    python, text = (next(b for b in blocks(PATH) if b.kind == kind) for kind in ("py", "text"))
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(python.text.replace(LOCAL, service.url), python.where, "exec"), {})
    assert printed.getvalue() == text.text


def test_every_address_is_told() -> None:
    told = {row.split()[1] for row in rows("Asking")}
    assert told >= {*ASKED, *SENT}
    assert {"/v1/screen", "/v1/records/{which}", "/v1/records/{which}/resolutions", "/healthz", "/metrics", "/"} <= told


def test_every_problem_is_told() -> None:
    assert set(rows("Refusals")) == set(KINDS) == set(get_args(Kind))
    for kind, (status, _) in KINDS.items():
        assert f"| `{kind}` | {status} |" in TEXT


def test_every_option_is_told() -> None:
    command = get_command(app)
    options = {name for param in command.commands["serve"].params for name in param.opts if name.startswith("--")}  # type: ignore[attr-defined]
    assert set(rows("Running it")) - {"*"} == options - {"--help"}


def test_every_metric_is_told() -> None:
    names = {family.name for family in Metrics().registry.collect()}
    told = {name.removesuffix("_total") for name in re.findall(r"`(relief_[a-z_]+)`", TEXT)}
    assert told == names


@pytest.mark.parametrize("name", [name for name in dir(Client) if not name.startswith("_") and name != "close"])
def test_every_method_of_the_client_is_told(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_the_document_is_named_where_people_look() -> None:
    assert "0026-service.md" in Path(ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
