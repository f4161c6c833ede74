"""The candidate's way in a real browser, against a deployment of its own."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest

from tests.support import browser as browsers

pytestmark = pytest.mark.browser

SINGLE = {
    "type": "single_choice",
    "prompt": "Pick the first letter",
    "skill": "Letters",
    "points": 1,
    "options": [{"id": "x1", "text": "A"}, {"id": "x2", "text": "B"}],
    "correct": ["x1"],
    "shuffle_options": False,
}
NUMBER = {"type": "numeric", "prompt": "6 × 7", "skill": "Numbers", "points": 1, "answer": 42}
WORD = {
    "type": "short_text",
    "prompt": "Seven, as a word",
    "skill": "Numbers",
    "points": 1,
    "accepted": ["seven"],
}


class Account:
    """The recruiter's system: speaks the API with the printed key."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.base_url,
            headers={"Authorization": f"Bearer {server.keys['PULSE_SCREENING_KEY']}"},
        )

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self.http.post(path, json=body)
        assert response.status_code < 300, response.text
        return response.json()["data"]

    def screening(self, screening_id: str) -> dict[str, Any]:
        return self.http.get(f"/v1/screenings/{screening_id}").json()["data"]

    def invite(self, name: str, **terms: Any) -> dict[str, Any]:
        template = self.post(
            "/v1/templates",
            {"name": name, "duration_minutes": 10, "questions": [SINGLE, NUMBER, WORD]},
        )
        candidate = self.post(
            "/v1/candidates",
            {"name": f"{name} Taker", "email": f"{name.lower()}@example.com"},
        )
        return self.post(
            "/v1/screenings",
            {"candidate_id": candidate["id"], "template_id": template["id"], **terms},
        )


def eventually(check: Any, seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def account(live_server):
    account = Account(live_server)
    yield account
    account.http.close()


def mailed_link(account: Account, address: str) -> str:
    """The link in the mail that went to ``address``, as the mail server would have got it."""

    def look() -> str:
        logs = "".join(account.server.log(name) for name in account.server.commands)
        _, _, after = logs.replace("=\n", "").partition(f"To: {address}")
        found = re.search(r"http://\S+/s/[\w-]{43}", after)
        return found[0] if found else ""

    return eventually(look)


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the element with that accessible text or name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        text = page.evaluate(
            "() => { const e = document.activeElement; return e.name + '|' + (e.value || '') + '|' +"
            " (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent); }"
        )
        if wanted in text:
            return
    raise AssertionError(f"no way to {wanted!r} by keyboard")


def test_a_screening_is_taken_by_keyboard_over_an_outage_and_on_a_second_device(account, chromium):
    created = account.invite("Keyboard", send_invitation=True)
    link = mailed_link(account, "keyboard@example.com")
    assert link == created["candidate_url"]
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()

    page.goto(link)
    assert account.screening(created["id"])["status"] == "pending"
    tab_to(page, "consent|")
    press(page, "Space")
    tab_to(page, "Start now")
    press(page, "Enter")
    page.wait_for_url("**/questions/1#question")
    assert account.screening(created["id"])["status"] == "in_progress"

    tab_to(page, "answer-q1")
    press(page, "Space")
    page.wait_for_selector("text=/Saved \\d\\d:\\d\\d/")
    tab_to(page, "Save and continue")
    press(page, "Enter")
    page.wait_for_url("**/questions/2#question")

    context.set_offline(True)
    tab_to(page, "answer-q2")
    page.keyboard.type("42")
    page.wait_for_selector("text=Offline since")
    tab_to(page, "Save and continue")
    press(page, "Enter")
    page.wait_for_timeout(5000)
    assert page.url.endswith("/questions/2#question")
    context.set_offline(False)
    page.wait_for_selector("text=/Saved \\d\\d:\\d\\d/", timeout=15000)
    context.close()

    second = chromium.new_context(viewport={"width": 360, "height": 740})
    phone = second.new_page()
    problems = browsers.watch(phone)
    phone.goto(link)
    assert phone.url.endswith("/questions/1")
    assert phone.is_checked("input[value=x1]")
    phone.goto(f"{link}/questions/2")
    assert phone.input_value("input[name=answer-q2]") == "42"
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    phone.goto(f"{link}/questions/3")
    phone.fill("input[name=answer-q3]", "Seven")
    phone.click("text=Save and review")
    phone.wait_for_selector("text=All 3 questions are answered")
    phone.click("text=Hand in my answers")
    phone.wait_for_selector("text=Thank you")
    assert problems == []
    second.close()

    done = account.screening(created["id"])
    assert (done["status"], done["score"], done["completion_reason"]) == (
        "completed",
        100,
        "submitted",
    )
    report = eventually(
        lambda: account.http.get(f"/v1/screenings/{created['id']}/report").status_code == 200
    )
    assert report


def test_a_screening_is_taken_without_scripts(account, chromium):
    created = account.invite("Plain")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(created["candidate_url"])
    page.check("#consent")
    page.click("text=Start now")
    page.check("input[value=x2]")
    page.click("text=Save and continue")
    page.fill("input[name=answer-q2]", "forty-two")
    page.click("text=Save and continue")
    assert page.inner_text("[role=alert]").startswith("One answer could not be saved.")
    assert page.input_value("input[name=answer-q2]") == "forty-two"
    page.fill("input[name=answer-q2]", "42,0")
    page.click("text=Save and continue")
    page.fill("input[name=answer-q3]", "SEVEN")
    page.click("text=Save and review")
    page.click("text=Hand in my answers")
    assert page.inner_text("h1") == "Thank you: your answers are in."
    again = page.goto(created["candidate_url"])
    assert (again.status, page.inner_text("h1")) == (410, "Your answers have been handed in.")
    context.close()

    done = account.screening(created["id"])
    assert (done["status"], done["score"]) == ("completed", 50)


def test_two_windows_are_told_about_each_other_and_the_latest_answer_stays(account, chromium):
    created = account.invite("Windows")
    context = chromium.new_context()
    first, second = context.new_page(), context.new_page()
    first.goto(created["candidate_url"])
    first.check("#consent")
    first.click("text=Start now")
    first.goto(f"{created['candidate_url']}/questions/2")
    second.goto(f"{created['candidate_url']}/questions/2")

    first.fill("input[name=answer-q2]", "41")
    first.wait_for_selector("text=/Saved \\d\\d:\\d\\d/")
    second.fill("input[name=answer-q2]", "42")
    second.wait_for_selector("text=It had also been changed in another window")

    first.reload()
    assert first.input_value("input[name=answer-q2]") == "42"
    context.close()
