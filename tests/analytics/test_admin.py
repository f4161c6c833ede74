from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from analytics import sample, services
from pulse.tenancy.models import User

pytestmark = pytest.mark.django_db


def test_an_operator_sees_events_erasures_and_rejections(environment):
    sample.seed(environment)
    now = datetime.now(UTC)
    services.request_erasure(environment, user_id="u", actor="system", now=now)
    services.count_rejections(environment, source="segment", reasons={"why": 1}, day=now.date())
    client = Client()
    client.force_login(User.objects.create_superuser("op@example.com", "x" * 12, operator=True))

    for model, shown in (("event", "page.viewed"), ("erasure", "era_"), ("rejection", "why")):
        page = client.get(f"/admin/analytics/{model}/")
        assert page.status_code == 200
        assert shown in page.content.decode()
    assert client.get("/admin/analytics/event/?q=api.called").status_code == 200
