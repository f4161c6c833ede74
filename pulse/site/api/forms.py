"""What the console's API is asked."""

from __future__ import annotations

from rest_framework import serializers

from pulse.http.fields import Choice, StrictInteger, StrictSerializer, StrictString
from pulse.webhooks.selectors import PUBLIC_STATUS


class Paging(StrictSerializer):
    limit = StrictInteger(text=True, default=50, min_value=1, max_value=200)
    cursor = StrictString(required=False, max_length=2000)


class RequestQuery(Paging):
    method = StrictString(required=False, max_length=10)
    status = StrictString(required=False, max_length=10)
    path = StrictString(required=False, max_length=300)


class EventQuery(Paging):
    type = StrictString(required=False, max_length=100)


class DeliveryQuery(Paging):
    endpoint_id = StrictString(required=False, max_length=60)
    status = Choice(choices=list(PUBLIC_STATUS), required=False)


class SinkEndpointIn(StrictSerializer):
    events = serializers.ListField(child=StrictString(max_length=100))
    description = StrictString(required=False, allow_blank=True, max_length=500)


class TestIn(StrictSerializer):
    type = StrictString(required=False, max_length=100)
