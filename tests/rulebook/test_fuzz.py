"""Whatever characters are changed in a rulebook or an expression, loading says what is wrong and never breaks."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relief_engine.errors import Finding, RulebookError
from relief_engine.rulebook.load import load_rulebook, rulebook_files, shipped_rules
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import Span
from relief_engine.rulebook.typecheck import Scope, check_expression, parameter_type
from relief_engine.rulebook.units import parse_unit
from tests.rulebook.mistakes import BASE, copy_with

SOAK = os.environ.get("RELIEF_SOAK", "0") not in ("", "0")
CHARACTERS = "aäe_.-:,[]{}()<>=!|&*'\"#%@\\ \n\t0159+/一区，。（）年元\u2028\x85\x00\ufeff"
WORDS = ("", "null", "true", "-1", "0", "2022-13-01", "9" * 40)


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """A text in which a few characters, or runs of them, are inserted, deleted, replaced or moved."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(text) - 1, 0)))
        length = draw(st.sampled_from([0, 1, 1, 1, 2, 8, 40]))
        new = draw(st.text(CHARACTERS, max_size=2) | st.sampled_from(WORDS))
        text = text[:at] + new + text[at + length :]
    return text


def load_with(root: Path, name: str, text: str) -> None:
    """Load a rulebook with one file's text replaced; the file is put back."""
    path = root / name
    before = path.read_bytes()
    path.write_bytes(text.encode(errors="surrogatepass"))
    try:
        load_rulebook(root)
    except RulebookError as error:
        refused = error
    else:
        return
    finally:
        path.write_bytes(before)
    assert refused.findings
    assert all(finding.message.zh and finding.message.en for finding in refused.findings)


def names(root: Path) -> list[str]:
    return list(rulebook_files(root))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_with([], tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shipped")
    for name, path in rulebook_files(shipped_rules()).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(path.read_bytes())
    return root


@given(data=st.data())
@settings(max_examples=2_000 if SOAK else 80, suppress_health_check=list(HealthCheck))
def test_mutations_of_the_base(base: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(names(base)))
    load_with(base, name, data.draw(mutations((base / name).read_text(encoding="utf-8"))))


@given(data=st.data())
@settings(max_examples=1_000 if SOAK else 12, suppress_health_check=list(HealthCheck))
def test_mutations_of_the_shipped_rulebook(shipped: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in names(shipped) if name.endswith(".yaml")]))
    load_with(shipped, name, data.draw(mutations((shipped / name).read_text(encoding="utf-8"))))


# --- expressions --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(BASE)


def check(text: str, rulebook: Rulebook) -> list[Finding]:
    parameters = {
        "months": parameter_type(3, parse_unit("月")),
        "relief_year": parameter_type(2022, parse_unit("年")),
        "districts": parameter_type(["东区"], None),
    }
    scope = Scope(rulebook.facts, parameters)
    expr, findings = check_expression("f", Span(1, 1), text, scope, None)
    assert expr is not None or findings
    assert all(finding.where.line >= 1 and finding.where.column >= 1 for finding in findings)
    return findings


PIECES = (
    *("lease.start", "lease.end", "lease.monthly_rent", "lease.district", "applicant.hardship", "applicant.size"),
    *("months", "relief_year", "districts", "as_of", "small", "东区", "0", "1", "2", "0.1", "1e400", "0x1F", "1_0"),
    *("and", "or", "not", "if", "else", "in", "is", "lambda", "for", "await", ":=", "*", "**", "%", "//", "~", "..."),
    *["<", "<=", "==", "!=", ">", "+", "-", "/", "(", ")", "[", "]", "{", "}", ",", ".", ":", "'x'", "#"],
    "\n",
    *("min(", "max(", "between(", "overlap_days(", "add_months(", "year=", "**", "*", "print(", "__import__", "．"),
)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join))
@settings(max_examples=20_000 if SOAK else 400)
def test_pieces_of_expressions(rulebook: Rulebook, text: str) -> None:
    check(text, rulebook)


@given(st.text(min_size=1, max_size=40))
@settings(max_examples=20_000 if SOAK else 200)
def test_any_text_as_an_expression(rulebook: Rulebook, text: str) -> None:
    check(text, rulebook)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 200 + "1" + ")" * 200, "expr-syntax"),
        ("not " * 40 + "applicant.hardship", "expr-too-deep"),
        ("not " * 990 + "applicant.hardship", "expr-too-deep"),
        ("1 + " * 1000 + "1", "expr-too-long"),
        ("-" * 3000 + "1", "expr-syntax"),
        ("[" * 3000, "expr-syntax"),
        ("__import__('os')", "expr-unknown-function"),
        ("lease.start.year", "expr-not-allowed"),
        ("lease['start']", "expr-unknown-name"),
        ("f'{lease}'", "expr-not-allowed"),
        ("(yield)", "expr-not-allowed"),
        ("x := 1", "expr-not-allowed"),
        ("1j", "expr-not-allowed"),
        ("1_0", "expr-literal"),
        ("0x0", "expr-not-allowed"),
        ("min(*districts)", "expr-not-allowed"),
        ("overlap_days(lease.start, lease.end, **months)", "expr-not-allowed"),
    ],
)
def test_expressions_that_are_refused(text: str, code: str, rulebook: Rulebook) -> None:
    assert [finding.code for finding in check(text, rulebook)] == [code]
