"""The candidate's way in a real browser, against a deployment of its own."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

import pytest

from tests.screening.recruiting import ESSAY, Account
from tests.support import browser as browsers
from tests.support.receiver import Received, Receiver

pytestmark = pytest.mark.browser

OUTAGE_SECONDS = 30 if os.environ.get("PULSE_TEST_SOAK") else 4
SAVED = "text=/Saved \\d\\d:\\d\\d/"
FOCUSED = (
    "() => { const e = document.activeElement; return e.name + '|' + (e.value || '') + '|' +"
    " (e.labels && e.labels[0] ? e.labels[0].textContent : e.textContent); }"
)
EVENTS = [
    "candidate.created",
    "screening.created",
    "screening.started",
    "screening.completed",
    "report.generated",
]


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the element with that accessible text or name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"no way to {wanted!r} by keyboard")


def start(context: Any, created: dict[str, Any], *, page: Any = None) -> Any:
    """A page with the first question of an attempt that has just been started."""
    page = page or context.new_page()
    page.goto(created["candidate_url"])
    page.check("#consent")
    page.click("text=Start now")
    page.wait_for_url("**/questions/1#question")
    return page


def announced(account: Account, receiver: Receiver) -> str:
    """A webhook for everything, to a real receiver; gives its secret."""
    return account.post("/v1/webhooks", {"url": receiver.url, "events": EVENTS})["secret"]


def check_deliveries(deliveries: list[Received], secret: str, screening: dict[str, Any]) -> None:
    """Every fact about the candidate; those of the screening in their order; signed as documented.

    The candidate and the screening were made in the same instant, so these two may cross on the way.
    """
    bodies = [one.json() for one in deliveries]
    of_screening = [one for one in bodies if "screening_id" in one["data"]]
    times = [one["created_at"] for one in of_screening]
    assert sorted(one["event"] for one in bodies) == sorted(EVENTS)
    assert [one["event"] for one in of_screening] == EVENTS[1:]
    assert times == sorted(times)
    assert {one["data"]["screening_id"] for one in of_screening} == {screening["id"]}
    assert {one["data"]["candidate_id"] for one in bodies} == {screening["candidate_id"]}
    for one in deliveries:
        expected = hmac.new(secret.encode(), one.body, hashlib.sha256).hexdigest()
        assert one.headers["x-pihupulse-signature"] == expected


def test_a_screening_is_taken_by_keyboard_over_an_outage_and_on_a_second_device(
    account, chromium, receiver
):
    secret = announced(account, receiver)
    created = account.invite("Keyboard", send_invitation=True)
    link = account.mailed_link("keyboard@example.com")
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
    page.wait_for_selector(SAVED)
    tab_to(page, "Save and continue")
    press(page, "Enter")
    page.wait_for_url("**/questions/2#question")

    context.set_offline(True)
    tab_to(page, "answer-q2")
    page.keyboard.type("42")
    page.wait_for_selector("text=Offline since")
    tab_to(page, "Save and continue")
    press(page, "Enter")
    page.wait_for_timeout(OUTAGE_SECONDS * 1000)
    assert page.url.endswith("/questions/2#question")
    context.set_offline(False)
    page.wait_for_selector(SAVED, timeout=15000)
    context.close()

    second = chromium.new_context(viewport={"width": 360, "height": 740})
    phone = second.new_page()
    problems = browsers.watch(phone)
    phone.goto(link)
    assert phone.url.endswith("/questions/1")
    assert phone.is_checked("input[value=x1]")
    tab_to(phone, "to-2|")
    press(phone, "Enter")
    phone.wait_for_url("**/questions/2#question")
    assert phone.input_value("input[name=answer-q2]") == "42"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    tab_to(phone, "Save and continue")
    press(phone, "Enter")
    phone.wait_for_url("**/questions/3#question")
    tab_to(phone, "answer-q3")
    phone.keyboard.type("Seven")
    tab_to(phone, "Save and review")
    press(phone, "Enter")
    phone.wait_for_selector("text=All 3 questions are answered")
    tab_to(phone, "Hand in my answers")
    press(phone, "Enter")
    phone.wait_for_selector("text=Thank you")
    assert problems == []
    second.close()

    done = account.screening(created["id"])
    assert (done["status"], done["score"], done["completion_reason"]) == (
        "completed",
        100,
        "submitted",
    )
    report = account.report(created["id"])
    assert (report["score"], report["recommendation"]) == (
        100,
        "Recommended for next interview stage",
    )
    check_deliveries(receiver.wait(5), secret, created)


def test_a_screening_is_taken_without_scripts_over_an_outage_and_on_a_second_device(
    account, chromium, receiver
):
    secret = announced(account, receiver)
    created = account.invite("Plain", send_invitation=True)
    link = account.mailed_link("plain@example.com")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(link)
    tab_to(page, "consent|")
    press(page, "Space")
    tab_to(page, "Start now")
    press(page, "Enter")
    page.wait_for_url("**/questions/1#question")
    tab_to(page, "answer-q1")
    press(page, "ArrowDown")
    assert page.is_checked("input[value=x2]")
    tab_to(page, "Save and continue")
    press(page, "Enter")
    page.wait_for_url("**/questions/2#question")
    context.set_offline(True)
    tab_to(page, "answer-q2")
    page.keyboard.type("forty-two")
    press(page, "Enter")
    page.wait_for_timeout(OUTAGE_SECONDS * 1000)
    context.set_offline(False)
    page.reload()
    assert page.inner_text("[role=alert] >> nth=0").startswith("One answer could not be saved.")
    assert page.input_value("input[name=answer-q2]") == "forty-two"
    context.close()

    second = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    phone = second.new_page()
    phone.goto(link)
    assert phone.is_checked("input[value=x2]")
    tab_to(phone, "Save and continue")
    press(phone, "Enter")
    phone.wait_for_url("**/questions/2#question")
    tab_to(phone, "answer-q2")
    phone.keyboard.type("42,0")
    tab_to(phone, "Save and continue")
    press(phone, "Enter")
    phone.wait_for_url("**/questions/3#question")
    tab_to(phone, "answer-q3")
    phone.keyboard.type("SEVEN")
    tab_to(phone, "Save and review")
    press(phone, "Enter")
    phone.wait_for_url("**/review")
    tab_to(phone, "Hand in my answers")
    press(phone, "Enter")
    phone.wait_for_url("**/done")
    assert phone.inner_text("h1") == "Thank you: your answers are in."
    again = phone.goto(link)
    assert (again.status, phone.inner_text("h1")) == (410, "Your answers have been handed in.")
    second.close()

    done = account.screening(created["id"])
    assert (done["status"], done["score"]) == ("completed", 50)
    assert account.report(created["id"])["score"] == 50
    check_deliveries(receiver.wait(5), secret, created)


def test_what_was_typed_before_the_laptop_was_closed_is_sent_when_it_opens_again(account, chromium):
    created = account.invite("Laptop")
    context = chromium.new_context()
    page = start(context, created)
    page.goto(f"{created['candidate_url']}/questions/3")
    context.set_offline(True)
    page.fill("input[name=answer-q3]", "seven")
    page.wait_for_selector("text=Offline since")
    page.close()

    context.set_offline(False)
    again = context.new_page()
    with again.expect_response("**/answers/q3") as replayed:
        again.goto(created["candidate_url"])

    assert replayed.value.json()["stored"] is True
    again.goto(f"{created['candidate_url']}/questions/3")
    assert again.input_value("input[name=answer-q3]") == "seven"
    context.close()


def test_a_text_that_comes_too_late_can_be_copied_until_the_candidate_removes_it(account, chromium):
    created = account.invite("Late", questions=[ESSAY])
    context = chromium.new_context()
    page = start(context, created)
    context.set_offline(True)
    page.fill("textarea", "What I wrote while I was away")
    page.wait_for_selector("text=Offline since")
    account.post(f"/v1/screenings/{created['id']}/cancel", {})
    context.set_offline(False)
    page.wait_for_selector("text=can still be copied")
    assert page.input_value("textarea") == "What I wrote while I was away"

    page.goto(created["candidate_url"])
    assert page.inner_text("h1") == "This screening was withdrawn."
    assert page.input_value("[data-unsent] textarea") == "What I wrote while I was away"
    page.click("text=Remove it from this device")
    page.reload()
    assert page.is_hidden("[data-unsent]")
    context.close()


END_NOW = (
    "from datetime import UTC, datetime; from screening.models import Screening;"
    " Screening.unscoped.filter(number={}).update(deadline_at=datetime.now(UTC))"
)


def test_time_that_ends_without_a_connection_hands_in_when_it_is_back(account, chromium):
    created = account.invite("Ending", questions=[ESSAY])
    context = chromium.new_context()
    page = context.new_page()
    page.clock.install()
    start(context, created, page=page)
    page.fill("textarea", "A first thought")
    page.clock.run_for(2_000)
    page.wait_for_selector(SAVED)
    context.set_offline(True)
    page.fill("textarea", "A second thought")
    page.clock.run_for(598_000)
    page.wait_for_selector("text=Offline since")
    page.clock.run_for(20_000)
    assert page.inner_text("[data-clock-text]") == "0 min 00 s"
    assert page.input_value("textarea") == "A second thought"

    ended = account.server.manage("shell", "-c", END_NOW.format(created["id"][1:]))
    assert ended.returncode == 0, ended.stderr
    context.set_offline(False)
    page.clock.run_for(5_000)
    page.wait_for_url("**/done")

    assert "The time was over" in page.inner_text("main")
    shown = account.screening(created["id"])
    assert (shown["status"], shown["completion_reason"]) == ("completed", "time_expired")
    context.close()


def test_two_windows_are_told_about_each_other_and_the_latest_answer_stays(account, chromium):
    created = account.invite("Windows")
    context = chromium.new_context()
    first, second = start(context, created), context.new_page()
    first.goto(f"{created['candidate_url']}/questions/2")
    second.goto(f"{created['candidate_url']}/questions/2")

    first.fill("input[name=answer-q2]", "41")
    first.wait_for_selector(SAVED)
    second.fill("input[name=answer-q2]", "42")
    second.wait_for_selector("text=It had also been changed in another window")

    first.reload()
    assert first.input_value("input[name=answer-q2]") == "42"
    context.close()
