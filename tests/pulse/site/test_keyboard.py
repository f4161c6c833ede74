"""Lists that refresh themselves, for somebody whose place is where the focus is."""

from __future__ import annotations

import pytest

from tests.soak.load import call
from tests.support import browser as browsers

pytestmark = [pytest.mark.browser, pytest.mark.once]

FOCUS = "document.querySelector('#caught a, #caught summary').focus()"


def test_a_list_waits_with_its_refresh_while_the_focus_is_in_it(page, live_server):
    base, key = f"{live_server.base_url}/v1/webhook-endpoints", live_server.keys["PULSE_HR_KEY"]
    made = call("POST", base, key, {"url": "pulse:sink", "events": ["*"]})
    call("POST", f"{base}/{made['id']}/test", key, {})
    browsers.sign_in(page, live_server)
    page.clock.install()
    page.goto(f"{live_server.base_url}/developers/sink")
    page.locator("#caught a").first.wait_for()
    page.evaluate(FOCUS)
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.clock.run_for(9_000)
    held = page.evaluate("document.activeElement.isConnected && document.activeElement.tagName")
    asked_while_held = list(asked)
    page.evaluate("document.activeElement.blur()")
    with page.expect_request("**/developers/sink"):
        page.clock.run_for(3_000)

    assert (held, asked_while_held) == ("A", [])
