"""What is written down of who changed what."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from pulse.audit.models import Entry
from pulse.tenancy.models import Environment, User
from tests.support import tenancy
from tests.traces.dashboard.people import PASSWORD, sign_in
from tests.traces.samples import make_trace, post_traces
from traces.models import DeadLetter, Inbox
from traces.services import upkeep

pytestmark = pytest.mark.django_db

ALERT = {"name": "busy", "measure": "requests", "threshold": 1, "windowMinutes": 60}
PRICE = {"provider": "openai", "model": "own", "inputPerMillion": 1, "outputPerMillion": 2}


def written(environment: Environment) -> list[tuple[str, str]]:
    """(action, object) of every entry, the oldest first."""
    rows = Entry.objects.within(environment).filter(product="traces").order_by("pk")
    return list(rows.values_list("action", "object_ref"))


def test_what_a_key_changes_or_deletes(api, environment):
    client = api("traces")
    trace = make_trace()
    post_traces(client, [trace])
    DeadLetter.objects.create(
        environment=environment, kind=Inbox.Kind.TRACES, reason="no", received_ms=1, item=b"{}"
    )

    client.patch("/v1/analytics/settings", {"retentionDays": 30})
    alert = client.post("/v1/analytics/alerts", ALERT).json()["id"]
    client.patch(f"/v1/analytics/alerts/{alert}", {"active": False})
    client.delete(f"/v1/analytics/alerts/{alert}")
    price = client.post("/v1/analytics/prices", PRICE).json()["id"]
    client.delete(f"/v1/analytics/prices/{price}")
    client.post("/v1/analytics/dead-letters/replay", {})
    client.delete(f"/v1/traces/{trace['trace_id']}")
    client.delete(f"/v1/traces/{uuid.uuid4()}")
    client.delete("/v1/traces?user=ada&status=error")

    assert written(environment) == [
        ("traces.settings", ""),
        ("alert.created", alert),
        ("alert.changed", alert),
        ("alert.deleted", alert),
        ("price.set", str(price)),
        ("price.deleted", str(price)),
        ("dead_letters.replayed", ""),
        ("trace.deleted", trace["trace_id"]),
        ("traces.deleted", ""),
    ]
    entry = Entry.objects.within(environment).get(action="traces.deleted")
    assert entry.actor.startswith("key:key_")
    assert (entry.fields, entry.ip) == (["status", "user"], "127.0.0.1")
    assert entry.request_id.startswith("req_")


def test_what_an_admin_does_in_the_dashboard(api):
    client = api("traces", token="")
    ada = tenancy.make_user(tenancy.make_environment().organization)
    sign_in(client, password=tenancy.PASSWORD)
    made = client.post("/dashboard/api/projects", {"name": "Engines"}).json()
    here, project = (
        {"X-Project-Id": made["projectId"]},
        f"/dashboard/api/projects/{made['projectId']}",
    )
    client.patch(project, {"name": "Motors"})
    client.post("/dashboard/api/api-keys", {"name": "CI"}, headers=here)
    key = client.get("/dashboard/api/api-keys", headers=here).json()["keys"][0]["id"]
    client.patch(f"/dashboard/api/api-keys/{key}", {"name": "Build"}, headers=here)
    client.delete(f"/dashboard/api/api-keys/{key}", headers=here)
    bob = {"email": "bob@example.com", "name": "Bob", "password": PASSWORD}
    member = client.post("/dashboard/api/users", bob, headers=here).json()["user"]["userId"]
    client.patch(f"/dashboard/api/users/{member}", {"role": "admin"}, headers=here)
    client.delete(f"/dashboard/api/users/{member}", headers=here)
    client.delete(project)

    environment = Environment.objects.get(public_id=made["projectId"])
    assert written(environment) == [
        ("environment.created", made["projectId"]),
        ("environment.renamed", made["projectId"]),
        ("key.minted", key),
        ("key.renamed", key),
        ("key.revoked", key),
        ("member.added", f"user:{member}"),
        ("member.changed", f"user:{member}"),
        ("member.removed", f"user:{member}"),
        ("environment.deleted", made["projectId"]),
    ]
    assert {one.actor for one in Entry.objects.within(environment)} == {f"user:{ada.pk}"}


def test_what_a_person_changes_on_the_pages(api, environment):
    post_traces(api("traces"), [trace := make_trace()])
    visitor = Client()
    person: User = tenancy.make_user(environment.organization)
    visitor.force_login(person)

    visitor.post("/traces/prices", {"action": "retention", "days": "30"})
    visitor.post("/traces/prices", {"action": "retention", "days": "soon"})
    visitor.post(f"/traces/t/{trace['trace_id']}", {"action": "delete"})

    assert written(environment) == [
        ("traces.settings", ""),
        ("trace.deleted", trace["trace_id"]),
    ]
    assert {one.actor for one in Entry.objects.within(environment)} == {f"user:{person.pk}"}


def test_settings_are_merged_into_what_other_products_have_chosen_meanwhile(environment):
    known = Environment.objects.get(pk=environment.pk)
    environment.settings = {"screening": {"locale": "de"}, "traces": {"spelling": "snake"}}
    environment.save(update_fields=["settings"])

    upkeep.change_settings(known, retentionDays=30)

    environment.refresh_from_db()
    assert environment.settings == {
        "screening": {"locale": "de"},
        "traces": {"spelling": "snake", "retentionDays": 30},
    }
    assert known.settings == environment.settings
