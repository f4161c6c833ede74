from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hr.models import Employee, LeaveEntry
from tests.hr.people import NOW, ids, make_employee, make_leave, refusal, walk
from tests.support.tenancy import make_environment


def make_many(environment, count):
    """``count`` people with equal times."""
    return Employee.objects.bulk_create(
        Employee(
            environment=environment,
            email=f"many{number}@x.test",
            full_name=f"Many {number}",
            start_date=NOW.date(),
            created_at=NOW,
            updated_at=NOW,
        )
        for number in range(count)
    )


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "1.5", "", "9" * 30])
def test_a_limit_outside_1_to_200_is_400(hr, limit):
    assert refusal(hr.get(f"/v1/employees?limit={limit}")) == (400, "invalid_request", ["limit"])


def test_a_limit_of_one_and_a_page_of_fifty_by_default(hr, environment):
    make_many(environment, 51)

    assert len(ids(hr.get("/v1/employees?limit=1"))) == 1
    page = hr.get("/v1/employees").json()
    assert (len(page["data"]), page["total_count"]) == (50, 51)


def test_equal_times_lose_and_repeat_nothing(hr, environment):
    people = [one.public_id for one in make_many(environment, 200)]

    assert walk(hr, "/v1/employees", 7) == people
    assert walk(hr, "/v1/employees", 7, sort="-created_at") == people[::-1]


def test_a_last_page_that_is_full_has_no_next_cursor(hr, environment):
    make_many(environment, 4)

    first = hr.get("/v1/employees?limit=2").json()
    second = hr.get("/v1/employees", {"limit": 2, "cursor": first["next_cursor"]}).json()

    assert first["next_cursor"] is not None
    assert (len(second["data"]), second["next_cursor"], second["total_count"]) == (2, None, 4)


def test_an_empty_list_is_a_page_without_data(hr):
    assert hr.get("/v1/leave").json() == {"data": [], "next_cursor": None, "total_count": 0}


def test_a_cursor_survives_the_row_it_points_at(hr, environment):
    people = [one.public_id for one in make_many(environment, 4)]
    cursor = hr.get("/v1/employees?limit=2").json()["next_cursor"]

    Employee.objects.within(environment).filter(public_id=people[1]).delete()

    assert ids(hr.get("/v1/employees", {"cursor": cursor})) == people[2:]


def test_rows_added_between_pages_repeat_and_hide_nothing(hr, environment):
    employee = make_employee(environment)
    days = [NOW.date().replace(day=day) for day in (20, 21, 22, 23)]
    older = [make_leave(environment, employee, start_date=day).public_id for day in days]
    first = hr.get("/v1/leave?limit=2").json()

    make_leave(environment, employee, start_date=NOW.date().replace(day=24))
    rest = hr.get("/v1/leave", {"limit": 2, "cursor": first["next_cursor"]})

    assert [one["id"] for one in first["data"]] + ids(rest) == older[::-1]


def test_a_changed_or_foreign_cursor_is_refused(hr, api, environment, other_environment):
    make_many(environment, 3)
    make_many(other_environment, 3)
    live = make_environment(environment.organization, kind="live")
    make_many(live, 3)
    cursor = hr.get("/v1/employees?limit=1").json()["next_cursor"]
    theirs = api("hr", environment=other_environment).get("/v1/employees?limit=1").json()
    lives = api("hr", environment=live).get("/v1/employees?limit=1").json()

    def tried(cursor: str, path: str = "/v1/employees", **query: str):
        return refusal(hr.get(path, {"cursor": cursor, **query}))

    refused = (400, "invalid_request", ["cursor"])
    for position in range(len(cursor)):
        flipped = "A" if cursor[position] != "A" else "B"
        assert tried(cursor[:position] + flipped + cursor[position + 1 :]) == refused
    assert tried(theirs["next_cursor"]) == refused
    assert tried(lives["next_cursor"]) == refused
    assert tried(cursor, "/v1/leave") == refused
    assert tried(cursor, status="active") == refused
    assert tried(cursor, sort="-created_at") == refused
    assert tried("eyJpZCI6ImVtcF8xOTgifQ==") == refused
    assert hr.get("/v1/employees", {"cursor": cursor}).status_code == 200


def test_the_total_counts_the_filtered_rows(hr, environment):
    make_many(environment, 3)
    one = make_employee(environment, department="Ops")
    make_leave(environment, one, start_date=NOW.date())

    assert hr.get("/v1/employees?department=Ops").json()["total_count"] == 1
    assert hr.get("/v1/employees?limit=1").json()["total_count"] == 4
    assert hr.get("/v1/leave?kind=sick").json()["total_count"] == 0
    assert LeaveEntry.objects.within(environment).count() == 1


@pytest.mark.parametrize(
    "path", ["/v1/employees", "/v1/employees?expand=manager.manager", "/v1/leave?expand=employee"]
)
def test_a_list_costs_the_same_queries_whatever_it_holds(hr, environment, path):
    boss = make_employee(environment)

    def queries() -> int:
        """The fewest of three calls: now and then one looks after its key as well."""
        found = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as captured:
                assert hr.get(path).status_code == 200
            found.append(len(captured))
        return min(found)

    def add(people: int) -> None:
        for _ in range(people):
            employee = make_employee(environment, manager_id=boss.public_id)
            make_leave(environment, employee, start_date=NOW.date())

    add(2)
    few = queries()
    add(5)

    assert queries() == few
