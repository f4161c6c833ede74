"""A candidate's screening, the answers given in it, and voluntary statistics kept apart."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models

from pulse.tenancy.models import TenantModel
from screening.models.candidates import Candidate
from screening.models.templates import Template, TemplateVersion


class Screening(TenantModel):
    """One invitation to one template, and the single attempt that may follow."""

    class Status(models.TextChoices):
        PENDING = "pending"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        EXPIRED = "expired"
        CANCELLED = "cancelled"

    class Invitation(models.TextChoices):
        NOT_SENT = "not_sent"
        QUEUED = "queued"
        SENT = "sent"
        BOUNCED = "bounced"
        OPENED = "opened"

    class Scoring(models.TextChoices):
        NONE = "none"
        SCORED = "scored"
        PENDING_REVIEW = "pending_review"

    class Reason(models.TextChoices):
        SUBMITTED = "submitted"
        TIME_EXPIRED = "time_expired"
        PROCTOR = "proctor"

    class Decision(models.TextChoices):
        UNDECIDED = "", "undecided"
        ADVANCE = "advance"
        REJECT = "reject"
        HOLD = "hold"

    number = models.BigIntegerField()
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, related_name="screenings")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="screenings")
    template_version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="screenings"
    )
    status = models.CharField(max_length=11, choices=Status, default=Status.PENDING)
    job_title = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=35, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    time_multiplier = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal(1))
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    skill_scores = models.JSONField(default=list, blank=True)
    scoring_status = models.CharField(max_length=14, choices=Scoring, default=Scoring.NONE)
    completion_reason = models.CharField(max_length=12, choices=Reason, blank=True)
    active_seconds = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField(null=True, blank=True)
    signals = models.JSONField(default=dict, blank=True)
    shuffle_seed = models.PositiveIntegerField(default=0)
    link_nonce = models.CharField(max_length=32)
    link_digest = models.CharField(max_length=64, unique=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    notice_version = models.CharField(max_length=20, blank=True)
    invitation_status = models.CharField(
        max_length=8, choices=Invitation, default=Invitation.NOT_SENT
    )
    invited_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Expired or cancelled.")
    announced_at = models.DateTimeField(
        null=True, blank=True, help_text="When screening.completed was published."
    )
    reviewer_decision = models.CharField(
        max_length=7, choices=Decision, blank=True, default=Decision.UNDECIDED
    )
    partner = models.CharField(max_length=20, blank=True)
    partner_ref = models.CharField(max_length=200, blank=True)
    partner_callback_url = models.CharField(max_length=2048, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "number"], name="screening_screening_number"
            ),
            models.UniqueConstraint(
                fields=["candidate", "template"],
                condition=models.Q(status__in=["pending", "in_progress"]),
                name="screening_one_open",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "created_at", "id"], name="screening_scr_order"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(status="pending"),
                name="screening_scr_expires",
            ),
            models.Index(
                fields=["deadline_at"],
                condition=models.Q(status="in_progress"),
                name="screening_scr_deadline",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(invitation_status="queued"),
                name="screening_scr_invited",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        return f"s{self.number}"

    @property
    def open(self) -> bool:
        return self.status in (self.Status.PENDING, self.Status.IN_PROGRESS)


class Answer(TenantModel):
    """The latest answer to one question; older revisions are not kept."""

    screening = models.ForeignKey(Screening, on_delete=models.CASCADE, related_name="answers")
    question_id = models.CharField(max_length=40)
    revision = models.BigIntegerField()
    value = models.JSONField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    earned = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    reviewed_points = models.DecimalField(max_digits=8, decimal_places=3, null=True, blank=True)
    review_note = models.CharField(max_length=2000, blank=True)

    class Meta(TenantModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["screening", "question_id"], name="screening_answer_once"
            )
        ]


class SelfIdentification(TenantModel):
    """What a candidate chose to say for statistics. Never shown beside a person, never in a report."""

    screening = models.OneToOneField(
        Screening, on_delete=models.CASCADE, related_name="self_identification"
    )
    sex = models.CharField(max_length=20, blank=True)
    ethnicity = models.CharField(max_length=40, blank=True)
