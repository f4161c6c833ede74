from decimal import Decimal

import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0002_environment_deleted_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="Plan",
            fields=[],
            options={
                "ordering": ["name"],
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("tenancy.organization",),
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("email", models.CharField(max_length=254)),
                ("email_folded", models.CharField(db_index=True, max_length=254)),
                (
                    "email_claim",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="The folded address while this row may be its only active holder.",
                        max_length=254,
                        null=True,
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=20)),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("archived", "Archived")],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("skills", models.JSONField(blank=True, default=list)),
                ("experience_years", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("education", models.JSONField(blank=True, default=list)),
                ("search_text", models.CharField(blank=True, editable=False, max_length=500)),
                (
                    "legal_hold",
                    models.BooleanField(
                        default=False,
                        help_text="Retention leaves this person alone until the hold is lifted.",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="api, greenhouse, ashby, …", max_length=40
                    ),
                ),
                ("last_contact_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [
                    models.Index(
                        fields=["environment", "created_at", "id"], name="screening_cand_order"
                    ),
                    models.Index(fields=["last_contact_at"], name="screening_cand_contact"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "number"), name="screening_candidate_number"
                    ),
                    models.UniqueConstraint(
                        fields=("environment", "email_claim"), name="screening_candidate_email"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Resume",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("stored", "Stored"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=7,
                    ),
                ),
                ("source_url", models.CharField(blank=True, max_length=2048)),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("media_type", models.CharField(blank=True, max_length=100)),
                ("size_bytes", models.PositiveIntegerField(default=0)),
                ("suggestions", models.JSONField(blank=True, default=dict)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                (
                    "candidate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resume",
                        to="screening.candidate",
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("name", models.CharField(max_length=200)),
                ("description", models.CharField(blank=True, max_length=2000)),
                ("duration_minutes", models.PositiveSmallIntegerField()),
                ("question_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "settings",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"weights": {"React": 2}, "recommend_at": 75, "consider_at": 60}',
                    ),
                ),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "number"), name="screening_template_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("duration_minutes__gte", 1), ("duration_minutes__lte", 480)
                        ),
                        name="screening_template_duration",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("questions", models.JSONField(default=list)),
                ("pinned_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="screening.template",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "version"), name="screening_template_version"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("in_progress", "In Progress"),
                            ("completed", "Completed"),
                            ("expired", "Expired"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="pending",
                        max_length=11,
                    ),
                ),
                ("job_title", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(blank=True, max_length=35)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                (
                    "time_multiplier",
                    models.DecimalField(decimal_places=2, default=Decimal("1"), max_digits=3),
                ),
                ("score", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("skill_scores", models.JSONField(blank=True, default=list)),
                (
                    "scoring_status",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("scored", "Scored"),
                            ("pending_review", "Pending Review"),
                        ],
                        default="none",
                        max_length=14,
                    ),
                ),
                (
                    "completion_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("submitted", "Submitted"),
                            ("time_expired", "Time Expired"),
                            ("proctor", "Proctor"),
                        ],
                        max_length=12,
                    ),
                ),
                ("active_seconds", models.PositiveIntegerField(default=0)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("signals", models.JSONField(blank=True, default=dict)),
                ("shuffle_seed", models.PositiveIntegerField(default=0)),
                ("link_nonce", models.CharField(max_length=32)),
                ("link_digest", models.CharField(max_length=64, unique=True)),
                ("consented_at", models.DateTimeField(blank=True, null=True)),
                ("notice_version", models.CharField(blank=True, max_length=20)),
                (
                    "invitation_status",
                    models.CharField(
                        choices=[
                            ("not_sent", "Not Sent"),
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("bounced", "Bounced"),
                            ("opened", "Opened"),
                        ],
                        default="not_sent",
                        max_length=8,
                    ),
                ),
                ("invitation_ref", models.CharField(blank=True, max_length=40)),
                ("invited_at", models.DateTimeField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("deadline_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, help_text="Expired or cancelled.", null=True),
                ),
                (
                    "announced_at",
                    models.DateTimeField(
                        blank=True, help_text="When screening.completed was published.", null=True
                    ),
                ),
                (
                    "reviewer_decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "undecided"),
                            ("advance", "Advance"),
                            ("reject", "Reject"),
                            ("hold", "Hold"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                ("partner", models.CharField(blank=True, max_length=20)),
                ("partner_ref", models.CharField(blank=True, max_length=200)),
                ("partner_callback_url", models.CharField(blank=True, max_length=2048)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="screenings",
                        to="screening.candidate",
                    ),
                ),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="screening.template",
                    ),
                ),
                (
                    "template_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="screening.templateversion",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [
                    models.Index(
                        fields=["environment", "created_at", "id"], name="screening_scr_order"
                    ),
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["expires_at"],
                        name="screening_scr_expires",
                    ),
                    models.Index(
                        condition=models.Q(("status", "in_progress")),
                        fields=["deadline_at"],
                        name="screening_scr_deadline",
                    ),
                    models.Index(
                        condition=models.Q(("invitation_status", "queued")),
                        fields=["id"],
                        name="screening_scr_invited",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "number"), name="screening_screening_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["pending", "in_progress"])),
                        fields=("candidate", "template"),
                        name="screening_one_open",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("generating", "Generating"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField(blank=True, db_index=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("score", models.PositiveSmallIntegerField(default=0)),
                ("skill_scores", models.JSONField(blank=True, default=list)),
                ("completion_time_minutes", models.PositiveIntegerField(default=0)),
                ("summary", models.TextField(blank=True)),
                ("strengths", models.JSONField(blank=True, default=list)),
                ("areas_for_improvement", models.JSONField(blank=True, default=list)),
                ("recommendation", models.CharField(blank=True, max_length=100)),
                ("generated_by", models.CharField(blank=True, max_length=200)),
                ("prompt_digest", models.CharField(blank=True, max_length=64)),
                ("generated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "screening",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="screening.screening",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("screening", "version"), name="screening_report_version"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question_id", models.CharField(max_length=40)),
                ("revision", models.BigIntegerField()),
                ("value", models.JSONField(null=True)),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
                (
                    "earned",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True),
                ),
                (
                    "reviewed_points",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True),
                ),
                ("review_note", models.CharField(blank=True, max_length=2000)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "screening",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="screening.screening",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("screening", "question_id"), name="screening_answer_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SelfIdentification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sex", models.CharField(blank=True, max_length=20)),
                ("ethnicity", models.CharField(blank=True, max_length=40)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "screening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="self_identification",
                        to="screening.screening",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Sequence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=1)),
                ("last", models.BigIntegerField(default=10000)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "kind"), name="screening_sequence_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
