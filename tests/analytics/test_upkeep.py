from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from analytics import sample, services
from analytics.models import Erasure, Event, InsertId
from analytics.selectors import upkeep
from pulse.audit.models import Entry
from pulse.idempotency.models import StoredAnswer
from tests.analytics.support import BASE, refusal, rollup, stored, track

pytestmark = pytest.mark.django_db(transaction=True)

SCOPES = ["ingest", "query", "admin"]


def test_erasing_a_user_deletes_everything_of_theirs_and_corrects_the_counts(api, environment):
    client = api("analytics", scopes=SCOPES)
    track(client, "a", userId="ada@example.com")
    track(client, "a", userId="bob")

    asked = client.delete(f"{BASE}/users/ada@example.com/events")
    later = datetime.now(UTC)
    while services.carry_out_erasures(now=later):
        pass

    assert asked.status_code == 202
    erasure = asked.json()["data"]
    assert (erasure["state"], erasure["deletedEvents"]) == ("pending", 0)
    done = client.get(f"{BASE}/erasures/{erasure['id']}").json()["data"]
    assert (done["state"], done["deletedEvents"]) == ("done", 1)
    assert stored(environment) == ["a"]
    assert set(rollup(environment).values()) == {1}
    assert Erasure.objects.within(environment).get().user_id == ""


def test_what_arrives_after_the_request_for_an_erasure_stays(api, environment):
    before = datetime.now(UTC) - timedelta(minutes=1)
    services.request_erasure(environment, user_id="ada", actor="system", now=before)
    track(api("analytics"), "a", userId="ada")

    while services.carry_out_erasures(now=datetime.now(UTC)):
        pass

    assert stored(environment) == ["a"]
    assert Erasure.objects.within(environment).get().deleted_events == 0


def test_the_insert_ids_of_what_is_erased_are_free(api, environment):
    client = api("analytics", scopes=SCOPES)
    first = track(client, "a", userId="ada", insertId="i-1")
    track(client, "a", userId="bob", insertId="i-2")

    client.delete(f"{BASE}/users/ada/events")
    while services.carry_out_erasures(now=datetime.now(UTC)):
        pass
    again = track(client, "b", userId="eve", insertId="i-1")

    assert again["id"] != first["id"]
    assert client.get(f"{BASE}/events/{again['id']}").json()["data"] == again
    batch = {"events": [{"name": "c", "insertId": "i-1"}, {"name": "c", "insertId": "i-2"}]}
    assert client.post(f"{BASE}/events/batch", batch).json()["data"] == {
        "ingested": 0,
        "duplicates": 2,
    }
    assert stored(environment) == ["a", "b"]


def test_a_stored_answer_that_names_the_erased_user_goes_with_the_events(api, environment):
    client = api("analytics", scopes=SCOPES)
    for user in ("ada", "ad", 'a"b'):
        client.post(
            f"{BASE}/events", {"name": "a", "userId": user}, headers={"Idempotency-Key": user}
        )

    for user in ("ad", "a%22b"):
        client.delete(f"{BASE}/users/{user}/events")
    while services.carry_out_erasures(now=datetime.now(UTC)):
        pass

    assert [row.key for row in StoredAnswer.objects.within(environment)] == ["ada"]


def test_a_user_id_may_hold_a_slash(api, environment):
    client = api("analytics", scopes=SCOPES)
    track(client, "a", userId="team/ada")

    assert client.delete(f"{BASE}/users/team%2Fada/events").status_code == 202
    while services.carry_out_erasures(now=datetime.now(UTC)):
        pass
    assert stored(environment) == []


def test_erasure_and_settings_need_the_admin_scope(api, environment):
    client = api("analytics")
    track(client, userId="u")

    assert refusal(client.delete(f"{BASE}/users/u/events"))["code"] == "FORBIDDEN"
    assert refusal(client.get(f"{BASE}/settings"))["code"] == "FORBIDDEN"
    assert not Erasure.objects.within(environment).exists()


def test_a_strangers_erasure_does_not_exist(api, key, environment, other_environment):
    mine = services.request_erasure(environment, user_id="u", actor="system", now=datetime.now(UTC))
    stranger = api("analytics", token=key("analytics", other_environment, scopes=SCOPES))

    assert refusal(stranger.get(f"{BASE}/erasures/{mine.public_id}"))["code"] == "NOT_FOUND"


def test_retention_is_off_until_it_is_set_and_counts_from_receipt(api, environment):
    client = api("analytics", scopes=SCOPES)
    track(client, "old", timestamp="2020-01-01")
    track(client, "new")
    soon = datetime.now(UTC) + timedelta(days=9)

    services.enforce_retention(now=soon)
    assert client.get(f"{BASE}/settings").json()["data"] == {"retentionDays": None}
    assert stored(environment) == ["old", "new"]

    changed = client.patch(f"{BASE}/settings", {"retentionDays": 10})
    services.enforce_retention(now=soon)
    assert changed.json()["data"] == {"retentionDays": 10}
    assert stored(environment) == ["old", "new"]

    services.enforce_retention(now=soon + timedelta(days=2))
    assert stored(environment) == []
    assert rollup(environment) == {}


def test_a_repeated_change_of_settings_is_the_first_one_and_its_key_no_other(api, environment):
    client = api("analytics", scopes=SCOPES)
    headers = {"Idempotency-Key": "k"}

    first = client.patch(f"{BASE}/settings", {"retentionDays": 10}, headers=headers)
    again = client.patch(f"{BASE}/settings", {"retentionDays": 10}, headers=headers)
    other = client.patch(f"{BASE}/settings", {"retentionDays": 9}, headers=headers)

    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotent-Replayed"] == "true"
    assert refusal(other)["code"] == "CONFLICT"


def test_a_change_of_retention_is_audited_and_leaves_the_settings_of_others(api, environment):
    environment.settings = {"hr": {"kudos_monthly_allowance": 5}}
    environment.save()

    api("analytics", scopes=SCOPES).patch(f"{BASE}/settings", {"retentionDays": 10})

    environment.refresh_from_db()
    assert environment.settings["hr"] == {"kudos_monthly_allowance": 5}
    entry = Entry.objects.within(environment).get()
    assert (entry.action, entry.fields) == ("analytics.settings.changed", ["retentionDays"])


@pytest.mark.parametrize("days", [0, -1, "7", 1.5, 5000])
def test_a_wrong_retention_is_refused(api, environment, days):
    response = api("analytics", scopes=SCOPES).patch(f"{BASE}/settings", {"retentionDays": days})

    assert refusal(response)["status"] == 400
    environment.refresh_from_db()
    assert upkeep.retention_days(environment) is None


def test_months_past_retention_are_dropped_and_months_ahead_exist(api, environment):
    track(api("analytics"), "a", insertId="i")
    services.set_retention(environment, days=1, actor="system")
    later = datetime.now(UTC) + timedelta(days=70)

    made = services.create_partitions(now=later)
    services.enforce_retention(now=later)

    assert stored(environment) == []
    assert rollup(environment) == {}
    assert not InsertId.unscoped.exists()
    if connection.vendor == "postgresql":
        assert made > 0
        assert services.create_partitions(now=later) == 0
        lows = [low for _, low, _ in upkeep.partitions()]
        assert min(lows) > (later - timedelta(days=62)).timestamp() * 1000
    services.create_partitions(now=datetime.now(UTC))


def test_an_insert_id_is_free_again_after_seven_days(api, environment):
    client = api("analytics")
    track(client, "first", insertId="i")
    InsertId.unscoped.update(received_ms=1)

    track(client, "second", insertId="i")
    InsertId.unscoped.update(received_ms=1)

    assert stored(environment) == ["first", "second"]
    week = timedelta(days=7, milliseconds=1)
    assert services.forget_insert_ids(now=datetime.fromtimestamp(0, UTC) + week) == 0
    assert services.forget_insert_ids(now=datetime.fromtimestamp(0.001, UTC) + week) == 1
    assert not InsertId.unscoped.exists()


def test_the_sample_shows_the_documented_counts_first(api, environment):
    sample.seed(environment)

    found = api("analytics").get(f"{BASE}/reports/top-events").json()["data"]

    assert found[:3] == [
        {"name": "page.viewed", "count": 142},
        {"name": "button.clicked", "count": 87},
        {"name": "api.called", "count": 53},
    ]
    now_ms = datetime.now(UTC).timestamp() * 1000
    oldest = Event.objects.within(environment).order_by("timestamp_ms").first()
    assert now_ms - oldest.timestamp_ms < 30 * 86_400_000
