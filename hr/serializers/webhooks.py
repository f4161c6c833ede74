"""Webhook endpoints, events and deliveries: what is sent, and what is answered."""

from __future__ import annotations

from rest_framework import serializers

from pulse.http.fields import (
    Choice,
    InstantField,
    StrictInteger,
    StrictSerializer,
    StrictString,
)
from pulse.webhooks.events import subscription_errors
from pulse.webhooks.selectors import PUBLIC_STATUS
from pulse.webhooks.services import TEST_EVENT_TYPE

MAX_URL = 2048


class EndpointIn(StrictSerializer):
    read_only_names = frozenset(
        {
            "id",
            "secret",
            "disabled_reason",
            "consecutive_failures",
            "last_success_at",
            "previous_secret_expires_at",
            "next_secret_from",
            "created_at",
            "updated_at",
        }
    )

    url = StrictString(max_length=MAX_URL)
    events = serializers.ListField(
        child=StrictString(max_length=100),
        help_text="Types of the catalogue, leave.* for a family, or * for all",
    )
    description = StrictString(required=False, allow_blank=True, max_length=500)


class EndpointPatch(EndpointIn):
    status = Choice(choices=["active", "paused"], required=False)


class EndpointTestIn(StrictSerializer):
    type = StrictString(required=False, max_length=100)


class RecoverIn(StrictSerializer):
    since = InstantField(help_text="Within the last 14 days")


class ReplayMatchingIn(StrictSerializer):
    status = Choice(choices=list(PUBLIC_STATUS), default="failed")
    created_from = InstantField(required=False)
    created_to = InstantField(required=False)


class EventReplayIn(StrictSerializer):
    endpoint_id = StrictString(required=False, max_length=60)


class Paging(StrictSerializer):
    limit = StrictInteger(text=True, default=50, min_value=1, max_value=200)
    cursor = StrictString(required=False, max_length=2000)


class EventQuery(Paging):
    type = StrictString(required=False, max_length=100, help_text="A type or a family: leave.*")
    created_from = InstantField(required=False)
    created_to = InstantField(required=False)

    def validate_type(self, name: str) -> str:
        """A type that is never sent would find nothing for ever; the refusal has the right name."""
        problems = [] if name == TEST_EVENT_TYPE else subscription_errors("hr", [name])
        if problems:
            raise serializers.ValidationError(problems[0].reason)
        return name


class DeliveryQuery(Paging):
    endpoint_id = StrictString(required=False, max_length=60)
    event_id = StrictString(required=False, max_length=60)
    status = Choice(choices=list(PUBLIC_STATUS), required=False)
    created_from = InstantField(required=False)
    created_to = InstantField(required=False)


class EndpointOut(serializers.Serializer[object]):
    id = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    status = serializers.ChoiceField(choices=["active", "paused", "disabled"])
    disabled_reason = serializers.CharField(allow_null=True)
    consecutive_failures = serializers.IntegerField()
    last_success_at = serializers.DateTimeField(allow_null=True)
    previous_secret_expires_at = serializers.DateTimeField(allow_null=True)
    next_secret_from = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class EndpointWithSecretOut(EndpointOut):
    secret = serializers.CharField(help_text="Shown this once")


class EndpointPage(serializers.Serializer[object]):
    data = EndpointOut(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)
    total_count = serializers.IntegerField()


class EventOut(serializers.Serializer[object]):
    id = serializers.CharField()
    type = serializers.CharField()
    created_at = serializers.DateTimeField()
    data = serializers.DictField(allow_null=True)  # type: ignore[assignment]
    livemode = serializers.BooleanField(required=False)
    previous = serializers.DictField(required=False)


class EventPage(serializers.Serializer[object]):
    data = EventOut(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)
    total_count = serializers.IntegerField()


class DeliveryOut(serializers.Serializer[object]):
    id = serializers.CharField()
    event_id = serializers.CharField()
    event_type = serializers.CharField()
    endpoint_id = serializers.CharField()
    status = serializers.ChoiceField(choices=list(PUBLIC_STATUS))
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_outcome = serializers.CharField(allow_null=True)
    last_response_status = serializers.IntegerField(allow_null=True)
    replay_of = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class TryOut(serializers.Serializer[object]):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    latency_ms = serializers.IntegerField()
    request_headers = serializers.DictField(child=serializers.CharField())
    response_status = serializers.IntegerField(allow_null=True)
    response_body = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_null=True)
    peer_ip = serializers.CharField(allow_null=True)


class DeliveryDetailOut(DeliveryOut):
    request_body = serializers.CharField(allow_null=True)
    tries = TryOut(many=True)


class DeliveryPage(serializers.Serializer[object]):
    data = DeliveryOut(many=True)  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)
    total_count = serializers.IntegerField()


class DeliveriesOut(serializers.Serializer[object]):
    data = DeliveryOut(many=True)  # type: ignore[assignment]


class CountOut(serializers.Serializer[object]):
    replayed = serializers.IntegerField()
