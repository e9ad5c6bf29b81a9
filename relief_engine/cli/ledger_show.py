"""Command line stage: ``relief ledger show``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from relief_engine.cli.ledger_list import local_time, money, outcome_label
from relief_engine.cli.output import out, width
from relief_engine.errors import Finding, InputError
from relief_engine.explanation.columns import hanging
from relief_engine.explanation.harmless import json_text, one_line
from relief_engine.ledger.entry import Entry, Kept, as_appended
from relief_engine.ledger.rows import place_of
from relief_engine.ledger.store import Ledger
from relief_engine.text import Language, Text


def show_entry(path: Path, which: str, language: Language, *, as_json: bool) -> None:
    """Print one record: what it decided, in words; or, as JSON, the very bytes that the ledger keeps."""
    with Ledger.open(path, create=False) as ledger:
        kept = ledger.get(which)
    if as_json:
        text = kept.data.decode("utf-8", "replace")
        # The bytes as they are, so that they can be hashed; on a terminal without what could steer it.
        terminal = sys.stdout is not None and sys.stdout.isatty()
        out(json_text(text) + "\n" if terminal else text)
        return
    document = _read(path, kept)
    lines = [*_about(kept.entry, document, language), "", *_decisions(document, language)]
    out("\n".join(lines) + "\n")


def _read(path: Path, kept: Kept) -> Mapping[str, Any]:
    """The document of an entry, if it is the one that was appended."""
    document = None
    if as_appended(kept):
        with suppress(ValueError, RecursionError):  # only what somebody else put there is no JSON
            document = json.loads(kept.data)
    if document is None:
        message = Text(
            "记录的内容被改过，不予显示；请用 relief ledger verify 核对账本",
            "the record was changed and is not shown; see: relief ledger verify",
        )
        raise InputError([Finding("entry-changed", place_of(path, kept.entry.number), message)])
    return _mapping(document)


def _about(entry: Entry, document: Mapping[str, Any], language: Language) -> Iterator[str]:
    told = entry.summary
    engine = _mapping(document.get("engine"))
    rulebook = _mapping(document.get("rulebook"))
    by_people = None if told.total_by_people == "0.00" else told.total_by_people
    pairs = [
        (Text("序号", "Entry"), str(entry.number)),
        (Text("记入时间", "Appended"), f"{local_time(entry.appended_at)} ({entry.appended_at})"),
        (Text("记录摘要", "Record"), told.record),
        (Text("内容摘要", "Content"), entry.digest),
        (Text("链值", "Chain"), entry.chain),
        (Text("判定日", "Day of the decision"), told.as_of),
        (Text("申请方", "Applicant"), told.applicant),
        (Text("统一社会信用代码", "Credit code"), told.credit_code),
        (Text("规则库", "Rulebook"), rulebook.get("digest")),
        (Text("引擎", "Engine"), engine.get("version") and f"relief-engine {engine['version']}"),
        (Text("金额合计", "Total"), told.total and money(told.total, language)),
        (
            Text("经人工认定的金额", "Total decided by people"),
            by_people and money(by_people, language),
        ),
    ]
    for name, value in pairs:
        if isinstance(value, str):
            yield one_line(f"{name.zh}：{value}" if language == "zh" else f"{name.en}: {value}")


def _decisions(document: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Of each decision the sentence that says how it came out, what people did, and what was left open."""
    room = width()
    for decision in map(_mapping, _list(_mapping(document.get("report")).get("decisions"))):
        explanation = _mapping(decision.get("explanation"))
        title = _text(explanation.get("title")) or _text(decision.get("programme"))
        subject = _text(explanation.get("subject"))
        headline = _text(explanation.get("headline")) or outcome_label(_text(decision.get("outcome")), language)
        about = title if not subject else (f"{title}（{subject}）" if language == "zh" else f"{title} ({subject})")
        yield one_line(about)
        yield from hanging("", one_line(headline), 2, room)
        people = _mapping(decision.get("resolution"))
        said = _text(people.get("state_label")) or _text(people.get("state"))
        if said:
            amount = _text(people.get("amount"))
            parts = [said, money(amount, language)] if amount else [said]
            yield from _listed(Text("人工认定", "By people"), parts, language)
        yield from _listed(Text("依据", "Basis"), map(_text, _list(explanation.get("citations"))), language)
        if decision.get("outcome") == "undetermined":
            missing = (_text(_mapping(asked).get("question")) for asked in _list(decision.get("missing")))
            yield from _listed(Text("还缺", "Missing"), missing, language)


def _listed(lead: Text, items: Iterable[str], language: Language) -> Iterator[str]:
    said = [one_line(item) for item in items if item]
    if said:
        mark = "；" if language == "zh" else "; "
        head = f"{lead.zh}：" if language == "zh" else f"{lead.en}: "
        yield from hanging(head, mark.join(said), 2, width())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
