"""The analyst's page in a real browser, on the sample data that a first start makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.soak.load import call
from tests.support import browser as browsers
from tests.support.axe import grave_issues

pytestmark = pytest.mark.browser
WIDE = {"width": 1280, "height": 900}
PAINTED = """() => [...document.querySelectorAll('.chart canvas')].map(canvas => {
    const {width, height} = canvas;
    const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const columns = new Set();
    for (let at = 3; at < pixels.length; at += 4) {
        if (pixels[at]) columns.add(((at - 3) / 4) % width);
    }
    return columns.size / width;
})"""
"""Of each chart the share of columns with any ink."""


@pytest.fixture(scope="module")
def analyst(chromium, live_server) -> Iterator[Any]:
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    browsers.sign_in(page, live_server)
    problems = browsers.watch(page)
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def dashboard(analyst, live_server) -> Any:
    analyst.set_viewport_size(WIDE)
    analyst.goto(f"{live_server.base_url}/analytics")
    return analyst


@pytest.mark.once
@pytest.mark.parametrize(
    "query", ["", "?range=24h&tz=Asia/Kathmandu", "?range=12m&name=page.viewed", "?range=never"]
)
def test_the_page_has_no_grave_issue_and_fits_a_phone(analyst, live_server, query):
    analyst.set_viewport_size(WIDE)
    assert analyst.goto(f"{live_server.base_url}/analytics{query}").status == 200
    assert grave_issues(analyst) == []
    browsers.narrow_to_a_phone(analyst)


def test_both_charts_are_drawn_across_their_width(dashboard):
    dashboard.wait_for_selector(".chart canvas")

    shares = dashboard.evaluate(PAINTED)

    assert len(shares) == 2
    assert min(shares) > 0.8


def test_every_part_of_the_page_is_alive_on_the_sample(dashboard):
    for heading in ("Top events", "Breakdown", "Funnel", "Retention", "Latest sessions"):
        card = dashboard.locator("section.card", has=dashboard.get_by_role("heading", name=heading))
        assert card.locator("tbody tr").count() > 0, heading


def test_the_range_is_changed_with_the_keyboard_alone(dashboard):
    assert "by day" in dashboard.inner_text("main")

    dashboard.focus("#range")
    dashboard.keyboard.press("End")
    for _ in range(10):
        dashboard.keyboard.press("Tab")
        if dashboard.evaluate("document.activeElement.type") == "submit":
            break
    dashboard.keyboard.press("Enter")
    dashboard.wait_for_url("**range=12m**")

    assert "by week" in dashboard.inner_text("main")
    assert min(dashboard.evaluate(PAINTED)) > 0.8


def test_an_event_shows_in_the_live_part_without_a_reload(dashboard, live_server):
    url = f"{live_server.base_url}/api/v1/pulse/events"
    key = live_server.keys["PULSE_ANALYTICS_WRITE_KEY"]
    call("POST", url, key, {"name": "seen.live", "userId": "ada"})

    dashboard.wait_for_selector("#live td:has-text('seen.live')", timeout=15_000)


def test_what_is_shown_is_exported_and_downloaded(dashboard):
    dashboard.click("text=Export these events")
    deadline = time.monotonic() + 20
    while not dashboard.locator("#exports a:has-text('Download')").count():
        assert time.monotonic() < deadline, dashboard.inner_text("#exports")
        dashboard.wait_for_timeout(300)
        dashboard.reload()

    with dashboard.expect_download() as started:
        dashboard.click("#exports a:has-text('Download')")

    assert started.value.path().read_text().count("page.viewed") == 142
