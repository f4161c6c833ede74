"""Reads of templates and their versions."""

from __future__ import annotations

import re

from django.db.models import QuerySet

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from screening.models import Template, TemplateVersion

_ID = re.compile(r"t([1-9]\d{0,14})", re.ASCII)


def list_templates(environment: Environment, *, status: str = "active") -> QuerySet[Template]:
    """Templates, oldest first; ``status`` is active, archived or all."""
    rows = Template.objects.within(environment)
    if status != "all":
        rows = rows.filter(archived_at__isnull=status == "active")
    return rows.order_by("created_at", "pk")


def get_template(environment: Environment, public_id: str) -> Template:
    """Raises NotFound."""
    found = find_template(environment, public_id)
    if found is None:
        raise NotFound("The template was not found", details={"template_id": public_id})
    return found


def lock_template(environment: Environment, public_id: str) -> Template:
    """The template's row, locked until the transaction ends. Raises NotFound."""
    found = _by_id(environment, public_id).select_for_update().first()
    if found is None:
        raise NotFound("The template was not found", details={"template_id": public_id})
    return found


def find_template(environment: Environment, public_id: str) -> Template | None:
    return _by_id(environment, public_id).first()


def _by_id(environment: Environment, public_id: str) -> QuerySet[Template]:
    match = _ID.fullmatch(public_id)
    rows = Template.objects.within(environment)
    return rows.filter(number=int(match[1])) if match else rows.none()


def current_version(template: Template) -> TemplateVersion:
    """The newest version: what the next start will ask."""
    return (
        TemplateVersion.objects.within(template.environment_id)
        .filter(template=template)
        .latest("version")
    )
