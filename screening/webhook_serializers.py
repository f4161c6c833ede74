"""Webhook management: what is sent, and what is answered. Unknown members are ignored."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulse.http.fields import Choice, StrictSerializer, StrictString
from pulse.webhooks.selectors import PUBLIC_STATUS
from screening.serializers import PageIn, PageMeta


class WebhookIn(StrictSerializer):
    unknown = "ignore"

    url = StrictString(max_length=2048)
    events = serializers.ListField(child=StrictString(max_length=100))
    description = StrictString(required=False, allow_blank=True, max_length=500)


class WebhookPatch(WebhookIn):
    status = Choice(choices=["active", "paused"], required=False)


class WebhookDeliveryQuery(PageIn):
    status = Choice(choices=list(PUBLIC_STATUS), required=False)


class WebhookSchema(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    status = serializers.CharField()
    disabled_reason = serializers.CharField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)
    next_secret_from = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class WebhookSecretSchema(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    secret = serializers.CharField(help_text="Shown this once")


class WebhookOut(serializers.Serializer[Any]):
    data = WebhookSchema()  # type: ignore[assignment]


class WebhookCreatedOut(serializers.Serializer[Any]):
    data = WebhookSecretSchema()  # type: ignore[assignment]


class WebhookPageOut(serializers.Serializer[Any]):
    data = WebhookSchema(many=True)  # type: ignore[assignment]
    meta = PageMeta()


class WebhookDeliverySchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="X-PihuPulse-Delivery, the same on every retry")
    webhook_id = serializers.CharField()
    event = serializers.CharField()
    status = serializers.CharField()
    attempts = serializers.IntegerField()
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    last_response_status = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class WebhookTrySchema(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    latency_ms = serializers.IntegerField()
    request_headers = serializers.DictField(child=serializers.CharField())
    response_status = serializers.IntegerField(allow_null=True)
    response_body = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_null=True)
    peer_ip = serializers.CharField(allow_null=True)


class WebhookDeliveryDetailSchema(WebhookDeliverySchema):
    request_body = serializers.CharField(allow_null=True)
    tries = WebhookTrySchema(many=True)


class WebhookDeliveryOut(serializers.Serializer[Any]):
    data = WebhookDeliverySchema()  # type: ignore[assignment]


class WebhookDeliveryDetailOut(serializers.Serializer[Any]):
    data = WebhookDeliveryDetailSchema()  # type: ignore[assignment]


class WebhookDeliveryPageOut(serializers.Serializer[Any]):
    data = WebhookDeliverySchema(many=True)  # type: ignore[assignment]
    meta = PageMeta()
