"""Recording stage: what became of a record, as JSON (contract ``relief-replay/1``) and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from relief_engine.decision import Outcome, State, Status
from relief_engine.errors import Finding
from relief_engine.explanation import say
from relief_engine.explanation.harmless import one_line
from relief_engine.profile.written import shown
from relief_engine.recording.differences import Change, Field
from relief_engine.recording.replay import Replay, Verdict
from relief_engine.recording.reports import Listed, Otherwise
from relief_engine.text import Language, Text, joined

SCHEMA: Final = "relief-replay/1"

# --- JSON -------------------------------------------------------------------------------------------------------------


def replay_record(replay: Replay, language: Language) -> dict[str, Any]:
    """One replay as plain data."""
    return {
        "schema": SCHEMA,
        "verdict": replay.verdict,
        "digest": replay.digest,
        "as_of": replay.as_of.isoformat(),
        "made_at": replay.made_at,
        "rulebook": {"recorded": replay.rulebook[0], "replayed": replay.rulebook[1]},
        "engine": {"recorded": replay.version[0], "replayed": replay.version[1]},
        "total": {"recorded": replay.total[0], "replayed": replay.total[1]},
        "total_by_people": {"recorded": replay.total_by_people[0], "replayed": replay.total_by_people[1]},
        "decided": replay.decided,
        "decisions": [
            {
                "programme": otherwise.programme,
                "subject": otherwise.subject,
                "title": otherwise.title.in_(language),
                "changes": [
                    {"what": c.what, "id": c.id, "recorded": c.recorded, "replayed": c.replayed}
                    for c in otherwise.changes
                ],
            }
            for otherwise in replay.otherwise
        ],
        "came": [_listed_record(listed, language) for listed in replay.came],
        "gone": [_listed_record(listed, language) for listed in replay.gone],
        "refused": [
            {"code": finding.code, "place": str(finding.where), "message": finding.message.in_(language)}
            for finding in replay.refused
        ],
        "unanswered": [{"programme": one, "subject": on, "referral": name} for one, on, name in replay.unanswered],
        "reread": [_field_record(field) for field in replay.reread],
        "broken": [_field_record(field) for field in replay.broken],
        "worded_otherwise": replay.worded,
        "not_compared": list(replay.not_compared),
    }


def _listed_record(listed: Listed, language: Language) -> dict[str, Any]:
    return {
        "programme": listed.programme,
        "title": listed.title.in_(language),
        "decisions": [{"subject": subject, "outcome": outcome} for subject, outcome in listed.outcomes],
    }


def _field_record(field: Field) -> dict[str, Any]:
    return {"path": field.path, "recorded": field.recorded, "replayed": field.replayed}


# --- text -------------------------------------------------------------------------------------------------------------

_VERDICTS: dict[Verdict, Text] = {
    "same": Text("结论相同", "decided the same"),
    "otherwise": Text("结论不同", "decided otherwise"),
    "refused": Text("现有规则不接受这份资料", "the rules do not take this profile"),
    "broken": Text("内部错误：与记录不符", "internal failure: not what the record says"),
}
_WHATS = {
    "decided": Text("判定", "Decided"),
    "outcome": Text("结论", "Outcome"),
    "benefit": Text("给予方式", "Benefit"),
    "payer": Text("给予方", "Given by"),
    "amount": Text("金额", "Amount"),
    "amount_range": Text("金额范围", "Range of the amount"),
    "amount_if_granted": Text("同意后的金额", "Amount if granted"),
    "ceiling": Text("上限", "Ceiling"),
    "payable": Text("尚应支付", "Payable"),
    "payable_range": Text("尚应支付的范围", "Range of what is payable"),
    "rate": Text("费率", "Rate"),
    "rate_range": Text("费率范围", "Range of the rate"),
    "until": Text("期限", "Until"),
    "figure": Text("计算数", "Figure"),
    "criterion": Text("条件", "Criterion"),
    "referral": Text("转人工的情形", "Referral"),
    "missing": Text("还缺的资料", "Missing"),
    "deadline": Text("办理期限", "Deadline"),
    "clauses": Text("依据", "Clauses"),
    "resolution": Text("人工认定", "People's answer"),
    "amount_by_people": Text("人工认定的金额", "Amount agreed by people"),
}
_MONEY = frozenset(
    {"amount", "amount_range", "amount_if_granted", "ceiling", "payable", "payable_range", "amount_by_people"}
)
_WORDS = {
    **{outcome.value: outcome.label for outcome in Outcome},
    **{status.value: status.label for status in Status},
    **{state.value: state.label for state in State},
    "replaced": Text("转人工认定", "left to people"),
    "holds": Text("成立", "holds"),
    "asked": Text("需要", "asked for"),
}
_NONE = Text("无", "none")
_NOT_DECIDED = Text("未判定", "not decided")


def replay_lines(replay: Replay, label: str, language: Language) -> list[str]:
    """What became of one record, the first line in one sentence; every line is harmless."""
    return [one_line(label) + _COLON.in_(language) + _first(replay).in_(language), *_details(replay, language)]


_COLON = Text("：", ": ")


def _first(replay: Replay) -> Text:
    number = replay.decided
    count = Text(f"{number} 项结论", f"{number} decision{'' if number == 1 else 's'}")
    if replay.verdict == "otherwise" and replay.otherwise:
        differ = len(replay.otherwise)
        count = Text(f"{count.zh}中 {differ} 项", f"{differ} of {count.en}")
    if replay.same_rulebook:
        by = Text("同一规则库", "the same rulebook")
    else:
        before, now = (digest[: len("sha256:") + 12] for digest in replay.rulebook)
        by = Text(f"规则库 {before} → {now}", f"rulebook {before} → {now}")
    told = [_VERDICTS[replay.verdict], count, Text(f"判定日 {replay.as_of}", f"as of {replay.as_of}"), by]
    if replay.version[0] != replay.version[1]:
        versions = " → ".join(replay.version)
        told.append(Text(f"引擎 {one_line(versions)}", f"engine {one_line(versions)}"))
    return joined(told, zh="，")


def _details(replay: Replay, language: Language) -> Iterator[str]:
    for otherwise in replay.otherwise:
        yield f"  {otherwise.title.in_(language)}"
        yield from (f"    {_change(change, otherwise, language)}" for change in otherwise.changes)
    for listed, lead in [
        *((listed, Text("新增", "New")) for listed in replay.came),
        *((listed, Text("已没有", "Gone")) for listed in replay.gone),
    ]:
        outcomes = joined([_worded(outcome) for _, outcome in listed.outcomes])
        named = one_line(listed.title.in_(language))
        yield f"  {lead.in_(language)}{_COLON.in_(language)}{named} [{listed.programme}] {outcomes.in_(language)}"
    for title, totals in [
        (Text("金额合计", "Total"), replay.total),
        (Text("经人工认定的金额合计", "Total granted by people"), replay.total_by_people),
    ]:
        if replay.verdict == "otherwise" and totals[0] != totals[1]:
            yield f"  {title.in_(language)}{_COLON.in_(language)}{_arrow(*map(_yuan, totals)).in_(language)}"
    yield from (f"  {_finding(finding, language)}" for finding in replay.refused)
    for programme, subject, referral in replay.unanswered:
        lead = Text(
            "现有规则没有这项认定事项，人工认定未采用", "People's answer to a referral that the rules do not have"
        )
        yield f"  {lead.in_(language)}{_COLON.in_(language)}{one_line(f'{programme} {subject} {referral}')}"
    if replay.reread:
        said = Text("现有规则把资料读作", "The rules read these of the profile otherwise")
        yield f"  {said.in_(language)}{_COLON.in_(language).rstrip()}"
        yield from (f"    {_field(field, language)}" for field in replay.reread)
    yield from (f"  {_field(field, language)}" for field in replay.broken)
    if replay.broken:
        yield f"  {_BROKEN.in_(language)}"
    if replay.worded:
        worded = Text(f"措辞不同之处：{replay.worded}", f"Worded otherwise in so many places: {replay.worded}")
        yield f"  {worded.in_(language)}"


_BROKEN = Text(
    "规则库和引擎都与记录所写的相同，结果却不同：或者记录被改后重新计算了摘要，或者程序有缺陷。",
    "Rulebook and engine are those that the record names, and yet the result is another: either the record was changed "
    "and hashed anew, or the program is at fault.",
)


def _change(change: Change, otherwise: Otherwise, language: Language) -> str:
    title = "" if change.id is None else otherwise.titles.get(change.id, say.both(change.id)).in_(language)
    what = _WHATS[change.what].in_(language)
    named = f"{what} {one_line(title)}" if title else what
    if change.what in _MONEY:
        values = [_yuan(change.recorded), _yuan(change.replayed)]
    else:
        none = _NOT_DECIDED if change.what == "decided" else _NONE
        values = [none if value is None else _worded(value) for value in (change.recorded, change.replayed)]
    return f"{named}{_COLON.in_(language)}{_arrow(*values).in_(language)}"


def _arrow(before: Text, now: Text) -> Text:
    return Text(f"{before.zh} → {now.zh}", f"{before.en} → {now.en}")


def _worded(value: object) -> Text:
    """A value of a record in words: statuses and outcomes have their own."""
    if isinstance(value, list):
        return joined([_worded(part) for part in value]) if value else _NONE
    return _WORDS.get(str(value)) or say.both(one_line(str(value)))


def _yuan(value: object) -> Text:
    if value is None:
        return _NONE
    if isinstance(value, list):
        return say.span(*map(_yuan, value)) if len(value) == 2 else _worded(value)
    return Text(f"{one_line(str(value))} 元", f"{one_line(str(value))} yuan")


def _finding(finding: Finding, language: Language) -> str:
    return one_line(finding.in_(language))


def _field(field: Field, language: Language) -> str:
    values = [_NONE if value is None else shown(value) for value in (field.recorded, field.replayed)]
    return f"{one_line(field.path)}{_COLON.in_(language)}{_arrow(*values).in_(language)}"
