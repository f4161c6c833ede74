"""The environment of a caller without a key."""

from __future__ import annotations

from pulse.tenancy.models import Environment


def first_test_environment() -> Environment | None:
    """The oldest test environment of this deployment; None before its first start."""
    rows = Environment.objects.select_related("organization").filter(kind="test", deleted_at=None)
    return rows.order_by("pk").first()


def find_environment(public_id: str) -> Environment | None:
    """The environment an operator names; the first test environment where none is named."""
    if not public_id:
        return first_test_environment()
    rows = Environment.objects.select_related("organization")
    return rows.filter(public_id=public_id, deleted_at=None).first()
