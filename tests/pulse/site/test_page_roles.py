"""What each person may do on the pages: every address of the console and the settings, by role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from pulse.keys.models import ApiKey
from pulse.site.models import Invitation
from pulse.site.pages.console.endpoints import ACTIONS
from pulse.tenancy.models import Environment, Member, User
from pulse.webhooks import services as webhooks
from tests.support import routes
from tests.support.tenancy import (
    make_environment,
    make_grant,
    make_key,
    make_organization,
    make_user,
)

ORDER = ("signed in", "view", "edit", "manage", "admin", "owner")
PEOPLE: dict[str, tuple[str, str]] = {
    "member without grants": (Member.Role.MEMBER, "signed in"),
    "member who may view": (Member.Role.MEMBER, "view"),
    "member who may edit": (Member.Role.MEMBER, "edit"),
    "member who may manage": (Member.Role.MEMBER, "manage"),
    "support": (Member.Role.SUPPORT, "view"),
    "admin": (Member.Role.ADMIN, "admin"),
    "owner": (Member.Role.OWNER, "owner"),
}
"""Person → role, and the level that follows from role and grant."""

LEAST: dict[str, dict[str, str]] = {
    "account": {"get": "signed in", "post": "signed in"},
    "environment": {"post": "signed in"},
    "developers": {"get": "signed in"},
    "developers/keys": {"get": "signed in"},
    "developers/keys/new/<slug:product>": {"get": "manage", "post": "manage"},
    "developers/keys/replace/collab": {"post": "manage"},
    "developers/keys/<str:key_id>": {"get": "view"},
    "developers/keys/<str:key_id>/rotate": {"post": "manage"},
    "developers/keys/<str:key_id>/revoke": {"post": "manage"},
    "developers/webhooks": {"get": "signed in"},
    "developers/webhooks/new/<slug:product>": {"get": "manage", "post": "manage"},
    "developers/webhooks/<slug:product>/<str:endpoint_id>": {"get": "view", "post": "manage"},
    **{
        f"developers/webhooks/<slug:product>/<str:endpoint_id>/{action}": {"post": level}
        for action, (level, _) in ACTIONS.items()
    },
    "developers/events": {"get": "signed in"},
    "developers/events/<slug:product>/<str:event_id>": {"get": "view"},
    "developers/events/<slug:product>/<str:event_id>/replay": {"post": "edit"},
    "developers/deliveries": {"get": "signed in"},
    "developers/deliveries/<slug:product>/<str:delivery_id>": {"get": "view"},
    "developers/deliveries/<slug:product>/<str:delivery_id>/replay": {"post": "edit"},
    "developers/sink": {"get": "signed in"},
    "developers/requests": {"get": "signed in"},
    "settings/people": {"get": "signed in"},
    "settings/people/invite": {"post": "admin"},
    "settings/people/<int:pk>": {"get": "admin", "post": "admin"},
    "settings/people/<int:pk>/remove": {"post": "admin"},
    "settings/people/invitations/<int:pk>/withdraw": {"post": "admin"},
    "settings/environments": {"get": "admin"},
    "settings/environments/create": {"post": "admin"},
    "settings/environments/plans": {"post": "admin"},
    "settings/environments/<str:public_id>/rename": {"post": "admin"},
    "settings/environments/<str:public_id>/delete": {"post": "admin"},
}
"""Address → method → the least level. Which level each action of an endpoint needs is stated in
test_console_webhooks.py; here every role tries it."""

OPEN = {
    "", "favicon.ico", "metrics", "openapi/<slug:product>.json", "llms.txt", "ecosystem", "docs", "docs/", "docs/search",
    "docs/reference/<slug:product>", "docs/reference/<slug:product>/bruno.zip",
    "docs/reference/<slug:product>/try/<str:anchor>",
    "docs/<slug:slug>.md", "docs/<slug:slug>", "login/<str:token>", "invitations/<str:token>",
}  # fmt: skip
"""For everybody; a token in the address or a header is the key."""
OPEN_PRODUCT_PAGES = ("s/", "collab/demo")
REPLACED = "developers/keys/replace/<slug:product>"
ACTED = "developers/webhooks/<slug:product>/<str:endpoint_id>/<slug:action>"


@dataclass(frozen=True)
class World:
    """An organization with one of everything that an address can name."""

    environment: Environment
    values: dict[str, str]

    def path(self, route: str) -> str:
        invitation = "invitations" in route
        pk = self.values["invitation" if invitation else "member"]
        named = self.values | {"pk": pk}
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: named[found[1]], route)


@pytest.fixture
def world(environment) -> World:
    now = datetime.now(UTC)
    make_key("hr", environment)
    spare = make_environment(environment.organization, name="to spare")
    victim = make_user(
        environment.organization, email="victim@example.com", role=Member.Role.MEMBER
    )
    endpoint, _ = webhooks.create_endpoint(
        environment, product="hr", url=webhooks.SINK_URL, subscriptions=["*"], now=now
    )
    owed = webhooks.send_test_event(
        environment, product="hr", public_id=endpoint.public_id, now=now
    )
    invitation = Invitation.objects.create(
        organization=environment.organization,
        email="guest@example.com",
        role=Member.Role.MEMBER,
        digest="x",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    return World(
        environment,
        {
            "product": "hr",
            "key_id": ApiKey.objects.within(environment).get().public_id,
            "endpoint_id": endpoint.public_id,
            "event_id": owed.event.public_id,
            "delivery_id": owed.public_id,
            "public_id": spare.public_id,
            "member": str(victim.memberships.get().pk),
            "invitation": str(invitation.pk),
        },
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def person(environment: Environment, name: str) -> Client:
    role, level = PEOPLE[name]
    user = make_user(
        environment.organization, email=f"{name.replace(' ', '-')}@example.com", role=role
    )
    if role == Member.Role.MEMBER and level != "signed in":
        for product in ("hr", "collab"):
            make_grant(user, environment, product, level)
    return client_of(user)


def tried(client: Client, world: World, route: str, method: str) -> int:
    """The status of a request whose effects are taken back."""
    with transaction.atomic():
        form = {"environment": world.environment.public_id} if route == "environment" else {}
        answer = getattr(client, method)(world.path(route), form)
        transaction.set_rollback(True)
    led_to_sign_in = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
    return 401 if led_to_sign_in else answer.status_code


def every_call() -> list[tuple[str, str]]:
    return [(route, method) for route, methods in LEAST.items() for method in methods]


def test_the_table_names_every_address_of_the_kernel():
    found = {
        one.template
        for one in routes.page_routes()
        if one.module.startswith(("pulse.", "django."))
        and not one.template.startswith(
            "accounts/"
        )  # allauth's; some redirect by a view of Django's
    }

    actions = {ACTED.replace("<slug:action>", action) for action in ACTIONS}
    spelled_out = {*actions, "developers/keys/replace/collab"}
    assert found == {ACTED, REPLACED, *OPEN, *LEAST} - spelled_out


@pytest.mark.parametrize("name", PEOPLE)
def test_each_person_may_do_what_their_level_says_and_no_more(world, name):
    client, level = person(world.environment, name), PEOPLE[name][1]

    wrong = {}
    for route, method in every_call():
        allowed = ORDER.index(level) >= ORDER.index(LEAST[route][method])
        status = tried(client, world, route, method)
        if (status == 404) is allowed or status in (401, 403, 405, 500):
            wrong[route, method] = status

    assert wrong == {}


def test_whoever_is_not_signed_in_is_asked_to(world):
    statuses = {call: tried(Client(), world, *call) for call in every_call()}

    assert statuses.pop(("environment", "post")) == 404
    assert set(statuses.values()) == {401}


def test_an_owner_of_another_organization_finds_nothing_of_this_one(world):
    stranger = make_environment(make_organization("Globex"))
    client = client_of(make_user(stranger.organization, email="stranger@example.com"))

    naming = [call for call in every_call() if re.search(r"<\w+:(?!product)", call[0])]

    assert {call: tried(client, world, *call) for call in naming} == dict.fromkeys(naming, 404)
    assert tried(client, world, "environment", "post") == 404


def test_a_grant_opens_the_environment_it_names_and_no_other(world):
    client = person(world.environment, "member who may manage")
    paths = ("/people", "/developers/keys/new/hr")
    assert [client.get(path).status_code for path in paths] == [200, 200]
    assert "/developers/keys/new/hr" in client.get("/developers/keys").content.decode()

    client.post("/environment", {"environment": world.values["public_id"]})

    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "/developers/keys/new/hr" not in client.get("/developers/keys").content.decode()


def test_a_products_pages_are_there_only_with_its_grant(world):
    client = person(world.environment, "member without grants")
    found = [
        f"/{re.sub(r'<[^>]+>|[(][?]P<.*', '1', one.template.lstrip('^'))}"
        for one in routes.page_routes()
        if not one.module.startswith(("pulse.", "django.", "allauth."))
        and not one.template.startswith(OPEN_PRODUCT_PAGES)
    ]

    assert len(found) > 20
    assert {client.get(path).status_code for path in found} <= {404, 405}
    assert {client.post(path).status_code for path in found} <= {404, 405}
    assert {Client().get(path).status_code for path in found} <= {302, 405}
