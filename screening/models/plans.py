"""Organizations as those who are on a plan of screening."""

from __future__ import annotations

from typing import ClassVar

from pulse.tenancy.models import Organization


class Plan(Organization):
    """A proxy, so that the admin has a screen for plans; nothing is stored here."""

    class Meta:
        proxy = True
        ordering: ClassVar = ["name"]
