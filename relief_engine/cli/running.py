"""Command line stage: one command is run, and errors become messages and an exit status."""

from __future__ import annotations

from copy import copy

import typer

from relief_engine.cli import output
from relief_engine.cli.app import app
from relief_engine.cli.plain import plainly
from relief_engine.cli.usage import WrongUsage, is_help, mistake
from relief_engine.errors import InputError, ReliefError, SystemRefused, UnknownName
from relief_engine.text import Language, Text


def run(arguments: list[str]) -> int:
    """Run one command; errors become messages and an exit status here, and nowhere else."""
    output.prepare_streams()
    language: Language = "en" if _option(arguments, "--lang") == "en" else "zh"
    as_json = _option(arguments, "--format") == "json"
    try:
        return _run(arguments, language, as_json=as_json)
    except output.CannotWrite as error:  # the error itself can't go to standard output either
        output.report_message(error.message, "internal", language, as_json=False)
        return output.EXIT_INTERNAL


def _run(arguments: list[str], language: Language, *, as_json: bool) -> int:
    try:
        return _call(arguments)
    except typer.TyperException as error:
        if is_help(error):
            output.note_page(error.format_message())
        else:
            output.report_message(_see_help(mistake(error)), "usage", language, as_json=as_json)
        return output.EXIT_INPUT
    except WrongUsage as error:
        output.report_message(_see_help(error.message), "usage", language, as_json=as_json)
        return output.EXIT_INPUT
    except InputError as error:
        output.report_input_error(error, language, as_json=as_json)
        return output.EXIT_INPUT
    except UnknownName as error:
        output.report_message(error.message, "input", language, as_json=as_json)
        return output.EXIT_INPUT
    except (KeyboardInterrupt, typer.Abort):  # the second is how typer passes the first on
        return output.EXIT_INTERRUPTED
    except output.CannotWrite:
        raise
    except SystemRefused as error:
        output.report_message(error.message, "system", language, as_json=as_json, code=error.code)
        return output.EXIT_INTERNAL
    except ReliefError as error:
        message = getattr(error, "message", Text(str(error), str(error)))
        output.report_message(message, "internal", language, as_json=as_json)
        return output.EXIT_INTERNAL
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be told politely
        if "KeyboardInterrupt" in str(error):  # Ctrl-C while an argument was handed to the solver's C library
            return output.EXIT_INTERRUPTED
        unusable = output.unusable_name(error)
        if unusable is not None:
            output.report_input_error(unusable, language, as_json=as_json)
            return output.EXIT_INPUT
        full = output.disk_full(error)
        if full is not None:
            output.report_message(full, "system", language, as_json=as_json, code="disk-full")
            return output.EXIT_INTERNAL
        output.report_crash(error, language, as_json=as_json)
        return output.EXIT_INTERNAL


def _call(arguments: list[str]) -> int:
    """Call the command that is asked for."""
    asked, *words = arguments or [""]
    commands = [known for known in app.registered_commands if known.callback and known.callback.__name__ == asked]
    groups = [known for known in app.registered_groups if known.name == asked]
    for known in commands:
        values = plainly(known.callback, words) if known.callback else None
        if known.callback and values is not None:
            try:
                known.callback(**values)
            except typer.Exit as done:
                return done.exit_code
            return 0
    needed = app
    if commands or groups:
        # Typer makes what reads each parameter of each command, and only this one is run.
        needed = copy(app)
        needed.registered_commands, needed.registered_groups = commands, groups
    status = typer.main.get_command(needed).main(args=arguments, prog_name="relief", standalone_mode=False)
    return status if isinstance(status, int) else 0


def _see_help(message: Text) -> Text:
    return Text(f"{message.zh}（用法见 relief --help）", f"{message.en} (see relief --help)")


def _option(arguments: list[str], name: str) -> str | None:
    """The last value of an option in raw arguments, needed before they are parsed to word a parse error."""
    found = None
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif argument.startswith(f"{name}="):
            found = argument.partition("=")[2]
    return found
