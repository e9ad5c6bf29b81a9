"""Rulebook stage: the parameters of a programme file, each a figure, day, list or table in dated versions."""

from __future__ import annotations

import keyword

from relief_engine.rulebook import expressions as ex
from relief_engine.rulebook import programme as p
from relief_engine.rulebook import programme_shapes as s
from relief_engine.rulebook.building import optional_text
from relief_engine.rulebook.dating import Version
from relief_engine.rulebook.kinds import common_type, describe, parameter_type, same_kind
from relief_engine.rulebook.source import Path_
from relief_engine.rulebook.typecheck import RESERVED
from relief_engine.rulebook.workshop import Workshop
from relief_engine.text import Text


def build_parameters(shop: Workshop, file: s.ProgrammeFile, choices: frozenset[str]) -> dict[str, p.Parameter]:
    """The parameters by name; one with a mistake is left out, and its name is then ``broken`` in the document."""
    result: dict[str, p.Parameter] = {}
    for name, shapes in file.parameters.items():
        path: Path_ = ("parameters", name)
        check_name(shop, path, name, choices)
        if name in file.let:
            message = Text(f"“{name}”同时是参数和中间量", f"{name!r} is both a parameter and a figure")
            shop.report("name-collision", path, message, key=True)
            shop.document.broken.add(name)
        before = len(shop.desk.findings)
        parameter = _parameter(shop, path, name, shapes)
        if parameter is not None and name not in shop.document.broken and len(shop.desk.findings) == before:
            result[name] = parameter
        else:
            shop.document.broken.add(name)
    return result


def check_name(shop: Workshop, path: Path_, name: str, choices: frozenset[str]) -> None:
    """Report the name of a parameter or figure that an expression would take for something else."""
    if name in RESERVED or name in shop.scope.kinds:
        what = Text("表达式语言自己的名称", "a name of the expression language itself")
    elif keyword.iskeyword(name):
        what = Text("保留字", "a reserved word")
    elif name in choices:
        what = Text("某个事实的选项", "a choice of some fact")
    elif any(identity.partition(".")[2] == name for identity in shop.scope.facts):
        what = Text("某个事实的名称", "the name of a fact")
    else:
        return
    shop.report("name-collision", path, Text(f"“{name}”已是{what.zh}", f"{name!r} is already {what.en}"), key=True)


def _parameter(shop: Workshop, path: Path_, name: str, shapes: list[s.ParameterVersion]) -> p.Parameter | None:
    found = [_version(shop, (*path, index), shape) for index, shape in enumerate(shapes)]
    kept = [version for version in found if version is not None]
    if len(kept) < len(found):
        shop.document.broken.add(name)
    if not kept:
        if not found and name not in shop.document.broken:
            message = Text(f"参数“{name}”没有值", f"the parameter {name!r} has no value")
            shop.report("parameter-empty", path, message, key=True)
        return None
    first = kept[0][0]
    for kind, version in kept[1:]:
        if not same_kind(kind, first):
            got, want = describe(kind), describe(first)
            message = Text(
                f"各版本类型不一致：{got.zh}，先前为{want.zh}", f"the versions differ in type: {got.en} after {want.en}"
            )
            shop.report("parameter-type", version.path, message)
            return None
    before = len(shop.desk.findings)
    dated = shop.calendar.versions([version for _, version in kept], shop.calendar.whole)
    if len(shop.desk.findings) == before and name not in shop.document.broken:
        shop.calendar.covered(dated, path, Text(f"参数“{name}”", f"the parameter {name!r}"), shop.calendar.whole)
    return p.Parameter(name, common_type([kind for kind, _ in kept]), dated, shop.document.where(path, key=True))


def _version(
    shop: Workshop, path: Path_, shape: s.ParameterVersion
) -> tuple[ex.Type, Version[p.ParameterValue]] | None:
    """One version with its type; None, and a finding, if its unit does not go with it."""
    citations = shop.desk.citations(shop.document, (*path, "cite"), shape.cite)
    unit = None if shape.unit is None else shop.desk.unit(shop.document, (*path, "unit"), shape.unit)
    if shape.unit is not None and unit is None:
        return None
    kind = parameter_type(shape.value, unit)
    inner = kind.entry if isinstance(kind, ex.TableType) else kind
    if unit is not None and not isinstance(inner, ex.NumberType):
        shop.report("parameter-unit", (*path, "unit"), Text("只有数才有单位", "only figures have a unit"))
        return None
    written = shape.value
    value = (written,) if isinstance(written, str) else tuple(written) if isinstance(written, list) else written
    known = p.ParameterValue(value, unit, citations, optional_text(shape.note), shop.document.where(path))
    return kind, Version(shape, path, citations, known)
