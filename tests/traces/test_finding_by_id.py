"""What finds a row by its id, whatever the environment holds."""

from __future__ import annotations

import pytest
from django.db import connection

from traces import statements
from traces.models import Span, Trace

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("model", "kind"), [(Trace, "trace"), (Span, "span")])
def test_a_row_is_found_by_its_number_and_not_among_all(environment, model, kind):
    rows = model.objects.within(environment).filter(
        statements.with_ids(kind, environment.pk, ["00000000-0000-4000-8000-000000000001"])
    )

    plan = rows.explain()

    by_number = "environment_id=? AND rowid=?"
    assert (f"{kind}_id" in plan) if connection.vendor == "postgresql" else (by_number in plan)
