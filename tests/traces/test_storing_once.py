"""An id is stored once and found by its name, wherever the tables of ids hold it by now."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_migrate

from tests.traces.samples import digest, make_span, make_trace, post_spans, post_traces
from traces import levels
from traces.models import Span, Trace

pytestmark = pytest.mark.django_db(transaction=True)


def move_everything(environment):
    """Rows at whose keys a portion moves on, of tables that hold less than one."""
    steps = [levels.FULL[1] + turn * levels.STEP for turn in range(5)]
    insert_traces(environment, {step: f"filler-{step}" for step in steps})
    Span.objects.bulk_create(
        Span(
            pk=step,
            environment=environment,
            span_id=f"filler-{step}",
            session_id="filler",
            timestamp_ms=0,
            received_ms=0,
            source="sdk",
            kind="llm_call",
            status="success",
            event_type="call",
        )
        for step in steps
    )


def insert_traces(environment, ids):
    """Rows by primary key."""
    Trace.objects.bulk_create(
        Trace(
            pk=pk,
            environment=environment,
            trace_id=trace_id,
            timestamp_ms=0,
            received_ms=0,
            status="success",
            model_key="",
            latency_ms=0,
        )
        for pk, trace_id in ids.items()
    )


@pytest.fixture
def small_tables(monkeypatch):
    """Tables of ids that are full soon."""
    monkeypatch.setattr(levels, "STEP", 10)
    monkeypatch.setattr(levels, "FULL", (20, 60))
    monkeypatch.setattr(levels, "PORTIONS", (11, 11))
    levels.install()
    yield
    monkeypatch.undo()
    levels.install()


def held(kind, level):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {kind}_id FROM {levels.tables(kind)[level]}"
            f" WHERE {kind}_id NOT LIKE 'filler-%'"
        )
        return {row[0] for row in cursor.fetchall()}


def test_an_id_that_has_moved_on_is_found_and_not_stored_again(api, environment):
    client = api("traces")
    traces = [make_trace(session_id="first") for _ in range(40)]
    spans = [make_span(span_id=name) for name in ("0", "ff", "Zoë", "~", "包裹")]
    post_traces(client, traces)
    post_spans(client, spans)
    move_everything(environment)

    client.post("/v1/traces/async", [one | {"session_id": "second"} for one in traces])
    client.post("/v1/spans/async", [one | {"session_id": "second"} for one in spans])
    digest()

    assert client.get("/v1/traces?session_id=first").json()["total"] == 40
    assert client.get("/v1/traces?session_id=second").json()["total"] == 0
    assert client.get("/v1/spans?session_id=second").json()["total"] == 0
    assert client.get(f"/v1/traces/{traces[0]['trace_id']}").json()["session_id"] == "first"
    assert client.get("/v1/spans/Zo%C3%AB").status_code == 200
    if connection.vendor == "sqlite":
        assert held("trace", 2) >= {one["trace_id"] for one in traces}
        assert held("span", 2) >= {one["span_id"] for one in spans}
        assert held("trace", 0) == held("span", 0) == set()


@pytest.mark.parametrize("spelling", ["0197-{:04}", "{:04}", "é{:04}"])
def test_no_move_is_longer_than_another_whatever_ids_look_like(
    environment, other_environment, small_tables, spelling
):
    moved = [0]
    for start in range(1, 301, 10):
        numbers = range(start, start + 10)
        for owner, offset in ((environment, 0), (other_environment, 5000)):
            insert_traces(owner, {n + offset: spelling.format(n * 7919 % 1000) for n in numbers})
        if connection.vendor == "sqlite":
            moved.append(len(held("trace", 2)))

    assert Trace.unscoped.values("environment", "trace_id").distinct().count() == 600
    if connection.vendor == "sqlite":
        assert max(after - before for before, after in pairwise(moved)) <= 2 * 11
        assert moved[-1] >= 300 - 60
        every_id = set().union(*(held("trace", level) for level in range(3)))
        assert every_id == {spelling.format(n * 7919 % 1000) for n in range(1, 301)}


def test_the_database_itself_refuses_an_id_twice(api, environment):
    post_traces(api("traces"), [make_trace()])
    stored = Trace.objects.within(environment).get()

    for moved in (False, True):
        if moved:
            move_everything(environment)
        stored.pk = None
        stored._state.adding = True
        with pytest.raises(IntegrityError), transaction.atomic():
            stored.save()


def test_what_was_deleted_may_come_again(api, environment):
    client = api("traces")
    trace = make_trace()
    post_traces(client, [trace])
    move_everything(environment)

    client.delete(f"/v1/traces/{trace['trace_id']}")
    post_traces(client, [trace | {"session_id": "again"}])

    row = client.get(f"/v1/traces/{trace['trace_id']}").json()
    assert row["session_id"] == "again"


def test_the_same_id_in_two_environments_is_two_traces(api, environment, other_environment):
    trace = make_trace()
    post_traces(api("traces"), [trace])
    move_everything(environment)

    post_traces(api("traces", environment=other_environment), [trace])

    assert Trace.unscoped.filter(trace_id=trace["trace_id"]).count() == 2


def test_a_migration_that_rebuilds_the_tables_leaves_them_guarded(environment):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for kind in levels.KINDS:
                cursor.execute(f"DROP TRIGGER traces_{kind}_once")

    config = apps.get_app_config("traces")
    post_migrate.send(config, app_config=config, using="default", verbosity=0, interactive=False)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN"
            " ('traces_trace_once', 'traces_span_once')"
            if connection.vendor == "sqlite"
            else "SELECT count(*) FROM pg_indexes WHERE indexname IN ('trace_once', 'span_once')"
        )
        assert cursor.fetchone() == (2,)
