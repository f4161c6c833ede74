"""Locks of what an account's settings and plan are stored in."""

from __future__ import annotations

from pulse.tenancy.models import Environment, Organization


def lock_environment(environment: Environment) -> Environment:
    return Environment.objects.select_for_update().get(pk=environment.pk)


def lock_organization(organization: Organization) -> Organization:
    return Organization.objects.select_for_update().get(pk=organization.pk)
