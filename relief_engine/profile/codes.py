"""Profile stage: industry codes are looked up in the rulebook's list, credit codes are checked against themselves."""

from __future__ import annotations

from functools import partial

from relief_engine.errors import nearest
from relief_engine.profile.written import HUGE, Read, Reader, bad, careful, name_of, number, shown
from relief_engine.rulebook.facts import Fact
from relief_engine.rulebook.standards import CodeList
from relief_engine.text import Text


def industry_code(fact: Fact, codes: CodeList) -> Reader:
    """Reads a code of the list, given as text (``0111``, ``62``, ``h``) or as a number that can't have lost a zero."""
    positions: dict[object, int] = dict(codes.positions.items())

    def read(value: object) -> Read:
        try:
            return positions[value]
        except (KeyError, TypeError):
            return read_carefully(value)

    read_carefully = careful(fact, partial(_position, name_of(fact), codes))
    return read


def _position(name: Text, codes: CodeList, value: object) -> int:
    got = shown(value)
    if isinstance(value, str):
        text = value.upper()
    else:
        found = number(value)
        if found is None or not 0 <= found < HUGE or found != int(found):
            raise bad(name, "industry-code", f"应为行业代码，实为{got.zh}", f"expected an industry code, got {got.en}")
        text = str(int(found))
        _refuse_lost_zero(name, codes, text)
    position = codes.positions.get(text)
    if position is None:
        hint = _hint(codes, text)
        raise bad(
            name,
            "industry-code",
            f"有误，{codes.title.zh}中没有代码{got.zh}{hint.zh}",
            f"{codes.title.en} has no code {got.en}{hint.en}",
        )
    return position


def _refuse_lost_zero(name: Text, codes: CodeList, text: str) -> None:
    """A number that with a zero before it is another industry: a spreadsheet may have dropped the zero."""
    if text in codes.positions and f"0{text}" in codes.positions:
        short, full = (f"{code} {codes.codes[codes.positions[code]].name}" for code in (text, f"0{text}"))
        raise bad(
            name,
            "industry-code",
            f"写成了数字，可能是 {short}，也可能是丢了 0 的 {full}，请按文本填写（加引号）",
            f"a number that may be {short}, or {full} with its zero lost; write it as text, in quotes",
        )


def _hint(codes: CodeList, text: str) -> Text:
    """What may have been meant by an unknown code: a name, a letter before a code, a lost zero, a wrong end."""
    name = next(iter(() if text.isascii() else nearest(text, dict.fromkeys(code.name for code in codes.codes))), None)
    if name is not None:
        named = [code.id for code in codes.codes if code.name == name]
        return Text(f"，“{name}”的代码是 {'、'.join(named)}", f"; the code of {name} is {', '.join(named)}")
    for meant in (text[1:] if text[0].isalpha() else "", f"0{text}"):
        if meant in codes.positions:
            return Text(f"，是否想写“{meant}”？", f"; did you mean '{meant}'?")
    # A code that begins like a known one: name the finest known beginning, which is what a slip leaves intact.
    start = next((text[:n] for n in range(min(len(text) - 1, 4), 1, -1) if text[:n] in codes.positions), None)
    if start is not None:
        known = codes.codes[codes.positions[start]].name
        return Text(f"，最接近的是 {start} {known}", f"; the nearest is {start} {known}")
    if text.isdigit() and len(text) in (2, 3, 4):
        return Text(f"，没有以 {text[:2]} 开头的行业", f"; no industry begins with {text[:2]}")
    return Text("，应为一个字母或 2 至 4 位数字", "; expected a letter or 2 to 4 digits")


def credit_code(name: Text, value: object) -> str:
    """A unified social credit code with the right check character, in capitals and without blanks."""
    # Imported here: it takes long, and most profiles have no code.
    from stdnum.cn import uscc
    from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

    got = shown(value)
    if isinstance(value, float):
        raise bad(
            name,
            "credit-code",
            f"应按文本填写，存成数字会丢掉末几位，实为{got.zh}",
            f"must be text, a number loses the last digits; got {got.en}",
        )
    found = value if isinstance(value, str) else number(value)
    if found is None:
        raise bad(name, "credit-code", f"应为文字，实为{got.zh}", f"expected text, got {got.en}")
    try:
        return uscc.validate(str(found))
    except InvalidLength:
        words = Text("应为 18 位", "must have 18 characters")
    except InvalidChecksum:
        words = Text("的校验码（末位）不符，请核对每一位", "the check character at its end does not fit the others")
    except ValidationError:
        words = Text("应由数字和字母组成，前 8 位是数字，不用字母 I、O、S、V、Z",
                     "must be digits and letters, the first 8 of them digits, without I, O, S, V and Z")  # fmt: skip
    raise bad(name, "credit-code", f"{words.zh}，实为{got.zh}", f"{words.en}; got {got.en}")
