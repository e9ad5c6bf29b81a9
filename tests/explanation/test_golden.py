"""One whole report in every form, pinned letter by letter, so that no wording changes unseen.

After a change that is meant, write the files anew and read what the version control shows of them::

    RELIEF_RENEW=1 python -m pytest tests/explanation/test_golden.py
"""

import json
import os
from pathlib import Path

import pytest

from relief_engine.engine import Engine
from relief_engine.explanation import html, markdown, terminal
from relief_engine.explanation.records import report_record
from relief_engine.explanation.sheet import sheet
from relief_engine.text import Language
from tests.explanation.conftest import HERE

GOLDEN = HERE / "golden"
FORMS: tuple[tuple[str, Language], ...] = (("txt", "zh"), ("txt", "en"), ("md", "zh"), ("html", "zh"), ("json", "zh"))


def rendered(engine: Engine, form: str, language: Language) -> str:
    report = engine.decide(engine.read_profile("profile.yaml"))
    if form == "json":
        return json.dumps(report_record(report, engine, language, "0.0.0"), ensure_ascii=False, indent=1) + "\n"
    laid_out = sheet(report, engine, language, "0.0.0")
    match form:
        case "md":
            return markdown.render(laid_out)
        case "html":
            return html.render(laid_out)
        case _:
            return terminal.render(laid_out, width=80)


@pytest.mark.parametrize(("form", "language"), FORMS, ids=lambda value: value)
def test_golden(form: str, language: Language, town: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(GOLDEN)
    actual = rendered(town, form, language)
    path = Path(f"report.{language}.{form}")
    if os.environ.get("RELIEF_RENEW", "0") not in ("", "0"):
        path.write_text(actual, encoding="utf-8", newline="\n")
    assert actual == path.read_text(encoding="utf-8")
