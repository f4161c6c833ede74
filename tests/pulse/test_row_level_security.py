from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from pulse.db import rls
from pulse.keys.models import ApiKey
from tests.support.tenancy import make_key


def test_row_level_security_is_on_exactly_where_the_suite_runs_on_postgresql(db):
    assert rls.enabled() is (connection.vendor == "postgresql")


def test_a_forgotten_scope_shows_and_changes_nothing_of_another_environment(
    environment, other_environment
):
    make_key("hr", environment, name="mine")
    make_key("hr", other_environment, name="theirs")
    confined = {"mine"} if rls.enabled() else {"mine", "theirs"}

    with _confined(environment):
        seen = set(ApiKey.unscoped.values_list("name", flat=True))
        changed = ApiKey.unscoped.update(actor="x")

    assert seen == confined
    assert changed == len(confined)
    assert ApiKey.unscoped.count() == 2


def test_a_row_cannot_be_written_into_another_environment(environment, other_environment):
    make_key("hr", other_environment, name="theirs")
    if not rls.enabled():
        return _writes_freely(environment, other_environment)

    with pytest.raises(DatabaseError), transaction.atomic(), _confined(environment):
        make_key("hr", other_environment, name="planted")

    assert not ApiKey.unscoped.filter(name="planted").exists()
    return None


def _writes_freely(environment, other_environment):
    with _confined(environment):
        make_key("hr", other_environment, name="planted")
    assert ApiKey.unscoped.filter(name="planted").exists()


def _confined(environment):
    return rls.confined_to(environment.pk) if rls.enabled() else transaction.atomic()
