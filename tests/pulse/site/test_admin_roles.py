"""What each kind of account may do in the admin: every screen, every address, every action."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from pulse.keys.models import ApiKey
from pulse.tenancy.models import User
from tests.support.tenancy import make_user

LOOK = frozenset[str]()
WRITE = frozenset({"add", "change"})
MAY: dict[str, frozenset[str]] = {
    "analytics.Erasure": LOOK,
    "analytics.Event": LOOK,
    "analytics.Rejection": LOOK,
    "audit.Entry": LOOK,
    "collab.Attachment": LOOK,
    "collab.Comment": frozenset({"remove"}),
    "collab.EnvironmentConfig": WRITE | {"delete", "delete_selected", "withdraw", "replace_keys"},
    "collab.Participant": frozenset({"block", "unblock", "erase"}),
    "collab.Reaction": frozenset({"remove"}),
    "collab.Room": LOOK,
    "collab.Thread": frozenset({"remove"}),
    "erasure.Erasure": LOOK,
    "exports.Export": LOOK,
    "hr.CalendarFeed": frozenset({"export"}),
    "hr.CustomField": frozenset({"export"}),
    "hr.Employee": frozenset({"export"}),
    "hr.Holiday": WRITE | {"delete", "delete_selected", "import", "export"},
    "hr.Kudos": frozenset({"export"}),
    "hr.LeaveEntry": frozenset({"export"}),
    "hr.StatusLogEntry": frozenset({"export"}),
    "incidents.Incident": LOOK,
    "keys.ApiKey": frozenset({"revoke"}),
    "mail.OutgoingMail": frozenset({"send_again"}),
    "requestlog.LoggedRequest": LOOK,
    "screening.Candidate": frozenset({"hold", "lift_hold", "erase"}),
    "screening.PartnerUpdate": LOOK,
    "screening.Plan": frozenset({"to_starter", "to_professional", "to_enterprise"}),
    "screening.Report": frozenset({"write_again"}),
    "screening.Resume": LOOK,
    "screening.Screening": LOOK,
    "screening.Template": LOOK,
    "site.Invitation": LOOK,
    "tenancy.Environment": WRITE,
    "tenancy.Organization": WRITE,
    "tenancy.User": WRITE | {"delete", "delete_selected"},
    "traces.Alert": LOOK,
    "traces.CustomPrice": LOOK,
    "traces.DashboardSession": LOOK,
    "traces.DeadLetter": LOOK,
    "traces.Inbox": LOOK,
    "traces.Score": LOOK,
    "traces.Session": LOOK,
    "traces.Span": LOOK,
    "traces.Trace": LOOK,
    "webhooks.Delivery": frozenset({"replay"}),
    "webhooks.Endpoint": frozenset({"pause", "activate"}),
    "webhooks.Event": LOOK,
}
"""Screen → what an operator may do there beside looking. Support looks; nobody else gets in."""

ROLES: dict[str, dict[str, bool]] = {
    "operator": {"is_staff": True, "is_superuser": True, "operator": True},
    "support": {"is_staff": True},
    "owner of an organization": {},
}
SCREENS = {model._meta.label: screen for model, screen in admin.site._registry.items()}
ADDRESSES = sorted(url.name for screen in SCREENS.values() for url in screen.urls if url.name)
SUPPORT_OPENS = {"changelist": 200, "change": 302, "history": 302, "process_import": 405}
"""Address → what support gets for a GET; a row that is not there leads back. All others are 403."""


@pytest.fixture
def accounts(environment) -> dict[str, User]:
    return {
        role: make_user(environment.organization, email=f"{role[:5].strip()}@example.com", **flags)
        for role, flags in ROLES.items()
    }


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path_of(name: str) -> str:
    row = (
        () if kind_of(name) in ("changelist", "add", "import", "process_import", "export") else (0,)
    )
    return reverse(f"admin:{name}", args=row)


def kind_of(name: str) -> str:
    """``process_import`` of ``hr_holiday_process_import``."""
    return name.split("_", 2)[2] if name != "auth_user_password_change" else "password_change"


def offered(screen: Any, user: User) -> frozenset[str]:
    """What the screen lets ``user`` do, by its own permissions and actions."""
    request: Any = RequestFactory().get("/admin/")
    request.user = user
    allowed = {
        word
        for word in ("add", "change", "delete", "import", "export")
        if getattr(screen, f"has_{word}_permission", lambda _: False)(request)
    }
    return frozenset(allowed | set(screen.get_actions(request)))


def test_the_table_names_every_screen_and_nothing_else():
    assert sorted(SCREENS) == sorted(MAY)


def test_operators_may_do_what_the_table_says_and_nobody_else_anything(accounts):
    found = {
        role: {label: offered(screen, user) for label, screen in SCREENS.items()}
        for role, user in accounts.items()
    }

    assert found["operator"] == MAY
    assert found["support"] == dict.fromkeys(MAY, LOOK)
    assert found["owner of an organization"] == dict.fromkeys(MAY, LOOK)


def test_support_opens_lists_and_rows_and_posts_nothing(accounts):
    support = client_of(accounts["support"])

    opened = {name: support.get(path_of(name)).status_code for name in ADDRESSES}
    posted = {
        name: support.post(path_of(name), {}).status_code
        for name in ADDRESSES
        if kind_of(name) not in ("changelist", "history")  # there a POST is a filter or a GET
    }

    assert opened == {name: SUPPORT_OPENS.get(kind_of(name), 403) for name in ADDRESSES}
    assert set(posted.values()) == {403}


@pytest.mark.parametrize("who", ["an owner of an organization", "nobody"])
def test_whoever_is_no_staff_is_sent_to_the_sign_in_from_everywhere(accounts, who):
    client = client_of(accounts["owner of an organization"]) if "owner" in who else Client()
    paths = ["/admin/", *(path_of(name) for name in ADDRESSES)]

    answers = {
        (method, path): getattr(client, method)(path)
        for path in paths
        for method in ("get", "post")
    }

    wrong = [
        (call, answer.status_code)
        for call, answer in answers.items()
        if answer.status_code != 302 or not answer["Location"].startswith("/admin/login/")
    ]
    assert wrong == []


def test_an_action_that_support_posts_anyway_does_nothing(accounts, environment, key):
    key("hr")
    row = ApiKey.objects.within(environment).get()
    form = {"action": "revoke", "_selected_action": [row.pk]}

    client_of(accounts["support"]).post("/admin/keys/apikey/", form)
    row.refresh_from_db()
    assert row.revoked_at is None

    client_of(accounts["operator"]).post("/admin/keys/apikey/", form)
    row.refresh_from_db()
    assert row.revoked_at is not None
