"""Whatever happens to a record, reading it gives the same record or findings with their places, and nothing else."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief_engine.errors import InputError
from relief_engine.recording.reading import MAX_DEPTH, read_record, read_record_file
from tests.recording.town import recorded, rehashed

RECORD = recorded(asked=["town/rent"])
DATA = RECORD.data
NUMBER = "[record-number]"


def refused(data: bytes) -> list[str]:
    """What is said of a record that can't be read, in English and without its label."""
    with pytest.raises(InputError) as caught:
        read_record(data, "r.json")
    for finding in caught.value.findings:
        assert finding.in_("zh").isprintable()
    return [finding.in_("en").removeprefix("r.json") for finding in caught.value.findings]


def swapped(old: str, new: str) -> bytes:
    assert old.encode() in DATA
    return DATA.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", ": the file is empty [empty]"),
        (b" \n", ": the file is empty [empty]"),
        (b"null", ": expected a record, a JSON object; got nothing [record-shape]"),
        (b"[1]", ": expected a record, a JSON object; got a list [record-shape]"),
        (DATA[:-1], f":1:{len(DATA.decode())}: the file ends here and is not whole [record-json]"),
        (DATA + b"{}", f":1:{len(DATA.decode()) + 1}: something follows the record [record-json]"),
        (DATA + DATA, f":1:{len(DATA.decode()) + 1}: something follows the record [record-json]"),
        (b"as_of: 2022-06-01\n", ":1:1: no JSON from here on (Expecting value) [record-json]"),
        (b'{"schema": 1,\n "a": tru}', ":2:7: no JSON from here on (Expecting value) [record-json]"),
        (b'{"schema": "\xff"}', ":1:13: the file is not UTF-8 [file-encoding]"),
        (b'{"schema": NaN}', ":schema: expected a whole number or text, got 'NaN' [record-number]"),
        (b'{"schema": 1.5}', ":schema: expected a whole number or text, got '1.5' [record-number]"),
        (b'{"schema": 1e999999999}', ":schema: expected a whole number or text, got '1e999999999' [record-number]"),
        (b'{"a": [1, 9007199254740992]}', ":a[1]: expected a whole number or text, got '9007199254740992' " + NUMBER),
        (b"[" * 100_000, f": nested more than {MAX_DEPTH} deep; this is no record [record-depth]"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, f": nested more than {MAX_DEPTH} deep; this is no record [record-depth]"),
        (b"{}", ":schema: missing; expected relief-record/1: this is no record [record-schema]"),
        (
            b'{"schema": "relief-check/1"}',
            ":schema: expected relief-record/1, got 'relief-check/1': this is no record [record-schema]",
        ),
        (
            b'{"schema": "relief-record/2"}',
            ":schema: this engine reads records of version 1 (relief-record/1), got 'relief-record/2' [record-schema]",
        ),
        (
            b'{"schema": ["relief-record/1"]}',
            ":schema: expected relief-record/1, got a list: this is no record [record-schema]",
        ),
        (
            swapped('"language":"zh"', '"language":"zh","language":"zh"'),
            ": the key 'language' is written twice [record-duplicate-key]",
        ),
        (
            swapped('"total":"', '"total":"1","total":"'),
            ":report: the key 'total' is written twice [record-duplicate-key]",
        ),
        (swapped('"甲店<b>|[x]"', '"\\ud83d"'), ": it holds half a character, which is no text [record-text]"),
        (
            swapped('"applicant":{', '"\\ud83d":1,"applicant":{'),
            ": it holds half a character, which is no text [record-text]",
        ),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else None,
)  # fmt: skip
def test_what_is_no_record(data: bytes, said: str) -> None:
    assert refused(data) == [said]


def test_digits_without_end_are_not_made_a_number() -> None:
    (said,) = refused(b'{"schema": %b}' % (b"9" * 100_000))
    assert said.startswith(":schema: expected a whole number or text, got '9999")
    assert len(said) < 200


def test_a_changed_value_is_found() -> None:
    (said,) = refused(swapped('"amount":"', '"amount":"9'))
    assert said.startswith(":digest: does not fit the content, which gives sha256:")
    assert said.endswith("the record was altered [record-altered]")


def drop(*path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


def put(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def again(document: Any) -> None:
    """One decision twice, of which a reader would see one only, with another amount."""
    for part in (document["trace"], document["report"]["decisions"]):
        part.insert(0, dict(part[0]))
    document["report"]["decisions"][0]["amount"] = "9314.55"


SHAPE = "[record-shape]"
MOMENT = "expected a time in UTC with milliseconds, such as 2022-06-01T01:30:00.000Z"
NO_MEMBER = "no record has this, and nothing could check it [record-member]"
DIFFERS = ": does not agree with the rest of the record [record-inconsistent]"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop("profile"), f":profile: this is missing {SHAPE}"),
        (drop("report", "decisions", 1, "outcome"), f":report.decisions[1].outcome: this is missing {SHAPE}"),
        (put([], "profile"), f":profile: expected an object, got a list {SHAPE}"),
        (put({}, "trace"), f":trace: expected a list, got a mapping {SHAPE}"),
        (put(None, "report", "total"), f":report.total: expected text, got nothing {SHAPE}"),
        (
            put(1, "report", "decisions", 0, "criteria", 0, "replaced"),
            f":report.decisions[0].criteria[0].replaced: expected true or false, got 1 {SHAPE}",
        ),
        (
            put({"verdict": "agree", "reason": "", "compared": "4"}, "verification"),
            f":verification.compared: expected a whole number, got '4' {SHAPE}",
        ),
        (put("2030-02-30", "asked", "as_of"), f":asked.as_of: expected a day (YYYY-MM-DD), got '2030-02-30' {SHAPE}"),
        (put("20300715", "asked", "as_of"), f":asked.as_of: expected a day (YYYY-MM-DD), got '20300715' {SHAPE}"),
        (
            put("2030-07-15T01:30", "made_at"),
            f":made_at: expected a time with its time zone (ISO 8601), got '2030-07-15T01:30' {SHAPE}",
        ),
        (
            put("2030-07-15T09:30:00.000+08:00", "made_at"),
            f":made_at: {MOMENT}, got '2030-07-15T09:30:00.000+08:00' {SHAPE}",
        ),
        (put("granted", "note"), f":note: {NO_MEMBER}"),
        (put("agree", "verification_by"), f":verification_by: {NO_MEMBER}"),
        (put(1, "asked", "subjects"), f":asked.subjects: {NO_MEMBER}"),
        (put(1, "report", "approved"), f":report.approved: {NO_MEMBER}"),
        (put(1, "report", "decisions", 1, "approved"), f":report.decisions[1].approved: {NO_MEMBER}"),
        (put(1, "trace", 0, "approved"), f":trace[0].approved: {NO_MEMBER}"),
        (
            put({"verdict": "agree", "reason": "", "compared": -1}, "verification"),
            f":verification.compared: expected a whole number that is not below 0, got -1 {SHAPE}",
        ),
        (put("now", "made_at"), f":made_at: expected a time with its time zone (ISO 8601), got 'now' {SHAPE}"),
        (put("fr", "language"), f":language: expected one of en, zh, got 'fr' {SHAPE}"),
        (
            put(True, "report", "decisions", 0, "amount"),
            f":report.decisions[0].amount: expected a figure, or a list of the lowest and highest, got true {SHAPE}",
        ),
        (
            put("yes", "trace", 0, "criteria", "state-owner"),
            f":trace[0].criteria.state-owner: expected one of met, unknown, unmet, got 'yes' {SHAPE}",
        ),
        (
            put("sha256:1", "rulebook", "digest"),
            f":rulebook.digest: expected a digest: sha256: and 64 hex digits, got 'sha256:1' {SHAPE}",
        ),
        (put("2030-07-16", "asked", "as_of"), f":report.as_of{DIFFERS}"),
        (put("sha256:" + "0" * 64, "rulebook", "digest"), f":report.rulebook.digest{DIFFERS}"),
        (put("9.9", "engine", "version"), f":report.engine.version{DIFFERS}"),
        (put(["direct", "spark"], "engine", "routes"), f":report.engine.routes{DIFFERS}"),
        (drop("trace", 0), f":trace{DIFFERS}"),
        (again, ":report.decisions[1]: this is decided already by decisions[0] [record-inconsistent]"),
    ],
)
def test_a_record_that_was_changed_and_hashed_anew_must_still_be_one(change: Callable[[Any], None], said: str) -> None:
    assert refused(rehashed(RECORD, change)) == [said]


def test_all_mistakes_come_at_once() -> None:
    def change(document: Any) -> None:
        drop("profile")(document)
        put(1, "made_at")(document)
        put("x", "report", "decisions", 2, "outcome")(document)

    assert [said.partition(": ")[0] for said in refused(rehashed(RECORD, change))] == [
        ":made_at", ":profile", ":report.decisions[2].outcome",
    ]  # fmt: skip


def test_spacing_order_escapes_and_a_mark_of_order_do_not_matter() -> None:
    document = json.loads(DATA)
    shuffled = dict(sorted(document.items(), reverse=True))
    for text in (json.dumps(shuffled), json.dumps(document, indent=3, ensure_ascii=False), f"\ufeff{DATA.decode()}\n"):
        found = read_record(text.encode(), "r.json")
        assert (found.data, found.digest) == (DATA, RECORD.digest)


def test_no_flipped_bit_goes_unseen() -> None:
    chance = Random(1)
    for _ in range(150):
        place, bit = chance.randrange(len(DATA)), chance.randrange(8)
        flipped = bytearray(DATA)
        flipped[place] ^= 1 << bit
        assert refused(bytes(flipped)), (place, bit)


def test_no_missing_end_goes_unseen() -> None:
    for length in (*range(1, 40), *range(40, len(DATA), 997)):
        (said,) = refused(DATA[:length])
        assert said.endswith("[record-json]"), said
    # Within a character it is not taken for another encoding.
    assert "the file ends here" in refused(DATA[: DATA.index("甲".encode()) + 1])[0]


@settings(max_examples=50)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                    lambda part: st.lists(part) | st.dictionaries(st.text(), part)))  # fmt: skip
def test_any_json_is_refused_with_words(value: Any) -> None:
    refused(json.dumps(value).encode())
    refused(json.dumps({"schema": "relief-record/1", "report": value}).encode())


@given(st.binary())
def test_any_bytes_are_refused_with_words(data: bytes) -> None:
    refused(data)


def test_a_file(tmp_path: Any) -> None:
    path = tmp_path / "记录.json"
    path.write_bytes(DATA)
    assert read_record_file(path).digest == RECORD.digest
    for place in (tmp_path / "none.json", tmp_path):
        with pytest.raises(InputError, match="file-unreadable"):
            read_record_file(place)
