"""Every page of the site in a real browser: found by its links, judged by the same rules."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Error

from tests.soak.load import call
from tests.support import browser as browsers
from tests.support import keyboard, live, routes
from tests.support.axe import grave_issues

pytestmark = pytest.mark.browser

AT_SCALE = bool(os.environ.get("PULSE_DATABASE_URL"))
PAGE_KILOBYTES = 200
NARROW = {"width": 360, "height": 800}
WIDE = {"width": 1280, "height": 900}
UNLINKED = (
    "/docs/search?q=key",
    "/screening/screenings/s67890/report",
    "/accounts/email/",
)
"""Pages that no link leads to, but a form, a script or a redirect; the walk begins with them."""
SIGNED_OUT = (
    "/",
    "/docs",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/done/",
    "/accounts/password/reset/key/1-nonsense/",
)
OPERATORS = (
    "/admin/",
    "/admin/tenancy/user/",
    "/admin/tenancy/user/1/change/",
    "/admin/tenancy/user/add/",
    "/admin/hr/employee/",
    "/admin/hr/holiday/import/",
    "/admin/webhooks/delivery/",
    "/admin/mail/outgoingmail/",
)
SECOND_FACTOR = (
    "/accounts/2fa/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/password/change/",
    "/accounts/3rdparty/",
    "/accounts/3rdparty/login/cancelled/",
)
ELSEWHERE = {
    "tests/screening/test_candidate_in_browser.py": ("s/",),
    "test_people.py": ("invitations/",),
    "test_the_pages_of_a_second_factor_are_sound": (
        "accounts/2fa/",
        "accounts/reauthenticate/",
        "accounts/3rdparty/",
    ),
    "allauth's own, of a mailed code and of another provider, which are redirects": (
        "accounts/social/",
        "accounts/oidc/",
        "accounts/login/code/",
        "accounts/^confirm-email/",
        "accounts/^password/reset/key/",
    ),
}
"""Pages that need what only another test has."""
NO_PAGES = {
    "metrics", "favicon.ico", "environment", "accounts/logout/", "analytics/live", "analytics/exports",
    "analytics/exports/<str:export_id>", "collab/demo/bot", "screening/templates/new",
    "developers/keys/replace/<slug:product>", "docs/",
}  # fmt: skip
"""Files, streams, redirects, and forms that only take a POST."""
ACTION = re.compile(
    r"/(screenings|status|resume|erase|save|invite|remove|withdraw|create|plans|rename|delete|rotate"
    r"|revoke|replay|<slug:action>|\(\?P<action>.*)$"
)

MEASURE = """() => {
  const timing = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return Math.round(timing.reduce((sum, one) => sum + one.encodedBodySize, 0) / 1024);
}"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(one => one.href)"
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Walk:
    """Pages seen, one of each route, and what was wrong with them."""

    page: Any
    base: str
    waiting: list[str]
    routes: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    kilobytes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.problems = browsers.watch(self.page)

    def run(self) -> None:
        while self.waiting:
            path = self.waiting.pop(0)
            route = route_of(path)
            if route is not None and route not in self.routes:
                self.routes[route] = path
                self.look(path)

    def look(self, path: str) -> None:
        self.problems.clear()
        try:
            answer = self.page.goto(self.base + path)
        except Error as error:
            if "Download is starting" in error.message:
                return
            raise
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        self._settle()
        wrong = [] if answer.status == 200 else [f"status {answer.status}"]
        wrong += self._judged(path) + self.problems
        self.wrong += [f"{path}: {one}" for one in wrong]
        self.waiting += [
            split.path + (f"?{split.query}" if split.query else "")
            for split in map(urlsplit, self.page.evaluate(LINKS))
            if f"{split.scheme}://{split.netloc}" == self.base
        ]

    def _settle(self) -> None:
        """Wait for both people of the demo, who come by socket and have the lists drawn again."""
        for panel in self.page.locator("pulse-threads").all():
            panel.locator(".face").nth(1).wait_for()

    def _judged(self, path: str) -> list[str]:
        self.kilobytes[path] = size = self.page.evaluate(MEASURE)
        wrong = [f"{size} kB"] if size > PAGE_KILOBYTES else []
        if AT_SCALE:  # what a page looks like does not depend on the database
            return wrong
        wrong += grave_issues(self.page, ("light",))
        new_frame = not self._knows_the_frame()
        wrong += keyboard.tab_through(self.page, skipping=not new_frame)
        wrong += keyboard.open_and_close(self.page)
        self.page.set_viewport_size(NARROW)
        self.page.evaluate(DRAWN)
        narrow = grave_issues(self.page, ("dark",))
        narrow += keyboard.open_and_close(self.page) if new_frame else []
        wrong += [f"at 360: {one}" for one in narrow]
        excess = self.page.evaluate(OVERFLOW)
        self.page.set_viewport_size(WIDE)
        return [*wrong, f"{excess} pixels too wide at 360"] if excess > 0 else wrong

    def _knows_the_frame(self) -> bool:
        """Whether the page has a skip link, and another page with it has been gone through whole."""
        return self.page.locator(".skip").count() > 0 and len(self.kilobytes) > 1


def route_of(path: str) -> str | None:
    """The route of a path; None for the admin, for files and for what is no page."""
    if path.startswith(("/admin", "/static")):
        return None
    try:
        return resolve(path.partition("?")[0]).route
    except Resolver404:
        return None


@pytest.fixture
def walk(page, live_server) -> Walk:
    return Walk(page, live_server.base_url, [])


def test_every_page_of_a_signed_in_person_is_sound(walk, live_server):
    _make_a_delivery(live_server)
    browsers.sign_in(walk.page, live_server)
    walk.waiting = ["/", *UNLINKED]

    walk.run()

    assert not walk.wrong, "\n".join(walk.wrong)
    missed = [
        route.template
        for route in routes.page_routes()
        if route.template not in {*walk.routes, *NO_PAGES, *(path[1:] for path in SIGNED_OUT)}
        and not route.template.startswith(("login/", *sum(ELSEWHERE.values(), ())))
        and not ACTION.search(f"/{route.template}")
    ]
    assert missed == []


def _make_a_delivery(server: live.LiveServer) -> None:
    """So that endpoint, event, delivery and sink have something to show."""
    base, key = f"{server.base_url}/v1/webhook-endpoints", server.keys["PULSE_HR_KEY"]
    made = call("POST", base, key, {"url": "pulse:sink", "events": ["*"]})
    call("POST", f"{base}/{made['id']}/test", key, {})


def test_every_page_of_a_stranger_is_sound(walk):
    for path in SIGNED_OUT:
        walk.look(path)

    assert not walk.wrong, "\n".join(walk.wrong)


def test_the_operators_pages_are_sound(walk, live_server):
    browsers.sign_in(walk.page, live_server)
    for path in OPERATORS:
        walk.look(path)

    assert not walk.wrong, "\n".join(walk.wrong)


PERSON = """
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from pulse.tenancy.models import User
person = User.objects.create_user(email="factor@example.com", password="correct horse battery staple")
TOTP.activate(person, generate_totp_secret())
print(user_pk_to_url_str(person), default_token_generator.make_token(person))
print(RecoveryCodes.activate(person).get_unused_codes()[0])
"""


def test_the_pages_of_a_second_factor_are_sound(walk, live_server):
    made = live_server.manage("shell", "-v", "0", "-c", PERSON)
    assert made.returncode == 0, made.stderr
    uid, token, code = made.stdout.split()

    walk.look(f"/accounts/password/reset/key/{uid}-{token}/")
    walk.look("/accounts/login/")
    walk.page.fill("[name=login]", "factor@example.com")
    walk.page.fill("[name=password]", "correct horse battery staple")
    walk.page.click("main button[type=submit]")
    walk.look("/accounts/2fa/authenticate/")
    walk.page.fill("[name=code]", code)
    walk.page.click("main button[type=submit]")
    walk.page.wait_for_url("**/")
    for path in SECOND_FACTOR:
        walk.look(path)

    assert not walk.wrong, "\n".join(walk.wrong)
