"""A record is decided anew: the same by the rules that made it, and by others what they change, said in words."""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from relief_engine.engine import Engine
from relief_engine.errors import InputError
from relief_engine.recording import record as writing
from relief_engine.recording import replay as replaying
from relief_engine.recording.differences import Field, fields
from relief_engine.recording.reading import read_record
from relief_engine.recording.replay import Replay, replay
from relief_engine.recording.telling import replay_lines, replay_record
from relief_engine.text import Language
from tests.comparing.books import Change as Edit
from tests.recording.town import APPLICANT, FEE, GRANT, LEASE, RENT, edited, recorded, rehashed, town, without

RECORD = recorded()
LIFT = """  - id: lift
    type: yes_no
    label: {zh: 电梯, en: Lift}
    question: {zh: 有电梯吗, en: Is there one}
"""


def replayed(*edits: Edit, record: Any = RECORD) -> Replay:
    return replay(read_record(record.data, "record.json"), edited(*edits))


def told(found: Replay, language: Language = "en") -> list[str]:
    """The lines after the first."""
    return replay_lines(found, "record.json", language)[1:]


def changed(found: Replay) -> dict[str, list[tuple[str, str | None, Any, Any]]]:
    """What is decided otherwise, by programme and subject."""
    return {
        f"{o.programme} {o.subject}": [(c.what, c.id, c.recorded, c.replayed) for c in o.changes]
        for o in found.otherwise
    }


def test_the_same_rules_decide_the_same() -> None:
    found = replayed()
    assert (found.verdict, found.same_rulebook, found.decided) == ("same", True, 8)
    assert replay_lines(found, "记录.json", "zh") == ["记录.json：结论相同，8 项结论，判定日 2030-07-15，同一规则库"]
    assert replay_lines(found, "记录.json", "en") == [
        "记录.json: decided the same, 8 decisions, as of 2030-07-15, the same rulebook"
    ]


def test_the_language_of_a_record_is_that_of_the_replay() -> None:
    assert replayed(record=recorded(language="en")).verdict == "same"


@pytest.mark.parametrize("asked", [[], ["town/fee"], ["town/rent", "town/grant"]])
def test_only_what_was_asked_for_is_decided(asked: list[str]) -> None:
    record = recorded(asked=asked)
    found = replayed(record=record)
    assert (found.verdict, found.decided) == ("same", len(record.document["report"]["decisions"]))
    assert (
        replayed((APPLICANT, "label: {zh: 应缴费用, en: Fee}", "label: {zh: 费用, en: Fees}"), record=record).verdict
        == "same"
    )


# --- other rules ------------------------------------------------------------------------------------------------------


def test_other_rules_that_decide_the_same() -> None:
    """New choices, codes and facts move every position inside, other words change every text: nothing is decided so."""
    found = replayed(
        (APPLICANT, "      - {id: firm,", "      - {id: farm, label: {zh: 农场, en: Farm}}\n      - {id: firm,"),
        ("standards/codes.csv", "C,1,制造,\n13,2,食品,C\n", "C,1,制造,\n12,2,烟草,C\n13,2,食品,C\n"),
        (LEASE, "facts:\n", f"facts:\n{LIFT}"),
        (RENT, "title: {zh: 减租, en: Rent relief}", "title: {zh: 减免租金, en: Less rent}"),
    )  # fmt: skip
    assert (found.verdict, found.same_rulebook, found.reread) == ("same", False, ())
    assert told(found) == []
    assert "rulebook sha256:" in replay_lines(found, "r", "en")[0]


def test_an_amount() -> None:
    found = replayed((RENT, "months_closed: [{value: 4,", "months_closed: [{value: 6,"))
    assert found.verdict == "otherwise"
    assert changed(found) == {
        "town/rent leases[0]": [
            ("amount", None, "3314.55", "4971.83"), ("figure", "months", 4, 6),
            ("figure", "rent", "4006.00", "6009.00"),
        ],
    }  # fmt: skip
    assert told(found) == [
        "  Rent relief (lease 1)",
        "    Amount: 3314.55 yuan → 4971.83 yuan",
        "    Figure months of relief: 4 → 6",
        "    Figure rent of these months: 4006.00 → 6009.00",
        "  Total: 3314.55 yuan → 4971.83 yuan",
    ]
    assert told(found, "zh")[:3] == [
        "  减租（第1份租约）",
        "    金额：3314.55 元 → 4971.83 元",
        "    计算数 减租月数：4 → 6",
    ]
    assert replay_lines(found, "r.json", "zh")[0].startswith(
        "r.json：结论不同，8 项结论中 1 项，判定日 2030-07-15，规则库 "
    )


def test_an_outcome_with_the_criterion_behind_it() -> None:
    found = replayed((GRANT, "fewest: [{value: 3,", "fewest: [{value: 31,"))
    assert changed(found)["town/grant applicant"] == [("criterion", "enough", "met", "unmet")]
    found = replayed((FEE, "require: applicant.kind == firm", "require: applicant.kind == shop"))
    assert changed(found) == {
        "town/fee applicant": [
            ("outcome", None, "eligible", "ineligible"), ("payable", None, "500.51", None), ("rate", None, "0.5", None),
            ("criterion", "firm", "met", "unmet"),
        ],
    }  # fmt: skip
    assert told(found) == [
        "  Lower fee", "    Outcome: eligible → ineligible", "    Payable: 500.51 yuan → none", "    Rate: 0.5 → none",
        "    Criterion A firm: met → unmet",
    ]  # fmt: skip


def test_a_referral_that_no_longer_stands_in() -> None:
    found = replayed(
        (RENT, "    when: lease.owner == village\n", "    when: lease.owner == village and applicant.kind == club\n")
    )
    changes = changed(found)["town/rent leases[1]"]
    assert ("outcome", None, "referred", "ineligible") in changes
    assert ("criterion", "state-owner", "replaced", "unmet") in changes
    assert ("referral", "village-owner", "holds", "unmet") in changes
    assert "    Referral Premises of a village: holds → unmet" in told(found)


def test_what_is_missing_and_a_deadline() -> None:
    found = replayed(
        (
            RENT,
            "    require: lease.owner == state\n",
            "    require: lease.owner == state and applicant.applied_on >= year_begins\n",
        )
    )
    assert found.verdict == "same"
    record = recorded(profile={"as_of": "2030-07-15", "applicant": {"kind": "firm"}, "leases": [{"owner": "state"}]})
    found = replayed(
        (
            RENT,
            "    require: lease.owner == state\n",
            "    require: lease.owner == state and applicant.applied_on >= year_begins\n",
        ),
        record=record,
    )
    changes = changed(found)["town/rent leases[0]"]
    assert ("missing", "applicant.applied_on (applicant)", None, "asked") in changes
    assert "    Missing applicant.applied_on (applicant): none → asked for" in told(found)
    found = replayed((RENT, "due: [{value: 2030-06-30", "due: [{value: 2030-08-31"))
    assert changed(found)["town/rent leases[0]"] == [("deadline", "done", "2030-06-30", "2030-08-31")]
    assert "    Deadline Relief given: 2030-06-30 → 2030-08-31" in told(found)


def test_other_clauses() -> None:
    criterion = "    require: applicant.kind == firm\n    cite: [{source: money-notice, clause: "
    found = replayed((FEE, f"{criterion}第2条", f"{criterion}第1条"))
    assert changed(found) == {
        "town/fee applicant": [("clauses", "firm", ["某政发〔2030〕2号 第2条"], ["某政发〔2030〕2号 第1条"])],
    }
    assert told(found)[1:] == ["    Clauses A firm: 某政发〔2030〕2号 第2条 → 某政发〔2030〕2号 第1条"]


def test_programmes_that_came_or_went() -> None:
    fee = replayed(without(FEE))
    assert fee.verdict == "otherwise"
    assert [(gone.programme, gone.outcomes) for gone in fee.gone] == [("town/fee", (("applicant", "eligible"),))]
    assert told(fee) == ["  Gone: 费率优惠 [town/fee] eligible"]
    record = recorded(edited(without(FEE)))
    more = replay(read_record(record.data, "r"), town())
    assert [(came.programme, came.outcomes) for came in more.came] == [("town/fee", (("applicant", "eligible"),))]
    assert (more.verdict, more.otherwise) == ("otherwise", ())
    assert told(more, "zh") == ["  新增：费率优惠 [town/fee] 符合"]
    # One that does nothing on the day changes nothing.
    late = edited((FEE, "subject: applicant\n", "subject: applicant\nfrom: 2030-12-01\n"))
    assert replay(read_record(record.data, "r"), late).verdict == "same"


def test_programmes_that_were_asked_for_by_name_and_are_gone() -> None:
    record = recorded(asked=["town/fee", "town/grant"])
    found = replayed(without(FEE), record=record)
    assert (found.verdict, [gone.programme for gone in found.gone], found.otherwise) == ("otherwise", ["town/fee"], ())


def test_a_programme_that_was_skipped_and_is_decided() -> None:
    """The record's profile mentions no lease; a programme that turns to applicants decides all the same."""
    record = recorded(profile={"as_of": "2030-07-15", "applicant": {"kind": "firm", "registered": True}})
    skipped = {part["programme"] for part in record.document["report"]["skipped"]}
    assert skipped == {"town/rent"}
    service = _as_applicant()
    found = replay(read_record(record.data, "r"), service)
    assert changed(found)["town/rent applicant"] == [("decided", None, None, "eligible")]
    assert "    Decided: not decided → eligible" in told(found)


def _as_applicant() -> Engine:
    """The town in which rent relief is help that needs no lease."""
    from tests.recording.town import files

    helps = files()["town/service.yaml"].replace("programme: town/service", "programme: town/rent")
    return edited((RENT, files()[RENT], helps))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_profile_that_the_rules_do_not_take(language: Any) -> None:
    found = replayed(
        (APPLICANT, "      - {id: full, label: {zh: 完整方案, en: Full plan}}\n", ""),
        (APPLICANT, "{id: none, label: {zh: 不申报, en: None}}", "{id: later, label: {zh: 以后, en: Later}}"),
        (GRANT, "applicant.plan in [basic, full]", "applicant.plan == basic"),
        (RENT, "    when: applicant.plan == full\n", "    when: applicant.plan == basic\n"),
    )  # fmt: skip
    assert (found.verdict, found.total) == ("refused", ("3314.55", None))
    (finding,) = found.refused
    assert (finding.code, str(finding.where)) == ("choice", "profile:applicant.plan")
    (line,) = told(found, language)
    assert line.startswith("  profile:applicant.plan: ")
    record = replay_record(found, language)
    assert record["refused"][0]["message"] == finding.message.in_(language)


def test_a_choice_under_a_former_name_is_said() -> None:
    renamed = "{id: nothing, label: {zh: 不报, en: None}, aliases: [none]}"
    found = replayed((APPLICANT, "{id: none, label: {zh: 不申报, en: None}}", renamed))
    assert (found.verdict, found.reread) == ("same", (Field("applicant.plan", "none", "nothing"),))
    assert told(found) == [
        "  The rules read these of the profile otherwise:", "    applicant.plan: 'none' → 'nothing'",
    ]  # fmt: skip


def test_a_figure_that_is_asked_for_in_another_unit_is_read_as_it_was_meant() -> None:
    found = replayed((APPLICANT, "    unit: 万元\n", "    unit: 元\n"))
    assert (found.verdict, found.reread) == ("same", ())


# --- people's answers -------------------------------------------------------------------------------------------------

ANSWER = {
    "programme": "town/rent", "subject": "leases[0]", "referral": "rent-free", "granted": "yes", "amount": 90000.5,
    "on": "2030-07-01", "by": "区国资委减免专班",
}  # fmt: skip
ANSWERED: dict[str, Any] = {
    "as_of": "2030-07-15",
    "applicant": {"kind": "shop", "industry": "62", "registered": True},
    "leases": [
        {
            "owner": "state", "ward": "东街", "start": "2030-01-01", "end": "open", "monthly_rent": 30000,
            "rent_free": True,
        }
    ],
    "resolutions": [ANSWER],
}  # fmt: skip


def test_what_people_answered_is_part_of_the_record() -> None:
    record = recorded(profile=ANSWERED, asked=["town/rent"])
    kept = record.document["profile"]["resolutions"]
    assert kept == [{**ANSWER, "granted": True, "amount": "90000.50"}]
    (decision,) = record.document["report"]["decisions"]
    assert (decision["outcome"], decision["resolution"]["state"]) == ("referred", "granted")
    assert replayed(record=record).verdict == "same"


def test_an_answer_that_no_longer_fits() -> None:
    record = recorded(profile=ANSWERED, asked=["town/rent"])
    found = replayed((RENT, "require: lease.owner == state", "require: lease.owner == village"), record=record)
    changes = changed(found)["town/rent leases[0]"]
    assert ("resolution", None, "granted", "not_applied") in changes
    assert ("amount_by_people", None, "90000.50", None) in changes
    assert "    People's answer: granted by people → people's answer not applied" in told(found)
    assert "    Amount agreed by people: 90000.50 yuan → none" in told(found)


def test_answers_to_what_is_gone_are_left_aside_and_said() -> None:
    record = recorded(profile=ANSWERED)
    found = replayed((RENT, "  - id: rent-free\n", "  - id: free-of-rent\n"), record=record)
    assert (found.verdict, found.unanswered) == ("otherwise", (("town/rent", "leases[0]", "rent-free"),))
    assert ("resolution", None, "granted", None) in changed(found)["town/rent leases[0]"]
    assert told(found, "zh")[-1] == "  现有规则没有这项认定事项，人工认定未采用：town/rent leases[0] rent-free"
    assert found.reread == ()
    found = replayed(without(RENT), record=record)
    assert (found.verdict, [gone.programme for gone in found.gone]) == ("otherwise", ["town/rent"])
    assert replay_record(found, "en")["unanswered"] == [
        {"programme": "town/rent", "subject": "leases[0]", "referral": "rent-free"}
    ]


# --- what must never differ ---------------------------------------------------------------------------------------


def put(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def of_rent(document: Any) -> int:
    return next(i for i, d in enumerate(document["report"]["decisions"]) if d["programme"] == "town/rent")


FIRST = of_rent(RECORD.document)


@pytest.mark.parametrize(
    ("path", "value", "before"),
    [
        (("report", "decisions", FIRST, "amount"), "9314.55", "3314.55"),
        (("report", "decisions", FIRST, "explanation", "headline"), "符合：全部减免", None),
        (("report", "total"), "9314.55", "3314.55"),
        (("report", "profile", "digest"), "sha256:" + "0" * 64, None),
        (("trace", FIRST, "facts", "lease.ward"), "西街", "东街"),
        (("trace", FIRST, "criteria", "small"), "unmet", "met"),
    ],
)
def test_a_record_that_was_changed_and_hashed_anew_is_found(path: Any, value: Any, before: Any) -> None:
    record = read_record(rehashed(RECORD, put(value, *path)), "r")
    found = replay(record, town())
    assert found.verdict == "broken"
    (field,) = found.broken
    assert field.recorded == value
    assert before in (None, field.replayed)
    lines = told(found)
    assert lines[0].startswith(f"  {field.path}: '")
    assert "hashed anew" in lines[-1]
    assert told(found, "zh")[-1].endswith("程序有缺陷。")


@pytest.mark.parametrize("name", ["total", "total_by_people"])
def test_a_total_that_was_changed_is_found_by_other_rules_too(name: str) -> None:
    record = read_record(rehashed(recorded(profile=ANSWERED), put("9314.55", "report", name)), "r")
    other = edited((FEE, "", "# nothing else\n"))
    assert other.rulebook.digest != town().rulebook.digest
    found = replay(record, other)
    assert (found.verdict, found.otherwise) == ("otherwise", ())
    (line,) = told(found)
    assert line.startswith("  Total" if name == "total" else "  Total granted by people")
    assert replay_record(found, "en")[name]["recorded"] == "9314.55"
    assert replay(read_record(recorded(profile=ANSWERED).data, "r"), other).verdict == "same"


def test_a_profile_that_was_changed_and_hashed_anew_is_found() -> None:
    record = read_record(rehashed(RECORD, put("9 万元", "profile", "applicant", "revenue")), "r")
    found = replay(record, town())
    assert found.verdict == "broken"
    assert found.broken[0].path == "report.profile.digest"
    record = read_record(rehashed(RECORD, put("many", "profile", "applicant", "revenue")), "r")
    found = replay(record, town())
    assert (found.verdict, found.broken[0].path) == ("broken", "profile:applicant.revenue")


def test_an_engine_of_another_version_may_word_otherwise_but_not_decide_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(document: Any) -> None:
        document["engine"]["version"] = document["report"]["engine"]["version"] = "0.0.1"
        document["report"]["decisions"][FIRST]["explanation"]["headline"] = "符合。"

    found = replay(read_record(rehashed(RECORD, change), "r"), town())
    assert (found.verdict, found.worded, found.broken) == ("same", 1, ())
    assert told(found) == ["  Worded otherwise in so many places: 1"]
    assert "engine 0.0.1 → " in replay_lines(found, "r", "en")[0]

    def more(document: Any) -> None:
        change(document)
        document["report"]["decisions"][FIRST]["amount"] = "1.00"

    found = replay(read_record(rehashed(RECORD, more), "r"), town())
    assert (found.verdict, changed(found)) == (
        "otherwise",
        {"town/rent leases[0]": [("amount", None, "1.00", "3314.55")]},
    )
    for module in (writing, replaying):
        monkeypatch.setattr(module, "VERSION", "0.0.1")
    assert replay(read_record(rehashed(RECORD, more), "r"), town()).verdict == "broken"


ODD: tuple[Any, ...] = (
    None, True, -1, 2**53 - 1, "", "x", "0001-01-01", "9999-12-31", "\u202e\x1b[31m", "sha256:" + "0" * 64, [], {},
    ["1", "2"], "unmet", "not_in_force", "town/none", "leases[9]", "无", "-5 万元",
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all parts of a document."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in items:
        yield (*path, step)
        yield from places(part, (*path, step))


def test_whatever_stands_in_a_record_that_was_hashed_anew_is_told_and_never_a_crash() -> None:
    chance, done = Random(7), 0
    records = (recorded(profile=ANSWERED), recorded(asked=["town/rent"]))
    known = [[path for path in places(json.loads(record.data)) if "explanation" not in path] for record in records]
    engines = (town(), edited((FEE, "value: 0.5", "value: 0.4")))
    for _ in range(80):
        which = chance.randrange(2)
        try:
            record = read_record(rehashed(records[which], put(chance.choice(ODD), *chance.choice(known[which]))), "r")
            found = replay(record, chance.choice(engines))
        except InputError:
            continue
        done += 1
        lines = [line for language in ("zh", "en") for line in replay_lines(found, "r", language)]
        assert all(line.isprintable() for line in lines)
        assert json.loads(json.dumps(replay_record(found, "zh")))["verdict"] == found.verdict
    assert done > 20


# --- forms ------------------------------------------------------------------------------------------------------------


def test_as_json() -> None:
    found = replayed((FEE, "value: 0.5", "value: 0.4"))
    record = json.loads(json.dumps(replay_record(found, "zh")))
    assert record["schema"] == "relief-replay/1"
    assert (record["verdict"], record["decided"], record["digest"]) == ("otherwise", 8, RECORD.digest)
    assert record["rulebook"] == {"recorded": town().rulebook.digest, "replayed": found.rulebook[1]}
    assert record["total"] == {"recorded": "3314.55", "replayed": "3314.55"}
    assert record["decisions"] == [
        {
            "programme": "town/fee", "subject": "applicant", "title": "费率优惠",
            "changes": [
                {"what": "payable", "id": None, "recorded": "500.51", "replayed": "400.40"},
                {"what": "rate", "id": None, "recorded": "0.5", "replayed": "0.4"},
            ],
        }
    ]  # fmt: skip


def test_what_people_wrote_in_a_record_does_nothing_to_a_terminal() -> None:
    def change(document: Any) -> None:
        document["engine"]["version"] = document["report"]["engine"]["version"] = "\x1b[31m0"
        document["report"]["decisions"][FIRST]["amount"] = "\x1b[2J1"
        document["report"]["decisions"][FIRST]["payer"] = "\u202ex\n"

    found = replay(read_record(rehashed(RECORD, change), "r"), town())
    assert found.verdict == "otherwise"
    for language in ("zh", "en"):
        assert all(line.isprintable() for line in replay_lines(found, "a\x1b\nb", language))


def test_fields_finds_every_difference() -> None:
    one = {"a": 1, "b": [1, {"c": None}], "d": "x", "e": [1], "f": True}
    other = {"a": 1, "b": [1, {"c": 0}], "e": [1, 2], "f": 1, "g": None}
    assert list(fields(one, other)) == [
        Field("b[1].c", None, 0), Field("d", "x", None), Field("e", [1], [1, 2]), Field("f", True, 1),
        Field("g", None, None),
    ]  # fmt: skip
    assert list(fields(one, one)) == []


def test_what_was_held_against_nothing_is_named() -> None:
    never = ["made_at", "engine.routes", "verification"]
    assert replay_record(replayed(), "en")["not_compared"] == never
    other = replayed((FEE, "share: [{value: 0.5", "share: [{value: 0.25"))
    assert replay_record(other, "en")["not_compared"][:3] == never
    assert {"words", "language", "trace.facts"} < set(other.not_compared)
    refused = replayed((LEASE, "  - id: address\n", "  - id: place\n"))
    assert (refused.verdict, refused.not_compared) == ("refused", (*never, "report"))


@pytest.mark.parametrize(
    "path", [("language",), ("report", "questions"), ("trace", 0, "facts"), ("trace", 0, "figures")]
)
def test_what_is_named_as_not_compared_is_what_may_differ_unseen(path: tuple[Any, ...]) -> None:
    """By other rules; by the very rules all but the engine's routes, the moment and the verification is compared."""

    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = "en" if path[-1] == "language" else {"x": "1"} if path[0] == "trace" else []

    record = read_record(rehashed(RECORD, change), "r.json")
    other = edited((FEE, "zh: 费率优惠", "zh: 费率减半"))
    assert replay(record, other).verdict == "same"
    assert replay(record, town()).verdict == "broken"
