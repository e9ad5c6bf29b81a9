"""Checking stage: what is declared and then used by nothing: facts, kinds of subject, documents and clauses."""

from __future__ import annotations

from collections.abc import Iterator

from relief_engine.checking.written import Written, own
from relief_engine.errors import Finding
from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook.build_forms import forms_of
from relief_engine.rulebook.build_ledger import ledger_of
from relief_engine.rulebook.check_programme import expressions
from relief_engine.rulebook.facts import AnyFact, Fact, OneFormRelation, behind
from relief_engine.rulebook.model import Rulebook
from relief_engine.text import Text


def read_facts(rulebook: Rulebook) -> frozenset[str]:
    """The ids of all facts that some programme reads, those behind derived ones included."""
    waiting: list[str] = []
    for programme in rulebook.programmes.values():
        waiting += [expr.fact.id for expr in expressions(programme) if isinstance(expr, ex.FactRef | ex.Flag)]
    found: set[str] = set()
    while waiting:
        identity = waiting.pop()
        if identity not in found:
            found.add(identity)
            waiting.extend(behind(rulebook.facts[identity]))
    return frozenset(found)


def facts_unused(rulebook: Rulebook, _: Written) -> Iterator[Finding]:
    """A fact that no programme, form or list of duplicates reads, and that is not declared to be informative only."""
    read = read_facts(rulebook) | _in_forms(rulebook)
    # A form of a figure that the others exclude is read by that.
    forms = {
        name for known in rulebook.subjects.values() for relation in known.relations
        if isinstance(relation, OneFormRelation) for group in relation.groups for name in group
    }  # fmt: skip
    subjects = {programme.subject for programme in rulebook.programmes.values()} | {"applicant"}
    for subject, known in rulebook.subjects.items():
        facts = [fact for fact in rulebook.facts.values() if fact.subject == subject and own(rulebook, fact.where)]
        unread = [fact for fact in facts if fact.id not in read | forms and not _needs_no_reader(fact)]
        if subject not in subjects and unread:
            label = known.label
            message = Text(
                f"没有项目针对“{label.zh}”（{subject}），它的事实都没有用到",
                f"no programme is about a {subject}, so that none of its facts is used",
            )
            yield Finding("subject-unused", unread[0].where, message, "hint")
            continue
        for fact in unread:
            derived = not isinstance(fact, Fact)
            message = Text(
                f"没有项目用到“{fact.label.zh}”（{fact.id}）",
                f"no programme reads {fact.id}",
            )
            if not derived:
                message = Text(
                    f"{message.zh}；仅供参考的事实请写 informative: true",
                    f"{message.en}; one that is only for information says informative: true",
                )
            yield Finding("fact-unused", fact.where, message, "hint")


def _needs_no_reader(fact: AnyFact) -> bool:
    """Whether a fact is kept for other ends than deciding."""
    return isinstance(fact, Fact) and (fact.informative or fact.identifies or fact.type in ("text", "credit_code"))


def _in_forms(rulebook: Rulebook) -> set[str]:
    """The facts that forms show or ask about."""
    found: set[str] = set()
    for form in forms_of(rulebook):
        for column in form.columns:
            found |= {column.fact.id} if column.fact is not None else set()
            found |= {words.fact.id for words in column.words}
        found |= {note.fact.id for note in form.notes if note.fact is not None}
    return found | {name for identity in found for name in behind(rulebook.facts[identity])}


def informative_facts_read(rulebook: Rulebook, _: Written) -> Iterator[Finding]:
    """A fact that is declared to be read by no decision, and is read by one."""
    read = read_facts(rulebook)
    for fact in rulebook.facts.values():
        if isinstance(fact, Fact) and fact.informative and fact.id in read:
            message = Text(
                f"“{fact.label.zh}”（{fact.id}）写明仅供参考，却有项目用到",
                f"{fact.id} says that it is informative only, yet a programme reads it",
            )
            yield Finding("fact-not-informative", fact.where, message)


def clauses_uncited(rulebook: Rulebook, files: Written) -> Iterator[Finding]:
    """A document that nothing cites, or a clause of one; the ledger says of its clauses itself why nothing does."""
    ledger = ledger_of(rulebook)
    accounted = set() if ledger is None else set(ledger.documents)
    cited = {source for source, _ in rulebook.citing}
    for document in files.of("sources"):
        for index, written in enumerate(document.value["sources"]):
            source = rulebook.sources[written["id"]]
            if source.id in accounted:
                continue
            if source.id not in cited:
                message = Text(f"没有规则引用 {source.number}", f"no rule cites {source.number}")
                yield Finding("source-uncited", document.where(("sources", index, "id")), message, "hint")
                continue
            unread = [n for n, clause in enumerate(source.clauses) if (source.id, clause) not in rulebook.citing]
            if unread:
                names = [list(source.clauses)[place] for place in unread]
                where = document.where(("sources", index, "clauses", unread[0], "id"))
                message = Text(
                    f"没有规则引用 {source.number} 的这些条款：{'、'.join(names)}",
                    f"no rule cites these clauses of {source.number}: {', '.join(names)}",
                )
                yield Finding("clause-uncited", where, message, "hint")


#: Each looks at the whole rulebook.
UNUSED_CHECKS = (facts_unused, informative_facts_read, clauses_uncited)
