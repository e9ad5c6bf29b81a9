"""A service in a process of its own, and a browser that looks at its page and at nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from relief_engine.engine import Engine
from tests.books import shipped_book

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
#: Without the sandbox, since tests may run as root in a container; without all that asks the network by itself.
SWITCHES = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
)  # fmt: skip


@contextlib.contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """The address of a service that runs with further options of `relief serve` and logs into a folder."""
    command = [sys.executable, "-m", "relief_engine", "serve", "--port", "0", "--workers", "1", *options]
    log = folder / "service.log"
    with (
        log.open("wb") as to,
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=to) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where a service listens, as it says in its log."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        for line in log.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                said = json.loads(line)
                if said.get("event") == "listening":
                    return str(said["address"])
        time.sleep(0.05)
    pytest.fail(f"the service does not listen: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the shipped rules."""
    with served(tmp_path_factory.mktemp("service")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one module: while it is there an event loop runs in this thread, which other tests can't have."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium fonts-noto-cjk)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        yield chromium
        chromium.close()


class Watched:
    """A page whose every request, error and message of the console is remembered."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.page: Page = context.new_page()
        self.origin = origin
        self.trouble: list[str] = []
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("request", lambda request: self._ask(request.url))
        self.page.on("dialog", lambda dialog: self._dialog(dialog.type, dialog.accept))

    def _note(self, kind: str, text: str) -> None:
        # That a bad profile is answered with 4xx is no trouble of the page; a broken policy or script is.
        if kind in ("error", "warning") and "the server responded with a status of 4" not in text:
            self.trouble.append(f"console {kind}: {text}")

    def _ask(self, url: str) -> None:
        if not url.startswith((self.origin, f"blob:{self.origin}")):
            self.trouble.append(f"asked elsewhere: {url}")

    def _dialog(self, kind: str, accept: object) -> None:
        # Only the browser's own question whether to leave what is not saved may come up.
        if kind != "beforeunload":
            self.trouble.append(f"dialog: {kind}")
        accept()  # type: ignore[operator]


@pytest.fixture
def watched(browser: Browser, service: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A page of a new window; at the end nothing may have gone wrong in it."""
    options = getattr(request, "param", {})
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, "locale": "zh-CN", **options})
    context.set_default_timeout(60_000)
    found = Watched(context, service)
    yield found
    context.close()
    assert found.trouble == []


@pytest.fixture
def page(watched: Watched, service: str) -> Page:
    """The page at its start, in Chinese."""
    watched.page.goto(service)
    watched.page.wait_for_selector("main h1, main .problem")
    assert watched.page.locator("main .problem").all_inner_texts() == []
    return watched.page


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine(shipped_book())
