import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import pulse.webhooks.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=pulse.webhooks.models.endpoint_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("product", models.CharField(max_length=20)),
                ("url", models.CharField(max_length=2048)),
                ("description", models.CharField(blank=True, max_length=500)),
                ("events", models.JSONField(default=list)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("paused", "Paused"),
                            ("disabled", "Disabled"),
                        ],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("disabled_reason", models.CharField(blank=True, max_length=200)),
                ("secret", models.TextField(editable=False, help_text="Sealed.")),
                (
                    "previous_secret",
                    models.TextField(blank=True, editable=False, help_text="Sealed."),
                ),
                ("previous_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("next_secret", models.TextField(blank=True, editable=False, help_text="Sealed.")),
                ("next_from", models.DateTimeField(blank=True, editable=False, null=True)),
                ("max_in_flight", models.PositiveSmallIntegerField(default=4)),
                (
                    "ramp",
                    models.PositiveSmallIntegerField(
                        default=64,
                        help_text="Deliveries at once while recovering: 1, 2, 4 … up to max_in_flight.",
                    ),
                ),
                ("consecutive_failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                (
                    "breaker_step",
                    models.PositiveSmallIntegerField(default=0, help_text="0 is closed."),
                ),
                ("breaker_until", models.DateTimeField(blank=True, null=True)),
                (
                    "claimed_at",
                    models.DateTimeField(
                        blank=True, help_text="Whose turn it was last.", null=True
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
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
                        fields=["environment", "product", "created_at"], name="endpoint_list"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=pulse.webhooks.models.event_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("product", models.CharField(max_length=20)),
                ("type", models.CharField(max_length=100)),
                ("body", models.TextField()),
                (
                    "subject_ref",
                    models.CharField(
                        blank=True,
                        help_text="Space around each id, so that one is found exactly.",
                        max_length=250,
                    ),
                ),
                (
                    "test",
                    models.BooleanField(
                        default=False, help_text="Sent by hand to try an endpoint."
                    ),
                ),
                ("created_at", models.DateTimeField()),
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
                        fields=["environment", "product", "created_at"], name="event_list"
                    ),
                    models.Index(fields=["created_at"], name="event_age"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=pulse.webhooks.models.delivery_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "Due"),
                            ("leased", "Leased"),
                            ("delivered", "Delivered"),
                            ("exhausted", "Exhausted"),
                            ("cancelled", "Cancelled"),
                            ("held", "Held"),
                        ],
                        default="due",
                        max_length=9,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("first_attempt_at", models.DateTimeField(blank=True, null=True)),
                ("give_up_at", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.CharField(blank=True, editable=False, max_length=32)),
                ("replay_no", models.PositiveIntegerField(default=0)),
                (
                    "replay_of",
                    models.CharField(
                        blank=True, help_text="The delivery it repeats.", max_length=40
                    ),
                ),
                ("last_outcome", models.CharField(blank=True, max_length=20)),
                ("last_status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="webhooks.endpoint",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="webhooks.event",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("due", "leased"))),
                        fields=["endpoint", "next_attempt_at"],
                        name="delivery_due_endpoint",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("due", "leased"))),
                        fields=["next_attempt_at"],
                        name="delivery_due",
                    ),
                    models.Index(fields=["environment", "created_at"], name="delivery_list"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("event", "endpoint", "replay_no"), name="delivery_once_per_replay"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("delivered", "Delivered"),
                            ("http_error", "Http Error"),
                            ("timeout", "Timeout"),
                            ("connection", "Connection"),
                            ("tls", "Tls"),
                            ("forbidden_target", "Target"),
                        ],
                        max_length=20,
                    ),
                ),
                ("status_code", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("latency_ms", models.PositiveIntegerField()),
                ("request_headers", models.JSONField(default=dict)),
                ("response_excerpt", models.TextField(blank=True, help_text="At most 4 kB.")),
                ("error", models.CharField(blank=True, max_length=300)),
                ("peer_ip", models.CharField(blank=True, max_length=45)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tries",
                        to="webhooks.delivery",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [models.Index(fields=["started_at"], name="attempt_age")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
