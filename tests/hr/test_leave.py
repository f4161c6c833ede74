from __future__ import annotations

from datetime import date

import pytest

from hr.models import LeaveEntry
from tests.hr.people import announced, ids, make_employee, make_former, make_leave, refusal, types


def log(hr, employee, start, end=None, **values):
    body = {"employee_id": employee.public_id, "kind": "vacation", "start_date": start, **values}
    return hr.post("/v1/leave", body | ({"end_date": end} if end else {}))


def balance(hr, employee, kind="vacation", as_of="2026-04-20"):
    response = hr.get(f"/v1/leave/balance/{employee.public_id}", {"as_of": as_of})
    return next(one for one in response.json()["balances"] if one["kind"] == kind)


def test_leave_is_born_approved_and_announced_under_both_names(hr, environment):
    employee = make_employee(environment)
    before = len(announced(environment))

    response = log(hr, employee, "2026-12-28", "2027-01-05", note="mountains")

    body = response.json()
    assert response.status_code == 201
    assert response["Location"] == f"/v1/leave/{body['id']}"
    assert body == {
        "id": body["id"],
        "employee_id": employee.public_id,
        "kind": "vacation",
        "start_date": "2026-12-28",
        "end_date": "2027-01-05",
        "days": 7.0,
        "half_day_start": False,
        "half_day_end": False,
        "note": "mountains",
        "status": "approved",
        "created_at": "2026-04-20T12:00:00Z",
        "updated_at": "2026-04-20T12:00:00Z",
        "cancelled_at": None,
    }
    assert announced(environment, before) == [("leave.logged", body), ("leave.approved", body)]
    assert hr.get(f"/v1/leave/{body['id']}").json() == body


def test_a_holiday_of_the_workspace_is_no_day_off(hr, environment):
    environment.organization.holidays = {"": ["2027-01-01"], "Torino": ["2026-12-29"]}
    environment.organization.save()
    here = make_employee(environment, location="Torino")
    elsewhere = make_employee(environment)

    assert log(hr, elsewhere, "2026-12-28", "2027-01-05").json()["days"] == 6.0
    assert log(hr, here, "2026-12-28", "2027-01-05").json()["days"] == 5.0


def test_a_single_day_is_a_leave(hr, environment):
    employee = make_employee(environment)

    assert log(hr, employee, "2026-04-21").json()["days"] == 1.0
    assert log(hr, employee, "2026-04-22", "2026-04-22").json()["days"] == 1.0


def test_an_end_before_the_start_is_the_documented_refusal(hr, environment):
    response = log(hr, make_employee(environment), "2026-04-21", "2026-04-20")

    assert response.status_code == 422
    assert response.json() == {
        "error": {
            "code": "unprocessable_entity",
            "message": "end_date must be after start_date",
            "fields": ["end_date"],
            "request_id": response["X-Request-Id"],
        }
    }
    assert types(environment) == ["employee.created"]


def test_a_weekend_alone_is_no_leave(hr, environment):
    response = log(hr, make_employee(environment), "2026-04-25", "2026-04-26")

    assert refusal(response) == (422, "unprocessable_entity", ["start_date", "end_date"])


def test_friday_to_monday_is_two_days(hr, environment):
    assert log(hr, make_employee(environment), "2026-04-24", "2026-04-27").json()["days"] == 2.0


def test_two_halves_of_one_day_can_be_logged(hr, environment):
    employee = make_employee(environment)

    morning = log(hr, employee, "2026-04-21", half_day_end=True)
    afternoon = log(hr, employee, "2026-04-21", half_day_start=True)

    assert (morning.json()["days"], afternoon.json()["days"]) == (0.5, 0.5)
    assert refusal(log(hr, employee, "2026-04-21")) == (
        409,
        "conflict",
        ["start_date", "end_date"],
    )


def test_half_a_day_without_a_flag_is_the_morning(hr, environment):
    response = log(hr, make_employee(environment), "2026-04-21", days=0.5)

    body = response.json()
    assert (body["days"], body["half_day_start"], body["half_day_end"]) == (0.5, False, True)


@pytest.mark.parametrize("half", [{"half_day_start": True}, {"half_day_end": True}])
def test_a_half_and_a_whole_of_the_same_day_collide_whichever_came_first(hr, environment, half):
    first, second = make_employee(environment), make_employee(environment)
    log(hr, first, "2026-04-21")
    log(hr, second, "2026-04-21", **half)

    clash = ["start_date", "end_date"]
    assert refusal(log(hr, first, "2026-04-21", **half)) == (409, "conflict", clash)
    assert refusal(log(hr, second, "2026-04-21")) == (409, "conflict", clash)


def test_half_a_day_on_a_holiday_is_refused(hr, environment):
    hr.post("/v1/holidays", {"date": "2026-04-21", "name": "Spring"})

    response = log(hr, make_employee(environment), "2026-04-21", half_day_end=True)

    assert refusal(response) == (422, "unprocessable_entity", ["start_date", "end_date"])


def test_a_single_day_cannot_lose_both_halves(hr, environment):
    employee = make_employee(environment)

    response = log(hr, employee, "2026-04-21", half_day_start=True, half_day_end=True)

    assert refusal(response) == (
        422,
        "unprocessable_entity",
        ["half_day_start", "half_day_end"],
    )


def test_adjacent_entries_do_not_collide_and_the_clash_is_named(hr, environment):
    employee = make_employee(environment)
    first = log(hr, employee, "2026-04-21", "2026-04-22").json()

    assert log(hr, employee, "2026-04-23").status_code == 201
    clash = log(hr, employee, "2026-04-22", "2026-04-24", kind="sick")

    assert refusal(clash) == (409, "conflict", ["start_date", "end_date"])
    assert first["id"] in clash.json()["error"]["message"]
    assert LeaveEntry.objects.within(environment).count() == 2


@pytest.mark.parametrize(
    ("values", "status", "fields"),
    [
        ({"kind": "unpaid"}, 400, ["kind"]),
        ({"days": 0}, 400, ["days"]),
        ({"days": 0.3}, 400, ["days"]),
        ({"days": "1"}, 400, ["days"]),
        ({"days": True}, 400, ["days"]),
        ({"days": 3}, 422, ["days"]),
        ({"half_day_start": 1}, 400, ["half_day_start"]),
        ({"note": "x" * 501}, 400, ["note"]),
        ({"end_date": "2028-01-01"}, 422, ["end_date"]),
        ({"start_date": "2019-12-30"}, 422, ["start_date"]),
        ({"start_date": "2026-02-29"}, 400, ["start_date"]),
        ({"employee_id": "emp_unknown"}, 422, ["employee_id"]),
    ],
)
def test_each_rule_has_its_code(hr, environment, values, status, fields):
    body = {
        "employee_id": make_employee(environment).public_id,
        "kind": "vacation",
        "start_date": "2026-04-21",
    }

    response = hr.post("/v1/leave", body | values)

    code = {400: "invalid_request", 422: "unprocessable_entity"}[status]
    assert refusal(response) == (status, code, fields)
    assert types(environment) == ["employee.created"]


def test_leave_of_a_former_person_may_be_mended_up_to_their_last_day(hr, environment):
    former = make_former(environment)

    assert log(hr, former, "2026-04-20").status_code == 201
    assert refusal(log(hr, former, "2026-04-21")) == (
        422,
        "unprocessable_entity",
        ["end_date"],
    )


def test_no_leave_goes_beyond_a_last_day_that_is_set(hr, environment):
    leaver = make_employee(environment, end_date=date(2026, 4, 22))

    beyond = log(hr, leaver, "2026-04-21", "2026-04-23")

    assert refusal(beyond) == (422, "unprocessable_entity", ["end_date"])
    assert log(hr, leaver, "2026-04-21", "2026-04-22").status_code == 201


def test_the_29th_of_february_exists_in_a_leap_year_only(hr, environment):
    employee = make_employee(environment)

    assert log(hr, employee, "2028-02-29").json()["days"] == 1.0
    assert refusal(log(hr, employee, "2027-02-29"))[:2] == (400, "invalid_request")


def test_the_balance_has_every_kind_and_splits_used_from_scheduled(hr, environment):
    employee = make_employee(environment)
    make_leave(environment, employee, start_date=date(2026, 4, 13), end_date=date(2026, 4, 17))
    make_leave(environment, employee, start_date=date(2026, 5, 4), end_date=date(2026, 5, 7))
    make_leave(environment, employee, start_date=date(2026, 4, 8), kind="personal", days=0.5)

    response = hr.get(f"/v1/leave/balance/{employee.public_id}")

    assert response.json() == {
        "employee_id": employee.public_id,
        "as_of": "2026-04-20",
        "period": {"start": "2026-01-01", "end": "2026-12-31"},
        "balances": [
            {
                "kind": kind,
                "unit": "days",
                "entitlement": entitlement,
                "carried_over": 0.0,
                "used": used,
                "scheduled": scheduled,
                "remaining": remaining,
            }
            for kind, entitlement, used, scheduled, remaining in [
                ("vacation", 24.0, 5.0, 4.0, 15.0),
                ("sick", None, 0.0, 0.0, None),
                ("personal", 4.0, 0.5, 0.0, 3.5),
                ("parental", None, 0.0, 0.0, None),
            ]
        ],
    }


def test_a_persons_own_entitlement_goes_before_the_workspaces(hr, environment):
    environment.settings = {"hr": {"leave_entitlements": {"vacation": 30.0, "personal": 6.0}}}
    environment.save()
    employee = make_employee(environment)
    employee.leave_entitlements = {"vacation": 28.0}
    employee.save()

    kinds = ("vacation", "sick", "personal")
    entitled = [balance(hr, employee, kind)["entitlement"] for kind in kinds]
    assert entitled == [28.0, None, 6.0]


def test_an_entry_across_new_year_splits_between_two_balances(hr, environment):
    employee = make_employee(environment)
    log(hr, employee, "2026-12-28", "2027-01-05")

    assert balance(hr, employee, as_of="2026-12-31")["used"] == 4.0
    assert balance(hr, employee, as_of="2027-01-01")["used"] == 1.0
    assert balance(hr, employee, as_of="2027-01-01")["scheduled"] == 2.0


def test_the_balance_goes_below_zero_and_nothing_stops_it(hr, environment):
    employee = make_employee(environment)

    response = log(hr, employee, "2026-05-01", "2026-06-30")

    assert response.json()["days"] == 43.0
    assert balance(hr, employee)["remaining"] == -19.0


def test_an_unknown_person_or_date_has_no_balance(hr, environment):
    employee = make_employee(environment)

    assert refusal(hr.get("/v1/leave/balance/emp_unknown"))[:2] == (404, "not_found")
    assert refusal(hr.get(f"/v1/leave/balance/{employee.public_id}?as_of=today")) == (
        400,
        "invalid_request",
        ["as_of"],
    )


def test_cancelling_restores_the_balance_frees_the_slot_and_is_announced_once(hr, environment):
    employee = make_employee(environment)
    entry = log(hr, employee, "2026-05-04", "2026-05-05").json()
    before = len(announced(environment))

    first = hr.delete(f"/v1/leave/{entry['id']}")
    second = hr.delete(f"/v1/leave/{entry['id']}")

    assert (first.status_code, second.status_code, first.content) == (204, 204, b"")
    cancelled = hr.get(f"/v1/leave/{entry['id']}").json()
    assert cancelled == entry | {"status": "cancelled", "cancelled_at": "2026-04-20T12:00:00Z"}
    assert announced(environment, before) == [("leave.cancelled", cancelled)]
    assert balance(hr, employee)["remaining"] == 24.0
    assert ids(hr.get("/v1/leave")) == []
    assert ids(hr.get("/v1/leave?status=all")) == [entry["id"]]
    assert log(hr, employee, "2026-05-04").status_code == 201


def test_every_filter_of_the_journal_narrows_it(hr, environment):
    one, two = make_employee(environment), make_employee(environment)
    april = log(hr, one, "2026-04-20", "2026-04-24").json()["id"]
    may = log(hr, two, "2026-05-04", kind="sick").json()["id"]
    long = log(hr, two, "2026-06-01", "2026-12-31", kind="parental").json()["id"]

    def found(**query):
        return ids(hr.get("/v1/leave", query))

    assert found() == [long, may, april]
    assert found(sort="created_at") == [april, may, long]
    assert found(employee_id=one.public_id) == [april]
    assert found(kind="sick") == [may]
    assert found(**{"from": "2026-04-24", "to": "2026-05-04"}) == [may, april]
    assert found(**{"from": "2026-12-01"}) == [long]
    assert found(to="2026-04-19") == []
    assert found(updated_since="2026-04-20T12:00:00Z") == [long, may, april]
    assert found(updated_since="2026-04-20T12:00:01Z") == []


def test_a_breakdown_shows_every_worked_day(hr, environment):
    employee = make_employee(environment)
    entry = log(hr, employee, "2026-04-24", "2026-04-28", half_day_start=True).json()

    response = hr.get(f"/v1/leave/{entry['id']}", {"breakdown": "true"})

    assert response.json()["breakdown"] == [
        {"date": "2026-04-24", "days": 0.5},
        {"date": "2026-04-27", "days": 1.0},
        {"date": "2026-04-28", "days": 1.0},
    ]


def test_a_preview_tells_days_clash_and_balance_and_stores_nothing(hr, environment):
    employee = make_employee(environment)
    log(hr, employee, "2026-04-24")
    before = len(announced(environment))

    response = hr.post(
        "/v1/leave/preview",
        {
            "employee_id": employee.public_id,
            "kind": "vacation",
            "start_date": "2026-04-24",
            "end_date": "2026-04-27",
        },
    )

    body = response.json()
    assert (body["days"], body["overlaps"] is not None) == (2.0, True)
    assert body["balances_after"][0]["remaining"] == 21.0
    assert announced(environment, before) == []
    assert LeaveEntry.objects.within(environment).count() == 1
