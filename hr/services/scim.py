"""What an identity provider writes: people come, change and go by the same services as by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from hr.addresses import normal_email
from hr.models import Department, Employee
from hr.scim import documents
from hr.scim.errors import ScimInvalid, ScimTaken
from hr.scim.patching import Document
from hr.scim.schemas import ENTERPRISE
from hr.selectors import scim as selectors
from hr.services import employees
from pulse.tenancy.models import Environment

MAX_MEMBERS = 5000


@transaction.atomic
def create_user(environment: Environment, *, document: Document, now: datetime) -> Employee:
    """Add a person, or rehire the former one of that user name. Raises ScimTaken."""
    known = selectors.find_by_user_name(environment, document["userName"])
    if known is not None and (known.offboarded_at is None or known.scim.get("deactivated")):
        raise ScimTaken("userName")
    values = _values(document)
    if known is None:
        employee = employees.create_employee(environment, values=values, now=now)
    else:
        employee = employees.update_employee(
            environment,
            employee_id=known.public_id,
            changes={**values, "end_date": None},
            now=now,
        )
    return (
        employee
        if document.get("active", True)
        else deactivate_user(environment, employee, now=now)
    )


@transaction.atomic
def replace_user(
    environment: Environment, *, employee_id: str, document: Document, now: datetime
) -> Employee:
    """Make a person what the document says; ``active`` false offboards, true rehires.

    Raises NotFound, ScimTaken.
    """
    employee = selectors.get_user(environment, employee_id)
    other = selectors.find_by_user_name(environment, document["userName"])
    if other is not None and other.pk != employee.pk:
        raise ScimTaken("userName")
    changes = _values(document)
    if document.get("active", True) and employee.offboarded_at is not None:
        changes["end_date"] = None
    employee = employees.update_employee(
        environment, employee_id=employee_id, changes=changes, now=now
    )
    if document.get("active", True):
        return employee
    return deactivate_user(environment, employee, now=now)


def deactivate_user(environment: Environment, employee: Employee, *, now: datetime) -> Employee:
    """Offboard somebody whom the provider still lists, as inactive."""
    employee = employees.offboard_employee(environment, employee_id=employee.public_id, now=now)
    employee.scim = {**employee.scim, "deactivated": True}
    employee.save(update_fields=["scim"])
    return employee


@transaction.atomic
def delete_user(environment: Environment, *, employee_id: str, now: datetime) -> None:
    """Offboard somebody and hide them from SCIM. Raises NotFound."""
    employee = selectors.get_user(environment, employee_id)
    employee = employees.offboard_employee(environment, employee_id=employee.public_id, now=now)
    employee.scim = {**employee.scim, "deactivated": False}
    employee.save(update_fields=["scim"])


def _values(document: Document) -> dict[str, Any]:
    email, full_name = documents.address_of(document), documents.full_name_of(document)
    email = normal_email(email)
    extension = document.get(ENTERPRISE, {})
    return {
        "email": email,
        "full_name": full_name,
        "role": document.get("title"),
        "department": extension.get("department"),
        "manager_id": extension.get("manager", {}).get("value"),
        "external_id": document.get("externalId", ""),
        "user_name": normal_email(document["userName"]),
        "scim": {"document": document, "email": email, "full_name": full_name},
    }


@transaction.atomic
def list_departments(environment: Environment) -> None:
    """Give every department that people carry an id."""
    Department.objects.bulk_create(
        [
            Department(environment=environment, name=name)
            for name in sorted(selectors.unlisted_names(environment))
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def write_group(
    environment: Environment, *, department: Department | None, document: Document, now: datetime
) -> Department:
    """Make a department what the document says: its name, and exactly its members.

    Raises ScimInvalid, ScimTaken.
    """
    name = document.get("displayName")
    if not isinstance(name, str) or not 1 <= len(name.strip()) <= 120:
        raise ScimInvalid("displayName must be a string of 1 to 120 characters")
    wanted = _members(environment, document)
    held = selectors.members(environment, department) if department else []
    department = department or Department(environment=environment)
    department.name = name.strip()
    department.external_id = str(document.get("externalId") or "")[:255]
    try:
        with transaction.atomic():
            department.save()
    except IntegrityError as error:
        raise ScimTaken("displayName") from error
    for employee in held:
        if employee.public_id not in wanted:
            _move(environment, employee.public_id, None, now)
    for employee_id in wanted:
        _move(environment, employee_id, department.name, now)
    return department


@transaction.atomic
def delete_group(environment: Environment, *, department: Department, now: datetime) -> None:
    """Dissolve a department; its people stay, without one."""
    for employee in selectors.members(environment, department):
        _move(environment, employee.public_id, None, now)
    department.delete()


def _members(environment: Environment, document: Document) -> list[str]:
    listed = document.get("members") or []
    if not isinstance(listed, list) or len(listed) > MAX_MEMBERS:
        raise ScimInvalid(f"members must be a list of at most {MAX_MEMBERS}")
    wanted: list[str] = []
    for one in listed:
        if not isinstance(one, dict):
            raise ScimInvalid("a member must be an object")
        value = one.get("value") or str(one.get("$ref", "")).rpartition("/")[2]
        if not isinstance(value, str):
            raise ScimInvalid("members.value must be a string")
        wanted.append(value)
    known = set(
        selectors.users(environment)
        .filter(public_id__in=wanted)
        .values_list("public_id", flat=True)
    )
    missing = [value for value in wanted if value not in known]
    if missing:
        raise ScimInvalid(f"member {missing[0][:60]} is no user")
    return list(dict.fromkeys(wanted))


def _move(environment: Environment, employee_id: str, name: str | None, now: datetime) -> None:
    employees.update_employee(
        environment, employee_id=employee_id, changes={"department": name}, now=now
    )
