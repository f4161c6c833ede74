"""Reads and locks of people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from hr import statements
from hr.addresses import normal_email
from hr.models import CustomField, Employee
from pulse.db import disjoint
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

FEW = 2_000
"""People with the same part of a name, up to whom sorting them is quicker than walking the list."""


def folded(text: str) -> str:
    """How text is stored and searched for, the same on both databases."""
    return unicodedata.normalize("NFKC", text).casefold()


def employees(environment: Environment) -> QuerySet[Employee]:
    return Employee.objects.within(environment)


def get_employee(environment: Environment, employee_id: str) -> Employee:
    """Raises NotFound, for another environment's person too."""
    found = employees(environment).select_related("manager").filter(public_id=employee_id).first()
    if found is None:
        raise NotFound(f"No employee {employee_id[:60]}.")
    return found


def whoever(environment: Environment, **lookups: Any) -> QuerySet[Employee]:
    """The people of ``lookups``, for ``employee__in``: looked up once, in the environment's index.

    A join by ``employee__public_id`` would look in the index of all environments.
    """
    return employees(environment).filter(**lookups).order_by()


def find_employee(environment: Environment, employee_id: str | None) -> Employee | None:
    if employee_id is None:
        return None
    return employees(environment).filter(public_id=employee_id).first()


def by_email_or_id(
    environment: Environment, emails: set[str], employee_ids: set[str]
) -> Iterable[Employee]:
    """Everybody of these addresses or ids, in groups that either database takes as parameters."""
    for name, wanted in (("email", sorted(emails)), ("public_id", sorted(employee_ids))):
        for start in range(0, len(wanted), 500):
            yield from employees(environment).filter(**{f"{name}__in": wanted[start : start + 500]})


def lock_employee(environment: Environment, employee_id: str) -> Employee:
    """The person, held until the transaction ends. Raises NotFound."""
    found = lock_employee_if_known(environment, employee_id)
    if found is None:
        raise NotFound(f"No employee {employee_id[:60]}.")
    return found


def lock_employee_if_known(environment: Environment, employee_id: str) -> Employee | None:
    return (
        employees(environment)
        .select_for_update(of=("self",), no_key=True)
        .select_related("manager")
        .filter(public_id=employee_id)
        .first()
    )


def lock_reports(environment: Environment, manager: Employee) -> list[Employee]:
    """Everybody who reports to ``manager``, held in the order of their numbers."""
    return list(
        employees(environment)
        .select_for_update(of=("self",), no_key=True)
        .select_related("manager")
        .filter(manager=manager)
        .order_by("pk")
    )


def lock_hierarchy(environment: Environment) -> None:
    """Let one transaction at a time move people under other managers, for the whole environment.

    Without it A under B and B under A can both see no loop and both commit.
    """
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)


def is_at_or_above(environment: Environment, person: Employee, of: Employee) -> bool:
    """Whether ``person`` is ``of`` or one of the managers above."""
    with connection.cursor() as cursor:
        cursor.execute(statements.MANAGES, [of.pk, environment.pk, person.pk])
        return cursor.fetchone() is not None


def lock_leavers(today_by_environment: dict[int, date], limit: int) -> list[Employee]:
    """People whose last day is over and who are not offboarded yet, of any environment."""
    due = Q(pk__in=[])
    for environment_pk, today in today_by_environment.items():
        due |= Q(environment_id=environment_pk, end_date__lt=today)
    return list(
        Employee.unscoped.select_for_update(of=("self",), skip_locked=_skips(), no_key=True)
        .select_related("manager", "environment__organization")
        .filter(due, offboarded_at=None)
        .order_by("pk")[:limit]
    )


def environments_with_leavers(latest: date) -> Iterable[Environment]:
    """Environments that may have somebody to offboard; ``latest`` is a date no zone has passed."""
    numbers = (
        Employee.unscoped.filter(offboarded_at=None, end_date__lt=latest)
        .values_list("environment_id", flat=True)
        .distinct()
        .order_by()
    )
    return Environment.objects.select_related("organization").filter(pk__in=list(numbers))


def _skips() -> bool:
    return connection.features.has_select_for_update_skip_locked


def filter_employees(
    environment: Environment, filters: dict[str, Any], *, today: date
) -> QuerySet[Employee]:
    """People that match every filter of the list endpoint; absent filters match everybody."""
    found = employees(environment)
    status = filters.get("status", "all")
    if status != "all":
        found = found.filter(_with_status(status, today))
    for name in ("department", "location"):
        if name in filters:
            found = found.filter(**{name: filters[name]})
    if "manager_id" in filters:
        wanted = filters["manager_id"]
        found = found.filter(
            **(
                {"manager": None}
                if wanted == "null"
                else {"manager__in": whoever(environment, public_id=wanted)}
            )
        )
    if "email" in filters:
        found = found.filter(email=normal_email(filters["email"]))
    if "q" in filters:
        found = _with_part(found, folded(filters["q"]))
    if "updated_since" in filters:
        found = found.filter(updated_at__gte=filters["updated_since"])
    return found


def filter_employee_parts(
    environment: Environment, filters: dict[str, Any], *, today: date
) -> disjoint.Parts:
    """Where the rows of ``filter_employees`` lie; nothing where the order of a list finds them.

    A part of a name may be a thousand people's, whose managers need not be looked up to be sorted.
    """
    return [filter_employees(environment, filters, today=today)] if "q" in filters else ()


def _with_part(found: QuerySet[Employee], part: str) -> QuerySet[Employee]:
    """Those of ``found`` whose name or address holds ``part``.

    What few people have is looked up in the index of parts. What many have is met soon on the way
    through the list, and the index would give all of them to be sorted first.
    """
    found = found.filter(search__contains=part)
    if len(part) < statements.SHORTEST_PART or statements.more_hold_part(part, FEW):
        return found
    return found.filter(statements.holds_part(part))


def _with_status(status: str, today: date) -> Q:
    former = Q(offboarded_at__isnull=False) | Q(end_date__lt=today)
    if status == Employee.Status.FORMER:
        return former
    here = Q(offboarded_at=None) & (Q(end_date=None) | Q(end_date__gte=today))
    if status == Employee.Status.UPCOMING:
        return here & Q(start_date__gt=today)
    return here & Q(start_date__lte=today)


def active(environment: Environment, today: date) -> QuerySet[Employee]:
    return employees(environment).filter(_with_status(Employee.Status.ACTIVE, today))


def departments(environment: Environment) -> list[str]:
    """Every department somebody is or was in, by name."""
    names = employees(environment).exclude(department=None).order_by()
    return sorted(name or "" for name in names.values_list("department", flat=True).distinct())


def email_taken(environment: Environment, email: str, *, but: Employee | None = None) -> bool:
    found = employees(environment).filter(email=email)
    return (found.exclude(pk=but.pk) if but else found).exists()


def custom_fields(environment: Environment) -> QuerySet[CustomField]:
    return CustomField.objects.within(environment)


def get_custom_field(environment: Environment, field_id: str) -> CustomField:
    found = custom_fields(environment).filter(public_id=field_id).first()
    if found is None:
        raise NotFound(f"No custom field {field_id[:60]}.")
    return found
