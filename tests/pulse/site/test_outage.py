"""A page whose database does not answer says so, with a status that tells programs to come back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from django.test import Client

from tests.support.tenancy import make_user


@contextlib.contextmanager
def unanswered(table: str) -> Iterator[None]:
    """Nobody can read ``table``: locked by somebody else, or on SQLite, where no lock stops a reader, away."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
            try:
                yield
            finally:
                cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
            return
        other = connections.create_connection("default")
        cursor.execute("SET lock_timeout = '100ms'")
        with contextlib.closing(other), other.cursor() as holder:
            holder.execute("BEGIN")
            holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
        cursor.execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("path", "table"),
    [("/people/directory", "hr_employee"), ("/people/calendar", "hr_leaveentry")],
)
def test_a_page_without_an_answer_in_time_is_503_and_comes_back(environment, path, table):
    browser = Client()
    browser.force_login(make_user(environment.organization))

    with unanswered(table):
        response = browser.get(path)
        assert response.status_code == 503
        assert response["Retry-After"] == "5"
        assert response["X-Request-Id"] in response.content.decode()

    assert browser.get(path).status_code == 200
