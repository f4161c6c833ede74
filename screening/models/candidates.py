"""People who are screened, and the counters that name things per environment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel


class Sequence(TenantModel):
    """The last number given out for one kind of public id (``c``, ``s``, ``t``) in an environment."""

    kind = models.CharField(max_length=1)
    last = models.BigIntegerField(default=10_000)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "kind"], name="screening_sequence_once")
        ]


class Candidate(TenantModel):
    """A person who may be screened. After erasure the row stays, empty, so that scores keep a place."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        ARCHIVED = "archived"

    number = models.BigIntegerField()
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    email_folded = models.CharField(max_length=254, db_index=True)
    email_claim = models.CharField(  # noqa: DJ001  # rows without a claim hold NULL
        max_length=254,
        null=True,
        blank=True,
        editable=False,
        help_text="The folded address while this row may be its only active holder.",
    )
    phone = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.ACTIVE)
    skills = models.JSONField(default=list, blank=True)
    experience_years = models.PositiveSmallIntegerField(null=True, blank=True)
    education = models.JSONField(default=list, blank=True)
    search_text = models.CharField(max_length=500, blank=True, editable=False)
    legal_hold = models.BooleanField(
        default=False, help_text="Retention leaves this person alone until the hold is lifted."
    )
    source = models.CharField(max_length=40, blank=True, help_text="api, greenhouse, ashby, …")
    last_contact_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "number"], name="screening_candidate_number"
            ),
            models.UniqueConstraint(
                fields=["environment", "email_claim"], name="screening_candidate_email"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="screening_cand_order"),
            models.Index(fields=["last_contact_at"], name="screening_cand_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'Erased candidate'} ({self.public_id})"

    @property
    def public_id(self) -> str:
        return f"c{self.number}"

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else "The candidate"

    @property
    def archived(self) -> bool:
        return self.status == self.Status.ARCHIVED


class Resume(TenantModel):
    """A candidate's resume: an address to fetch once, then bytes of a checked type in the data folder."""

    class Status(models.TextChoices):
        PENDING = "pending"
        STORED = "stored"
        FAILED = "failed"

    candidate = models.OneToOneField(Candidate, on_delete=models.CASCADE, related_name="resume")
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    source_url = models.CharField(max_length=2048, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveIntegerField(default=0)
    suggestions = models.JSONField(default=dict, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True, db_index=True)
    stored_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(
        null=True, blank=True, help_text="When its text was looked through for suggestions."
    )

    def __str__(self) -> str:
        return f"Resume of {self.candidate_id} ({self.status})"
