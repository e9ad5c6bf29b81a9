"""Comparing stage: what one programme decides otherwise, put into lines, case by case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from relief_engine.comparing.blocks import Block, Code, Entry, Heading, Paragraph, line
from relief_engine.comparing.edit import Part
from relief_engine.comparing.effects import Case, Decided, Effects, Verdict, Weight
from relief_engine.comparing.telling import name
from relief_engine.comparing.values import days
from relief_engine.comparing.words import FIGURES, NEW, OLD, PARTS
from relief_engine.explanation.harmless import one_line
from relief_engine.explanation.outline import Item, outline
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text, joined

#: The marks of lines of an explanation.
_MARKS = {"met": "✓", "unmet": "✗", "unknown": "?", "referred": "→", "plain": "·"}
#: What is shown with a decision, by the names that the rules have for it.
_KINDS = {"ways": Part.WAY, "check_by_hand": Part.CHECK_BY_HAND, "remarks": Part.REMARK}
#: Of so many differences of each weight the profile and both decisions are told without being asked for.
_IN_FULL = {
    Weight.GRANTED: 3, Weight.LOST: 3, Weight.OUTCOME: 3, Weight.BENEFIT: 3, Weight.REASON: 1, Weight.ON_THE_WAY: 0,
}  # fmt: skip


class Teller:
    """Tells of programmes in one language; with ``details`` every case in full, and both of its explanations."""

    def __init__(self, language: Language, *, details: bool) -> None:
        self.language = language
        self.details = details

    def say(self, zh: str, en: str) -> str:
        """A line in the language."""
        return line(zh, en, self.language)

    def pair(self, title: Text, text: str) -> str:
        """A title with what it says."""
        return f"{title.in_(self.language)}{'：' if self.language == 'zh' else ': '}{text}"

    def listed(self, names: Sequence[str]) -> str:
        """Names behind one another."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def programme(self, effect: Effects) -> Iterator[Block]:
        """A programme that decides differently, or of which that is not known."""
        yield Heading(2, one_line(f"{effect.title.in_(self.language)}  {effect.programme}"))
        if effect.touched_by:
            names = list(dict.fromkeys(name(edit, self.language) for edit in effect.touched_by))
            yield Paragraph(self.pair(Text("涉及的改动", "Touched by"), self.listed(names)))
        if len(effect.differences) > 1:
            yield Paragraph(self.counted(effect))
        told = Counter[Weight]()
        for number, case in enumerate(effect.differences, 1):
            told[case.weight] += 1
            in_full = self.details or told[case.weight] <= _IN_FULL[case.weight]
            yield from self.case(number, case, in_full=in_full)
        if not self.details and any(told[weight] > most for weight, most in _IN_FULL.items()):
            more = "没有列出资料的各类，用 --details 或 --format json 查看。"
            yield Paragraph(self.say(more, "For kinds without a profile here: --details, or --format json."))
        yield Paragraph(self.proven(effect), strong=True)

    def change(self, case: Case) -> Text:
        """What becomes of the outcome."""
        old, new = case.transition.old.label, case.transition.new.label
        if case.transition.old is case.transition.new:
            if case.weight is Weight.BENEFIT:
                return Text(f"{old.zh}，数额不同", f"{old.en}, for another figure")
            return Text(f"{old.zh}，结论不变", f"{old.en} before and after")
        return Text(f"{old.zh} → {new.zh}", f"{old.en} → {new.en}")

    def counted(self, effect: Effects) -> str:
        """How many kinds of difference there are of each sort."""
        sorts = Counter(self.change(case).in_(self.language) for case in effect.differences)
        zh = self.language == "zh"
        listed = ("；" if zh else "; ").join(f"{sort}{'：' if zh else ': '}{number}" for sort, number in sorts.items())
        return self.pair(
            Text(f"差别 {len(effect.differences)} 类", f"Kinds of difference, {len(effect.differences)}"), listed
        )

    def case(self, number: int, case: Case, *, in_full: bool) -> Iterator[Block]:
        """One difference: what differs and, in full, the profile with what both sides decide for it."""
        change, when = self.change(case), days(case.period)
        yield Heading(3, f"{number}. " + self.say(f"{when.zh}：{change.zh}", f"{when.en}: {change.en}"))
        for title, text in self.differing(case):
            yield Entry("·", self.pair(title, text))
        if not in_full:
            return
        for title, decided in ((OLD, case.old), (NEW, case.new)):
            said = "没有这个项目" if self.language == "zh" else "there is no such programme"
            if decided is not None:
                said = one_line(decided.explanation.headline.in_(self.language))
            yield Entry("·", self.pair(title, said))
        yield Entry("·", self.say("最小资料（可存为资料文件）：", "Minimal profile, ready to save:"))
        yield Code(case.yaml)
        if case.old_yaml is not None:
            said = self.say("同一份资料按旧规则的写法：", "The same as the old rules read it:")
            yield Entry("·", said)
            yield Code(case.old_yaml)
        if self.details:
            for title, decided in ((OLD, case.old), (NEW, case.new)):
                if decided is not None:
                    yield from self.explained(title, decided)

    def differing(self, case: Case) -> Iterator[tuple[Text, str]]:
        """What differs, by kind: the ids with their titles."""
        told = case.new or case.old
        if told is None:
            return
        programmes = [decided.decision.programme for decided in (case.old, case.new) if decided is not None]
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
        """The whole explanation of what one side decides."""
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


def _items(item: Item, level: int) -> Iterator[Entry]:
    aside = "  ".join(part for part in (item.place, f"[{item.citations}]" if item.citations else "") if part)
    yield Entry(_MARKS[item.mark], one_line(item.text), level, aside)
    for below in item.items:
        yield from _items(below, level + 1)


def _titles(programmes: Sequence[Programme]) -> dict[str, Text]:
    """The titles of what a transition may name; those of the last programme count."""
    found: dict[str, Text] = dict(FIGURES)
    for programme in programmes:
        found.update({criterion.id: criterion.title for criterion in programme.criteria})
        found.update({referral.id: referral.title for referral in programme.referrals})
        found.update({deadline.id: deadline.title for deadline in programme.deadlines})
        for let in programme.lets.values():
            found[let.name] = let.title
    return found


def _named(identity: str, titles: dict[str, Text]) -> Text:
    kind, colon, remark = identity.partition(":")
    if colon and kind in _KINDS:
        part = PARTS[_KINDS[kind]]
        return Text(f"{part.zh} {remark}", f"{part.en} {remark}")
    title = titles.get(identity)
    if title is None:
        return Text(identity, identity)
    return Text(f"{identity}（{title.zh}）", identity if title.en == identity else f"{identity} ({title.en})")
