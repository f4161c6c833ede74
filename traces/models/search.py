"""What the text index has still to read."""

from __future__ import annotations

from django.db import models

from pulse.tenancy.models import TenantModel


class SearchJob(TenantModel):
    """Traces, by id, whose words are to be (re)indexed. The index itself is the vendor's."""

    trace_ids = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
