"""The OpenAPI document: complete, and believed by the client that the whole suite calls with."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hr import dialect
from tests.support import contract
from tests.support.api import Api

EVENTS = [
    "employee.created", "employee.offboarded", "employee.updated", "kudos.awarded",
    "leave.approved", "leave.cancelled", "leave.logged", "status_log.posted", "workload.recorded",
]  # fmt: skip
ROUTES = {
    "/v1/employees": {"get", "post"},
    "/v1/employees/{employee_id}": {"get", "patch", "delete"},
    "/v1/status-log": {"get", "post"},
    "/v1/status-log/{entry_id}": {"get", "patch"},
    "/v1/kudos": {"get", "post"},
    "/v1/workload-checkins": {"get", "post"},
    "/v1/leave": {"get", "post"},
    "/v1/leave/{leave_id}": {"get", "delete"},
    "/v1/leave/balance/{employee_id}": {"get"},
}
TAKE_IF_MATCH = {
    ("patch", "/v1/employees/{employee_id}"),
    ("delete", "/v1/employees/{employee_id}"),
    ("patch", "/v1/custom-fields/{field_id}"),
    ("delete", "/v1/custom-fields/{field_id}"),
    ("patch", "/v1/status-log/{entry_id}"),
    ("delete", "/v1/leave/{leave_id}"),
}
FILTERS = {
    "/v1/employees": {
        "status", "department", "manager_id", "email", "location", "q", "updated_since",
    },
    "/v1/status-log": {"employee_id", "date", "date_from", "date_to", "topic", "updated_since"},
    "/v1/kudos": {
        "from_employee_id", "to_employee_id", "employee_id", "tag", "created_from", "created_to",
        "updated_since",
    },
    "/v1/workload-checkins": {"employee_id", "week_start", "level", "updated_since"},
    "/v1/leave": {"employee_id", "kind", "from", "to", "status", "updated_since"},
}  # fmt: skip
EVERY_LIST = {"limit", "cursor", "sort", "fields", "expand"}
PAGED = {"data", "next_cursor", "total_count"}


def test_the_document_needs_no_key_and_names_every_route_code_and_event(db):
    document = Api("hr").get("/v1/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    assert sorted(document["webhooks"]) == EVENTS
    for name, described in document["webhooks"].items():
        body = described["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body["properties"]["type"]["const"] == name
    for path, methods in ROUTES.items():
        assert set(document["paths"][path]) == methods
    statuses = {str(status) for status in (*dialect.CODES, 500, 503)} - {"410"}
    taking = set()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert statuses <= set(operation["responses"]), path
            named = {one["name"] for one in operation.get("parameters", [])}
            taking |= {(method, path)} if "If-Match" in named else set()
    assert taking == TAKE_IF_MATCH
    assert "410" in document["paths"]["/v1/exports/{export_id}/download"]["get"]["responses"]
    codes = document["components"]["schemas"]["Refusal"]["properties"]["error"]["properties"]
    assert codes["code"]["enum"] == sorted({*dialect.CODES.values(), "internal_error"})


@pytest.mark.parametrize("path", FILTERS)
def test_the_document_names_every_filter_of_a_list(path):
    operation = contract.document("hr")["paths"][path]["get"]
    named = {one["name"] for one in operation["parameters"]}

    assert FILTERS[path] | EVERY_LIST <= named
    page = contract.find("hr", "GET", path)
    assert page is not None
    schema = page.declared["responses"]["200"]["content"]["application/json"]["schema"]
    known = contract.document("hr")["components"]["schemas"]
    assert set(known[schema["$ref"].rpartition("/")[2]]["properties"]) == PAGED


@pytest.fixture
def schemas(monkeypatch) -> dict[str, Any]:
    """The schemas that answers are held to, to be changed for one test."""
    changed = copy.deepcopy(contract.components("hr"))
    monkeypatch.setattr(contract, "components", lambda product: changed)
    return changed["schemas"]


@pytest.mark.parametrize("change", ["of another type", "not named", "missing"])
def test_the_client_of_the_suite_notices_an_answer_that_the_document_does_not_describe(
    hr, schemas, change
):
    hr.post("/v1/employees", {"email": "a@x.test", "full_name": "A"})
    person = schemas["EmployeeOut"]
    if change == "of another type":
        person["properties"]["email"]["type"] = "integer"
    if change == "not named":
        del person["properties"]["email"]
    if change == "missing":
        person["required"].append("nickname")

    with pytest.raises(AssertionError, match=r"email|nickname"):
        hr.post("/v1/employees", {"email": "b@x.test", "full_name": "B"})


def test_the_client_of_the_suite_notices_an_undocumented_refusal(hr, schemas):
    hr.post("/v1/employees", {})
    del schemas["Refusal"]["properties"]["error"]["properties"]["request_id"]

    with pytest.raises(AssertionError, match="request_id"):
        hr.post("/v1/employees", {})
