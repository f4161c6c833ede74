from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from pulse.tenancy.models import User
from tests.traces.tenant import samples

pytestmark = pytest.mark.django_db

MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "traces"),
    key=lambda model: model._meta.model_name,
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_an_operator_sees_every_screen(environment, model):
    samples(environment)
    operator = Client()
    operator.force_login(User.objects.create_superuser("op@example.com", None, operator=True))

    listed = operator.get(reverse(f"admin:traces_{model._meta.model_name}_changelist"))
    row = model._default_manager.first()

    assert listed.status_code == 200
    if row is not None:
        shown = operator.get(
            reverse(f"admin:traces_{model._meta.model_name}_change", args=[row.pk])
        )
        assert shown.status_code == 200
