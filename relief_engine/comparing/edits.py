"""Comparing stage, the door to the edits: all that two rulebooks say differently, in the order of the new one.

Rulebooks are compared as they were read, never as text: comments, the order of keys, the style of YAML and the spelling
of numbers make no edit, nor do conditions that are put differently and mean the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from relief_engine.comparing.documents import form_edits, source_edits
from relief_engine.comparing.edit import AnyEdit, Home, Owner, Reach, place
from relief_engine.comparing.facts import fact_edits
from relief_engine.comparing.matching import by_name
from relief_engine.comparing.programmes import programme_edits
from relief_engine.comparing.standards import standard_edits
from relief_engine.errors import in_order
from relief_engine.rulebook.forms import Form
from relief_engine.rulebook.model import Rulebook

__all__ = ["edits", "grouped", "reaches"]


def edits(old: Rulebook, new: Rulebook) -> tuple[AnyEdit, ...]:
    """All edits from one rulebook to another: of programmes in their order, then standards, facts, sources and forms.

    Those of one owner stand in the order of their places. The ledger, by which nothing is decided, is left out.

    Raises:
        RulebookError: a form has mistakes; forms are only read when someone asks for them.
    """
    found: list[AnyEdit] = []
    for programme, now in by_name(old.programmes, new.programmes):
        found += _placed(programme_edits(programme, now))
    found += _placed(standard_edits(old.standards, new.standards))
    for subject, now_subject in by_name(old.subjects, new.subjects):
        found += _placed(fact_edits(subject, now_subject))
    for source, now_source in by_name(old.sources, new.sources):
        found += _placed(source_edits(source, now_source))
    if old.form_files != new.form_files:
        found += _placed(form_edits(_forms(old), _forms(new)))
    return tuple(found)


def grouped(found: Iterable[AnyEdit]) -> Mapping[Owner, tuple[AnyEdit, ...]]:
    """Edits by what they belong to, in the order in which they stand."""
    groups: dict[tuple[Home, str], list[AnyEdit]] = {}
    for edit in found:
        groups.setdefault((edit.owner.home, edit.owner.id), []).append(edit)
    return {group[0].owner: tuple(group) for group in groups.values()}


def reaches(found: Iterable[AnyEdit]) -> Mapping[Reach, int]:
    """How many edits reach how far."""
    counts = Counter(edit.reach for edit in found)
    return {reach: counts[reach] for reach in Reach}


def _placed(found: list[AnyEdit]) -> list[AnyEdit]:
    """By owner, and within it by place; what was removed stands where it stood."""
    owners = {owner: number for number, owner in enumerate(dict.fromkeys(edit.owner for edit in found))}
    return sorted(found, key=lambda edit: (owners[edit.owner], in_order(place(edit))))


def _forms(rulebook: Rulebook) -> dict[str, Form]:
    # What reads files is imported here: nothing else of comparing needs it.
    from relief_engine.rulebook.build_forms import forms_of

    return {form.id: form for form in forms_of(rulebook)}
