"""What axe-core says about every screening page, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import browser as browsers
from tests.support.axe import grave_issues

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def recruiter(chromium, live_server) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    browsers.sign_in(page, live_server)
    yield page
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        "/screening",
        "/screening?status=archived",
        "/screening/candidates/new",
        "/screening/candidates/c12345",
        "/screening/screenings",
        "/screening/screenings/s67890",
        "/screening/screenings/s67891",
        "/screening/screenings/s67890/report",
        "/screening/templates",
        "/screening/templates/t54321",
        "/screening/templates/t54321/questions/q1",
        "/screening/fairness",
        "/screening/settings",
    ],
)
def test_a_recruiter_page_has_no_grave_issue(recruiter, live_server, path):
    assert recruiter.goto(f"{live_server.base_url}{path}").status == 200
    assert grave_issues(recruiter) == []
