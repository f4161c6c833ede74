"""The paths of webhook management."""

from __future__ import annotations

from hr.views import webhooks

ENDPOINT = "v1/webhook-endpoints/{endpoint_id}"
EVENT = "v1/events/{event_id}"
DELIVERY = "v1/webhook-deliveries/{delivery_id}"

ROUTES = (
    ("v1/webhook-endpoints", webhooks.WebhookEndpointsView),
    (ENDPOINT, webhooks.WebhookEndpointView),
    (f"{ENDPOINT}/test", webhooks.WebhookEndpointTestView),
    (f"{ENDPOINT}/rotate-secret", webhooks.WebhookEndpointSecretView),
    (f"{ENDPOINT}/recover", webhooks.WebhookEndpointRecoverView),
    (f"{ENDPOINT}/replay", webhooks.WebhookEndpointReplayView),
    ("v1/events", webhooks.EventsView),
    (EVENT, webhooks.EventView),
    (f"{EVENT}/replay", webhooks.EventReplayView),
    ("v1/webhook-deliveries", webhooks.WebhookDeliveriesView),
    (DELIVERY, webhooks.WebhookDeliveryView),
    (f"{DELIVERY}/replay", webhooks.WebhookDeliveryReplayView),
)
