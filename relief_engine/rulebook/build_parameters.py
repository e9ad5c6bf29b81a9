"""Rulebook stage: a programme's parameters and named figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import shapes as s
from relief_engine.rulebook.building import optional_text, text
from relief_engine.rulebook.drafting import Builder
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.typecheck import RESERVED, describe, parameter_type
from relief_engine.rulebook.units import PURE
from relief_engine.text import Text


def build_parameters(b: Builder, file: s.ProgrammeFile, choices: Container[str]) -> dict[str, p.Parameter]:
    """The parameters with their dated versions; a name must not also mean something else."""
    result: dict[str, p.Parameter] = {}
    for name, shapes in file.parameters.items():
        path: Path_ = ("parameters", name)
        _collision(b, path, name, choices, file.let)
        kinds: list[ex.Type] = []
        unreadable = False
        items = []
        for index, shape in enumerate(shapes):
            here: Path_ = (*path, index)
            citations = b.desk.citations(b.document, (*here, "cite"), shape.cite)
            kind, value = _parameter_value(b, shape, here)
            if value.unit is PURE:
                unreadable = True
            kinds.append(kind)
            items.append((shape, here, citations, replace(value, citations=citations)))
        if not kinds and name in b.broken:
            continue
        if not kinds:
            b.broken |= {name}
            b.desk.report(
                b.document,
                "parameter-empty",
                path,
                Text(f"参数“{name}”没有值", f"the parameter {name!r} has no value"),
                key=True,
            )
            continue
        for index, kind in enumerate(kinds[1:], 1):
            if not _same(kind, kinds[0]):
                got, want = describe(kind), describe(kinds[0])
                b.desk.report(
                    b.document,
                    "parameter-type",
                    (*path, index),
                    Text(
                        f"各版本类型不一致：{got.zh}，先前为{want.zh}",
                        f"the versions differ in type: {got.en} after {want.en}",
                    ),
                )
        versions = b.versions(items, b.period)
        if unreadable:
            b.broken |= {name}
            continue
        result[name] = p.Parameter(name, _common(kinds), versions, b.document.where(path, key=True))
    return result


def _collision(b: Builder, path: Path_, name: str, choices: Container[str], lets: Container[str]) -> None:
    bare = {identity.partition(".")[2] for identity in b.scope.facts}
    if name in RESERVED:
        taken = Text("函数或保留字", "a function or reserved word")
    elif name in choices:
        taken = Text("选项", "a choice")
    elif name in lets:
        taken = Text("中间量", "a figure of this programme")
    elif name in ("applicant", "lease", "loan") or name in bare:
        taken = Text("主体或事实", "a subject or a fact")
    else:
        return
    b.broken |= {name}
    b.desk.report(
        b.document,
        "name-collision",
        path,
        Text(f"“{name}”已是{taken.zh}的名称", f"{name!r} is already the name of {taken.en}"),
        key=True,
    )


def _common(kinds: Sequence[ex.Type]) -> ex.Type:
    """The type of all versions together: one that may be negative counts for all."""
    first = kinds[0]
    if isinstance(first, ex.NumberType):
        return replace(first, signed=any(isinstance(kind, ex.NumberType) and kind.signed for kind in kinds))
    return first


def _same(kind: ex.Type, first: ex.Type) -> bool:
    if isinstance(kind, ex.NumberType) and isinstance(first, ex.NumberType):
        return kind.unit.same_kind(first.unit)
    if isinstance(kind, ex.TableType) and isinstance(first, ex.TableType):
        return _same(kind.entry, first.entry)
    return type(kind) is type(first)


def _parameter_value(b: Builder, shape: s.ParameterVersion, path: Path_) -> tuple[ex.Type, p.ParameterValue]:
    unit = b.desk.unit(b.document, (*path, "unit"), shape.unit) if shape.unit else None
    kind = parameter_type(shape.value, unit)
    if isinstance(shape.value, dict) and len({isinstance(entry, Decimal) for entry in shape.value.values()}) > 1:
        b.desk.report(
            b.document,
            "parameter-type",
            (*path, "value"),
            Text("表中不能既有日期又有数", "a table holds either days or figures, not both"),
        )
    if shape.unit and not (isinstance(kind, ex.NumberType) or isinstance(getattr(kind, "entry", None), ex.NumberType)):
        b.desk.report(
            b.document, "parameter-unit", (*path, "unit"), Text("只有数才有单位", "only a figure takes a unit")
        )
    value: Decimal | dt.date | tuple[str, ...] | Mapping[str, Decimal | dt.date]
    if isinstance(shape.value, str):
        value = (shape.value,)
    elif isinstance(shape.value, list):
        value = tuple(shape.value)
    else:
        value = shape.value
    return kind, p.ParameterValue(value, unit, (), optional_text(shape.note), b.document.where(path))


def build_lets(b: Builder, file: s.ProgrammeFile, choices: Container[str]) -> dict[str, p.Let]:
    """The named figures, in their order; each may use those above it."""
    result: dict[str, p.Let] = {}
    for name, shape in file.let.items():
        _collision(b, ("let", name), name, choices, ())
        expr = b.expression(shape.value, ("let", name, "value"), None)
        if expr is None:
            b.broken |= {name}
        elif not isinstance(expr.type, ex.NumberType | ex.DateType):
            b.broken |= {name}
            b.desk.report(
                b.document,
                "expr-type",
                ("let", name, "value"),
                Text("中间量应为数或日期", "a figure must be a number or a date"),
            )
        else:
            result[name] = p.Let(name, text(shape.title), shape.shown, expr)
            b.scope.lets[name] = expr.type
    return result
