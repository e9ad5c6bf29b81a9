"""Comparing stage: a whole difference laid out in one language: the edits, the effects, and what was proven."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.comparing.blocks import Block, Code, Entry, Heading, Paragraph, line
from relief_engine.comparing.difference import Difference, Status
from relief_engine.comparing.edit import Part, Reach
from relief_engine.comparing.effects import Case, Decided, Effects, Verdict
from relief_engine.comparing.revisions import Revision
from relief_engine.comparing.telling import edit_blocks, name
from relief_engine.comparing.values import days
from relief_engine.comparing.words import FIGURES, PARTS
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import Item, outline
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text, joined

#: The marks of lines of an explanation.
_MARKS = {"met": "✓", "unmet": "✗", "unknown": "?", "referred": "→", "plain": "·"}
_OLD, _NEW = Text("旧", "Old"), Text("新", "New")
#: Cases that weigh more than this, in which only figures on the way differ, are told in a line without details.
_LIGHTEST = 2


def report(found: Difference, language: Language, *, details: bool = False) -> tuple[Block, ...]:
    """The report, part after part; with ``details`` both decisions of each witness are explained in full."""
    return tuple(_Report(found, language, details=details).blocks())


class _Report:
    def __init__(self, found: Difference, language: Language, *, details: bool) -> None:
        self.found = found
        self.language = language
        self.details = details

    def say(self, zh: str, en: str) -> str:
        return line(zh, en, self.language)

    def pair(self, title: Text, text: str) -> str:
        return f"{title.in_(self.language)}{'：' if self.language == 'zh' else ': '}{text}"

    def blocks(self) -> Iterator[Block]:
        for title, side in ((_OLD, self.found.old), (_NEW, self.found.new)):
            yield Paragraph(self.pair(title, self.side(side)))
        yield from edit_blocks(self.found.edits, self.language)
        yield Heading(1, self.say("对结论的影响", "What changes in effect"))
        for effect in self.found.effects:
            if effect.differences or (effect.verdict is not Verdict.NONE and effect.touched_by):
                yield from self.programme(effect)
        yield from self.others()
        yield Heading(1, self.say("结果", "Result"))
        yield from self.result()

    def side(self, side: Revision) -> str:
        known = [] if side.commit is None else [f"{'提交' if self.language == 'zh' else 'commit'} {side.commit[:12]}"]
        known.append(side.rulebook.digest[: len("sha256:") + 12])
        zh = self.language == "zh"
        return one_line(f"{side.name}（{'，'.join(known)}）" if zh else f"{side.name} ({', '.join(known)})")

    # --- one programme ----------------------------------------------------------------------------------------------

    def programme(self, effect: Effects) -> Iterator[Block]:
        yield Heading(2, one_line(f"{effect.title.in_(self.language)}  {effect.programme}"))
        if effect.touched_by:
            names = list(dict.fromkeys(name(edit, self.language) for edit in effect.touched_by))
            listed = ("、" if self.language == "zh" else ", ").join(names)
            yield Paragraph(self.pair(Text("涉及的改动", "Touched by"), listed))
        for number, case in enumerate(effect.differences, 1):
            yield from self.case(number, case)
        yield Paragraph(self.proven(effect), strong=True)

    def case(self, number: int, case: Case) -> Iterator[Block]:
        old, new = case.transition.old.label, case.transition.new.label
        change = Text(f"{old.zh} → {new.zh}", f"{old.en} → {new.en}")
        if case.transition.old is case.transition.new:
            change = Text(f"{old.zh}，结论不变", f"{old.en} before and after")
        when = days(case.period)
        yield Heading(3, self.say(f"{number}. {when.zh}：{change.zh}", f"{number}. {when.en}: {change.en}"))
        for title, text in self.differing(case):
            yield Entry("·", self.pair(title, text))
        if case.weight > _LIGHTEST and not self.details:
            return
        for title, decided in ((_OLD, case.old), (_NEW, case.new)):
            said = "没有这个项目" if self.language == "zh" else "there is no such programme"
            if decided is not None:
                said = one_line(decided.explanation.headline.in_(self.language))
            yield Entry("·", self.pair(title, said))
        yield Entry("·", self.say("最小资料（可存为资料文件）：", "Minimal profile, ready to save:"))
        yield Code(case.yaml)
        if self.details:
            for title, decided in ((_OLD, case.old), (_NEW, case.new)):
                if decided is not None:
                    yield from self.explained(title, decided)

    def differing(self, case: Case) -> Iterator[tuple[Text, str]]:
        """What differs, by kind: the ids with their titles."""
        told = case.new or case.old
        if told is None:
            return
        programmes = [decided.decision.programme for decided in (case.new, case.old) if decided is not None]
        titles = _titles(programmes)
        transition = case.transition
        kinds = (
            (PARTS[Part.CRITERION], transition.criteria),
            (PARTS[Part.REFERRAL], transition.referrals),
            (Text("数字", "figures"), transition.figures),
            (Text("期限和说明", "deadlines and notes"), transition.notes),
        )
        for kind, ids in kinds:
            if ids:
                named = [_named(identity, titles) for identity in ids]
                yield kind, one_line(joined(named, zh="、", en=", ").in_(self.language))

    def explained(self, title: Text, decided: Decided) -> Iterator[Block]:
        told = outline(decided.explanation, self.language)
        yield Heading(4, self.pair(title, one_line(told.headline)))
        for section in told.sections:
            yield Entry("", f"{section.title}{'：' if self.language == 'zh' else ':'}")
            for item in section.items:
                yield from _items(item, 1)

    def proven(self, effect: Effects) -> str:
        """What is known of differences besides those listed."""
        if effect.verdict is Verdict.NONE:
            if effect.differences:
                return self.say("除此之外没有其他差别（已证明）。", "There is no other difference (proven).")
            return self.say("没有差别（已证明）。", "There is no difference (proven).")
        where = joined([days(period) for period in effect.undecided], zh="、", en=", ")
        if effect.differences:
            return self.say(
                f"未能在限度内证明没有其他差别（{where.zh}）。",
                f"Not proven, within the limits, that there is no other difference ({where.en}).",
            )
        return self.say(
            f"没有找到差别，但未能在限度内证明没有（{where.zh}）。",
            f"No difference was found, but within the limits it is not proven that there is none ({where.en}).",
        )

    # --- the rest ---------------------------------------------------------------------------------------------------

    def others(self) -> Iterator[Block]:
        """Programmes without a part of their own, in a line or two."""
        quiet = [effect for effect in self.found.effects if not effect.differences]
        touched = [e for e in quiet if e.none and e.touched_by]
        untouched = [e for e in quiet if e.none and not e.touched_by]
        unproven = [e for e in quiet if not e.none and not e.touched_by]
        for effects, words in (
            (touched, Text("改动涉及、但没有差别（已证明）", "Touched, and no difference (proven)")),
            (untouched, Text("改动没有涉及、没有差别（已证明）", "Not touched, and no difference (proven)")),
            (
                unproven,
                Text("改动没有涉及，但没有证明没有差别", "Not touched, but not proven to be without difference"),
            ),
        ):
            if effects:
                ids = ("、" if self.language == "zh" else ", ").join(effect.programme for effect in effects)
                counted = Text(f"{words.zh}，{len(effects)} 个项目", f"{words.en}, {len(effects)}")
                yield Paragraph(self.pair(counted, ids))

    def result(self) -> Iterator[Block]:
        found = self.found
        changed = [effect for effect in found.effects if effect.differences]
        count = sum(len(effect.differences) for effect in changed)
        if changed:
            yield Paragraph(
                self.say(
                    f"{len(changed)} 个项目的结论有 {count} 类差别。",
                    f"Programmes that decide differently: {len(changed)}; kinds of difference: {count}.",
                ),
                strong=True,
            )
        reading = sum(edit.reach is Reach.READING for edit in found.edits)
        if reading:
            yield Paragraph(
                self.say(
                    f"{reading} 处改动改变资料或台账的读法：同样写的资料可能读成别的，上面没有比较。",
                    f"Edits that change how profiles and rosters are read: {reading}. What is written the same may be "
                    "read otherwise; that is not compared above.",
                ),
                strong=True,
            )
        open_ = sum(effect.verdict is not Verdict.NONE for effect in found.effects)
        if open_:
            yield Paragraph(
                self.say(
                    f"{open_} 个项目未能在限度内证明没有{'其他' if changed else ''}差别：只找到了列出的，不等于没有。",
                    f"Programmes not proven, within the limits, to have no {'other ' if changed else ''}difference: "
                    f"{open_}. What was not found may be there all the same.",
                ),
                strong=True,
            )
        if found.status is Status.SAME:
            yield Paragraph(self.say("结论没有任何差别（已证明）。", "No decision changes (proven)."), strong=True)


def _items(item: Item, level: int) -> Iterator[Entry]:
    aside = "  ".join(part for part in (item.place, f"[{item.citations}]" if item.citations else "") if part)
    yield Entry(_MARKS[item.mark], one_line(item.text), level, aside)
    for below in item.items:
        yield from _items(below, level + 1)


def _titles(programmes: Sequence[Programme]) -> dict[str, Text]:
    """The titles of what a transition may name."""
    found: dict[str, Text] = dict(FIGURES)
    for programme in programmes:
        found.update({criterion.id: criterion.title for criterion in programme.criteria})
        found.update({referral.id: referral.title for referral in programme.referrals})
        found.update({deadline.id: deadline.title for deadline in programme.deadlines})
        for let in programme.lets.values():
            found.setdefault(let.name, let.title)
    return found


def _named(identity: str, titles: dict[str, Text]) -> Text:
    title = titles.get(identity)
    if title is None:
        return Text(identity, identity)
    return Text(f"{identity}（{title.zh}）", identity if title.en == identity else f"{identity} ({title.en})")
