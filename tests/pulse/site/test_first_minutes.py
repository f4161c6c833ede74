"""The first minutes of somebody new, in a real browser: from the sign-in link to a replay."""

from __future__ import annotations

import os
import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from pulse.webhooks.signing import verify_timed_signature
from tests.soak.load import call
from tests.support import browser as browsers

pytestmark = pytest.mark.browser

LIMIT_SECONDS = 180
PATIENCE = 20_000
PICTURES = os.environ.get("PULSE_TEST_PICTURES", "")
"""A folder for screenshots of each step, for a person to look at."""


@pytest.fixture
def look(page):
    count = iter(range(1, 100))

    def take(name: str) -> None:
        if PICTURES:
            path = Path(PICTURES) / f"{next(count):02}-{name}.png"
            page.screenshot(path=path, full_page=True)

    return take


def mint_a_key(page: Any, base: str) -> str:
    """Make an HR key by the pages; gives the line to paste."""
    page.goto(f"{base}/developers/keys")
    page.click("summary:has-text('New key')")
    page.click(".menu-items a:has-text('HR')")
    page.fill("#name", "My first key")
    page.click("button:has-text('Make the key')")
    return page.locator(".code code").inner_text()


def paste(command: str) -> int:
    """The status a pasted curl line gets."""
    done = subprocess.run(
        ["bash", "-c", f"{command} -sS -o /dev/null -w '%{{http_code}}'"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return int(done.stdout)


def add_the_sink(page: Any, base: str) -> str:
    """Add the built-in sink for HR by the pages; gives its secret."""
    page.goto(f"{base}/developers/sink")
    page.click("summary:has-text('Add the sink')")
    page.click(".menu-items a:has-text('HR')")
    page.click("button:has-text('Add the endpoint')")
    return page.locator("#token").inner_text()


def signature_holds(server: Any, delivery_id: str, secret: str) -> bool:
    key = server.keys["PULSE_HR_KEY"]
    seen = call("GET", f"{server.base_url}/v1/webhook-deliveries/{delivery_id}", key)
    header = seen["tries"][-1]["request_headers"]["X-Pulse-Signature"]
    body = seen["request_body"].encode()
    return verify_timed_signature(header, secret, body, now=datetime.now(UTC))


def test_from_the_sign_in_link_to_a_replay_in_three_minutes(page, live_server, look):
    base, started = live_server.base_url, time.monotonic()

    browsers.sign_in_by_link(page, live_server)
    look("signed-in")

    command = mint_a_key(page, base)
    look("key")
    assert command.startswith("curl ")
    assert paste(command) == 200

    page.click("a:has-text('request log')")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("/v1/employees", timeout=PATIENCE)
    expect(row).to_contain_text("200")
    look("request")

    secret = add_the_sink(page, base)
    look("sink-secret")
    page.click("main a[href*='/developers/webhooks/hr/whk_']")
    endpoint = page.url
    page.click("form[action$='/test'] button")
    expect(page.locator("#progress")).to_contain_text("delivered", timeout=PATIENCE)
    look("delivered")
    delivery_id = page.url.rpartition("/")[2]
    assert signature_holds(live_server, delivery_id, secret)
    page.goto(f"{base}/developers/sink")
    expect(page.locator("#caught")).to_contain_text("X-Pulse-Signature")
    look("sink")

    page.goto(endpoint)
    page.click("button:has-text('Break the sink')")
    page.click("form[action$='/test'] button")
    expect(page.locator("#progress details")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#progress")).to_contain_text("broken sink")
    look("retried")
    failed = page.url

    page.goto(endpoint)
    page.click("button:has-text('Mend the sink')")
    page.goto(failed)
    page.click("button:has-text('Send again')")
    expect(page.locator("#progress")).to_contain_text("delivered", timeout=PATIENCE)
    expect(page.locator("#progress")).to_contain_text(re.compile(r"Repeats\s*del_"))
    look("replayed")

    assert time.monotonic() - started < LIMIT_SECONDS
