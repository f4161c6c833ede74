"""What visitors of a customer's page write is read by operators: it must stay text there too."""

from __future__ import annotations

import re
import uuid
from urllib.parse import quote

import httpx
import pytest

from tests.collab.backend import Backend
from tests.collab.live.test_uploads import picture
from tests.support import browser as browsers
from tests.support.browser import watch

pytestmark = [pytest.mark.browser, pytest.mark.once]

NASTY = '<img src=x onerror="window.pwned=1"><svg/onload=window.pwned=2>'
SCREENS = ("participant", "room", "thread", "comment", "reaction", "attachment")


def mischief(backend: Backend) -> None:
    """A room, a person, a comment and a file whose names and texts are markup."""
    user = f"m-{NASTY}-{uuid.uuid4()}"
    token = backend.token(user, f"{NASTY} Mallory")
    sent = {"X-Pulse-Key": backend.publishable, "X-Pulse-Token": token}
    files = {"file": (f"{NASTY}.png", picture(), "image/png")}
    file = httpx.post(f"{backend.live.base_url}/api/v1/upload", files=files, headers=sent).json()
    body = {"userId": user, "body": NASTY, "attachmentIds": [file["id"]]}
    made = backend.call("POST", f"/api/v1/rooms/{quote(NASTY, safe='')}/threads", body)
    comment = made.json()["thread"]["comments"][0]["id"]
    sent = {"userId": user, "emoji": "👍"}
    assert backend.call("POST", f"/api/v1/comments/{comment}/reactions", sent).status_code == 201


def test_scripts_in_what_people_wrote_never_run_in_the_admin(backend: Backend) -> None:
    mischief(backend)
    link = backend.run(
        "from pulse.site import login_links; from pulse.tenancy import selectors;"
        "print(login_links.create(selectors.first_operator()))"
    ).strip()

    with browsers.running() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        problems = watch(page)
        page.goto(f"{backend.live.base_url}/login/{link.rpartition('/')[2]}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile(r"/$"))
        for screen in SCREENS:
            page.goto(f"{backend.live.base_url}/admin/collab/{screen}/?q=")
            page.locator("#result_list a, table a").first.wait_for()
            found = page.locator(f'a[href*="/admin/collab/{screen}/"][href*="/change/"]').first
            page.goto(f"{backend.live.base_url}{found.get_attribute('href')}")
            page.wait_for_load_state("networkidle")

            assert page.evaluate("() => window.pwned ?? null") is None
            injected = "() => document.querySelectorAll('img[onerror], svg[onload]').length"
            assert page.evaluate(injected) == 0
            if screen != "reaction":
                assert "onerror" in page.locator("body").inner_text()
        assert problems == []
