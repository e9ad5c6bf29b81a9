"""Command line stage: ``relief serve``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from ipaddress import ip_address
from math import isfinite
from pathlib import Path

from relief_engine.cli.usage import WrongUsage
from relief_engine.errors import Finding, InputError, Location
from relief_engine.server.keys import api_keys
from relief_engine.server.settings import Limits, Settings
from relief_engine.text import Language, Text

#: The names of this machine, by which alone a service answers that listens on no other address.
_OWN = frozenset({"localhost", "127.0.0.1", "::1"})


def serve_with(
    host: str, port: int, workers: int, rules: Path | None, limits: Limits, language: Language, *, watch: float,
    ledger: Path | None, record_all: bool, key_file: Path | None, hosts: Sequence[str],
) -> None:  # fmt: skip
    """Serve until the process is told to stop."""
    bounds = [getattr(limits, field.name) for field in fields(limits) if field.name != "waiting"]
    # "nan" and "inf" are numbers to the command line, and no times.
    if not all(bound > 0 and isfinite(bound) for bound in bounds) or not (watch >= 0 and isfinite(watch)):
        raise WrongUsage(Text("上限和时限应为大于 0 的有限数", "limits and times must be greater than 0 and finite"))
    if record_all and ledger is None:
        raise WrongUsage(Text("--record-all 须和 --ledger 同用", "--record-all goes with --ledger"))
    settings = Settings(
        host=host, port=port, rules=rules, workers=workers, limits=limits, keys=api_keys(key_file),
        hosts=_hosts(host, hosts), ledger=ledger, record_all=record_all, watch=watch, language=language,
    )  # fmt: skip
    try:
        from relief_engine.server.run import serve
    except ModuleNotFoundError as error:
        message = Text(
            f"没有安装 {error.name}，请先运行 pip install 'relief-engine[serve]'",
            f"not installed: {error.name}; run: pip install 'relief-engine[serve]'",
        )
        raise InputError([Finding("not-installed", Location("relief serve"), message)]) from error
    serve(settings)


def _hosts(host: str, named: Sequence[str]) -> frozenset[str] | None:
    """The names that clients may call the service by; None for any.

    On this machine alone: its own. That keeps out pages of other sites that make their own name lead here.
    """
    if "*" in named:
        return None
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if named:
        return frozenset(name.lower() for name in named) | _OWN
    return _OWN | {host} if loopback else None
