"""Server stage: a rulebook that was edited is taken over whole, or not at all.

The folder is read twice, a moment apart. Only if nothing changed in between, and the rulebook is without mistakes, are
workers started for it; only when they are ready does it decide. The rulebook itself goes to them as one packed whole,
so that no worker reads the folder. Requests that began with the one before end with it.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from relief_engine.errors import InputError
from relief_engine.rulebook.folder import gathered, shipped_rules
from relief_engine.rulebook.load import load_rulebook
from relief_engine.rulebook.model import Rulebook
from relief_engine.rulebook.source import digest
from relief_engine.server import logs
from relief_engine.server.pool import WorkerDied
from relief_engine.server.service import Generation, Service

#: How long a folder must stay as it is before it is read, in seconds, and how often it is looked at for that.
STILL, PATIENCE = 0.25, 40


class Unsettled(Exception):
    """The folder changes all the time."""


def signature(folder: Path) -> str:
    """What stands in the folder of a rulebook: the digest of all that counts, and of what can't be read."""
    found = gathered(folder)
    problems = {f"\0{i}": str(f.where).encode() for i, f in enumerate(found.findings)}
    return digest({**found.contents, **problems})


async def settled(folder: Path) -> tuple[Rulebook, str]:
    """The rulebook of a folder in which nothing changed while it was read, and its signature.

    Raises:
        RulebookError: what stands there, whole and at rest, can't be used.
        Unsettled: it never came to rest.
    """
    for _ in range(PATIENCE):
        before = await asyncio.to_thread(signature, folder)
        await asyncio.sleep(STILL)
        if await asyncio.to_thread(signature, folder) != before:
            continue
        try:
            rulebook = await asyncio.to_thread(load_rulebook, folder)
        except InputError:
            if await asyncio.to_thread(signature, folder) == before:
                raise
            continue
        if await asyncio.to_thread(signature, folder) == before:
            return rulebook, before
    raise Unsettled


class Reloader:
    """Takes over a rulebook that was edited: when asked to, and by itself if it watches the folder."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._folder = service.settings.rules or shipped_rules()
        self._asked = asyncio.Event()
        # The folder may have been edited since the rulebook was read: what counts is what was read.
        self._seen = service.digest or ""

    def ask(self) -> None:
        """Have the folder read anew soon."""
        self._asked.set()

    async def run(self) -> None:
        """Wait for work until cancelled."""
        watch = self._service.settings.watch
        while True:
            asked = await self._waited(watch)
            if asked or await asyncio.to_thread(signature, self._folder) != self._seen:
                await self.reload()

    async def _waited(self, watch: float) -> bool:
        """Wait until asked, or until it is time to look; says which."""
        try:
            async with asyncio.timeout(watch or None):
                await self._asked.wait()
        except TimeoutError:
            return False
        self._asked.clear()
        return True

    async def reload(self) -> None:
        """Take over what stands in the folder, if it can be used; else keep what there is, and say so."""
        service = self._service
        try:
            rulebook, self._seen = await settled(self._folder)
        except InputError as error:
            self._seen = await asyncio.to_thread(signature, self._folder)
            self._kept("unusable", findings=[f"{found.where} {found.code}" for found in error.findings[:20]])
            return
        except (Unsettled, OSError):
            self._kept("unsettled")
            return
        if rulebook.digest == service.digest:
            service.fresh("unchanged")
            return
        generation = Generation(rulebook, service.settings)
        try:
            await generation.deciding.start()
        except WorkerDied:
            self._kept("no-workers")
            return
        service.replace(generation)
        logs.event("rulebook", result="taken-over", rulebook=generation.digest)

    def _kept(self, why: str, **more: object) -> None:
        self._service.stale(why)
        logs.event("rulebook", level=logging.ERROR, result=why, rulebook=self._service.digest, **more)
