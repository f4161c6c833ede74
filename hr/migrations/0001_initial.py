import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import hr.models.calendars
import hr.models.employees
import hr.models.entries
import hr.models.leave


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Employee",
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
                        default=hr.models.employees.employee_id, editable=False, max_length=40
                    ),
                ),
                (
                    "email",
                    models.CharField(
                        help_text="Lower case, NFC; unique in its environment", max_length=254
                    ),
                ),
                ("full_name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(blank=True, help_text="Job title", max_length=120, null=True),
                ),
                ("department", models.CharField(blank=True, max_length=120, null=True)),
                ("location", models.CharField(blank=True, max_length=120, null=True)),
                ("start_date", models.DateField()),
                (
                    "end_date",
                    models.DateField(blank=True, help_text="Last day worked, inclusive", null=True),
                ),
                ("custom_fields", models.JSONField(blank=True, default=dict)),
                (
                    "leave_entitlements",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Days a year that differ from the workspace, by kind: {"vacation": 26}',
                    ),
                ),
                (
                    "external_id",
                    models.CharField(blank=True, help_text="Set by SCIM clients", max_length=255),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("search", models.CharField(blank=True, editable=False, max_length=600)),
                ("offboarded_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to="hr.employee",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["environment", "created_at", "id"], name="employee_created"
                    ),
                    models.Index(
                        fields=["environment", "department", "created_at", "id"],
                        name="employee_department",
                    ),
                    models.Index(fields=["environment", "updated_at"], name="employee_updated"),
                    models.Index(fields=["environment", "full_name"], name="employee_name"),
                    models.Index(
                        condition=models.Q(("end_date__isnull", False), ("offboarded_at", None)),
                        fields=["end_date"],
                        name="employee_leaving",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "public_id"), name="employee_id_once"
                    ),
                    models.UniqueConstraint(
                        fields=("environment", "email"), name="employee_email_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("end_date", None),
                            ("end_date__gte", models.F("start_date")),
                            _connector="OR",
                        ),
                        name="employee_dates_in_order",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="CalendarFeed",
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
                        default=hr.models.calendars.feed_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("person", "Person"),
                            ("team", "Team"),
                            ("workspace", "Workspace"),
                        ],
                        max_length=9,
                    ),
                ),
                ("department", models.CharField(blank=True, max_length=120)),
                ("show_kinds", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feeds",
                        to="hr.employee",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["environment", "created_at", "id"], name="feed_created")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Holiday",
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
                        default=hr.models.calendars.holiday_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("date", models.DateField()),
                ("location", models.CharField(blank=True, max_length=120)),
                ("name", models.CharField(max_length=120)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "location", "date"), name="holiday_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Kudos",
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
                        default=hr.models.entries.kudos_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("coins", models.PositiveSmallIntegerField()),
                (
                    "tag",
                    models.CharField(
                        choices=[
                            ("teamwork", "Teamwork"),
                            ("craft", "Craft"),
                            ("impact", "Impact"),
                            ("courage", "Courage"),
                            ("kindness", "Kindness"),
                        ],
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(max_length=500)),
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
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kudos_given",
                        to="hr.employee",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kudos_received",
                        to="hr.employee",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "kudos",
                "indexes": [
                    models.Index(fields=["environment", "created_at", "id"], name="kudos_created"),
                    models.Index(fields=["receiver", "created_at"], name="kudos_received"),
                    models.Index(fields=["giver", "created_at"], name="kudos_given"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("receiver")), _negated=True),
                        name="kudos_not_to_oneself",
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="LeaveEntry",
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
                        default=hr.models.leave.leave_id, editable=False, max_length=40, unique=True
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vacation", "Vacation"),
                            ("sick", "Sick"),
                            ("personal", "Personal"),
                            ("parental", "Parental"),
                        ],
                        max_length=8,
                    ),
                ),
                ("start_date", models.DateField()),
                ("end_date", models.DateField()),
                ("half_day_start", models.BooleanField(default=False)),
                ("half_day_end", models.BooleanField(default=False)),
                ("first_slot", models.IntegerField(editable=False)),
                ("last_slot", models.IntegerField(editable=False)),
                ("half_days", models.PositiveSmallIntegerField(editable=False)),
                ("calendar_days", models.PositiveSmallIntegerField(editable=False)),
                ("holidays", models.JSONField(blank=True, default=list, editable=False)),
                ("note", models.CharField(blank=True, max_length=500, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("approved", "Approved"), ("cancelled", "Cancelled")],
                        default="approved",
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leave",
                        to="hr.employee",
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
                "verbose_name_plural": "leave",
                "indexes": [
                    models.Index(fields=["environment", "created_at", "id"], name="leave_created"),
                    models.Index(
                        fields=["environment", "status", "created_at", "id"],
                        name="leave_status_created",
                    ),
                    models.Index(fields=["environment", "start_date"], name="leave_start"),
                    models.Index(
                        condition=models.Q(("calendar_days__gt", 31)),
                        fields=["environment", "start_date"],
                        name="leave_start_long",
                    ),
                    models.Index(fields=["environment", "updated_at"], name="leave_updated"),
                    models.Index(fields=["employee", "first_slot"], name="leave_of_employee"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_slot__gte", models.F("first_slot"))),
                        name="leave_slots_in_order",
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ScoreInput",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField()),
                ("goals_progress_percent", models.FloatField(blank=True, null=True)),
                ("goals_hit", models.PositiveIntegerField(blank=True, null=True)),
                ("goals_missed", models.PositiveIntegerField(blank=True, null=True)),
                ("allocation_percent", models.FloatField(blank=True, null=True)),
                ("margin_per_hour", models.FloatField(blank=True, null=True)),
                ("focus_sessions", models.PositiveIntegerField(blank=True, null=True)),
                ("tracked_hours", models.FloatField(blank=True, null=True)),
                ("billable_hours", models.FloatField(blank=True, null=True)),
                ("updated_at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="score_inputs",
                        to="hr.employee",
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
                "indexes": [models.Index(fields=["environment", "date"], name="score_input_date")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employee", "date"), name="score_input_once_a_day"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="StatusLogEntry",
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
                        default=hr.models.entries.entry_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("date", models.DateField()),
                ("lines", models.JSONField()),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("status", "Status"),
                            ("win", "Win"),
                            ("pain", "Pain"),
                            ("challenge", "Challenge"),
                            ("feedback", "Feedback"),
                        ],
                        default="status",
                        max_length=9,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="status_log",
                        to="hr.employee",
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
                "verbose_name_plural": "status log",
                "indexes": [
                    models.Index(
                        fields=["environment", "created_at", "id"], name="status_log_created"
                    ),
                    models.Index(fields=["environment", "date"], name="status_log_date"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employee", "date"), name="status_log_once_a_day"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="WorkloadCheckin",
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
                        default=hr.models.entries.checkin_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("week_start", models.DateField(help_text="A Monday")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("light", "Light"),
                            ("balanced", "Balanced"),
                            ("heavy", "Heavy"),
                            ("overloaded", "Overloaded"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workload",
                        to="hr.employee",
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
                "indexes": [
                    models.Index(
                        fields=["environment", "created_at", "id"], name="workload_created"
                    ),
                    models.Index(
                        fields=["environment", "week_start", "level"], name="workload_week"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("employee", "week_start"), name="workload_once_a_week"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="CustomField",
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
                        default=hr.models.employees.custom_field_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("text", "Text"),
                            ("select", "Select"),
                            ("number", "Number"),
                            ("date", "Date"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "options",
                    models.JSONField(blank=True, default=list, help_text="The choices of a select"),
                ),
                ("required", models.BooleanField(default=False)),
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
                "constraints": [
                    models.UniqueConstraint(fields=("environment", "key"), name="custom_field_once")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
