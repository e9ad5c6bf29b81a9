"""Profiles made to exhaust, to mislead or to break: each is refused in words, or means what it shows."""

import json
import time

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import LONGEST_MESSAGE, Finding, InputError, Location, UnknownName
from relief_engine.profile.read import ProfileReader
from relief_engine.text import Text
from tests.books import shipped_book

A = "applicant:\n  "


@pytest.fixture(scope="module")
def reader() -> ProfileReader:
    return ProfileReader(shipped_book())


def codes(reader: ProfileReader, text: str | bytes) -> set[str]:
    """What is wrong, by codes; told within a bound of time, and in words of a bounded length."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    begin = time.process_time()
    with pytest.raises(InputError) as caught:
        reader.read_bytes(data, "p.yaml")
    assert time.process_time() - begin < 15
    assert all(len(finding.message.zh) <= LONGEST_MESSAGE for finding in caught.value.findings)
    assert len(caught.value.findings) <= 1001
    return {finding.code for finding in caught.value.findings}


EXHAUSTING = {
    "aliases": ("a: &a [x, x]\nb: &b [*a, *a, *a]\napplicant: *b", "yaml-alias"),
    "an alias inside itself": ("applicant: &a\n  kind: *a", "yaml-alias"),
    "a merge": ("applicant: &a {kind: enterprise}\nleases: [{<<: *a}]", "yaml-alias"),
    "lists in lists": ("applicant: " + "[" * 100_000, "yaml-depth"),
    "mappings in mappings": ("applicant: " + "{a: " * 100_000, "yaml-depth"),
    "a text of megabytes": (A + "name: " + "x" * 3_900_000, "too-long"),
    "a key of megabytes": (A + "k" * 900 + ": 1", "unknown-key"),
    "many keys": (A + "\n  ".join(f"k{number}: 1" for number in range(20_000)), "too-many-mistakes"),
    "many subjects": ("applicant: {}\nleases: [" + "{}," * 50_000 + "]", "too-many"),
    "many values": ("applicant: {}\nleases: [" + "1," * 250_000 + "]", "yaml-size"),
    "a file of more than 4 MB": ("#" * 4_000_001, "file-size"),
    "nothing but questions": ("? " * 100_000, "yaml-key"),
}


@pytest.mark.parametrize("case", EXHAUSTING)
def test_what_would_exhaust(reader: ProfileReader, case: str) -> None:
    text, code = EXHAUSTING[case]
    assert code in codes(reader, text)


@pytest.mark.parametrize(
    "number",
    [
        "1e999999999",
        "1E+99999999999999999999",
        "9" * 5000,
        "-" + "9" * 5000,
        "0." + "0" * 5000 + "1",
        ".inf",
        "-.inf",
        ".nan",
        "NaN",
        "Infinity",
        "0xFF",
        "0o17",
        "1_000",
        "1:30:00",
        "1e-999999999",
        "1e400",
        "½",
        "3²",
        "①",
        "Ⅳ",
        "٣٠",
        "𝟑𝟎",
    ],
)
@pytest.mark.parametrize("fact", ["employees", "revenue", "industry"])
def test_numbers_that_are_none(reader: ProfileReader, fact: str, number: str) -> None:
    codes(reader, f"{A}{fact}: {number}")
    codes(reader, f"{A}{fact}: '{number}'")


def test_numbers_of_a_program(reader: ProfileReader) -> None:
    from decimal import Decimal

    for number in (
        10**5000,
        -(10**5000),
        float("nan"),
        float("inf"),
        Decimal("1E+999999"),
        Decimal("sNaN"),
        1j,
        b"30",
        True,
    ):
        with pytest.raises(InputError):
            reader.read_mapping({"applicant": {"employees": number, "revenue": number}})


@pytest.mark.parametrize(
    "text",
    [
        A + "kind: еnterprise",  # the first letter is Cyrillic
        A + "kind: 'e\u0301nterprise'",
        A + "kínd: enterprise",
        A + "ｋind: enterprise",
        A + "name: 'a\x00b'",
        A + 'name: "a\\0b"',
        A + "name: 'a\x1b[31mb'",
        A + "name: 'a\ud800b'",
        A + 'name: "\\ud800"',
        '{"applicant": {"name": "\\ud800"}}',
        "applicant: {name: 中}".encode("gb18030"),
        "applicant: {}".encode("utf-16"),
        "applicant: {}".encode("utf-32"),
        b"applicant: {name: \xe9}",
        b"\x00" * 1000,
    ],
)
def test_characters_that_are_not_what_they_seem(reader: ProfileReader, text: str | bytes) -> None:
    codes(reader, text)


def test_half_a_character_in_a_mapping(reader: ProfileReader) -> None:
    for half in ("\ud800", "a\udcffb"):
        with pytest.raises(InputError):
            reader.read_mapping({"applicant": {"name": half}})
        with pytest.raises(InputError):
            reader.read_mapping({"applicant": {half: 1}})


def test_marks_that_nobody_sees_change_nothing(reader: ProfileReader) -> None:
    plain = reader.read_bytes(b"applicant: {kind: enterprise, industry: '6210', employees: 30}", "p")
    marked = "applicant: {kind: \u202eenterprise\u200b, industry: '６2\u200b10', employees: \"\ufeff３０\"}"
    assert reader.read_bytes(marked.encode(), "p").digest == plain.digest
    for ends in ("\r\n", "\r", "\n"):
        text = f"\ufeffapplicant:{ends}  kind: enterprise{ends}  industry: '6210'{ends}  employees: 30{ends}"
        assert reader.read_bytes(text.encode(), "p").digest == plain.digest


def test_an_answer_holds_no_half_characters(reader: ProfileReader) -> None:
    """The name of a file may: a system gives such names for bytes that are no text."""
    from relief_engine.explanation.harmless import json_text
    from relief_engine.explanation.records import report_record

    engine = Engine(reader.rulebook)
    report = engine.decide(reader.read_bytes(b"applicant: {}", "bad\udcff\x1b.yaml"))
    record = report_record(report, engine, "zh", "0")
    assert json.loads(json_text(json.dumps(record, ensure_ascii=False)).encode()) == record


def test_messages_are_bounded() -> None:
    long = Text("长" * 50_000, "x" * 10)
    for message in (Finding("a", Location("b"), long).message, UnknownName(long).message):
        assert len(message.zh) <= LONGEST_MESSAGE
        assert message.zh.startswith("长")
        assert message.en == "x" * 10
