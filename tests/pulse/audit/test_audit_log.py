from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from pulse.audit import guards, services
from pulse.audit.models import Entry, Seal
from pulse.site import checkup


@pytest.fixture(autouse=True)
def guarded(db):
    guards.install()


def record(environment, **values):
    values = {"actor": "key:key_1", "action": "employee.updated", "object_ref": "emp_1"} | values
    return services.record(environment, **values)


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET environment_id = 1", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_rewrite_the_log(environment, table, statement):
    record(environment)
    services.seal_entries()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))

    assert (Entry.unscoped.count(), Seal.unscoped.count()) == (1, 1)


def test_each_link_holds_the_one_before(environment, other_environment):
    for number in range(3):
        record(environment, object_ref=f"emp_{number}")
        record(other_environment)
    services.seal_entries()
    record(environment, fields=["email", "department"])
    services.seal_entries()

    links = list(Seal.objects.within(environment).order_by("pk"))

    assert [link.previous_hash for link in links] == ["", *(link.hash for link in links[:-1])]
    assert services.broken_link(environment) is None
    assert Entry.unscoped.order_by("-pk").first().fields == ["department", "email"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("actor", "someone"),
        ("product", "hr"),
        ("action", "employee.read"),
        ("object_ref", "emp_2"),
        ("fields", ["email"]),
        ("request_id", "req_2"),
        ("ip", "203.0.113.9"),
        ("created_at", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_change_behind_the_databases_back_shows(environment, member, value):
    for _ in range(3):
        record(environment)
    services.seal_entries()
    second = Entry.objects.within(environment).order_by("pk")[1]

    with connection.cursor() as cursor:
        for statement in without_guards():
            cursor.execute(statement)
    Entry.unscoped.filter(pk=second.pk).update(**{member: value})

    assert services.broken_link(environment) == second
    (found,) = [one for one in checkup.findings() if one.subject == "audit log"]
    assert (found.healthy, second.public_id in found.text) == (False, True)


def without_guards() -> list[str]:
    if connection.vendor == "postgresql":
        return ["DROP TRIGGER append_only_audit_entry ON audit_entry"]
    return ["DROP TRIGGER append_only_audit_entry_update"]


def test_entries_past_their_retention_can_be_deleted(environment):
    old = Entry.objects.create(
        environment=environment,
        actor="system",
        action="a",
        created_at=datetime.now(UTC) - timedelta(days=500),
    )
    young = record(environment)
    services.seal_entries()

    assert services.delete_expired(now=datetime.now(UTC)) == 1

    assert list(Entry.unscoped.values_list("pk", flat=True)) == [young.pk]
    assert not Seal.unscoped.filter(entry_id=old.pk).exists()
    assert services.broken_link(environment) is None


def test_a_product_reads_its_own_entries_and_those_of_no_product(api, environment):
    for product in ("hr", "screening", ""):
        record(environment, product=product, object_ref=product or "people")

    seen = api("hr").get("/v1/audit-log").json()["data"]

    assert sorted(row["object_id"] for row in seen) == ["hr", "people"]
