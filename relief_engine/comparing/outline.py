"""Comparing stage: a whole difference laid out in one language: the edits, the effects, and what was proven."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.comparing.blocks import Block, Heading, Paragraph
from relief_engine.comparing.cases import Teller
from relief_engine.comparing.difference import Difference, Status
from relief_engine.comparing.edit import Part, Reach, certain
from relief_engine.comparing.effects import Verdict
from relief_engine.comparing.revisions import Revision
from relief_engine.comparing.telling import edit_blocks
from relief_engine.comparing.words import NEW, OLD
from relief_engine.explanation.harmless import one_line
from relief_engine.text import Language, Text


def report(found: Difference, language: Language, *, details: bool = False) -> tuple[Block, ...]:
    """The report, part after part; with ``details`` both decisions of each witness are explained in full."""
    return tuple(_Report(found, language, details=details).blocks())


class _Report:
    def __init__(self, found: Difference, language: Language, *, details: bool) -> None:
        self.found = found
        self.language = language
        self.teller = Teller(language, details=details)

    def blocks(self) -> Iterator[Block]:
        for title, side in ((OLD, self.found.old), (NEW, self.found.new)):
            yield Paragraph(self.teller.pair(title, self.side(side)))
        yield from edit_blocks(self.found.edits, self.language)
        if self.found.old.rulebook.ledger_file != self.found.new.rulebook.ledger_file:
            zh = "ledger.yaml 也有改动；判定不读它，这里没有逐条列出。"
            yield Paragraph(self.teller.say(zh, "ledger.yaml was edited too; nothing is decided by it."))
        yield Heading(1, self.teller.say("对结论的影响", "What changes in effect"))
        for effect in self.found.effects:
            if effect.differences or (effect.verdict is not Verdict.NONE and effect.touched_by):
                yield from self.teller.programme(effect)
        yield from self.others()
        yield Heading(1, self.teller.say("结果", "Result"))
        yield from self.result()

    def side(self, side: Revision) -> str:
        known = [] if side.commit is None else [f"{'提交' if self.language == 'zh' else 'commit'} {side.commit[:12]}"]
        known.append(side.rulebook.digest[: len("sha256:") + 12])
        zh = self.language == "zh"
        return one_line(f"{side.name}（{'，'.join(known)}）" if zh else f"{side.name} ({', '.join(known)})")

    # --- the rest ---------------------------------------------------------------------------------------------------

    def others(self) -> Iterator[Block]:
        """Programmes without a part of their own, in a line or two."""
        quiet = [effect for effect in self.found.effects if not effect.differences]
        if any(effect.none or not effect.touched_by for effect in quiet):
            yield Heading(2, self.teller.say("其余项目", "Other programmes"))
        altered = [e for e in quiet if e.none and any(map(certain, e.touched_by))]
        touched = [e for e in quiet if e.none and e.touched_by and e not in altered]
        untouched = [e for e in quiet if e.none and not e.touched_by]
        unproven = [e for e in quiet if not e.none and not e.touched_by]
        for effects, words in (
            (touched, Text("改动涉及、但没有差别（已证明）", "Touched, and no difference (proven)")),
            (
                altered,
                Text(
                    "结论和数额没有差别（已证明），但资料的读法、待遇的种类、给予方或没有数据时的转人工情形有改动（见上）",
                    "No other outcome or figure (proven), but another reading of inputs, kind of benefit, payer, or "
                    "referral for figures that do not exist (see above)",
                ),
            ),
            (untouched, Text("改动没有涉及、没有差别（已证明）", "Not touched, and no difference (proven)")),
            (
                unproven,
                Text("改动没有涉及，但没有证明没有差别", "Not touched, but not proven to be without difference"),
            ),
        ):
            if effects:
                ids = self.teller.listed([effect.programme for effect in effects])
                counted = Text(f"{words.zh}，{len(effects)} 个项目", f"{words.en}, {len(effects)}")
                yield Paragraph(self.teller.pair(counted, ids))

    def result(self) -> Iterator[Block]:
        found = self.found
        changed = [effect for effect in found.effects if effect.differences]
        count = sum(len(effect.differences) for effect in changed)
        if changed:
            yield Paragraph(
                self.teller.say(
                    f"{len(changed)} 个项目的结论有 {count} 类差别。",
                    f"Programmes that decide differently: {len(changed)}; kinds of difference: {count}.",
                ),
                strong=True,
            )
        reading = sum(edit.reach is Reach.READING for edit in found.edits)
        if reading:
            yield Paragraph(
                self.teller.say(
                    f"{reading} 处改动改变资料或台账的读法：同样写的资料可能读成别的，上面没有比较。",
                    f"Edits that change how profiles and rosters are read: {reading}. What is written the same may be "
                    "read otherwise; that is not compared above.",
                ),
                strong=True,
            )
        absent = sum(certain(edit) and edit.part is Part.NOT_AVAILABLE for edit in found.edits)
        if absent:
            yield Paragraph(
                self.teller.say(
                    f"{absent} 处改动改变没有数据时的转人工情形：填“无”的资料，转人工的理由会不同。",
                    f"Edits of the referral for figures that do not exist: {absent}. Profiles with such figures are "
                    "referred for another reason.",
                ),
                strong=True,
            )
        given = sum(certain(edit) for edit in found.edits) - reading - absent
        if given:
            yield Paragraph(
                self.teller.say(
                    f"{given} 处改动改变待遇的种类或由谁给予。",
                    f"Edits that change what kind of benefit it is, or who gives it: {given}.",
                ),
                strong=True,
            )
        open_ = sum(effect.verdict is not Verdict.NONE for effect in found.effects)
        if open_:
            yield Paragraph(
                self.teller.say(
                    f"{open_} 个项目未能在限度内证明没有{'其他' if changed else ''}差别：没有找到，不等于没有。",
                    f"Programmes not proven, within the limits, to have no {'other ' if changed else ''}difference: "
                    f"{open_}. What was not found may be there all the same.",
                ),
                strong=True,
            )
            if found.drawn:
                yield Paragraph(
                    self.teller.say(
                        "没有可用的 z3：只抽样，未证明。安装 relief-engine[prove] 后可以证明。",
                        "There is no z3 that works here: profiles were only drawn, and nothing is proven. "
                        "Install relief-engine[prove] for proofs.",
                    )
                )
        if found.status is Status.SAME:
            yield Paragraph(
                self.teller.say("结论没有任何差别（已证明）。", "No decision changes (proven)."), strong=True
            )
