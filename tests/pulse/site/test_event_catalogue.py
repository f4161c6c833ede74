"""The page of events shows what is really sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics import services as erasures
from pulse.http import openapi
from pulse.site import event_catalogue
from pulse.webhooks.models import Event
from screening.services import attempts, reports
from tests.screening import factories
from tests.traces.samples import make_trace, post_traces
from traces.models import Alert
from traces.services import alerting

ENTRIES = {one.type: one for group in event_catalogue.groups() for one in group.entries}
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)


def shown(type_: str) -> dict[str, Any]:
    return json.loads(ENTRIES[type_].sample)


def members(value: Any, path: str = "") -> Iterator[str]:
    """The dotted name of every member of a JSON value, in its lists too."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield f"{path}{name}"
            yield from members(one, f"{path}{name}.")
    elif isinstance(value, list):
        for one in value:
            yield from members(one, path)


def assert_shown_as_sent(*types: str) -> None:
    """Each type was published in this test, with exactly the members that its sample has."""
    sent = {row.type: json.loads(row.body) for row in Event.unscoped.order_by("-pk")}
    assert {one: set(members(sent[one])) for one in types} == {
        one: set(members(shown(one))) for one in types
    }


@pytest.mark.parametrize("type_", ENTRIES)
def test_every_event_says_when_it_is_sent_and_shows_a_whole_payload(type_):
    entry = ENTRIES[type_]

    assert entry.description
    assert len(set(members(shown(type_)["data"]))) > 3
    assert "…" not in entry.sample
    assert '"string"' not in entry.sample
    assert "``" not in entry.description


@pytest.mark.parametrize("group", event_catalogue.groups(), ids=lambda one: one.config.product)
def test_the_openapi_document_describes_the_events_with_the_same_words(group):
    webhooks = openapi.document_of(group.config.product)["webhooks"]

    assert {name: one["post"]["summary"] for name, one in webhooks.items()} == {
        one.type: one.description for one in group.entries
    }


def test_the_documented_delivery_is_shown_word_for_word():
    assert shown("screening.completed") == {
        "event": "screening.completed",
        "created_at": "2023-01-20T15:45:00Z",
        "data": {
            "screening_id": "s67890",
            "candidate_id": "c12345",
            "template_id": "t54321",
            "score": 85,
            "completed_at": "2023-01-20T15:45:00Z",
        },
    }


def test_events_of_threads_are_shown_as_they_are_sent(api):
    client = api("collab")
    for user in ("user-1", "user-2"):
        client.post("/auth/token", {"userId": user, "name": user})
    started = {"userId": "user-1", "body": "Hello", "position": {"x": 1, "y": 2}}
    thread = client.post("/api/v1/rooms/dashboard/threads", started).json()["thread"]
    path = f"/api/v1/threads/{thread['id']}"
    said = client.post(f"{path}/comments", {"userId": "user-2", "body": "Hi"}).json()["comment"]
    comment = f"/api/v1/comments/{said['id']}"
    client.patch(comment, {"body": "Hey"})
    liked = client.post(f"{comment}/reactions", {"userId": "user-1", "emoji": "👍"}).json()
    client.delete(f"/api/v1/reactions/{liked['reaction']['id']}")
    client.delete(comment)
    for resolved in (True, False):
        client.patch(path, {"resolved": resolved})
    client.delete(path)

    assert_shown_as_sent(
        "thread.created", "thread.resolved", "thread.reopened", "thread.deleted",
        "comment.created", "comment.edited", "comment.deleted", "reaction.added", "reaction.removed",
    )  # fmt: skip


def test_events_of_screenings_are_shown_as_they_are_sent(environment):
    screening = factories.make_screening(environment, job_title="Engineer")
    moments = [factories.NOW + timedelta(minutes=minute) for minute in range(1, 5)]
    attempts.start(screening, now=moments[0])
    factories.answer(screening, "q3", 42, now=moments[1])
    attempts.submit(screening, now=moments[2])
    reports.write_due(now=moments[3])

    assert_shown_as_sent(
        "candidate.created", "screening.created", "screening.started", "screening.completed",
        "report.generated",
    )  # fmt: skip


def test_events_of_alerts_are_shown_as_they_are_sent(api, environment):
    client = api("traces")
    asked = {"name": "busy", "measure": "requests", "threshold": 1, "windowMinutes": 60}
    made = client.post("/v1/analytics/alerts", asked).json()
    post_traces(client, [make_trace(), make_trace()])
    alert = Alert.objects.within(environment).get(public_id=made["id"])
    busy = datetime(2026, 1, 25, 7, tzinfo=UTC)
    for moment in (busy, busy + timedelta(hours=3)):
        alerting.evaluate(alert.pk, now=moment)

    assert_shown_as_sent("alert.fired", "alert.recovered")


def test_the_end_of_an_erasure_is_shown_as_it_is_sent(environment):
    erasures.request_erasure(environment, user_id="u", actor="system", now=NOW)
    erasures.carry_out_erasures(now=NOW)

    assert_shown_as_sent("erasure.finished")


def test_events_of_people_are_shown_as_they_are_sent(api):
    client = api("hr")
    asked = {"email": "a@example.com", "full_name": "A", "start_date": "2026-01-07"}
    person = client.post("/v1/employees", asked | {"custom_fields": {}}).json()["id"]
    days = {"start_date": "2026-05-04", "end_date": "2026-05-04"}
    leave = client.post("/v1/leave", {"employee_id": person, "kind": "vacation"} | days).json()
    client.delete(f"/v1/leave/{leave['id']}")

    assert_shown_as_sent("leave.logged", "leave.approved", "leave.cancelled")
