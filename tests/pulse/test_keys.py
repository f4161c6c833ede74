"""The life of a key: what is stored, what it opens, and how it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from pulse.keys import bearer, forms, services
from pulse.keys.bearer import Credential
from pulse.keys.models import ApiKey, RevocationMark
from tests.support import tenancy

PREFIXES = ("pk_live_", "pk_test_")
NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)


def mint(environment, **values):
    values = {"name": "Payroll", "scopes": ["read:*"], "prefix": "pk_test_", **values}
    return services.mint_key(environment, product="hr", **values)


def credential(*scopes: str) -> Credential:
    return Credential("key_1", "hr", None, frozenset(scopes))  # type: ignore[arg-type]


def test_a_key_is_its_prefix_43_characters_and_a_checksum_of_6(environment):
    row, token = mint(environment)

    assert token.startswith("pk_test_")
    assert len(token) == len("pk_test_") + 49
    assert token[-6:] == forms.checksum("pk_test_", token[8:-6])
    assert (row.first12, row.last4) == (token[:12], token[-4:])


def test_the_secret_of_a_key_is_nowhere_in_its_row(environment):
    row, token = mint(environment)

    stored = ApiKey.unscoped.filter(pk=row.pk).values().get()
    assert [name for name, value in stored.items() if token[12:-4] in str(value)] == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token[:20] + ("a" if token[20] != "a" else "b") + token[21:],
        lambda token: "pk_live_" + token[8:],
        lambda token: token.upper(),
        lambda token: "pk_test_" + "é" * 49,
    ],
    ids=["cut", "longer", "mistyped", "other prefix", "upper case", "not ascii"],
)
def test_a_damaged_key_is_refused_without_a_query(environment, damage, django_assert_num_queries):
    _, token = mint(environment)

    with django_assert_num_queries(0):
        assert bearer.identify(damage(token), PREFIXES) is None


def test_an_imported_key_of_uuid_shape_opens_traces_only(environment):
    token = "pulse_sk_550e8400-e29b-41d4-a716-446655440000"

    assert forms.plausible(token, "pulse_sk_")
    assert not forms.plausible("pk_test_550e8400-e29b-41d4-a716-446655440000", "pk_test_")


def test_a_verified_key_costs_no_query_the_second_time(environment, django_assert_num_queries):
    _, token = mint(environment)
    assert bearer.identify(token, PREFIXES) is not None

    with django_assert_num_queries(0):
        assert bearer.identify(token, PREFIXES).environment == environment


def test_a_revoked_key_stops_at_once_in_the_process_that_revoked_it(environment):
    row, token = mint(environment)
    assert bearer.identify(token, PREFIXES) is not None

    services.revoke_key(row)

    assert bearer.identify(token, PREFIXES) is None


def test_a_key_revoked_by_another_process_stops_within_five_seconds(environment):
    row, token = mint(environment)
    services.revoke_key(mint(environment)[0])  # so that there is a mark to move
    assert bearer.identify(token, PREFIXES) is not None

    ApiKey.unscoped.filter(pk=row.pk).update(revoked_at=NOW)
    RevocationMark.objects.update(version=F("version") + 1)
    revoked_at = time.monotonic()
    while bearer.identify(token, PREFIXES) is not None:
        assert time.monotonic() - revoked_at < 5
        time.sleep(0.05)


def test_a_key_is_refused_from_the_moment_it_expires(environment):
    _, alive = mint(environment, expires_at=datetime.now(UTC) + timedelta(minutes=1))
    _, over = mint(environment, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert bearer.identify(alive, PREFIXES) is not None
    assert bearer.identify(over, PREFIXES) is None


def test_rotation_with_overlap_leaves_both_keys_working_and_bounds_the_old_one(environment):
    row, old = mint(environment, actor="emp_1", restricted=True)

    fresh, new = services.rotate_key(row, overlap=timedelta(hours=24), now=datetime.now(UTC))

    row.refresh_from_db()
    assert timedelta(hours=23) < row.expires_at - datetime.now(UTC) <= timedelta(hours=24)
    assert fresh.expires_at is None
    assert (fresh.scopes, fresh.actor, fresh.restricted) == (["read:*"], "emp_1", True)
    assert bearer.identify(old, PREFIXES) is not None
    assert bearer.identify(new, PREFIXES) is not None


def test_rotation_does_not_prolong_a_key_that_ends_before_the_overlap(environment):
    soon = datetime.now(UTC) + timedelta(hours=1)
    row, _ = mint(environment, expires_at=soon)

    fresh, _ = services.rotate_key(row, overlap=timedelta(hours=24))

    row.refresh_from_db()
    assert row.expires_at == fresh.expires_at == soon


def test_rotation_without_overlap_ends_the_old_key(environment):
    row, old = mint(environment)

    _, new = services.rotate_key(row)

    assert bearer.identify(old, PREFIXES) is None
    assert bearer.identify(new, PREFIXES) is not None


@pytest.mark.django_db(transaction=True)
def test_use_of_a_key_is_noted_at_most_once_a_minute(environment):
    row, token = mint(environment)
    bearer.identify(token, PREFIXES)
    row.refresh_from_db()
    assert datetime.now(UTC) - row.last_used_at < timedelta(seconds=10)

    ApiKey.unscoped.filter(pk=row.pk).update(last_used_at=NOW)
    bearer.identify(token, PREFIXES)

    row.refresh_from_db()
    assert row.last_used_at == NOW


@pytest.mark.parametrize(
    ("held", "wanted", "allowed"),
    [
        (("read:leave",), "read:leave", True),
        (("read:leave",), "write:leave", False),
        (("read:*",), "read:leave", True),
        (("read:*",), "write:leave", False),
        (("write:*",), "admin:keys", False),
        (("admin:*",), "admin:keys", False),
        (("admin:keys",), "admin:keys", True),
        ((), "", True),
    ],
)
def test_scopes_open_what_they_name_and_wildcards_never_open_administration(held, wanted, allowed):
    assert credential(*held).allows(wanted) is allowed


@pytest.mark.django_db
def test_a_key_opens_its_own_environment_only(environment, other_environment):
    token = tenancy.make_key("hr", other_environment)

    assert bearer.identify(token, PREFIXES).environment == other_environment
