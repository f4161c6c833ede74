"""Screening templates and their immutable versions."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class Template(TenantModel):
    """A named, timed list of questions. What is asked lives in its versions."""

    number = models.BigIntegerField()
    name = models.CharField(max_length=200)
    description = models.CharField(max_length=2000, blank=True)
    duration_minutes = models.PositiveSmallIntegerField()
    question_count = models.PositiveSmallIntegerField(default=0)
    settings = models.JSONField(
        default=dict,
        blank=True,
        help_text='{"weights": {"React": 2}, "recommend_at": 75, "consider_at": 60}',
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "number"], name="screening_template_number"
            ),
            models.CheckConstraint(
                condition=models.Q(duration_minutes__gte=1, duration_minutes__lte=480),
                name="screening_template_duration",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.public_id})"

    @property
    def public_id(self) -> str:
        return f"t{self.number}"


class TemplateVersion(TenantModel):
    """The questions as they were at one moment. Screenings pin one when they start.

    ``pinned_at`` is set by the first start: from then on an edit makes the next version instead.
    """

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    questions = models.JSONField(default=list)
    pinned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["template", "version"], name="screening_template_version"
            )
        ]

    def __str__(self) -> str:
        return f"version {self.version} of template {self.template_id}"
