from __future__ import annotations

import pytest
from django.test import Client

from tests.support.tenancy import make_user


def client_of(environment, **flags) -> Client:
    client = Client()
    client.force_login(make_user(environment.organization, **flags))
    return client


@pytest.fixture
def operator(environment):
    return client_of(environment, is_staff=True, is_superuser=True, operator=True)


@pytest.fixture
def support(environment):
    return client_of(environment, is_staff=True)


def test_the_dashboard_shows_how_the_deployment_is(operator):
    page = operator.get("/admin/").content.decode()

    assert "Requests, 24 h" in page
    assert "Deliveries due, leased or waiting" in page


def test_support_cannot_make_itself_an_operator(support, environment):
    user = environment.organization.members.get().user
    form = {"email": user.email, "name": "", "is_staff": "on", "is_superuser": "on"}

    assert support.post(f"/admin/tenancy/user/{user.pk}/change/", form).status_code == 403
    user.refresh_from_db()
    assert not user.is_superuser


def test_an_owner_who_is_no_operator_does_not_get_in(environment):
    response = client_of(environment).get("/admin/")

    assert response.status_code in (302, 403)


def test_without_a_session_the_admin_leads_to_the_throttled_sign_in(db):
    response = Client().get("/admin/")
    assert response.status_code == 302

    assert Client().get(response["Location"])["Location"].startswith("/accounts/login/")


def test_the_admin_loads_nothing_from_elsewhere(operator):
    policy = operator.get("/admin/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "http" not in policy
