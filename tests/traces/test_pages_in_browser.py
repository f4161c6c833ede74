"""The pages in a real browser: no console error, no foreign request, nothing that axe-core calls grave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.soak.load import call
from tests.support import browser as browsers
from tests.support.axe import grave_issues
from tests.traces.samples import make_trace
from traces.samples import FAILED_ID, KNOWN_ID

pytestmark = pytest.mark.browser
PATHS = [
    "/traces",
    "/traces?status=error&q=order",
    "/traces?q=nothing+has+this",
    "/traces/overview",
    "/traces/sessions",
    f"/traces/session?id={KNOWN_ID}",
    "/traces/alerts",
    "/traces/prices",
    "/traces/dead-letters",
    "/traces/setup",
    f"/traces/t/{KNOWN_ID}",
    f"/traces/t/{FAILED_ID}",
]


@pytest.fixture(scope="module")
def engineer(chromium, live_server) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    browsers.sign_in(page, live_server)
    problems = browsers.watch(page)
    yield page
    context.close()
    assert problems == []


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_no_grave_issue_and_fits_a_phone(engineer, live_server, path):
    engineer.set_viewport_size({"width": 1280, "height": 900})
    assert engineer.goto(f"{live_server.base_url}{path}").status == 200
    assert grave_issues(engineer) == []
    browsers.narrow_to_a_phone(engineer)


def test_a_test_trace_is_stored_scored_and_found_by_its_words(engineer, live_server):
    engineer.set_viewport_size({"width": 1280, "height": 900})
    engineer.goto(f"{live_server.base_url}/traces/setup")
    engineer.click("text=Store a test trace")
    assert "Is anybody there?" in engineer.inner_text("main")

    engineer.fill("#score-name", "friendly")
    engineer.fill("#score-value", "1")
    engineer.click("button[value=score]")
    assert "friendly" in engineer.inner_text("main table")

    engineer.goto(f"{live_server.base_url}/traces?score=friendly")
    engineer.fill("#model", "gpt-4o-mini")
    engineer.keyboard.press("Enter")
    engineer.wait_for_url("**model=gpt-4o-mini**")
    assert "score=friendly" in engineer.url
    assert "Is anybody there?" in engineer.inner_text("main table")


def test_a_list_that_is_followed_shows_what_arrives(engineer, live_server):
    engineer.goto(f"{live_server.base_url}/traces?model=followed")
    engineer.click("text=Follow")
    assert "Nothing matches" in engineer.inner_text("main")

    trace = make_trace(
        timestamp=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", model_requested="followed"
    )
    key = live_server.keys["PULSE_TRACES_KEY"]
    call("POST", f"{live_server.base_url}/v1/traces/async", key, [trace])

    engineer.wait_for_selector("#found table", timeout=15_000)
    assert "followed" in engineer.inner_text("#found")
    engineer.click("text=Stop following")
    engineer.wait_for_url("**/traces?model=followed")
