"""Command line stage: ``relief sources``: the documents, and what became of each of their clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from relief_engine.cli.output import out, out_json, width
from relief_engine.errors import UnknownName, did_you_mean
from relief_engine.explanation.columns import hanging, wrapped
from relief_engine.rulebook.build_ledger import ledger_of
from relief_engine.rulebook.ledger import BECAUSE, Count, Entry, LeftOut, counted
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.sources import Source
from relief_engine.text import Language, Text, joined

KINDS = {
    "policy": Text("政策文件", "policy"),
    "standard": Text("标准", "standard"),
    "public_page": Text("公开网页（不是文件原文）", "public page (not the document itself)"),
    "convention": Text("本项目的约定（不是文件）", "this project's convention (no document)"),
}
#: Marks that people write in one way or another.
_SPELT = str.maketrans(
    {**dict.fromkeys("〔【[［（", "("), **dict.fromkeys("〕】]］）", ")"), **dict.fromkeys("—–－", "-")}
)


def show_sources(asked: str | None, rules: Path | None, language: Language, *, as_json: bool) -> None:
    """Print the documents of a rulebook, or one of them with its clauses."""
    rulebook = load_rulebook(rules)
    register = Register(rulebook, language)
    if asked is None:
        if as_json:
            out_json([register.record(source) for source in rulebook.sources.values()])
            return
        blocks = ["\n".join(register.lines(source, width())) for source in rulebook.sources.values()]
        out("\n\n".join(blocks) + "\n")
        return
    source = find_source(asked, rulebook)
    if as_json:
        out_json(register.record(source) | {"clauses": list(register.clause_records(source))})
        return
    out("\n".join([*register.lines(source, width()), *register.clause_lines(source, width())]) + "\n")


def find_source(asked: str, rulebook: Rulebook) -> Source:
    """The document of that id, number or part of it; a figure in the part is a whole one: 13号 is not 213号.

    Where one policy and documents of other kinds fit, the policy is meant: other issuers have a 13号 too.

    Raises :class:`UnknownName` if there is none, or more than one.
    """
    sources = rulebook.sources.values()
    wanted = _plain(asked)
    names = {source.id: [_plain(name) for name in (source.id, source.number, source.title.zh)] for source in sources}
    part = re.compile(rf"(?<!\d){re.escape(wanted)}(?!\d)")
    found = [source for source in sources if wanted in names[source.id]]
    if wanted and not found:
        found = [source for source in sources if any(part.search(name) for name in names[source.id])]
    policies = [source for source in found if source.kind == "policy"]
    if len(policies) == 1:
        return policies[0]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "、".join(source.number for source in found)
        en = ", ".join(source.id for source in found)
        raise UnknownName(Text(f"“{asked}”不止一份文件：{listed}", f"{asked!r} may mean any of {en}"))
    known = [name for source in sources for name in (source.id, source.number)]
    hint = did_you_mean(asked, known)
    if not hint.zh:
        hint = Text(f"；可用：{'、'.join(rulebook.sources)}", f"; known: {', '.join(rulebook.sources)}")
    raise UnknownName(Text(f"没有文件“{asked}”{hint.zh}", f"there is no document {asked!r}{hint.en}"))


def _plain(name: str) -> str:
    return name.translate(_SPELT).casefold().strip()


class Register:
    """What a rulebook says of its documents, in one language."""

    def __init__(self, rulebook: Rulebook, language: Language) -> None:
        self.rulebook = rulebook
        self.language = language
        ledger = ledger_of(rulebook)
        self.entries = {} if ledger is None else ledger.documents
        standards = rulebook.standards
        tables = [next(editions.values()) for editions in standards.size_tables.values()]
        parts = (standards.code_lists.values(), standards.class_maps.values(), tables, rulebook.programmes.values())
        self.titles: dict[str, Text] = {item.id: item.title for part in parts for item in part}

    def count(self, source: Source) -> Count | None:
        """How much of a document is encoded, if the ledger has it."""
        entries = self.entries.get(source.id)
        return None if entries is None else counted(entries.values())

    def say(self, text: Text) -> str:
        """A text in the language."""
        return text.in_(self.language)

    # --- data ---------------------------------------------------------------------------------------------------------

    def record(self, source: Source) -> dict[str, Any]:
        """One document as data."""
        count = self.count(source)
        return {
            "source": source.id,
            "kind": source.kind,
            "number": source.number,
            "title": self.say(source.title),
            "issuer": self.say(source.issuer),
            "issued": source.issued.isoformat(),
            "expires": None if source.expires is None else source.expires.isoformat(),
            "clause_count": len(source.clauses),
            "ledger": None if count is None else {
                "encoded": count.encoded,
                "encoded_in_part": count.in_part,
                "not_encoded": count.not_encoded,
                "left_out": dict(count.left_out),
            },
        }  # fmt: skip

    def clause_records(self, source: Source) -> Iterator[dict[str, Any]]:
        """The clauses of a document as data; ``encoded`` and ``left_out`` are null where the ledger has it not."""
        entries = self.entries.get(source.id, {})
        for clause, about in source.clauses.items():
            entry = entries.get(clause)
            yield {
                "clause": clause,
                "about": self.say(about),
                "cited_by": list(self.rulebook.citing.get((source.id, clause), ())),
                "encoded": None if entry is None else list(entry.encoded),
                "left_out": None if entry is None else [self._left_out_record(part) for part in entry.left_out],
            }

    def _left_out_record(self, part: LeftOut) -> dict[str, Any]:
        return {
            "what": None if part.what is None else self.say(part.what),
            "because": part.because,
            "because_label": self.say(BECAUSE[part.because]),
            "why": self.say(part.why),
        }

    # --- text ---------------------------------------------------------------------------------------------------------

    def lines(self, source: Source, room: int) -> Iterator[str]:
        """One document as lines of at most ``room`` columns."""
        issued = source.issued.isoformat()
        until = Text("没有写明失效日", "no expiry stated")
        if source.expires is not None:
            until = Text(f"有效期至 {source.expires}", f"until {source.expires}")
        about = [
            (Text("文号", "Number"), Text(source.number, source.number)),
            (Text("编号", "Id"), Text(source.id, source.id)),
            (Text("性质", "Sort"), KINDS[source.kind]),
            (Text("发文", "By"), source.issuer),
            (Text("日期", "Dates"), Text(f"{issued} 成文，{until.zh}", f"issued {issued}, {until.en}")),
            (Text("条款", "Clauses"), self.summary(source)),
            (Text("未编码的内容", "Left out"), self.reasons(source)),
        ]
        yield from wrapped(self.say(source.title), room)
        for title, text in about:
            if text.zh:
                yield from hanging(f"{self.say(title)}{self._colon}", self.say(text), 2, room)

    def summary(self, source: Source) -> Text:
        """How many clauses a document has, and what became of them."""
        total = len(source.clauses)
        count = self.count(source)
        if count is None:
            return Text(f"{total} 个", f"{total}")
        zh, en = f"{total} 个，其中已编码 {count.encoded} 个", f"{total}, {count.encoded} of them encoded"
        if count.in_part:
            zh, en = f"{zh}（{count.in_part} 个有一部分未编码）", f"{en} ({count.in_part} only in part)"
        return Text(f"{zh}，未编码 {count.not_encoded} 个", f"{en}, {count.not_encoded} not")

    def reasons(self, source: Source) -> Text:
        """How many parts of a document are left out, by why they are; empty where nothing is."""
        count = self.count(source)
        return joined([
            Text(f"{BECAUSE[name].zh} {number} 项", f"{BECAUSE[name].en} {number}")
            for name, number in (count.left_out if count is not None else {}).items()
        ])  # fmt: skip

    def clause_lines(self, source: Source, room: int) -> Iterator[str]:
        """The clauses of a document as lines, each after an empty one."""
        entries = self.entries.get(source.id)
        for clause, about in source.clauses.items():
            yield ""
            yield from hanging(f"{clause}  ", self.say(about), 0, room)
            if entries is not None and clause in entries:
                yield from self._entry_lines(entries[clause], room)
            elif cited_by := self.rulebook.citing.get((source.id, clause)):
                yield from self._named(Text("引用", "Cited by"), cited_by, room)

    def _entry_lines(self, entry: Entry, room: int) -> Iterator[str]:
        """What became of a clause."""
        if entry.encoded:
            yield from self._named(Text("✓ 已编码", "✓ Encoded"), entry.encoded, room)
        for part in entry.left_out:
            because, what, why = BECAUSE[part.because], part.what or Text("", ""), part.why
            text = Text(
                f"未编码（{because.zh}）：{what.zh}{'。' if what.zh else ''}{why.zh}。",
                f"Left out ({because.en}): {what.en}{'. ' if what.en else ''}{why.en}.",
            )
            yield from hanging("· ", self.say(text), 4, room)

    def _named(self, lead: Text, ids: tuple[str, ...], room: int) -> Iterator[str]:
        """Programmes and standards by their titles."""
        titles = joined([self.titles[name] for name in ids])
        yield from hanging(f"{self.say(lead)}{self._colon}", self.say(titles), 4, room)

    @property
    def _colon(self) -> str:
        return "：" if self.language == "zh" else ": "
