"""What axe-core says about every screening page, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.screening.recruiting import ESSAY, NUMBER, SINGLE, WORD
from tests.support import browser as browsers
from tests.support.axe import grave_issues

pytestmark = [pytest.mark.browser, pytest.mark.once]


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


SEVERAL = SINGLE | {"type": "multiple_choice", "prompt": "Pick both", "correct": ["x1", "x2"]}
CODE = {
    "type": "code",
    "prompt": "Write `add(a, b)`",
    "code": "def add(a, b): ...",
    "skill": "Code",
    "points": 1,
    "language": "python",
}


def test_no_page_of_a_candidate_has_a_grave_issue(chromium, account):
    questions = [SINGLE, SEVERAL, NUMBER, WORD, ESSAY, CODE]
    created = account.invite("Access", questions=questions)
    link = created["candidate_url"]
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()

    def look(url: str) -> None:
        page.goto(url)
        found[page.inner_text("h1")] = grave_issues(page)

    found: dict[str, list[str]] = {}
    look(link)
    page.check("#consent")
    page.click("text=Start now")
    for number in range(1, len(questions) + 1):
        look(f"{link}/questions/{number}")
    look(f"{link}/questions/0")
    page.fill("input[name=answer-q3]", "many")
    page.wait_for_selector("text=Write a number")
    found["a refused answer"] = grave_issues(page)
    look(f"{link}/review")
    page.click("text=Hand in my answers")
    page.wait_for_url("**/done")
    page.click("summary")
    found["done"] = grave_issues(page)
    look(link)
    look(f"{link}x")
    context.close()

    assert len(found) == 13
    assert {name: issues for name, issues in found.items() if issues} == {}
