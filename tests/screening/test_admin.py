from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pulse.audit.models import Entry
from pulse.tenancy.models import User
from screening import seed
from screening.models import Candidate
from tests.screening.factories import make_candidate

pytestmark = pytest.mark.django_db
SCREENS = ("candidate", "screening", "template", "report", "resume", "plan")


@pytest.fixture
def operator(environment, settings, tmp_path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    seed.seed(environment)
    client = Client()
    client.force_login(User.objects.create_superuser("op@example.com", None, operator=True))
    return client


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_opens(operator, screen):
    assert operator.get(reverse(f"admin:screening_{screen}_changelist")).status_code == 200


def test_an_operator_erases_through_the_service(operator, environment):
    candidate = make_candidate(environment)
    operator.post(
        reverse("admin:screening_candidate_changelist"),
        {"action": "erase", "_selected_action": [candidate.pk]},
    )
    candidate.refresh_from_db()
    assert (candidate.name, candidate.erased_at is None) == ("", False)
    assert Candidate.unscoped.filter(erased_at=None).count() == 2


def test_a_legal_hold_is_set_and_lifted_and_the_audit_log_tells_who_did_it(operator, environment):
    candidate = make_candidate(environment)
    chosen = {"_selected_action": [candidate.pk]}
    for action in ("hold", "hold", "lift_hold"):
        operator.post(reverse("admin:screening_candidate_changelist"), {"action": action} | chosen)

    entries = Entry.objects.within(environment).filter(object_ref=candidate.public_id)
    told = entries.filter(fields=["legal_hold"]).order_by("pk").values_list("action", "actor")
    user = f"user:{User.objects.get(email='op@example.com').pk}"
    assert list(told) == [("candidate.hold", user), ("candidate.hold_lifted", user)]


def test_an_operator_changes_a_plan(operator, environment):
    operator.post(
        reverse("admin:screening_plan_changelist"),
        {"action": "to_professional", "_selected_action": [environment.organization_id]},
    )
    environment.organization.refresh_from_db()
    assert environment.organization.plans["screening"] == "professional"
