"""Command line stage: the words of an interview on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.decision import Decision
from relief_engine.explanation.answer import subject_text
from relief_engine.explanation.columns import columns, hanging
from relief_engine.interview.prompts import FactPrompt, Prompt, SubjectsPrompt
from relief_engine.interview.record import brief, choices
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.text import Language, Text, joined

BACK = frozenset({"<", "＜", "返回", "back"})
HELP = frozenset({"?", "？", "说明", "help"})
QUIT = frozenset({"q", "ｑ", "退出", "quit"})

KEYS = Text(
    "直接回车＝不知道　<＝上一题　?＝说明　q＝保存并退出",
    "Enter = don't know   < = the question before   ? = more about it   q = save and leave",
)
FIRST = Text("前面没有问题了。", "There is no question before this one.")
#: The widest column of short choices.
_NARROW = 24


def question(prompt: Prompt, number: int, language: Language, width: int) -> list[str]:
    """A question with the answers to choose from."""
    words = prompt.question
    if isinstance(prompt, FactPrompt) and prompt.subject != APPLICANT:
        words = Text(f"【{prompt.about.zh}】{words.zh}", f"[{prompt.about.en}] {words.en}")
    lines = hanging(f"{number}. ", words.in_(language), 0, width)
    options = list(_options(prompt, language))
    lines += _in_columns(options, width)
    for hint in _hints(prompt):
        lines += hanging("", hint.in_(language), 3, width)
    return lines


def _options(prompt: Prompt, language: Language) -> Iterator[str]:
    if isinstance(prompt, SubjectsPrompt):
        labels = [offered.kind.label.in_(language) for offered in prompt.offered]
        if len(labels) == 1:
            return
    else:
        labels = [str(choice["label"]) for choice in choices(prompt.fact, language) or ()]
    for number, label in enumerate(labels, 1):
        yield f"{number} {label}"


def _in_columns(options: list[str], width: int) -> list[str]:
    """Choices side by side where all are short, else one a line."""
    if not options:
        return []
    widest = max(map(columns, options))
    across = max(1, (width - 3) // (widest + 3)) if widest <= _NARROW else 1
    rows = [options[start : start + across] for start in range(0, len(options), across)]
    return ["   " + "".join(option + " " * (widest + 3 - columns(option)) for option in row).rstrip() for row in rows]


def _hints(prompt: Prompt) -> Iterator[Text]:
    """How the answer is written, where that is not plain."""
    if isinstance(prompt, SubjectsPrompt):
        if len(prompt.offered) > 1:
            yield Text(
                "填编号，可多个，如 1 3；某一种有多个的写 1×2；都没有填 0",
                "Give numbers, such as 1 3; of several of a kind 1×2; 0 for none",
            )
        return
    fact = prompt.fact
    parts = []
    if fact.identifies:
        parts.append(Text("可以不填", "may be left out"))
    if prompt.coarse is not None:
        parts.append(
            Text(f"“{prompt.coarse}”太粗，请填更细的代码", f"{prompt.coarse} is too coarse; give a finer code")
        )
    if fact.type == "date":
        parts.append(Text("如 2022-06-01", "such as 2022-06-01"))
    elif fact.unit is not None:
        parts.append(Text(f"单位：{fact.unit.symbol}", f"in {fact.unit.symbol}"))
    if fact.open_ended:
        parts.append(Text("没有固定期限的填“长期”", "“open” where no end is fixed"))
    if fact.not_available:
        parts.append(Text("确实没有这个数的填“无”", "“not_available” where there is no such figure"))
    if parts:
        yield joined(parts, zh="；", en="; ")
    if prompt.instead:
        names = joined([Text(other.label.zh, other.name) for other in prompt.instead])
        like = next((other for other in prompt.instead if other.type != "steps"), prompt.instead[0])
        yield Text(
            f"按别的方式计的，前面写明是哪一项（{names.zh}），如“{like.label.zh} 100000”",
            f"Fixed otherwise ({names.en})? Say so first, as in “{like.name} 100000”",
        )


def more(prompt: Prompt, language: Language, width: int) -> list[str]:
    """What is behind a question: a note, the papers that show it, and for which programmes it is asked."""
    lines: list[str] = []
    told: list[tuple[Text, Text]] = []
    if isinstance(prompt, FactPrompt):
        if prompt.fact.note is not None:
            told.append((Text("填法：", "Note: "), prompt.fact.note))
        if prompt.fact.evidence is not None:
            told.append((Text("凭证：", "Evidence: "), prompt.fact.evidence))
    titles = list(dict.fromkeys(programme.title for programme in prompt.programmes))
    if isinstance(prompt, SubjectsPrompt):
        for offered in prompt.offered:
            label = offered.kind.label
            about = joined([programme.title for programme in offered.programmes], zh="、", en="; ")
            told.append((Text(f"{label.zh}：", f"{label.en}: "), about))
    elif titles:
        told.append((Text("为什么问：关系到", "Asked for: "), joined(titles, zh="、", en="; ")))
    for lead, text in told:
        lines += hanging(lead.in_(language), text.in_(language), 3, width)
    return lines or [Text("   没有更多说明。", "   There is no more to say about it.").in_(language)]


def settled(decision: Decision, language: Language, width: int) -> list[str]:
    """A decision that has just become certain."""
    title, about, label, rest = (
        text.in_(language)
        for text in (decision.programme.title, subject_text(decision), decision.outcome.label, brief(decision))
    )
    where = "" if decision.index is None else f"（{about}）" if language == "zh" else f" ({about})"
    mark = "：" if language == "zh" else ": "
    return hanging("→ ", f"{title}{where}{mark}{label}{mark}{rest}", 0, width)
