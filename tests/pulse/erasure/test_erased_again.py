"""What a restored backup brings back of people who were erased after it was taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics import services as analytics
from pulse.erasure import again, selectors
from pulse.erasure.models import Erasure
from pulse.exports.models import Export
from tests.analytics.support import BASE, stored, track
from tests.traces.samples import digest, make_trace, post_traces
from traces.models import Trace

pytestmark = pytest.mark.django_db(transaction=True)


def test_users_of_events_are_erased_again_and_nobody_else(api, environment):
    client = api("analytics", scopes=["ingest", "query", "admin"])
    for user in ("ada", "bob"):
        track(client, f"of-{user}", userId=user)
    client.delete(f"{BASE}/users/ada/events")
    while analytics.carry_out_erasures(now=datetime.now(UTC)):
        pass
    known = selectors.ledger()

    track(client, "of-ada", userId="ada")
    Erasure.unscoped.all().delete()
    count = again.forget_again(known, now=datetime.now(UTC) + timedelta(seconds=1))

    assert count == 1
    assert stored(environment) == ["of-bob"]
    assert selectors.ledger().keys() == known.keys()


def test_users_whose_traces_were_deleted_are_forgotten_again_and_nobody_else(api, environment):
    client = api("traces")
    post_traces(client, [make_trace(metadata={"user_id": user}) for user in ("ada", "bob")])
    digest()
    assert client.delete("/v1/traces?user=ada").json() == {"deleted": 1}
    known = selectors.ledger()

    post_traces(client, [make_trace(metadata={"user_id": "ada"})])
    digest()
    Erasure.unscoped.all().delete()
    count = again.forget_again(known, now=datetime.now(UTC))

    assert count == 1
    left = Trace.objects.within(environment).values_list("user_key", flat=True)
    assert list(left) == ["bob"]


def test_deleting_some_traces_of_a_user_is_not_forgetting_them(api, environment):
    client = api("traces")
    post_traces(client, [make_trace(metadata={"user_id": "ada"})])
    digest()

    client.delete("/v1/traces?user=ada&status=error")

    assert selectors.ledger() == {}


def test_who_was_erased_before_and_after_the_backup_is_erased_again(api, environment):
    client = api("traces")
    post_traces(client, [make_trace(metadata={"user_id": "ada"})])
    digest()
    client.delete("/v1/traces?user=ada")
    known = selectors.ledger()
    post_traces(client, [make_trace(metadata={"user_id": "ada"})])
    digest()
    at_the_backup = Erasure.unscoped.get()
    at_the_backup.erased_at -= timedelta(days=1)
    at_the_backup.save(update_fields=["erased_at"])

    assert again.forget_again(known, now=datetime.now(UTC)) == 1
    assert not Trace.objects.within(environment).exists()


def test_exports_that_may_hold_the_person_go_too(api, environment):
    client = api("traces")
    done = Export.objects.create(
        environment=environment,
        product="traces",
        kind="traces",
        format="csv",
        state=Export.State.DONE,
        next_attempt_at=datetime.now(UTC),
        created_at=datetime.now(UTC),
    )

    client.delete("/v1/traces?user=ada")

    done.refresh_from_db()
    assert done.state == Export.State.EXPIRED
