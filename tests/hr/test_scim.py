from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from hr.models import Employee
from hr.services import employees
from tests.hr.people import NOW, announced, make_employee, types

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def scim(api):
    """A client with the provider's key."""
    client = api("hr", scopes=["write:scim"])

    def call(method, path, json=None, **options):
        more = {} if json is None else {"json": json}
        return client.request(
            method,
            f"/scim/v2{path}",
            *more.values(),
            content_type="application/scim+json",
            **options,
        )

    return call


def create(scim, user_name="ada@x.test", **values):
    return scim("POST", "/Users", {"userName": user_name, **values})


def patch(scim, path, *operations):
    return scim("PATCH", path, {"Operations": list(operations)})


@pytest.fixture
def tester() -> Any:
    """The independent tester, imported late: it takes seconds, which every worker would wait for."""
    return importlib.import_module("scim2_tester")


@pytest.fixture
def existing_manager(scim, tester, monkeypatch) -> str:
    """Somebody whom the tester names as a manager: it makes ids up, and a manager must exist."""
    filling = tester.filling
    boss = create(scim, "boss@x.test").json()["id"]
    invented = filling.get_random_example_value

    def value(path: Any) -> Any:
        found = path.resolve()
        of_a_manager = found and "manager" in str(found.target_model).lower()
        if of_a_manager and found.target_field_name == "value":
            return boss
        return invented(path)

    monkeypatch.setattr(filling, "get_random_example_value", value)
    return boss


@pytest.mark.django_db(transaction=True)
def test_an_independent_tester_finds_nothing_to_complain_about(
    key, settings, environment, tester, existing_manager
):
    token = key("hr", scopes=["write:scim"])
    settings.PULSE_HR_RATE_LIMIT = 0
    engine = importlib.import_module("scim2_client.engines.wsgi")
    client = engine.WSGISCIMClient(
        get_wsgi_application(),
        base_url="http://testserver/scim/v2",
        headers={"Authorization": f"Bearer {token}"},
    )

    results = tester.check_server(client)

    complaints = [
        f"{one.title} {one.resource_type}: {one.reason}"
        for one in results
        if one.status in (tester.Status.ERROR, tester.Status.CRITICAL)
    ]
    assert complaints == []
    assert len(results) > 40
    managed = [one for one in results if "manager" in str(one.reason) + str(one.title)]
    assert managed != [], "the tester left the manager out"


def test_a_user_becomes_an_employee_and_is_announced(scim, hr, environment):
    response = create(
        scim,
        "Ada@x.test",
        name={"givenName": "Ada", "familyName": "Rota"},
        title="Engineer",
        externalId="ext-1",
        emails=[{"value": "ada.rota@x.test", "primary": True}],
        **{ENTERPRISE: {"department": "Platform"}},
    )

    body = response.json()
    assert response.status_code == 201
    assert response["Content-Type"] == "application/scim+json"
    assert response["Location"] == body["meta"]["location"]
    assert body["userName"] == "Ada@x.test"
    employee = hr.get(f"/v1/employees/{body['id']}").json()
    assert (employee["full_name"], employee["email"]) == ("Ada Rota", "ada.rota@x.test")
    assert (employee["role"], employee["department"]) == ("Engineer", "Platform")
    assert announced(environment) == [("employee.created", employee)]


def test_a_manager_of_the_provider_is_the_employees_manager(scim, hr, environment):
    boss, other = create(scim, "boss@x.test").json(), create(scim, "other@x.test").json()
    ada = create(scim, **{ENTERPRISE: {"manager": {"value": boss["id"]}}}).json()
    path = f"/Users/{ada['id']}"

    def manager():
        return hr.get(f"/v1/employees/{ada['id']}").json()["manager_id"]

    assert manager() == boss["id"]
    assert ada[ENTERPRISE] == {"manager": {"value": boss["id"]}}
    whole = scim("PUT", path, {"userName": "ada@x.test", "title": "Engineer"}).json()
    assert (whole["title"], manager()) == ("Engineer", boss["id"])
    patch(scim, path, {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": other["id"]})
    assert manager() == other["id"]
    patch(scim, path, {"op": "remove", "path": f"{ENTERPRISE}:manager"})
    assert manager() is None


def test_a_manager_that_is_nobody_or_closes_a_loop_is_refused_in_scims_form(scim):
    boss = create(scim, "boss@x.test").json()
    ada = create(scim, **{ENTERPRISE: {"manager": {"value": boss["id"]}}}).json()

    for user, value in ((boss, ada["id"]), (ada, "emp_unknown"), (ada, ada["id"])):
        change = {"op": "add", "path": f"{ENTERPRISE}:manager.value", "value": value}
        refused = patch(scim, f"/Users/{user['id']}", change)
        assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")


def test_a_user_is_found_by_name_whoever_made_them(scim, environment):
    plain = make_employee(environment, email="bob@x.test")
    created = create(scim, "ADA").json()

    def found(text):
        return [one["id"] for one in scim("GET", f"/Users?filter={text}").json()["Resources"]]

    assert found('userName eq "bob@x.test"') == [plain.public_id]
    assert found('userName eq "ada"') == [created["id"]]
    assert found('userName eq "nobody"') == []
    refused = scim("GET", '/Users?filter=userName co "a"')
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidFilter")


def test_a_taken_user_name_is_refused_in_scims_form(scim):
    create(scim)

    response = create(scim, "ADA@x.test")

    assert response.status_code == 409
    assert response.json() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "userName is already in use.",
    }


def test_a_user_name_that_another_has_is_refused_in_a_change_too(scim, environment):
    create(scim)
    other = create(scim, "bob", emails=[{"value": "bob@x.test"}]).json()
    document = {"userName": "ADA@x.test", "emails": [{"value": "bob@x.test"}]}

    response = scim("PUT", f"/Users/{other['id']}", document)

    assert (response.status_code, response.json()["detail"]) == (409, "userName is already in use.")
    assert scim("GET", f"/Users/{other['id']}").json()["userName"] == "bob"


def test_a_taken_address_and_a_body_that_is_no_json_name_their_kind(scim, environment):
    make_employee(environment, email="taken@x.test", user_name="somebody.else")

    taken = scim("POST", "/Users", {"userName": "ada", "emails": [{"value": "taken@x.test"}]})
    garbled = scim("POST", "/Users", body=b"{")

    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")
    assert (garbled.status_code, garbled.json()["scimType"]) == (400, "invalidSyntax")


def test_deactivation_offboards_and_activation_rehires(scim, environment):
    user = create(scim).json()
    path = f"/Users/{user['id']}"

    off = patch(scim, path, {"op": "Replace", "path": "active", "value": "False"})
    seen = scim("GET", path)
    on = patch(scim, path, {"op": "replace", "value": {"active": True}})

    assert (off.json()["active"], seen.json()["active"], on.json()["active"]) == (
        False,
        False,
        True,
    )
    assert types(environment).count("employee.offboarded") == 1
    assert Employee.objects.within(environment).get().end_date is None


def test_a_deleted_user_is_gone_and_creating_them_again_rehires(scim, environment):
    user = create(scim).json()

    assert scim("DELETE", f"/Users/{user['id']}").status_code == 204
    assert scim("GET", f"/Users/{user['id']}").status_code == 404
    assert scim("GET", "/Users").json()["totalResults"] == 0
    again = create(scim, title="Back")

    assert (again.status_code, again.json()["id"]) == (201, user["id"])
    assert Employee.objects.within(environment).get().role == "Back"


def test_somebody_offboarded_by_the_api_is_hidden(scim, environment):
    employee = make_employee(environment)
    employees.offboard_employee(environment, employee_id=employee.public_id, now=NOW)

    assert scim("GET", f"/Users/{employee.public_id}").status_code == 404


def test_groups_are_departments(scim, hr, environment):
    one, two = make_employee(environment, department="Ops"), make_employee(environment)
    group = scim("GET", "/Groups").json()["Resources"][0]
    path = f"/Groups/{group['id']}"
    add = {"op": "add", "path": "members", "value": [{"value": two.public_id}]}
    drop = {"op": "remove", "path": f'members[value eq "{one.public_id}"]'}

    patched = patch(scim, path, add, drop, {"op": "replace", "path": "displayName", "value": "HQ"})

    assert [member["value"] for member in patched.json()["members"]] == [two.public_id]
    assert hr.get(f"/v1/employees/{one.public_id}").json()["department"] is None
    assert hr.get(f"/v1/employees/{two.public_id}").json()["department"] == "HQ"
    assert scim("DELETE", path).status_code == 204
    assert hr.get(f"/v1/employees/{two.public_id}").json()["department"] is None


def test_a_strangers_user_and_group_do_not_exist(scim, api, environment, other_environment):
    theirs = make_employee(other_environment, department="Ops")
    other = api("hr", scopes=["write:scim"], environment=other_environment)
    group = other.get("/scim/v2/Groups").json()["Resources"][0]

    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for path in (f"/Users/{theirs.public_id}", f"/Groups/{group['id']}"):
            assert scim(method, path, {"userName": "x"}).status_code == 404
    member = {"displayName": "Mine", "members": [{"value": theirs.public_id}]}
    assert scim("POST", "/Groups", member).status_code == 400
    assert scim("GET", "/Users").json()["totalResults"] == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/Users", {}, 400),
        ("POST", "/Users", {"userName": 7}, 400),
        ("POST", "/Users", {"userName": "a\u0000"}, 400),
        ("POST", "/Users", {"userName": "\u0130" * 200}, 400),
        ("POST", "/Users", {"userName": "a", "emails": "x"}, 400),
        ("POST", "/Users", {"userName": "a", "active": "maybe"}, 400),
        ("POST", "/Groups", {"displayName": ""}, 400),
        ("GET", "/Users?startIndex=x", None, 400),
        ("GET", "/Nowhere", None, 404),
        ("POST", "/ServiceProviderConfig", {}, 405),
    ],
)
def test_refusals_are_in_scims_form(scim, method, path, body, status):
    response = scim(method, path, body)

    assert response.status_code == status
    assert response["Content-Type"] == "application/scim+json"
    assert response.json()["status"] == str(status)


def test_what_the_server_describes_names_its_own_address(scim, settings, db):
    config = scim("GET", "/ServiceProviderConfig").json()
    base = f"{settings.PULSE_PUBLIC_URL}/scim/v2"
    assert config["meta"]["location"] == f"{base}/ServiceProviderConfig"
    for kind in ("Schemas", "ResourceTypes"):
        for one in scim("GET", f"/{kind}").json()["Resources"]:
            assert one["meta"]["location"] == f"{base}/{kind}/{one['id']}"
            assert scim("GET", f"/{kind}/{one['id']}").json() == one


def test_a_key_that_does_not_open_scim_is_told_so_in_scims_form(api, db):
    readers = {api("hr", scopes=["read:*"]): 403, api("hr", token=""): 401}
    readers[api("hr", token="pk_test_unknown")] = 401  # refused before any view is chosen

    for reader, status in readers.items():
        response = reader.get("/scim/v2/Users")
        assert response.status_code == status
        assert response["Content-Type"] == "application/scim+json"
        assert response.json()["status"] == str(status)
