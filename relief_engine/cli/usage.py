"""Command line stage: help pages with Chinese first, and mistakes on the command line in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from relief_engine.errors import ReliefError, did_you_mean
from relief_engine.explanation.columns import columns, hanging, wrapped
from relief_engine.text import Text

#: The first column of a list of options is at most so wide; a longer name stands on a line of its own.
_NAMES = 26
_QUOTED = re.compile(r"'([^']*)'")


class WrongUsage(ReliefError):
    """The command line can't be used."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message.zh)


# --- help -------------------------------------------------------------------------------------------------------------


class Command(TyperCommand):
    """A command whose help page is laid out for Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        formatter.write("\n".join(_page(self, ctx, formatter.width)) + "\n")


class Group(TyperGroup):
    """A group of commands whose help page is laid out for Chinese."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        formatter.write("\n".join(_page(self, ctx, formatter.width)) + "\n")

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a subcommand; an unknown one is answered with the nearest name."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            hint = did_you_mean(name, known)
            raise WrongUsage(
                Text(
                    f"没有命令“{name}”{hint.zh or '，可用的有 ' + '、'.join(known)}",
                    f"there is no command {name!r}{hint.en or '; known are ' + ', '.join(known)}",
                )
            )
        return super().resolve_command(ctx, args)


def _page(command: Any, ctx: Any, width: int) -> Iterator[str]:
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name == "option"]
    names = [_argument(param) for param in arguments]
    subcommands = getattr(command, "commands", {})
    pieces = [ctx.command_path, *(["COMMAND"] if subcommands else []), *names, "[OPTIONS]"]
    yield from hanging("用法 Usage: ", " ".join(pieces), 0, width)
    yield ""
    for line in (command.help or "").splitlines():
        yield from wrapped(line, width)
    if subcommands:
        rows = [(name, _paragraph(sub.help)) for name, sub in subcommands.items()]
        yield from _rows("命令 Commands:", rows, width)
    if arguments:
        rows = [(name, _described(param)) for name, param in zip(names, arguments, strict=True)]
        yield from _rows("参数 Arguments:", rows, width)
    yield from _rows("选项 Options:", [(_names(param, ctx), _described(param)) for param in options], width)
    if command.epilog:
        yield ""
        yield "例 Examples:"
        for line in command.epilog.splitlines():
            yield f"  {line}"


def _rows(title: str, rows: list[tuple[str, list[str]]], width: int) -> Iterator[str]:
    first = min(max(columns(name) for name, _ in rows), _NAMES) + 2
    yield ""
    yield title
    for name, lines in rows:
        lead = name + " " * (first - columns(name))
        if columns(name) + 2 > first:
            yield f"  {name}"
            lead = " " * first
        for line in lines:
            yield from hanging(lead, line, 2, width)
            lead = " " * first


def _paragraph(text: str | None) -> list[str]:
    """The first paragraph of a help text: the Chinese line and the English one."""
    return (text or "").split("\n\n")[0].splitlines()


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name)
    return name if param.required else f"[{name}]"


def _names(param: Any, ctx: Any) -> str:
    record = param.get_help_record(ctx)
    return str(record[0]) if record else ""


def _described(param: Any) -> list[str]:
    if param.name == "help":
        return ["显示本说明", "Show this page"]
    zh, _, en = (param.help or "").partition("\n")
    default = param.default.value if isinstance(param.default, Enum) else None
    if default is not None:
        zh, en = f"{zh}（默认 {default}）", f"{en} (default: {default})"
    elif param.required and param.param_type_name == "option":
        zh, en = f"{zh}（必填）", f"{en} (required)"
    return [zh, en] if en else [zh]


# --- mistakes ---------------------------------------------------------------------------------------------------------


def is_help(error: typer.TyperException) -> bool:
    """Whether a command group was called without anything: the message is its help page."""
    return type(error).__name__ == "NoArgsIsHelpError"


def mistake(error: typer.TyperException) -> Text:
    """What is wrong with the command line; in Chinese by the kind of mistake, in English as typer says it."""
    english = error.format_message()
    english = english[:1].lower() + english[1:].rstrip(".")
    return Text(_mistake_zh(error, english), english)


def _mistake_zh(error: Any, english: str) -> str:
    hint = " / ".join(str(option) for option in getattr(getattr(error, "param", None), "opts", ()))
    if hint and getattr(error.param, "param_type_name", "") == "argument":
        hint = _argument(error.param)
    match type(error).__name__:
        case "NoSuchOption":
            near = f"，是否想写“{error.possibilities[0]}”？" if error.possibilities else ""
            return f"没有选项 {error.option_name}{near}"
        case "MissingParameter":
            return f"缺少 {hint}" if hint else f"缺少参数（{english}）"
        case "BadOptionUsage" if "requires an argument" in english:
            return f"选项 {error.option_name} 后面缺少值"
        case "BadOptionUsage":
            return f"选项 {error.option_name} 的写法不对（{english}）"
        case "BadParameter" if "is not one of" in english and hint:
            value, *allowed = _QUOTED.findall(english.partition("invalid value for")[2].partition(":")[2])
            return f"{hint} 应为 {'、'.join(allowed)} 之一，实为“{value}”"
        case "BadParameter" if hint:
            return f"{hint} 的值不合要求（{english}）"
        case _ if "unexpected extra argument" in english:
            return f"多写了“{english.rpartition('(')[2].rstrip(')')}”"
        case _:
            return english
