"""The paths of webhook management."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from hr.views import webhooks

ENDPOINT = r"v1/webhook-endpoints/(?P<endpoint_id>[^/]+)"
EVENT = r"v1/events/(?P<event_id>[^/]+)"
DELIVERY = r"v1/webhook-deliveries/(?P<delivery_id>[^/]+)"

urlpatterns: list[URLPattern] = [
    re_path(r"^v1/webhook-endpoints/?\Z", webhooks.WebhookEndpointsView.as_view()),
    re_path(rf"^{ENDPOINT}/?\Z", webhooks.WebhookEndpointView.as_view()),
    re_path(rf"^{ENDPOINT}/test/?\Z", webhooks.WebhookEndpointTestView.as_view()),
    re_path(rf"^{ENDPOINT}/rotate-secret/?\Z", webhooks.WebhookEndpointSecretView.as_view()),
    re_path(rf"^{ENDPOINT}/recover/?\Z", webhooks.WebhookEndpointRecoverView.as_view()),
    re_path(rf"^{ENDPOINT}/replay/?\Z", webhooks.WebhookEndpointReplayView.as_view()),
    re_path(r"^v1/events/?\Z", webhooks.EventsView.as_view()),
    re_path(rf"^{EVENT}/?\Z", webhooks.EventView.as_view()),
    re_path(rf"^{EVENT}/replay/?\Z", webhooks.EventReplayView.as_view()),
    re_path(r"^v1/webhook-deliveries/?\Z", webhooks.WebhookDeliveriesView.as_view()),
    re_path(rf"^{DELIVERY}/?\Z", webhooks.WebhookDeliveryView.as_view()),
    re_path(rf"^{DELIVERY}/replay/?\Z", webhooks.WebhookDeliveryReplayView.as_view()),
]
