import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import pulse.audit.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0002_environment_deleted_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealingTurn",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("sealed_up_to", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Entry",
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
                        default=pulse.audit.models.entry_id,
                        editable=False,
                        max_length=40,
                        unique=True,
                    ),
                ),
                ("actor", models.CharField(help_text="key:…, user:… or system", max_length=200)),
                (
                    "product",
                    models.CharField(
                        blank=True, help_text="Empty: concerns all of them.", max_length=20
                    ),
                ),
                ("action", models.CharField(max_length=100)),
                ("object_ref", models.CharField(blank=True, max_length=100)),
                ("fields", models.JSONField(default=list, help_text="Names of what changed.")),
                ("request_id", models.CharField(blank=True, max_length=64)),
                ("ip", models.CharField(blank=True, max_length=45)),
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
                "verbose_name_plural": "entries",
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [
                    models.Index(fields=["environment", "created_at"], name="audit_list"),
                    models.Index(fields=["environment", "object_ref"], name="audit_object"),
                    models.Index(fields=["created_at"], name="audit_age"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="seal",
                        to="audit.entry",
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
                "indexes": [models.Index(fields=["environment", "id"], name="seal_chain")],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
