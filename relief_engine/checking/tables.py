"""Checking stage: tables of standards. Every check looks at all codes and all limits, so what it finds is certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from relief_engine.checking.written import PrefixRow, PrefixTable
from relief_engine.errors import Finding, Location
from relief_engine.profile.model import Known, Profile
from relief_engine.profile.words import plain
from relief_engine.rulebook.facts import Encoded
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text

#: So many codes are named before *and so on*.
_SHOWN = 8


def rows_without_effect(rulebook: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """A row all of whose codes have longer prefixes in the table, or that says what the shorter prefix says."""
    codes = table.built.codes
    owners = table.owners()
    used = {id(owners[leaf]) for leaf in codes.leaves(None)}
    for row in table.rows:
        code = codes.ids[row.code]
        if id(row) not in used:
            leaf = codes.leaves(row.code)[0]
            instead = owners[leaf] or row
            to, other = (table.built.domain.ids[found.to] for found in (row, instead))
            line, prefix = instead.where.line, codes.ids[instead.code]
            yield Finding(
                "prefix-masked",
                row.where,
                Text(
                    f"前缀 {code}（{to}）不起作用：它的所有代码都另有更长的前缀，例如 {codes.ids[leaf]} 归入 {other}"
                    f"（第 {line} 行的 {prefix}）",
                    f"the prefix {code} ({to}) does nothing: every code below it has a longer one; {codes.ids[leaf]}, "
                    f"say, is {other} by {prefix} in line {line}",
                ),
                profile=with_code(rulebook, table, leaf),
            )
            continue
        parent = codes.parents[row.code]
        above = owners[parent] if parent >= 0 else None
        if above is not None and above.to == row.to:
            message = Text(
                f"前缀 {code} 与第 {above.where.line} 行的 {codes.ids[above.code]} 归入同一类，可以删去",
                f"the prefix {code} has the class that {codes.ids[above.code]} in line {above.where.line} gives it",
            )
            yield Finding("prefix-repeats", row.where, message, "hint")


def classes_without_codes(rulebook: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """A class, or a row of a size table, that no code comes to: what tests it never holds."""
    key = "classes" if table.size is None else "rows"
    named: dict[int, PrefixRow] = {}
    for row in table.rows:
        named.setdefault(row.to, row)
    for index, identity in enumerate(table.built.domain.ids):
        uncovered = table.size is not None and index == len(table.size.rows)
        if index in table.built.all_candidates or uncovered:
            continue
        where = table.document.where((key, index, "id"))
        masked = named.get(index)
        leaf = None if masked is None else table.built.codes.leaves(masked.code)[0]
        message = Text(f"没有代码归入“{identity}”", f"no code comes to {identity!r}")
        if masked is not None:
            message = Text(
                f"{message.zh}：第 {masked.where.line} 行的前缀被更长的前缀盖住",
                f"{message.en}: its prefix in line {masked.where.line} is masked by longer ones",
            )
        profile = None if leaf is None else with_code(rulebook, table, leaf)
        yield Finding("class-unreached", where, message, profile=profile)


def industries_uncovered(_: Rulebook, table: PrefixTable) -> Iterator[Finding]:
    """The industries that a size table has no row for, each with its widest code."""
    if table.size is None:
        return
    codes, none = table.built.codes, (len(table.size.rows),)
    alone = [c == none for c in table.built.candidates]
    widest = [
        codes.ids[position] for position, parent in enumerate(codes.parents)
        if alone[position] and not (parent >= 0 and alone[parent])
    ]  # fmt: skip
    if not widest:
        return
    shown, more = "、".join(widest[:_SHOWN]), len(widest) > _SHOWN
    en = ", ".join(widest[:_SHOWN])
    message = Text(
        f"这些行业没有划型标准：{shown}{'等' if more else ''}（{len(widest)} 处）",
        f"no standard covers these industries: {en}{' and so on' if more else ''} ({len(widest)})",
    )
    yield Finding("industry-uncovered", table.document.where(("uncovered",)), message, "hint")


def with_code(rulebook: Rulebook, table: PrefixTable, leaf: int) -> str | None:
    """A profile of nothing but a code; None where nothing is derived from the table."""
    derived = [fact.code for fact in table.built.facts]
    derived += [] if table.size is None else [fact.code for fact in table.size.facts]
    return profile_of(rulebook, {derived[0]: leaf}) if derived else None


def profile_of(rulebook: Rulebook, known: Mapping[str, Encoded]) -> str:
    """A profile that says of some facts what is given here, as YAML."""
    import yaml

    of: dict[str, dict[str, Encoded | str]] = {"applicant": {}}
    for identity, value in known.items():
        of.setdefault(identity.partition(".")[0], {})[identity] = value
    parts = {subject: Known(values, frozenset()) for subject, values in of.items()}
    applicant = parts.pop("applicant")
    lists = {subject: (part,) for subject, part in parts.items()}
    profile = Profile(None, applicant, lists, lambda _: Location("witness"), "witness", rulebook)
    return yaml.safe_dump(
        plain(profile, rulebook), allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000
    )


#: Each looks at one table of prefixes.
TABLE_CHECKS = (rows_without_effect, classes_without_codes, industries_uncovered)
