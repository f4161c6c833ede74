"""Rooms, the people in them, and what they wrote."""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from pulse.tenancy.models import TenantModel

PALETTE = (
    "#6366f1",
    "#0ea5e9",
    "#10b981",
    "#f59e0b",
    "#ef4444",
    "#8b5cf6",
    "#ec4899",
    "#14b8a6",
    "#f97316",
    "#84cc16",
    "#06b6d4",
    "#d946ef",
)
MAX_ROOM_ID = 500
MAX_EXTERNAL_ID = 200
MAX_BODY = 10_000
_COLOR = re.compile(r"#[0-9a-f]{6}")
_TURN_URL = re.compile(
    r"turns?:(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?"
)


def check_color(value: str) -> None:
    """The published client writes colours into markup unescaped and does arithmetic on the digits."""
    if not _COLOR.fullmatch(value):
        raise ValidationError("A colour is # and six lower-case hexadecimal digits.")


def check_turn_url(value: str) -> None:
    """Browsers refuse any other form, and with it the whole connection (RFC 7065)."""
    if not _TURN_URL.fullmatch(value):
        raise ValidationError("An address is turn:host or turns:host, with :port and ?transport=.")


class EnvironmentConfig(TenantModel):
    """What the widget may do in one environment. No row means the defaults."""

    sealed_fields = ("turn_secret",)

    allow_images = models.BooleanField(default=True)
    allow_audio = models.BooleanField(default=True)
    allow_video = models.BooleanField(default=True)
    max_file_size_mb = models.PositiveIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    max_attachments_per_comment = models.PositiveIntegerField(
        default=5, validators=[MaxValueValidator(50)]
    )
    allow_reactions = models.BooleanField(default=True)
    allow_drawing = models.BooleanField(default=True)
    allow_mentions = models.BooleanField(default=True)
    show_cursors = models.BooleanField(default=True)
    show_presence = models.BooleanField(default=True)
    show_typing_indicators = models.BooleanField(default=True)
    allow_p2p = models.BooleanField("allow P2P", default=False)
    p2p_mesh_limit = models.PositiveIntegerField(
        "P2P mesh limit", default=6, validators=[MinValueValidator(1)]
    )
    p2p_persist_interval_ms = models.PositiveIntegerField(
        "P2P persist interval (ms)", default=5000, validators=[MinValueValidator(500)]
    )
    p2p_state_ttl_days = models.PositiveIntegerField(
        "P2P state TTL (days)", default=30, validators=[MinValueValidator(1)]
    )
    p2p_max_state_bytes = models.PositiveIntegerField(
        "P2P max state (bytes)", default=5_242_880, validators=[MaxValueValidator(6_000_000)]
    )
    max_shared_objects = models.PositiveIntegerField(default=20)
    allow_p2p_binary = models.BooleanField("allow P2P binary", default=False)
    turn_server_url = models.CharField(
        "TURN server URL", max_length=500, blank=True, validators=[check_turn_url]
    )
    turn_secret = models.BinaryField(
        blank=True, default=b"", help_text="Encrypted; never leaves the server."
    )
    token_generation = models.PositiveIntegerField(
        default=1, help_text="Raising it kills every user token minted before."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment"], name="collab_config_once")
        ]
        verbose_name = "environment configuration"

    def __str__(self) -> str:
        return f"Configuration of {self.environment}"


class Participant(TenantModel):
    """A user of the customer's own application, known by the customer's id."""

    external_id = models.CharField(max_length=MAX_EXTERNAL_ID)
    name = models.CharField(max_length=200)
    handle = models.CharField(
        max_length=200, editable=False, help_text="The name as a mention spells it, casefolded."
    )
    avatar = models.CharField(max_length=2000, blank=True)
    color = models.CharField(max_length=7, validators=[check_color])
    blocked = models.BooleanField(
        default=False, help_text="May not connect; open sockets close within 5 seconds."
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "external_id"], name="collab_participant_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "-last_seen_at"], name="collab_participant_seen"),
            models.Index(fields=["environment", "handle"], name="collab_participant_handle"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.external_id})"


class Room(TenantModel):
    """A page, document or board that people meet on. ``sequence`` numbers its durable events."""

    name = models.CharField(
        "room id", max_length=MAX_ROOM_ID, help_text="As the page spells it, slashes included."
    )
    metadata = models.JSONField(null=True, blank=True)
    sequence = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "name"], name="collab_room_once")
        ]

    def __str__(self) -> str:
        return self.name


class Thread(TenantModel):
    """A conversation, pinned to a place on the page or not."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="threads")
    resolved = models.BooleanField(default=False)
    position = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "public_id"], name="collab_thread_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["room", "created_at", "id"], name="collab_thread_in_room")
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Comment(TenantModel):
    """What somebody said in a thread. The body is stored as written; the wire makes it harmless."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="comments")
    body = models.TextField()
    mentions = models.JSONField(default=list, blank=True, help_text="External ids")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "public_id"], name="collab_comment_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["thread", "created_at", "id"], name="collab_comment_in_thread")
        ]

    def __str__(self) -> str:
        return self.body[:60]


class Reaction(TenantModel):
    """An emoji on a comment or on a whole thread, once per person and emoji."""

    class Target(models.TextChoices):
        COMMENT = "comment"
        THREAD = "thread"

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="reactions")
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="reactions"
    )
    target_type = models.CharField(max_length=7, choices=Target)
    target_id = models.UUIDField()
    user = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="reactions")
    emoji = models.CharField(max_length=32)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "public_id"], name="collab_reaction_id"),
            models.UniqueConstraint(
                fields=["environment", "target_id", "user", "emoji"], name="collab_reaction_once"
            ),
        ]

    def __str__(self) -> str:
        return self.emoji


class Notification(TenantModel):
    """Something a person should know: a row per recipient, gone with its thread."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    user = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="notifications")
    actor = models.ForeignKey(
        Participant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody where a secret key did it.",
    )
    type = models.CharField(max_length=40)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+")
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    read = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "public_id"], name="collab_notification_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-created_at", "-id"], name="collab_notification_newest")
        ]

    def __str__(self) -> str:
        return f"{self.type} for {self.user_id}"


class Activity(TenantModel):
    """A line of a room's feed; the verb phrase follows the person's name."""

    public_id = models.UUIDField(default=uuid.uuid4, editable=False)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=20)
    user = models.ForeignKey(Participant, on_delete=models.CASCADE, null=True, related_name="+")
    description = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "activities"
        indexes: ClassVar = [
            models.Index(fields=["room", "-created_at", "-id"], name="collab_activity_newest")
        ]

    def __str__(self) -> str:
        return self.description


class Attachment(TenantModel):
    """An uploaded file. It belongs to its uploader until a comment takes it."""

    class Type(models.TextChoices):
        IMAGE = "image"
        AUDIO = "audio"
        VIDEO = "video"

    public_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    uploader = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="attachments")
    comment = models.ForeignKey(
        Comment, on_delete=models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    type = models.CharField(max_length=5, choices=Type)
    filename = models.CharField(max_length=200)
    mime_type = models.CharField(max_length=40)
    size_bytes = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="collab_attachment_loose",
                condition=models.Q(comment=None),
            )
        ]

    def __str__(self) -> str:
        return self.filename


class SharedState(TenantModel):
    """The merged shared document of a room, as one Yjs update."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="shared_state")
    state = models.BinaryField()
    updated_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"State of {self.room_id}"


_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def is_room_id(name: str) -> bool:
    """Any text a page may call itself, as long as both databases can store it."""
    return 0 < len(name) <= MAX_ROOM_ID and not _CONTROL.search(name)


def namespaced(environment_id: str, external_id: str) -> str:
    """The id that sockets and the user list show: ``env_9:user-1``."""
    return f"{environment_id}:{external_id}"


def palette_color(external_id: str) -> str:
    """A colour that stays with a person: chosen by the id, not by the order of arrival."""
    return PALETTE[sum(external_id.encode()) % len(PALETTE)]


def position_number(position: dict[str, Any] | None, member: str) -> float | None:
    return position.get(member) if position else None
