"""/v1/webhooks"""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from pulse.errors import NotFound
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.webhooks import replays, selectors, services
from pulse.webhooks.forms import delivery_id_of, delivery_uuid
from pulse.webhooks.models import Delivery, Endpoint
from pulse.webhooks.shapes import delivery as kernel_delivery
from pulse.webhooks.shapes import delivery_with_tries
from pulse.webhooks.shapes import endpoint as kernel_endpoint
from screening import webhook_serializers as forms
from screening.serializers import PageIn
from screening.views.base import ScreeningApiView, paged, wrapped

MEMBERS = (
    "id",
    "url",
    "events",
    "description",
    "status",
    "disabled_reason",
    "last_success_at",
    "next_secret_from",
    "created_at",
    "updated_at",
)


def _webhook(row: Endpoint) -> dict[str, Any]:
    shape = kernel_endpoint(row)
    return {name: shape[name] for name in MEMBERS}


def _with_secret(row: Endpoint, secret: str) -> dict[str, Any]:
    return {"id": row.public_id, "url": row.url, "events": row.events, "secret": secret}


def _delivery(row: Delivery) -> dict[str, Any]:
    shape = kernel_delivery(row)
    return {
        "id": delivery_uuid(row.public_id),
        "webhook_id": shape["endpoint_id"],
        "event": shape["event_type"],
        "status": shape["status"],
        "attempts": shape["attempts"],
        "next_attempt_at": shape["next_attempt_at"],
        "last_response_status": shape["last_response_status"],
        "created_at": shape["created_at"],
        "delivered_at": shape["settled_at"] if shape["status"] == "delivered" else None,
    }


class ManagementView(ScreeningApiView):
    required_scope = "webhooks:manage"

    def find_delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        """By the identifier that receivers see. Raises NotFound."""
        endpoint = selectors.get_endpoint(self.request.environment, self.product, webhook_id)
        public_id = delivery_id_of(delivery_id)
        row = selectors.get_delivery(self.request.environment, self.product, public_id)
        if row.endpoint_id != endpoint.pk:
            raise NotFound
        return row


class WebhooksView(ManagementView):
    """GET, POST /v1/webhooks"""

    @extend_schema(summary="List webhooks", parameters=[PageIn], responses=forms.WebhookPageOut)
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = selectors.endpoints(request.environment, self.product)
        query = self.query(PageIn)
        rows = rows.order_by("created_at", "pk")
        return paged(rows, page=query["page"], limit=query["limit"], shape=_webhook)

    @extend_schema(
        summary="Create a webhook",
        request=forms.WebhookIn,
        responses={201: forms.WebhookCreatedOut},
    )
    @idempotent
    @audited("webhook.create")
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(forms.WebhookIn)
        row, secret = services.create_endpoint(
            request.environment,
            product=self.product,
            url=sent["url"],
            subscriptions=sent["events"],
            description=sent.get("description", ""),
            now=request.now,
        )
        return wrapped(_with_secret(row, secret), 201, Location=f"/v1/webhooks/{row.public_id}")


class WebhookView(ManagementView):
    """GET, PATCH, DELETE /v1/webhooks/{webhook_id}"""

    @extend_schema(summary="Get a webhook", responses=forms.WebhookOut)
    def get(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        row = selectors.get_endpoint(request.environment, self.product, webhook_id)
        return wrapped(_webhook(row))

    @extend_schema(
        summary="Change a webhook", request=forms.WebhookPatch, responses=forms.WebhookOut
    )
    @idempotent
    @audited("webhook.change")
    def patch(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        sent = self.parse(forms.WebhookPatch, partial=True)
        row = services.update_endpoint(
            request.environment,
            product=self.product,
            public_id=webhook_id,
            now=request.now,
            url=sent.get("url"),
            subscriptions=sent.get("events"),
            description=sent.get("description"),
            status=sent.get("status"),
        )
        return wrapped(_webhook(row))

    @extend_schema(summary="Delete a webhook", responses={204: None})
    @audited("webhook.delete")
    def delete(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        services.delete_endpoint(
            request.environment, product=self.product, public_id=webhook_id, now=request.now
        )
        return HttpResponse(status=204)


class WebhookTestView(ManagementView):
    """POST /v1/webhooks/{webhook_id}/test"""

    @extend_schema(
        summary="Send a test event", request=None, responses={202: forms.WebhookDeliveryOut}
    )
    @idempotent
    @audited("webhook.test")
    def post(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        self.expect_nothing()
        row = services.send_test_event(
            request.environment, product=self.product, public_id=webhook_id, now=request.now
        )
        return wrapped(_delivery(row), 202)


class WebhookSecretView(ManagementView):
    """POST /v1/webhooks/{webhook_id}/rotate-secret"""

    @extend_schema(
        summary="Rotate the signing secret", request=None, responses=forms.WebhookCreatedOut
    )
    @idempotent
    @audited("webhook.rotate_secret")
    def post(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        self.expect_nothing()
        row, secret = services.rotate_secret(
            request.environment, product=self.product, public_id=webhook_id, now=request.now
        )
        return wrapped(_with_secret(row, secret))


class WebhookPromotionView(ManagementView):
    """POST /v1/webhooks/{webhook_id}/promote-secret"""

    @extend_schema(summary="Sign with the new secret", request=None, responses=forms.WebhookOut)
    @idempotent
    @audited("webhook.promote_secret")
    def post(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        self.expect_nothing()
        row = services.promote_secret(
            request.environment, product=self.product, public_id=webhook_id, now=request.now
        )
        return wrapped(_webhook(row))


class WebhookDeliveriesView(ManagementView):
    """GET /v1/webhooks/{webhook_id}/deliveries"""

    @extend_schema(
        summary="List deliveries",
        parameters=[forms.WebhookDeliveryQuery],
        responses=forms.WebhookDeliveryPageOut,
    )
    def get(self, request: ApiRequest, webhook_id: str) -> HttpResponse:
        selectors.get_endpoint(request.environment, self.product, webhook_id)
        query = self.query(forms.WebhookDeliveryQuery)
        rows = selectors.list_deliveries(
            request.environment,
            self.product,
            endpoint_id=webhook_id,
            status=query.get("status", ""),
        )
        rows = rows.order_by("-created_at", "-pk")
        return paged(rows, page=query["page"], limit=query["limit"], shape=_delivery)


class WebhookDeliveryView(ManagementView):
    """GET /v1/webhooks/{webhook_id}/deliveries/{delivery_id}"""

    @extend_schema(summary="Get a delivery", responses=forms.WebhookDeliveryDetailOut)
    def get(self, request: ApiRequest, webhook_id: str, delivery_id: str) -> HttpResponse:
        row = self.find_delivery(webhook_id, delivery_id)
        detail = delivery_with_tries(row)
        shape = {"request_body": detail["request_body"], "tries": detail["tries"]}
        return wrapped(_delivery(row) | shape)


class WebhookDeliveryReplayView(ManagementView):
    """POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay"""

    @extend_schema(
        summary="Send a delivery again", request=None, responses={202: forms.WebhookDeliveryOut}
    )
    @idempotent
    @audited("webhook.replay")
    def post(self, request: ApiRequest, webhook_id: str, delivery_id: str) -> HttpResponse:
        self.expect_nothing()
        row = self.find_delivery(webhook_id, delivery_id)
        made = replays.replay_delivery(
            request.environment, product=self.product, public_id=row.public_id, now=request.now
        )
        return wrapped(_delivery(made), 202)
