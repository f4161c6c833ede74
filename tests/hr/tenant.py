"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hr.models import StatusLogEntry
from hr.scim import schemas
from hr.services import calendars, custom_fields, employees, entries, leave, scim
from pulse.exports.services import start_export, write_next
from pulse.keys.services import mint_key
from pulse.tenancy.models import Environment
from tests.support.tenants import Samples
from tests.support.webhooks import make_endpoint, publish_sample


def samples(environment: Environment) -> Samples:
    now = datetime.now(UTC)
    url = f"https://example.com/hook-{environment.pk}"
    endpoint, _ = make_endpoint(environment, url)
    event = publish_sample(environment)
    delivery = endpoint.deliveries.get()
    marker = f"marker-{environment.pk}"

    def person(name: str, **more: Any) -> str:
        values = {
            "email": f"{name}.{marker}@example.test",
            "full_name": f"{name} {marker}",
            "start_date": date(2020, 1, 1),
            **more,
        }
        return employees.create_employee(environment, values=values, now=now).public_id

    boss = person("boss")
    employee_id = person("ada", manager_id=boss)
    entry: StatusLogEntry = entries.post_status_log(
        environment, employee_id=employee_id, lines=[f"line {marker}"], now=now
    )
    kudos = entries.award_kudos(
        environment,
        from_employee_id=boss,
        to_employee_id=employee_id,
        coins=5,
        tag="craft",
        note=f"note {marker}",
        now=now,
    )
    checkin, _ = entries.record_workload(
        environment, employee_id=employee_id, level="light", now=now
    )
    draft = leave.LeaveDraft(kind="sick", start_date=date(2024, 3, 4), note=f"why {marker}")
    days_off = leave.log_leave(environment, employee_id=employee_id, draft=draft, now=now)
    holiday = calendars.add_holiday(
        environment, values={"date": date(2024, 5, 1), "name": f"Day {marker}"}, now=now
    )
    feed, token = calendars.open_feed(
        environment, audience="person", employee_id=employee_id, now=now
    )
    field = custom_fields.declare_field(
        environment, values={"key": "desk", "name": f"Desk {marker}", "type": "number"}, now=now
    )
    export = start_export(environment, product="hr", kind="leave", format="csv")
    write_next()
    department = scim.write_group(
        environment,
        department=None,
        document={"displayName": f"Dep {marker}", "members": [{"value": employee_id}]},
        now=now,
    )
    api_key, _ = mint_key(
        environment, product="hr", prefix="pk_test_", name=f"key {marker}", scopes=["read:*"]
    )
    about = {"employee_id": employee_id}
    days = {"kind": "vacation", "start_date": "2024-06-03"}
    return Samples(
        parameters={
            "endpoint_id": endpoint.public_id,
            "event_id": event.public_id,
            "delivery_id": delivery.public_id,
            "employee_id": employee_id,
            "entry_id": entry.public_id,
            "leave_id": days_off.public_id,
            "holiday_id": holiday.public_id,
            "feed_id": feed.public_id,
            "field_id": field.public_id,
            "export_id": export.public_id,
            "key_id": api_key.public_id,
            "token": token,
            "user_id": employee_id,
            "group_id": department.public_id,
            "urn": schemas.USER,
            "name": "User",
        },
        bodies={
            "PATCH /v1/webhook-endpoints/{endpoint_id}": {"description": "Mallory's"},
            "POST /v1/webhook-endpoints/{endpoint_id}/recover": {"since": "2026-04-20T00:00:00Z"},
            "PATCH /v1/employees/{employee_id}": {"role": "Mallory's"},
            "PUT /v1/employees/{employee_id}/score-inputs": {"focus_sessions": 1},
            "POST /v1/employees": {"email": "m@x.test", "full_name": "M", "manager_id": boss},
            "PATCH /v1/custom-fields/{field_id}": {"name": "Mallory's"},
            "PATCH /v1/status-log/{entry_id}": {"topic": "pain"},
            "POST /scim/v2/Users": {"userName": "m@y.test"},
            "PUT /scim/v2/Users/{user_id}": {"userName": "Mallory's"},
            "PATCH /scim/v2/Users/{user_id}": {
                "Operations": [{"op": "add", "path": "title", "value": "Mallory's"}]
            },
            "POST /scim/v2/Groups": {"displayName": "M", "members": [{"value": employee_id}]},
            "PUT /scim/v2/Groups/{group_id}": {"displayName": "Mallory's"},
            "PATCH /scim/v2/Groups/{group_id}": {
                "Operations": [{"op": "remove", "path": "members"}]
            },
            "POST /v1/status-log": {**about, "lines": ["x"]},
            "POST /v1/kudos": {
                "from_employee_id": boss, "to_employee_id": employee_id, "coins": 5,
                "tag": "craft", "note": "x",
            },
            "POST /v1/workload-checkins": {**about, "level": "heavy"},
            "POST /v1/leave": {**about, **days},
            "POST /v1/leave/preview": {**about, **days},
            "POST /v1/calendar-feeds": {**about, "audience": "person"},
            "POST /v1/imports/employees": {
                "employees": [{"email": "n@x.test", "full_name": "N", "manager_id": boss}]
            },
            "POST /v1/api-keys": {
                "name": "x", "environment": "test", "scopes": ["read:*"], **about
            },
        },
        queries={"GET /v1/leave/calendar": "from=2024-03-01&to=2024-03-31"},
        markers=frozenset(
            {
                endpoint.public_id, event.public_id, delivery.public_id, url, marker, employee_id,
                boss, entry.public_id, kudos.public_id, checkin.public_id, days_off.public_id,
                holiday.public_id, feed.public_id, field.public_id, export.public_id,
                api_key.public_id, department.public_id,
            }
        ),
        named={
            "GET /scim/v2/Schemas/{urn}": "the same description for everybody",
            "GET /scim/v2/ResourceTypes/{name}": "the same description for everybody",
        },
        public={
            "GET /v1/openapi.json": "the document needs no key",
            "GET /v1/calendars/{token}.ics": "the secret address is the permission",
        },
    )  # fmt: skip
