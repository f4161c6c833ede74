"""The second wall of tenancy stands in the database itself."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from pulse.db import guards
from pulse.tenancy.managers import UnscopedQuery
from pulse.tenancy.models import TenantModel

TENANT_MODELS = [
    model
    for model in apps.get_models(include_auto_created=True)
    if issubclass(model, TenantModel) and model._meta.managed
]


def _installed() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE 'guard_%'")
            return {name for (name,) in cursor.fetchall()}
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        names = {name for (name,) in cursor.fetchall()}
    return {
        name.removesuffix("_insert")
        for name in names
        if name.endswith("_insert") and name.removesuffix("_insert") + "_update" in names
    }


@pytest.mark.django_db
def test_every_reference_between_tenant_tables_is_guarded():
    missing = [
        f"{reference.table}.{reference.column}"
        for reference in guards.references()
        if reference.name not in _installed()
    ]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_a_query_that_does_not_say_whose_is_refused(model):
    with pytest.raises(UnscopedQuery):
        model.objects.all()
    with pytest.raises(UnscopedQuery):
        model.objects.filter(pk=1)
    with pytest.raises(UnscopedQuery):
        model.objects.create()
