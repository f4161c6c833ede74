import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import collab.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenancy", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Participant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=200)),
                (
                    "handle",
                    models.CharField(
                        editable=False,
                        help_text="The name as a mention spells it, casefolded.",
                        max_length=200,
                    ),
                ),
                ("avatar", models.CharField(blank=True, max_length=2000)),
                ("color", models.CharField(max_length=7, validators=[collab.models.check_color])),
                (
                    "blocked",
                    models.BooleanField(
                        default=False,
                        help_text="May not connect; open sockets close within 5 seconds.",
                    ),
                ),
                ("last_seen_at", models.DateTimeField(blank=True, null=True)),
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
                "indexes": [
                    models.Index(
                        fields=["environment", "-last_seen_at"], name="collab_participant_seen"
                    ),
                    models.Index(
                        fields=["environment", "handle"], name="collab_participant_handle"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "external_id"), name="collab_participant_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As the page spells it, slashes included.",
                        max_length=500,
                        verbose_name="room id",
                    ),
                ),
                ("metadata", models.JSONField(blank=True, null=True)),
                ("sequence", models.BigIntegerField(default=0, editable=False)),
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
                    models.UniqueConstraint(fields=("environment", "name"), name="collab_room_once")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("resolved", models.BooleanField(default=False)),
                ("position", models.JSONField(blank=True, null=True)),
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
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="threads",
                        to="collab.room",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["room", "created_at", "id"], name="collab_thread_in_room")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "public_id"), name="collab_thread_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("body", models.TextField()),
                ("mentions", models.JSONField(blank=True, default=list, help_text="External ids")),
                ("created_at", models.DateTimeField()),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="collab.participant",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comments",
                        to="collab.thread",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["thread", "created_at", "id"], name="collab_comment_in_thread"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "public_id"), name="collab_comment_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "type",
                    models.CharField(
                        choices=[("image", "Image"), ("audio", "Audio"), ("video", "Video")],
                        max_length=5,
                    ),
                ),
                ("filename", models.CharField(max_length=200)),
                ("mime_type", models.CharField(max_length=40)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
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
                    "comment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="collab.comment",
                    ),
                ),
                (
                    "uploader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="collab.participant",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("comment", None)),
                        fields=["created_at"],
                        name="collab_attachment_loose",
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("type", models.CharField(max_length=20)),
                ("description", models.CharField(max_length=300)),
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
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.participant",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.room",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
                "indexes": [
                    models.Index(
                        fields=["room", "-created_at", "-id"], name="collab_activity_newest"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SharedState",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("state", models.BinaryField()),
                ("updated_at", models.DateTimeField(db_index=True)),
                (
                    "environment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.environment",
                    ),
                ),
                (
                    "room",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared_state",
                        to="collab.room",
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
            name="Reaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "target_type",
                    models.CharField(
                        choices=[("comment", "Comment"), ("thread", "Thread")], max_length=7
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("emoji", models.CharField(max_length=32)),
                ("created_at", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to="collab.comment",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to="collab.participant",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reactions",
                        to="collab.thread",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "public_id"), name="collab_reaction_id"
                    ),
                    models.UniqueConstraint(
                        fields=("environment", "target_id", "user", "emoji"),
                        name="collab_reaction_once",
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("type", models.CharField(max_length=40)),
                ("read", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                (
                    "comment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.comment",
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
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.participant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="collab.participant",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.room",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="collab.thread",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["user", "-created_at", "-id"], name="collab_notification_newest"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("environment", "public_id"), name="collab_notification_once"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="EnvironmentConfig",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("allow_images", models.BooleanField(default=True)),
                ("allow_audio", models.BooleanField(default=True)),
                ("allow_video", models.BooleanField(default=True)),
                (
                    "max_file_size_mb",
                    models.PositiveIntegerField(
                        default=10,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "max_attachments_per_comment",
                    models.PositiveIntegerField(
                        default=5, validators=[django.core.validators.MaxValueValidator(50)]
                    ),
                ),
                ("allow_reactions", models.BooleanField(default=True)),
                ("allow_drawing", models.BooleanField(default=True)),
                ("allow_mentions", models.BooleanField(default=True)),
                ("show_cursors", models.BooleanField(default=True)),
                ("show_presence", models.BooleanField(default=True)),
                ("show_typing_indicators", models.BooleanField(default=True)),
                ("allow_p2p", models.BooleanField(default=False, verbose_name="allow P2P")),
                (
                    "p2p_mesh_limit",
                    models.PositiveIntegerField(default=6, verbose_name="P2P mesh limit"),
                ),
                (
                    "p2p_persist_interval_ms",
                    models.PositiveIntegerField(
                        default=5000,
                        validators=[django.core.validators.MinValueValidator(500)],
                        verbose_name="P2P persist interval (ms)",
                    ),
                ),
                (
                    "p2p_state_ttl_days",
                    models.PositiveIntegerField(
                        default=30,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="P2P state TTL (days)",
                    ),
                ),
                (
                    "p2p_max_state_bytes",
                    models.PositiveIntegerField(
                        default=5242880,
                        validators=[django.core.validators.MaxValueValidator(6000000)],
                        verbose_name="P2P max state (bytes)",
                    ),
                ),
                ("max_shared_objects", models.PositiveIntegerField(default=20)),
                (
                    "allow_p2p_binary",
                    models.BooleanField(default=False, verbose_name="allow P2P binary"),
                ),
                (
                    "turn_server_url",
                    models.CharField(blank=True, max_length=500, verbose_name="TURN server URL"),
                ),
                (
                    "turn_secret",
                    models.BinaryField(
                        blank=True, default=b"", help_text="Encrypted; never leaves the server."
                    ),
                ),
                (
                    "token_generation",
                    models.PositiveIntegerField(
                        default=1, help_text="Raising it kills every user token minted before."
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
                "verbose_name": "environment configuration",
                "constraints": [
                    models.UniqueConstraint(fields=("environment",), name="collab_config_once")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
