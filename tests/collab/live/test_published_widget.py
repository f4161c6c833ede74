"""The published, unmodified client in real Chromium, on a page of another origin."""

from __future__ import annotations

import contextlib
import os
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.collab.backend import Backend
from tests.collab.published import address, customer_site
from tests.support import browser as browsers
from tests.support.browser import watch

pytestmark = pytest.mark.browser

THREADS = "() => window.widget.client.state.threads"
BODIES = (
    "() => window.widget.client.state.threads"
    ".flatMap(thread => thread.comments.map(comment => comment.body))"
)
NASTY = '<img src=x onerror="window.pwned=1"><svg/onload=window.pwned=2><b>bold</b>'


class Window:
    """One person's browser window with the widget in it."""

    def __init__(self, page: Any, problems: list[str]) -> None:
        self.page = page
        self.problems = problems

    def call(self, method: str, *arguments: Any) -> Any:
        """A method of the published PulseClient."""
        script = "([method, args]) => window.widget.client[method](...args)"
        return self.page.evaluate(script, [method, list(arguments)])

    def state(self, script: str) -> Any:
        return self.page.evaluate(script)

    def waits_for(self, condition: str, argument: Any = None) -> None:
        self.page.wait_for_function(condition, arg=argument, timeout=8000)

    def sees_comment(self, body: str) -> None:
        self.waits_for(f"body => ({BODIES})().includes(body)", body)

    def shot(self, name: str) -> None:
        """Keep a picture for a person to look at, where PULSE_TEST_SHOTS names a folder."""
        if folder := os.environ.get("PULSE_TEST_SHOTS"):
            self.page.screenshot(path=f"{folder}/{name}.png")


@pytest.fixture(scope="module")
def open_window(
    backend: Backend, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Window]]:
    """``open_window(room, "user-1", "Alice Chen")``."""
    with contextlib.ExitStack() as stack:
        site = stack.enter_context(customer_site(tmp_path_factory.mktemp("site") / "root"))
        browser = stack.enter_context(browsers.running())

        def opened(
            room: str, user: str, name: str, *, at: Backend = backend, **attributes: str
        ) -> Window:
            context = browser.new_context(viewport={"width": 1200, "height": 800})
            page = context.new_page()
            problems = watch(page)
            attributes = {
                "api-key": at.publishable,
                "token": at.token(user, name),
                "room": room,
                "endpoint": at.ws_url,
                **attributes,
            }
            page.goto(address(site, **attributes))
            page.wait_for_function("() => window.widget?.client?.state?._user?.id")
            return Window(page, problems)

        yield opened


@pytest.fixture
def pair(open_window: Callable[..., Window]) -> Iterator[tuple[Window, Window]]:
    """Alice and Bob in a new room."""
    room = f"page/{uuid.uuid4()}"
    alice = open_window(room, "user-1", "Alice Chen")
    bob = open_window(room, "user-2", "Bob Smith")
    alice.waits_for("() => window.widget.client.state._presence.size >= 2")
    yield alice, bob
    for window in (alice, bob):
        window.page.context.close()


def pin(window: Window, text: str) -> None:
    """Click through the toolbar as a person does."""
    window.page.locator(".fab-icon").click()
    window.page.get_by_title("Comment anywhere").click()
    window.page.mouse.click(300, 250)
    window.page.locator("textarea").first.fill(text)
    window.page.locator(".pin-submit").click()


def test_two_people_work_on_one_page(
    backend: Backend, pair: tuple[Window, Window], tmp_path: Path
) -> None:
    alice, bob = pair
    pin(alice, "Look at this, @Bob_Smith")
    bob.sees_comment("Look at this, @Bob_Smith")
    thread = bob.state(THREADS)[0]
    first = thread["comments"][0]
    assert thread["position"]["selector"] == "#chart"
    bob.waits_for("() => window.widget.client.state._notifications[0]?.type === 'comment:mention'")

    bob.page.locator(".pulse-pin-initials").first.click()
    bob.page.get_by_placeholder("Reply...").fill("Seen")
    bob.page.locator(".reply-send").click()
    alice.sees_comment("Seen")
    assert alice.state(BODIES) == ["Look at this, @Bob_Smith", "Seen"]

    bob.call("addReaction", first["id"], "comment", "🎉")
    alice.waits_for("() => window.widget.client.state._reactions.size === 1")
    alice.page.locator(".pulse-pin-initials").first.click()
    alice.page.locator(".popover-comments").get_by_text("🎉").wait_for()
    alice.shot("thread")
    bob.shot("reply")
    alice.call("editComment", first["id"], "Look again", [])
    bob.sees_comment("Look again")
    alice.call("updateThreadPosition", thread["id"], {"x": 0.5, "y": 0.5})
    bob.waits_for("() => window.widget.client.state.threads[0].position.x === 0.5")
    bob.call("resolveThread", thread["id"], True)
    alice.waits_for("() => window.widget.client.state.threads[0].resolved")

    room = thread["roomId"]
    by_rest = backend.thread(room, "user-2", "Deployment 81 failed")
    for window in pair:
        window.sees_comment("Deployment 81 failed")
    alice.page.get_by_title("View comments").click()
    alice.page.get_by_text("Deployment 81 failed").first.wait_for()
    alice.shot("panel")
    backend.call("DELETE", f"/api/v1/threads/{by_rest['id']}")
    for window in pair:
        window.waits_for("() => window.widget.client.state.threads.length === 1")

    reply = next(one for one in alice.state(THREADS)[0]["comments"] if one["body"] == "Seen")
    bob.call("deleteComment", reply["id"])
    alice.waits_for("() => window.widget.client.state.threads[0].comments.length === 1")
    assert (alice.problems, bob.problems) == ([], [])


def test_what_moves_is_seen_by_the_other(pair: tuple[Window, Window]) -> None:
    alice, bob = pair
    bob.page.evaluate(
        "() => { window.heard = {}; for (const kind of ['cursor:move', 'draw:stroke',"
        " 'viewport:update', 'selection:update', 'typing:indicator', 'click:perform'])"
        " window.widget.client.on(kind, data => { window.heard[kind] = data ?? true; }); }"
    )
    alice.page.mouse.move(300, 300)
    alice.page.mouse.move(330, 320)
    bob.page.get_by_text("Alice", exact=True).first.wait_for(timeout=8000)
    alice.page.mouse.wheel(0, 400)
    bob.waits_for("() => window.widget.client.state._viewports.size === 1")
    alice.page.evaluate("() => getSelection().selectAllChildren(document.getElementById('para'))")
    bob.waits_for("() => window.widget.client.state._selections.size === 1")
    alice.call("createThread", "typing")
    bob.sees_comment("typing")
    alice.call("sendTyping", bob.state(THREADS)[0]["id"])
    bob.waits_for("() => window.widget.client.state._typing.size === 1")
    alice.call("drawStroke", [{"x": 1, "y": 2}, {"x": 30, "y": 40}], "#ff0000", 3)
    bob.waits_for("() => Boolean(window.heard['draw:stroke'])")
    alice.page.mouse.click(320, 330)
    bob.waits_for("() => Boolean(window.heard['click:perform'])")
    bob.shot("moving")
    assert (alice.problems, bob.problems) == ([], [])


def test_a_follower_scrolls_along(pair: tuple[Window, Window]) -> None:
    alice, bob = pair
    bob.page.locator(".fab-icon").click()
    bob.page.get_by_title("Click to follow Alice Chen").click()
    bob.page.get_by_text("Following Alice Chen").wait_for()
    alice.page.mouse.move(300, 300)
    alice.page.mouse.wheel(0, 900)

    bob.waits_for("() => window.scrollY > 700")
    bob.shot("following")
    assert (alice.problems, bob.problems) == ([], [])


def test_who_sends_no_heartbeat_is_offline_after_the_grace_and_back_with_the_next(
    impatient: Backend, open_window: Callable[..., Window]
) -> None:
    room = f"silent-{uuid.uuid4()}"
    alice = open_window(room, "user-1", "Alice Chen", at=impatient)
    alice.page.evaluate(
        "() => setInterval(() =>"
        " window.widget.client.send({type: 'presence:update', status: 'online'}), 500)"
    )
    bob = open_window(room, "user-2", "Bob Smith", at=impatient)
    alice.waits_for("() => window.widget.client.state._presence.size === 2")

    alice.waits_for("() => window.widget.client.state._presence.size === 1")
    assert bob.state("() => window.widget.client.connectionState") == "connected"
    bob.call("send", {"type": "presence:update", "status": "online"})
    alice.waits_for("() => window.widget.client.state._presence.size === 2")
    assert (alice.problems, bob.problems) == ([], [])
    for window in (alice, bob):
        window.page.context.close()


def test_an_image_is_uploaded_and_shown_to_the_other(
    pair: tuple[Window, Window], tmp_path: Path
) -> None:
    alice, bob = pair
    picture = tmp_path / "chart.png"
    Image.new("RGB", (320, 200), "tomato").save(picture)
    alice.page.locator(".fab-icon").click()
    alice.page.get_by_title("Comment anywhere").click()
    alice.page.mouse.click(300, 250)
    with alice.page.expect_file_chooser() as chooser:
        alice.page.get_by_title("Attach image").first.click()
    with alice.page.expect_response("**/api/v1/upload") as uploaded:
        chooser.value.set_files(str(picture))
    assert uploaded.value.status == 200
    alice.page.locator(".pin-attachments-preview img").wait_for()
    alice.page.locator(".pin-submit").click()

    bob.waits_for(
        "() => window.widget.client.state.threads[0]?.comments[0].attachments.length === 1"
    )
    shown = bob.state(THREADS)[0]["comments"][0]
    assert shown["body"] == "(attachment)"
    assert (shown["attachments"][0]["width"], shown["attachments"][0]["height"]) == (320, 200)
    bob.page.locator(".pulse-pin-initials").first.click()
    image = bob.page.locator(".popover-attachment-img").first
    image.wait_for()
    bob.waits_for(
        "() => [...document.querySelectorAll('.popover-attachment-img img')]"
        ".some(image => image.naturalWidth > 0)"
    )
    bob.shot("image")
    assert (alice.problems, bob.problems) == ([], [])


def test_scripts_in_comments_names_and_reactions_never_run(
    backend: Backend, open_window: Callable[..., Window]
) -> None:
    room = f"xss-{uuid.uuid4()}"
    mallory = open_window(room, f"m-{uuid.uuid4()}", f"{NASTY} Mallory")
    pin(mallory, NASTY)
    mallory.waits_for("() => window.widget.client.state.threads.length === 1")
    thread = mallory.state(THREADS)[0]
    backend.call(
        "POST", f"/api/v1/threads/{thread['id']}/comments", {"userId": "user-2", "body": NASTY}
    )
    mallory.call("addReaction", thread["comments"][0]["id"], "comment", NASTY)
    mallory.call("send", {"type": "thread:create", "id": NASTY, "body": NASTY, "mentions": []})

    reader = open_window(room, "user-1", "Alice Chen")
    reader.page.locator(".pulse-pin-initials").first.click()
    reader.page.locator(".popover-comment").nth(1).wait_for()
    shown = reader.page.locator(".popover-comments").inner_text()
    assert "onerror" in shown
    assert "<\u200bb>bold" in shown
    reader.page.locator(".fab-icon").click()
    for panel in ("View comments", "Notifications"):
        reader.page.get_by_title(panel).click()
        reader.page.wait_for_timeout(300)

    for window in (mallory, reader):
        assert window.state("() => window.pwned ?? null") is None
        assert (
            window.state("() => document.querySelectorAll('svg[onload], img[onerror]').length") == 0
        )
    assert reader.state("() => window.widget.client.state._reactions.size") == 0
    for window in (mallory, reader):
        window.page.context.close()


def test_everybody_is_back_after_the_server_has_restarted(
    backend: Backend, pair: tuple[Window, Window]
) -> None:
    alice, bob = pair
    alice.call("createThread", "before")
    bob.sees_comment("before")

    witness = backend.enter(bob.state(THREADS)[0]["roomId"])
    backend.live.kill("web", signal.SIGTERM)
    assert witness.closed() == 1012
    backend.live.start("web")
    backend.live.ready()

    for window in pair:
        window.page.wait_for_function(
            "() => window.widget.client.connectionState === 'connected'"
            " && window.widget.client.state._presence.size === 2",
            timeout=40_000,
        )
    bob.call("createThread", "after")
    alice.sees_comment("after")
    assert sorted(alice.state(BODIES)) == ["after", "before"]
    alice.shot("again")


def test_a_bad_token_is_said_once_and_not_tried_for_ever(
    backend: Backend, open_window: Callable[..., Window]
) -> None:
    window = open_window("dashboard", "user-1", "Alice Chen")
    sockets: list[str] = []
    window.page.on("websocket", lambda socket: sockets.append(socket.url))
    window.page.evaluate("() => window.widget.setAttribute('token', 'stale')")
    window.page.wait_for_timeout(1800)  # after a bare close it would come back each second

    assert len(sockets) == 1
    window.page.context.close()
