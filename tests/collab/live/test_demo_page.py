"""Our own client on our own page, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.collab.backend import Backend
from tests.support import browser as browsers
from tests.support.browser import watch

pytestmark = pytest.mark.browser

NASTY = '<img src=x onerror="window.pwned=1"><svg/onload=window.pwned=2>'


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsers.running() as running:
        yield running


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (360, "dark")], ids=["wide", "narrow"]
)
def test_both_people_see_what_one_of_them_and_the_build_server_say(
    backend: Backend, browser: Any, width: int, scheme: str
) -> None:
    if os.environ.get("PULSE_DATABASE_URL"):  # the demo mints tokens for anybody, so not at scale
        assert backend.call("GET", "/collab/demo").status_code == 404
        return
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    problems = watch(page)
    page.goto(f"{backend.live.base_url}/collab/demo")
    panels = page.locator("pulse-threads")
    assert panels.count() == 2
    for index in range(2):
        panels.nth(index).get_by_role("status").get_by_text("connected", exact=True).wait_for()

    said = f"{NASTY} seen at {width}"
    panels.nth(0).get_by_label("Start a thread").fill(said)
    panels.nth(0).get_by_label("Start a thread").press("Enter")
    panels.nth(1).get_by_text(said).wait_for()
    backend.call(
        "POST",
        "/api/v1/rooms/dashboard/threads",
        {"userId": "user-2", "body": f"Deployment {width} failed"},
    )
    page.get_by_role("button", name="Post as the build server").click()
    for index in range(2):
        panels.nth(index).get_by_text(f"Deployment {width} failed").wait_for()
        panels.nth(index).get_by_text("2 of 214 checks are red").first.wait_for()
        assert panels.nth(index).get_by_text("Unknown").count() == 0

    assert page.evaluate("() => window.pwned ?? null") is None
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert problems == []
    context.close()


def test_what_is_being_written_survives_other_peoples_messages_and_a_lost_connection(
    backend: Backend, browser: Any
) -> None:
    if os.environ.get("PULSE_DATABASE_URL"):
        return
    page = browser.new_page()
    page.goto(f"{backend.live.base_url}/collab/demo")
    panel = page.locator("pulse-threads").first
    panel.get_by_role("status").get_by_text("connected", exact=True).wait_for()
    reply = panel.get_by_label("Reply").last
    reply.fill("half a sentence")
    reply.press("Home")

    backend.thread("dashboard", body="meanwhile")
    panel.get_by_text("meanwhile").first.wait_for()
    where = (
        "one => [one.shadowRoot.activeElement.value, one.shadowRoot.activeElement.selectionStart]"
    )
    assert panel.evaluate(where) == ["half a sentence", 0]

    panel.evaluate("one => one.client.disconnect()")
    reply.press("Enter")
    assert reply.input_value() == "half a sentence"
    panel.evaluate("one => one.client.connect()")
    panel.get_by_role("status").get_by_text("connected", exact=True).wait_for()
    reply.press("Enter")
    panel.locator("p").get_by_text("half a sentence").wait_for()
    page.close()


def test_without_its_key_the_page_says_what_to_do(backend: Backend) -> None:
    if os.environ.get("PULSE_DATABASE_URL"):
        return
    file = backend.live.folder / "data" / "keys.env"
    kept = file.read_text()
    file.write_text(kept.replace(backend.publishable, "pk_replaced"))
    try:
        answer = httpx.get(f"{backend.live.base_url}/collab/demo")
    finally:
        file.write_text(kept)
    assert answer.status_code == 404
    assert "has been replaced or revoked" in answer.text
