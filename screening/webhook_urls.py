"""The paths of webhook management."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from screening.views import webhooks

WEBHOOK = r"v1/webhooks/(?P<webhook_id>[^/]+)"

urlpatterns: list[URLPattern] = [
    re_path(r"^v1/webhooks/?\Z", webhooks.WebhooksView.as_view()),
    re_path(rf"^{WEBHOOK}/?\Z", webhooks.WebhookView.as_view()),
    re_path(rf"^{WEBHOOK}/test/?\Z", webhooks.WebhookTestView.as_view()),
    re_path(rf"^{WEBHOOK}/rotate-secret/?\Z", webhooks.WebhookSecretView.as_view()),
    re_path(rf"^{WEBHOOK}/promote-secret/?\Z", webhooks.WebhookPromotionView.as_view()),
    re_path(rf"^{WEBHOOK}/deliveries/?\Z", webhooks.WebhookDeliveriesView.as_view()),
    re_path(
        rf"^{WEBHOOK}/deliveries/(?P<delivery_id>[^/]+)/?\Z",
        webhooks.WebhookDeliveryView.as_view(),
    ),
    re_path(
        rf"^{WEBHOOK}/deliveries/(?P<delivery_id>[^/]+)/replay/?\Z",
        webhooks.WebhookDeliveryReplayView.as_view(),
    ),
]
