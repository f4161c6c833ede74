from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pulse.requestlog import recorder, selectors
from pulse.requestlog.models import LoggedRequest, RequestCount


def noted(environment, **values: Any) -> None:
    recorder.note(
        **{
            "method": "GET",
            "route": "/v1/employees",
            "path": "/v1/employees",
            "status": 200,
            "ms": 12.4,
            "request_id": "req_1",
            "key_id": "key_1",
            "environment_id": environment.pk,
            "product": "hr",
        }
        | values
    )


def test_a_noted_request_is_logged_and_counted(environment):
    noted(environment)

    assert recorder.flush() == 1

    row = LoggedRequest.objects.within(environment).get()
    assert (row.method, row.path, row.status, row.duration_ms) == ("GET", "/v1/employees", 200, 12)
    count = RequestCount.objects.within(environment).get()
    assert (count.requests, count.total_ms, count.status_class) == (1, 12, 2)


def test_counts_of_one_span_add_up_over_flushes(environment):
    for _ in range(3):
        noted(environment, status=429)
        recorder.flush()

    rows = list(RequestCount.objects.within(environment))
    assert {row.status_class for row in rows} == {29}
    assert sum(row.requests for row in rows) == 3


def test_a_request_without_a_valid_key_is_not_kept(environment):
    noted(environment, environment_id=None)

    assert recorder.flush() == 0
    assert LoggedRequest.unscoped.count() == 0


@pytest.mark.parametrize(
    ("path", "route", "kept"),
    [
        ("/s/abcdef", "/s/<token>", "/s/<token>"),
        (
            "/api/v1/pulse/users/a@example.com/events",
            "/api/v1/pulse/users/<path:user_id>/events",
            "/api/v1/pulse/users/<path:user_id>/events",
        ),
        ("/api/v1/pulse/users/a@example.com/events", "", "/api/v1/pulse/users/…"),
        ("/v1/calendar/abcdef/week", "", "/v1/calendar/…"),
        ("/v1/leave/abcdef.ics", "", "/v1/leave/…"),
        ("/v1/employes/emp_1", "", "/v1/employes/emp_1"),
    ],
)
def test_a_path_with_a_secret_or_a_name_is_logged_without_it(environment, path, route, kept):
    noted(environment, path=path, route=route)
    recorder.flush()

    row = LoggedRequest.objects.within(environment).get()
    assert (row.path, row.route) == (kept, route or kept)


def test_above_the_rate_refusals_are_kept_and_the_rest_is_sampled(environment, monkeypatch):
    monkeypatch.setattr(recorder, "WHOLE_PER_SECOND", 0)
    monkeypatch.setattr(recorder, "SAMPLE_ONE_IN", 10**9)
    for status in (200, 404, 200, 200):
        noted(environment, status=status)

    recorder.flush()

    assert [row.status for row in LoggedRequest.objects.within(environment)] == [404]
    assert sum(row.requests for row in RequestCount.objects.within(environment)) == 4


def test_a_stranger_sees_nothing_of_another_environments_log(environment, other_environment):
    noted(environment)
    recorder.flush()

    assert list(selectors.requests(other_environment, products=["hr"])) == []
    assert selectors.counts_by_key(other_environment, since=datetime(2000, 1, 1, tzinfo=UTC)) == {}


def test_old_rows_are_deleted(environment):
    noted(environment)
    recorder.flush()
    later = datetime.now(UTC) + timedelta(days=8)

    assert selectors.delete_old(now=later) == 1
    assert LoggedRequest.unscoped.count() == 0


def test_filters_by_class_of_status_and_by_path(environment):
    noted(environment, status=404, path="/v1/employees/emp_nobody")
    noted(environment, status=200)
    recorder.flush()

    found = selectors.requests(environment, products=["hr"], status="4xx", path="emp_nobody")
    assert [row.status for row in found] == [404]
    assert [row.status for row in selectors.requests(environment, products=["hr"])] == [200, 404]
    assert list(selectors.requests(environment, products=["collab"])) == []
