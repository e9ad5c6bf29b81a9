"""Command line stage: ``relief ask`` asks what still matters, one question after the other, until all is certain."""

from __future__ import annotations

import datetime as dt
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli import dialogue, keeping
from relief_engine.cli.check import show, verified
from relief_engine.cli.output import out, width
from relief_engine.decision import Decision, Outcome
from relief_engine.engine import Engine
from relief_engine.errors import ProfileError
from relief_engine.explanation.harmless import one_line
from relief_engine.interview.prompts import FactPrompt, Prompt, SubjectsPrompt
from relief_engine.interview.session import Session
from relief_engine.profile.words import plain
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Language, Text


class _Ended(Exception):
    """There is nobody to answer any more."""


def ask(
    path: Path | None,
    programmes: Sequence[str] | None,
    as_of: dt.date | None,
    rules: Path | None,
    output: Path | None,
    language: Language,
) -> None:
    """Ask until every answer is certain, save what is known after each answer, and print the report."""
    rulebook = cached_rulebook(rules)
    named = asked_for(programmes or (), rulebook) or None
    kept, moved = keeping.target(path, output)
    engine = Engine(rulebook)
    known: dict[str, object] = {}
    if path is not None and path.exists():
        known = plain(engine.read_profile(path), rulebook)
    session = Session(engine, known, as_of=as_of, programmes=named)
    talk = Talk(session, kept, language, programmes or ())
    if moved:
        text = Text(
            f"{path} 里有注释，不改动它；回答保存到 {kept}",
            f"{path} has comments and is left as it is; answers go to {kept}",
        )
        talk.say(text.in_(language))
    try:
        finished = talk.run()
        if not finished:
            talk.where()
            return
    except _Ended:
        talk.say("")
    except KeyboardInterrupt:
        talk.say("")
        talk.where()
        raise
    talk.say("")
    saved = kept if kept is not None and kept.exists() else None
    label = Text("回答", "answers").in_(language)
    report, second, why_one = verified(
        rulebook,
        lambda one: one.read_profile(saved) if saved else one.reader.read_mapping(_whole(session), label),
        session.step.as_of,
        named,
    )
    show(report, second, language, "text", why_one, full=named is not None)
    talk.where()


def _whole(session: Session) -> dict[str, object]:
    """What is known, also if it is nothing."""
    return {APPLICANT: {}, **session.profile}


class Talk:
    """The dialogue of one interview."""

    def __init__(self, session: Session, kept: Path | None, language: Language, programmes: Sequence[str] = ()) -> None:
        self.session = session
        self.programmes = programmes
        self.kept = kept
        self.language = language
        self.number = 0
        self.wide = width()
        self.shown: frozenset[tuple[str, str]] = frozenset()

    def run(self) -> bool:
        """Ask to the end; False where the person left. Raises :class:`_Ended` at the end of the input."""
        session = self.session
        day = session.step.as_of
        self.say(Text(f"判定日：{day}", f"Day of the decision: {day}").in_(self.language))
        if session.prompt is not None:
            self.say(dialogue.KEYS.in_(self.language))
        self.shown = frozenset(map(_named, filter(_certain, session.step.decisions)))
        self.number = 1
        while (prompt := session.prompt) is not None:
            self.say("", *dialogue.question(prompt, self.number, self.language, self.wide))
            if not self.answer(prompt):
                return False
        return True

    def answer(self, prompt: Prompt) -> bool:
        """Take answers until one can be used; False where the person leaves."""
        while True:
            typed = self.read(_usual(prompt))
            word = typed.strip().casefold()
            if word in dialogue.QUIT:
                return False
            if word in dialogue.HELP:
                self.say(*dialogue.more(prompt, self.language, self.wide))
            elif word in dialogue.BACK:
                if self.session.back():
                    self.number -= 1
                    keeping.keep(self.session, self.kept)
                    return True
                self.say(dialogue.FIRST.in_(self.language))
            elif self.took(prompt, typed):
                self.number += 1
                keeping.keep(self.session, self.kept)
                self.news()
                return True

    def took(self, prompt: Prompt, typed: str) -> bool:
        """Whether an answer could be used; what is wrong with it is said."""
        usual = _usual(prompt)
        if not typed.strip() and usual is None:
            self.session.skip()
            return True
        asked, text = _meant(prompt, typed.strip() or str(usual))
        try:
            self.session.answer(text, asked)
        except ProfileError as error:
            for finding in error.findings:
                self.say(f"   ✗ {one_line(finding.message.in_(self.language))}")
            return False
        return True

    def news(self) -> None:
        """Say what has become certain, where several things are asked about."""
        decisions = self.session.step.decisions
        certain = [decision for decision in decisions if _certain(decision)]
        if self.session.prompt is not None:
            for decision in certain:
                if _named(decision) not in self.shown:
                    self.say(*dialogue.settled(decision, self.language, self.wide))
        self.shown = frozenset(map(_named, certain))

    def where(self) -> None:
        """Say where the answers are; without a file they are printed, so that nothing is lost."""
        if self.kept is not None and self.kept.exists():
            # Without the programmes it would go on with all of them.
            again = shlex.join(
                ["relief", "ask", str(self.kept), *(part for one in self.programmes for part in ("--programme", one))]
            )
            text = Text(f"资料已保存：{self.kept}（接着问：{again}）", f"Saved: {self.kept} (to go on: {again})")
            self.say(text.in_(self.language))
        elif self.session.begun:
            lead = Text(
                "没有指定保存的文件；回答如下，可存为 .yaml 文件：", "No file was named; the answers, as a .yaml file:"
            )
            self.say("", lead.in_(self.language), keeping.text_of(self.session, self.session.step.as_of).rstrip())

    def say(self, *lines: str) -> None:
        """Print lines."""
        out("".join(f"{line}\n" for line in lines))

    def read(self, usual: int | None) -> str:
        """One line of the person's; what is piped in is shown, so that the dialogue reads as one."""
        mark = "> " if usual is None else f"[{usual}] > "
        if sys.stdin is None:
            raise _Ended
        try:
            if sys.stdin.isatty() and sys.stdout.isatty():
                import readline  # noqa: F401  # lets the person edit the line

                return input(mark)
            out(mark)
            line = sys.stdin.readline()
        except (EOFError, UnicodeDecodeError):
            raise _Ended from None
        if not line:
            raise _Ended
        out(f"{one_line(line)}\n")
        return line


def _usual(prompt: Prompt) -> int | None:
    """The answer that an empty line stands for, if it does not stand for *don't know*."""
    if isinstance(prompt, SubjectsPrompt) and len(prompt.offered) == 1:
        return prompt.offered[0].usual or None
    return None


def _meant(prompt: Prompt, text: str) -> tuple[Prompt, str]:
    """The question that is answered: ``年租金 360000`` answers one in place of the question for the monthly rent."""
    if isinstance(prompt, FactPrompt):
        name, _, rest = text.replace("：", " ").replace(":", " ").partition(" ")
        other = prompt.instead_of(name)
        if other is not None and rest.strip():
            return other, rest.strip()
    return prompt, text


def _certain(decision: Decision) -> bool:
    return decision.outcome is not Outcome.UNDETERMINED


def _named(decision: Decision) -> tuple[str, str]:
    return decision.programme.id, decision.subject
