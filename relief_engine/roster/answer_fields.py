"""Roster stage: the columns of an empty roster in which people's answers to referrals are filled in.

They are not in an empty roster unless asked for: they are for rows that were decided before and left to people.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from relief_engine.profile.resolutions import COLUMNS
from relief_engine.roster.fields import Field, unit_in
from relief_engine.rulebook.facts import Domain, Fact
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import changed
from relief_engine.text import Text

#: What the subject of these facts is called where others belong to the applicant or a lease.
RESOLUTION = "resolution"
#: The column in which several choices may stand together.
REFERRAL = f"{RESOLUTION}.referral"
_ONLY = "只在需人工认定的行认定以后填。"
_ONLY_EN = "For rows that were referred, once they have been decided. "
#: The columns in the order in which they are filled in, each with what it asks for and how.
_ASKED = {
    "granted": (
        Text("对须由人认定的事项，认定同意还是不同意？", "Was what is left to people granted or refused?"),
        Text(_ONLY, _ONLY_EN.strip()),
    ),
    "amount": (
        Text("同意的金额是多少？", "Which amount was agreed to?"),
        Text(
            "按规则算得的金额同意的，以及不同意的，留空", "Empty where the rules' figure was granted, or nothing"
        ),
    ),
    "on": (
        Text("哪一天认定的？", "On which day was it decided?"),
        Text("有人工认定的必填；判定日不能早于这一天", "Goes with every answer; --as-of is not before it"),
    ),
    "by": (
        Text("由哪个单位或岗位认定？", "Which body or role decided?"),
        Text("有人工认定的必填；不写个人姓名、电话", "Goes with every answer; no person's name or number"),
    ),
    "programme": (
        Text("认定的是哪一个项目？", "Which programme was decided?"),
        Text("有人工认定的必填", "Goes with every answer"),
    ),
    "referral": (
        Text("认定的是哪一项？", "Which referral was decided?"),
        Text(
            "一行只有一项须由人认定的，留空；有几项的必填，几项之间用分号",
            "Empty where one referral holds; needed where several do, with semicolons between those decided",
        ),
    ),
    "note": (Text("还有什么要说明？", "Anything to add?"), Text("可以不填", "May be left empty")),
}  # fmt: skip


def answer_fields(programmes: Sequence[Programme]) -> Iterator[Field]:
    """The columns for answers about some programmes, of which a row is decided by all; one need not be named."""
    choices = {
        "granted": [Text("同意", "yes"), Text("不同意", "no")],
        "programme": [programme.title for programme in programmes],
        "referral": [title for programme in programmes for title in _titles(programme)],
    }
    for name, (question, note) in _ASKED.items():
        if name == "programme" and len(programmes) == 1:
            continue
        fact = COLUMNS[f"{RESOLUTION}.{name}"]
        labels = tuple(dict.fromkeys(choices.get(name, ())))
        domain = Domain(name, tuple(label.en for label in labels), labels) if labels else None
        made = changed(fact, type="choice" if labels else fact.type, domain=domain, question=question, note=note)
        yield Field(made, _header(made))


def _header(fact: Fact) -> Text:
    """The header as the reader of rosters knows it, with its unit."""
    zh, en = fact.headers[0], fact.headers[-1]
    if fact.unit is None:
        return Text(zh, en)
    return Text(f"{zh}（{unit_in(fact.unit, 'zh')}）", f"{en} ({unit_in(fact.unit, 'en')})")


def _titles(programme: Programme) -> Iterator[Text]:
    """The titles of all that a programme may leave to people."""
    yield from (referral.title for referral in programme.referrals)
    if programme.not_available is not None:
        yield programme.not_available.title
