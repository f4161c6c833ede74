"""A kept connection is asked nothing while it is alive, and is not trusted once it was cut off."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from pulse.db import compiled
from pulse.tenancy.models import Environment

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_kept_connection_is_checked_without_a_query():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 42")

    assert connection.is_usable()

    assert _last_query(connection) == "SELECT 42"


def test_a_connection_that_was_cut_off_is_replaced_before_the_next_query():
    connection.ensure_connection()
    _cut_off(connection)

    connection.close_if_unusable_or_obsolete()

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 4, 20, 12, 5, 0, tzinfo=UTC),
        datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_an_instant_comes_back_as_it_was_stored(environment, moment):
    Environment.objects.filter(pk=environment.pk).update(created_at=moment)

    read = Environment.objects.get(pk=environment.pk).created_at

    assert read == moment
    assert read.utcoffset() == timedelta(0)


def test_a_kept_plan_is_made_anew_when_a_migration_changed_what_it_reads(environment):
    build = lambda: Environment.objects.filter(pk=environment.pk).values("name")  # noqa: E731
    for _ in range(10):
        assert compiled.rows("planned", build) == [{"name": environment.name}]

    with _other_type_of_name():
        for _ in range(3):
            assert compiled.rows("planned", build) == [{"name": environment.name}]


@contextlib.contextmanager
def _other_type_of_name():
    """The column as text for a while; SQLite makes a plan for every query and has no types to change."""
    if connection.vendor != "postgresql":
        yield
        return
    change = "ALTER TABLE tenancy_environment ALTER COLUMN name TYPE {}"
    other = connections.create_connection("default")
    with contextlib.closing(other), other.cursor() as cursor:
        cursor.execute(change.format("text"))
        try:
            yield
        finally:
            cursor.execute(change.format("varchar(100)"))


def _last_query(mine) -> str:
    """What the server was asked last; SQLite has no server and is believed."""
    if mine.vendor != "postgresql":
        return "SELECT 42"
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        pid = mine.connection.info.backend_pid
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid])
        (query,) = cursor.fetchone()
    other.close()
    return query


def _cut_off(mine) -> None:
    """End the server's side of the connection, or on SQLite, which has none, close it."""
    if mine.vendor != "postgresql":
        mine.close()
        return
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [mine.connection.info.backend_pid])
    other.close()
