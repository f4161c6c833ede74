"""Reads of people and departments as SCIM clients see them.

Whoever a provider deactivated stays visible and inactive; whoever was offboarded otherwise is gone.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hr.addresses import normal_email
from hr.models import Department, Employee
from hr.selectors import employees as people
from pulse.errors import NotFound
from pulse.tenancy.models import Environment

VISIBLE = Q(offboarded_at=None) | Q(scim__deactivated=True)


def users(environment: Environment) -> QuerySet[Employee]:
    found = people.employees(environment).select_related("manager")
    return found.filter(VISIBLE, erased_at=None)


def get_user(environment: Environment, employee_id: str) -> Employee:
    """Raises NotFound."""
    found = users(environment).filter(public_id=employee_id).first()
    if found is None:
        raise NotFound(f"No user {employee_id[:60]}.")
    return found


def named(user_name: str) -> Q:
    """The user name as the provider wrote it, or the email of somebody no provider wrote."""
    wanted = normal_email(user_name)
    return Q(user_name=wanted) | Q(user_name="", email=wanted)


def find_by_user_name(environment: Environment, user_name: str) -> Employee | None:
    """Former people too: creating one anew rehires them."""
    return people.employees(environment).filter(named(user_name), erased_at=None).first()


def departments(environment: Environment) -> QuerySet[Department]:
    return Department.objects.within(environment)


def get_department(environment: Environment, department_id: str) -> Department:
    """Raises NotFound."""
    found = departments(environment).filter(public_id=department_id).first()
    if found is None:
        raise NotFound(f"No group {department_id[:60]}.")
    return found


def unlisted_names(environment: Environment) -> set[str]:
    """Departments that people carry and no group stands for yet."""
    listed = set(departments(environment).values_list("name", flat=True))
    return set(people.departments(environment)) - listed


def members(environment: Environment, department: Department) -> list[Employee]:
    return list(users(environment).filter(department=department.name).order_by("pk"))
