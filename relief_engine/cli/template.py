"""Command line stage: ``relief screen --template``: an empty roster to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from relief_engine.cli.output import out
from relief_engine.errors import Finding, InputError, Location, did_you_mean
from relief_engine.roster.template import write_template
from relief_engine.rulebook.build_forms import forms_of
from relief_engine.rulebook.cache import cached_rulebook
from relief_engine.rulebook.facts import SubjectKind
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.naming import asked_for
from relief_engine.rulebook.programme import Programme
from relief_engine.text import Language, Text


def write_empty(
    path: Path, programmes: Sequence[str], row: str | None, rules: Path | None, language: Language, *, answers: bool
) -> None:
    """Write the template, with columns for people's answers if asked for, and say what it is for.

    Without programmes it is for those of the row's kind that have an official form, else for all of the kind; without
    a kind, for the one of the programmes.
    """
    rulebook = cached_rulebook(rules)
    asked = [rulebook.programmes[name] for name in asked_for(programmes, rulebook)]
    kind = _kind(rulebook, row) if row is not None else None
    chosen = asked or _with_forms(rulebook, kind) or _of_kind(rulebook, kind)
    kind = kind or chosen[0].kind
    others = [programme for programme in chosen if programme.subject not in ("applicant", kind.id)]
    if others:
        titles = Text("、".join(p.title.zh for p in others), ", ".join(p.title.en for p in others))
        message = Text(
            f"每行是{kind.label.zh}，不能判定{titles.zh}",
            f"a row is a {kind.label.en.lower()}; it can't decide {titles.en}",
        )
        raise InputError([Finding("row-kind", Location("--programme"), message)])
    write_template(path, rulebook, kind, [programme.id for programme in chosen], language, answers=answers)
    titles = Text("、".join(p.title.zh for p in chosen), ", ".join(p.title.en for p in chosen))
    said = [
        Text(f"空白台账：{path}", f"Empty roster: {path}"),
        Text(
            f"每行一{kind.counter}{kind.label.zh}，用于：{titles.zh}",
            f"One {kind.label.en.lower()} a row, for: {titles.en}",
        ),
        Text(
            f"填好后：relief screen {path} --output 结果.xlsx",
            f"When filled in: relief screen {path} --output result.xlsx",
        ),
    ]
    out("".join(f"{text.in_(language)}\n" for text in said))


def _kind(rulebook: Rulebook, row: str) -> SubjectKind:
    kinds = [known.kind for known in rulebook.subjects.values()]
    found = next((kind for kind in kinds if row in (kind.id, kind.list, kind.label.zh)), None)
    if found is None:
        ids = [kind.id for kind in kinds]
        hint = did_you_mean(row, ids)
        message = Text(
            f"没有“{row}”这一种{hint.zh or '，可用 ' + '、'.join(ids)}",
            f"there is no kind {row!r}{hint.en or '; known: ' + ', '.join(ids)}",
        )
        raise InputError([Finding("row-kind", Location("--row"), message)])
    return found


def _with_forms(rulebook: Rulebook, kind: SubjectKind | None) -> list[Programme]:
    found = [form.programme for form in forms_of(rulebook)]
    wanted = kind or (found[0].kind if found else None)
    return list(dict.fromkeys(p for p in found if wanted is not None and p.subject == wanted.id))


def _of_kind(rulebook: Rulebook, kind: SubjectKind | None) -> list[Programme]:
    programmes = list(rulebook.programmes.values())
    wanted = kind or next((p.kind for p in programmes if p.kind.list is not None), programmes[0].kind)
    found = [programme for programme in programmes if programme.subject == wanted.id]
    if not found:
        message = Text(f"规则库没有针对{wanted.label.zh}的项目", f"no programme is about a {wanted.label.en.lower()}")
        raise InputError([Finding("row-kind", Location("--row"), message)])
    return found
