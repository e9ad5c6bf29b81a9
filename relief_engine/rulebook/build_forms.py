"""Rulebook stage: ``forms/*.yaml`` become forms, held against facts and programmes.

No decision reads a form, so that they are part of the digest but not read until someone asks for them.
"""

from __future__ import annotations

from relief_engine.errors import RulebookError
from relief_engine.rulebook.building import Desk, optional_text, text
from relief_engine.rulebook.facts import AnyFact, Fact, SizeFact
from relief_engine.rulebook.folder import place_of
from relief_engine.rulebook.form_shapes import FormCase, FormColumn, FormFile, FormNote, FormWords
from relief_engine.rulebook.forms import Column, Form, Note, Words
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.programme import Programme
from relief_engine.rulebook.record import Record
from relief_engine.rulebook.shaped import shaped
from relief_engine.rulebook.source import Document, Path_, decode
from relief_engine.rulebook.terms import APPLICANT
from relief_engine.rulebook.units import Unit, parse_unit
from relief_engine.text import Text

#: Where the cells of a column come from.
_SOURCES = ("result", "fact", "words", "copied")
#: The values of yes/no facts, as rules write them.
_YES_NO = {"yes": 1, "no": 0}
_FIGURES = ("count", "amount", "number")
_YUAN = parse_unit("元")


def forms_of(rulebook: Rulebook) -> tuple[Form, ...]:
    """The forms of a rulebook that has no findings; raises :class:`RulebookError` with the mistakes of the forms."""
    desk = Desk(sources=dict(rulebook.sources))
    forms = read_forms(rulebook, desk)
    if desk.findings:
        raise RulebookError(desk.findings)
    return forms


def read_forms(rulebook: Rulebook, desk: Desk) -> tuple[Form, ...]:
    """The forms of a rulebook in the order of their files; their mistakes are findings on the desk.

    With mistakes elsewhere nothing is checked: a name that seems to be wrong may stand in what can't be read.
    """
    if desk.findings:
        return ()
    forms: dict[str, Form] = {}
    for name, content in rulebook.form_files.items():
        document = decode(content, place_of(rulebook.root, name))
        ambiguous = bool(document.findings)
        file = shaped(document, FormFile) if document.complete else None
        desk.findings.extend(document.findings)
        # Of a key that is there twice nobody knows which value is meant.
        if file is None or ambiguous or document.findings:
            continue
        form = _Builder(document, file, rulebook, desk).form()
        if file.form in forms:
            message = Text(f"表“{file.form}”重复", f"the form {file.form!r} is declared twice")
            desk.report(document, "duplicate-form", ("form",), message)
        if form is not None:
            forms[form.id] = form
    return tuple(forms.values())


class _Builder(Record):
    """Builds one form from its file; findings go to the desk."""

    document: Document
    file: FormFile
    rulebook: Rulebook
    desk: Desk

    def report(self, code: str, path: Path_, message: Text) -> None:
        self.desk.report(self.document, code, path, message)

    def form(self) -> Form | None:
        """The form, or None with findings."""
        before = len(self.desk.findings)
        file = self.file
        programme = self.rulebook.programmes.get(file.programme)
        if programme is None:
            what = Text("项目", "programme")
            known = self.rulebook.programmes
            self.desk.unknown(self.document, "form-unknown-programme", ("programme",), file.programme, known, what)
        citations = self.desk.citations(self.document, ("cite",), file.cite)
        columns = tuple(self.column(shape, ("columns", index), programme) for index, shape in enumerate(file.columns))
        notes = [self.note(shape, ("notes", index), programme) for index, shape in enumerate(file.notes or ())]
        if programme is None or len(self.desk.findings) > before:
            return None
        where = self.document.where(())
        return Form(file.form, programme, text(file.title), columns, tuple(notes), citations, where)

    def column(self, shape: FormColumn, path: Path_, programme: Programme | None) -> Column:
        """One column; what is wrong with it is a finding."""
        given = [source for source in _SOURCES if getattr(shape, source) is not None]
        if len(given) != 1:
            listed = "、".join(_SOURCES)
            message = Text(
                f"每一栏要且只能写明一种来源：{listed}", f"a column has exactly one of {', '.join(_SOURCES)}"
            )
            self.report("form-source", path, message)
        if shape.result == "amount" and programme is not None and not _has_amount(programme):
            message = Text(f"“{programme.id}”没有金额", f"{programme.id!r} has no amount")
            self.report("form-no-amount", (*path, "result"), message)
        if shape.whole is not None and (shape.copied is None or shape.whole[0] > shape.whole[1]):
            message = Text("应为照抄的栏的最小、最大整数", "expected the least and most of a column that is copied")
            self.report("form-whole", (*path, "whole"), message)
        fact = None if shape.fact is None else self.fact(shape.fact, (*path, "fact"), programme)
        if fact is not None and not isinstance(fact, Fact):
            message = Text(f"“{fact.id}”是推导出来的，请用 words", f"{fact.id!r} is derived; use 'words'")
            self.report("form-derived", (*path, "fact"), message)
            fact = None
        words = [self.line(line, (*path, "words", index), programme) for index, line in enumerate(shape.words or ())]
        return Column(
            text(shape.title), shape.width, shape.result, fact, tuple(line for line in words if line is not None),
            shape.copied or (), shape.whole, self.unit(shape, fact, path), shape.decimals, shape.sum,
            optional_text(shape.note),
        )  # fmt: skip

    def unit(self, shape: FormColumn, fact: Fact | None, path: Path_) -> Unit | None:
        """The unit in which a column shows its figures, of the same kind as the figures have."""
        figure = shape.result == "amount" or (fact is not None and fact.type in _FIGURES)
        for key, value in (("unit", shape.unit), ("decimals", shape.decimals), ("sum", shape.sum or None)):
            if value is not None and not figure and (shape.fact is None or fact is not None):
                message = Text("只有数字的栏才有这个键", "only columns of figures have this key")
                self.report("form-not-a-figure", (*path, key), message)
        if shape.unit is None or not figure:
            return None
        unit = self.desk.unit(self.document, (*path, "unit"), shape.unit)
        own = _YUAN if fact is None else fact.unit
        if unit is not None and own is not None and not unit.same_kind(own):
            message = Text(f"单位应与{own.symbol}同类", f"expected a unit of the kind of {own.symbol}")
            self.report("form-unit", (*path, "unit"), message)
        return unit

    def fact(self, name: str, path: Path_, programme: Programme | None) -> AnyFact | None:
        """A fact of the applicant or of the programme's subject."""
        found = self.rulebook.facts.get(name)
        if found is None:
            what = Text("事实", "fact")
            self.desk.unknown(self.document, "form-unknown-fact", path, name, self.rulebook.facts, what)
        elif programme is not None and found.subject not in (APPLICANT, programme.subject):
            message = Text(
                f"“{name}”不是申请方或{programme.kind.label.zh}的事实",
                f"{name!r} is no fact of the applicant or of a {programme.kind.id}",
            )
            self.report("form-other-subject", path, message)
        return found

    def line(self, shape: FormWords, path: Path_, programme: Programme | None) -> Words | None:
        """One line of a column of words."""
        case = self.case(shape, path, programme)
        return None if case is None else Words(*case, text(shape.write))

    def note(self, shape: FormNote, path: Path_, programme: Programme | None) -> Note:
        """One note, of the table or of some lines."""
        case = None if shape.when is None else self.case(shape.when, (*path, "when"), programme)
        fact, value = case or (None, 0)
        return Note(fact, value, text(shape.note), self.desk.citations(self.document, (*path, "cite"), shape.cite))

    def case(
        self, shape: FormWords | FormCase, path: Path_, programme: Programme | None
    ) -> tuple[Fact | SizeFact, int] | None:
        """A fact and the position of its value."""
        fact = self.fact(shape.fact, (*path, "fact"), programme)
        if fact is None:
            return None
        if isinstance(fact, Fact) and fact.type == "yes_no":
            known, value = list(_YES_NO), _YES_NO.get(shape.is_)
        elif isinstance(fact, SizeFact) or (isinstance(fact, Fact) and fact.domain is not None):
            domain = fact.domain
            known, value = (list(domain.ids), domain.index(shape.is_)) if domain is not None else ([], None)
        else:
            message = Text(f"“{fact.id}”没有选项", f"{fact.id!r} has no choices")
            self.report("form-no-choices", (*path, "fact"), message)
            return None
        if value is None:
            what = Text(f"“{fact.id}”的选项", f"choice of {fact.id!r}")
            self.desk.unknown(self.document, "form-unknown-choice", (*path, "is"), shape.is_, known, what)
            return None
        return fact, value


def _has_amount(programme: Programme) -> bool:
    return any(wording.amount is not None for _, wording in programme.benefit.versions.versions)
