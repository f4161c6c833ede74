"""``q``: any part of a name or an address, in any script, after everything that changes a name."""

from __future__ import annotations

import pytest

from hr.selectors import employees as selectors
from hr.services.erasure import erase_employee
from tests.hr.people import NOW, make_employee

NAMES = (
    "Ada Lovelace",
    "Ádám Kovács",
    "100% O'Neil_x",
    'Grace "Amazing" Hopper',
    "王小明小",
    "Straße",
)
PARTS = (
    "ada lov", "ADA", "dám", "lace", "love lace", "kovács", "kovacs", "%", "0% o'n", "neil_", "il%x",
    '"amaz', 'ing"', '""', "王", "小明小", "明小王", "strasse", "OR", "ada OR grace", "NEAR(", "a*", "o'",
    "@example.test", "person0", "x" * 60,
)  # fmt: skip


def found(hr, part: str) -> tuple[list[str], int]:
    page = hr.get("/v1/employees", {"q": part}).json()
    return [one["full_name"] for one in page["data"]], page["total_count"]


@pytest.mark.parametrize("few", [0, selectors.FEW])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_found_wherever_it_stands(
    hr, environment, other_environment, monkeypatch, few, part
):
    monkeypatch.setattr(selectors, "FEW", few)  # either way of looking, whatever there is to find
    for number, name in enumerate(NAMES):
        make_employee(environment, full_name=name, email=f"person0{number}@example.test")
        make_employee(other_environment, full_name=name)

    wanted = [
        name
        for number, name in enumerate(NAMES)
        if selectors.folded(part) in selectors.folded(f"{name} person0{number}@example.test")
    ]
    assert found(hr, part) == (wanted, len(wanted))


def test_a_name_is_found_until_it_changes_or_is_erased(hr, environment):
    ada = make_employee(environment, full_name="Ada Lovelace")
    bob = make_employee(environment, full_name="Bob Byron")

    hr.patch(f"/v1/employees/{ada.public_id}", {"full_name": "Ada King", "version": 1})
    assert found(hr, "lovelace") == ([], 0)
    assert found(hr, "a king") == (["Ada King"], 1)

    erase_employee(environment, employee_id=ada.public_id, now=NOW)
    assert found(hr, "a king") == ([], 0)

    bob.delete()
    assert found(hr, "byron") == ([], 0)
