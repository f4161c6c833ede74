"""What the tables have in common of which an index begins with the environment."""

from __future__ import annotations

from django.db import models

from pulse.tenancy.models import Environment, TenantModel


class EnvironmentFirst(TenantModel):
    """Found by indexes that begin with the environment, so one of it alone would only cost inserts."""

    environment = models.ForeignKey(
        Environment, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta(TenantModel.Meta):
        abstract = True
