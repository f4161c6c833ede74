"""/v1/webhook-endpoints, /v1/events, /v1/webhook-deliveries"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr.serializers import webhooks as forms
from hr.views.base import HrView
from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.webhooks import replays, selectors, services, shapes
from pulse.webhooks.models import Endpoint, Event

SCOPES = {
    "GET": "read:webhooks",
    "POST": "write:webhooks",
    "PATCH": "write:webhooks",
    "DELETE": "write:webhooks",
}


class WebhookView(HrView):
    required_scope: ClassVar[str | dict[str, str]] = SCOPES

    def endpoint(self, endpoint_id: str) -> Endpoint:
        """The endpoint of the path, looked up before what was sent is judged."""
        return selectors.get_endpoint(self.request.environment, self.product, endpoint_id)

    def event(self, row: Event) -> dict[str, Any]:
        """An event as it was sent; ``livemode`` outlasts the body, which an erasure empties."""
        return {**shapes.event(row), "livemode": self.request.environment.live}


class WebhookEndpointsView(WebhookView):
    """GET, POST /v1/webhook-endpoints"""

    @extend_schema(
        summary="List webhook endpoints", parameters=[forms.Paging], responses=forms.EndpointPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        rows = selectors.endpoints(request.environment, self.product)
        return self.listed_rows(rows, query=self.query(forms.Paging), shape=shapes.endpoint)

    @extend_schema(
        summary="Create a webhook endpoint",
        request=forms.EndpointIn,
        responses={201: forms.EndpointWithSecretOut},
    )
    @idempotent
    @audited("webhook_endpoint.created")
    def post(self, request: ApiRequest) -> HttpResponse:
        sent = self.parse(forms.EndpointIn)
        row, secret = services.create_endpoint(
            request.environment,
            product=self.product,
            url=sent["url"],
            subscriptions=sent["events"],
            description=sent.get("description", ""),
            now=request.now,
        )
        return answer(
            shapes.endpoint(row) | {"secret": secret},
            201,
            headers={"Location": f"/v1/webhook-endpoints/{row.public_id}"},
        )


class WebhookEndpointView(WebhookView):
    """GET, PATCH, DELETE /v1/webhook-endpoints/{endpoint_id}"""

    @extend_schema(summary="Get a webhook endpoint", responses=forms.EndpointOut)
    def get(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        row = self.endpoint(endpoint_id)
        self.no_query()
        return self.show(shapes.endpoint(row))

    @extend_schema(
        summary="Change a webhook endpoint",
        request=forms.EndpointPatch,
        responses=forms.EndpointOut,
    )
    @idempotent
    @audited("webhook_endpoint.updated")
    def patch(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        sent = self.parse(forms.EndpointPatch, partial=True)
        row = services.update_endpoint(
            request.environment,
            product=self.product,
            public_id=endpoint_id,
            now=request.now,
            url=sent.get("url"),
            subscriptions=sent.get("events"),
            description=sent.get("description"),
            status=sent.get("status"),
        )
        return answer(shapes.endpoint(row))

    @extend_schema(summary="Delete a webhook endpoint", responses={204: None})
    @audited("webhook_endpoint.deleted")
    def delete(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        self.nothing_sent()
        services.delete_endpoint(
            request.environment, product=self.product, public_id=endpoint_id, now=request.now
        )
        return HttpResponse(status=204)


class WebhookEndpointTestView(WebhookView):
    """POST /v1/webhook-endpoints/{endpoint_id}/test"""

    @extend_schema(
        summary="Send a test event",
        request=forms.EndpointTestIn,
        responses={202: forms.DeliveryOut},
    )
    @idempotent
    def post(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        sent = self.parse(forms.EndpointTestIn, optional=True)
        row = services.send_test_event(
            request.environment,
            product=self.product,
            public_id=endpoint_id,
            now=request.now,
            event_type=sent.get("type", ""),
        )
        return answer(shapes.delivery(row), status=202)


class WebhookEndpointSecretView(WebhookView):
    """POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret"""

    @extend_schema(
        summary="Rotate an endpoint's secret", request=None, responses=forms.EndpointWithSecretOut
    )
    @idempotent
    @audited("webhook_endpoint.rotated")
    def post(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        self.nothing_sent()
        row, secret = services.rotate_secret(
            request.environment, product=self.product, public_id=endpoint_id, now=request.now
        )
        return answer(shapes.endpoint(row) | {"secret": secret})


class WebhookEndpointRecoverView(WebhookView):
    """POST /v1/webhook-endpoints/{endpoint_id}/recover"""

    @extend_schema(
        summary="Send what an endpoint missed",
        request=forms.RecoverIn,
        responses={202: forms.CountOut},
    )
    @idempotent
    @audited("webhook_endpoint.recovered")
    def post(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        sent = self.parse(forms.RecoverIn, optional=True)
        count = replays.recover_endpoint(
            request.environment,
            product=self.product,
            public_id=endpoint_id,
            since=sent["since"],
            now=request.now,
        )
        return answer({"replayed": count}, status=202)


class WebhookEndpointReplayView(WebhookView):
    """POST /v1/webhook-endpoints/{endpoint_id}/replay"""

    @extend_schema(
        summary="Send an endpoint's deliveries again",
        request=forms.ReplayMatchingIn,
        responses={202: forms.CountOut},
    )
    @idempotent
    @audited("webhook_endpoint.replayed")
    def post(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        self.endpoint(endpoint_id)
        sent = self.parse(forms.ReplayMatchingIn, optional=True)
        count = replays.replay_matching(
            request.environment,
            product=self.product,
            endpoint_id=endpoint_id,
            now=request.now,
            **sent,
        )
        return answer({"replayed": count}, status=202)


class EventsView(WebhookView):
    """GET /v1/events"""

    required_scope = "read:events"

    @extend_schema(summary="List events", parameters=[forms.EventQuery], responses=forms.EventPage)
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.EventQuery)
        wanted = {name: query[name] for name in query if name not in ("limit", "cursor")}
        rows = selectors.list_events(request.environment, self.product, **wanted)
        return self.listed_rows(rows, query=query, shape=self.event)


class EventView(WebhookView):
    """GET /v1/events/{event_id}"""

    required_scope = "read:events"

    @extend_schema(summary="Get an event", responses=forms.EventOut)
    def get(self, request: ApiRequest, event_id: str) -> HttpResponse:
        row = selectors.get_event(request.environment, self.product, event_id)
        self.no_query()
        return self.show(self.event(row))


class EventReplayView(WebhookView):
    """POST /v1/events/{event_id}/replay"""

    required_scope = "write:events"

    @extend_schema(
        summary="Send an event again",
        request=forms.EventReplayIn,
        responses={202: forms.DeliveriesOut},
    )
    @idempotent
    @audited("event.replayed")
    def post(self, request: ApiRequest, event_id: str) -> HttpResponse:
        selectors.get_event(request.environment, self.product, event_id)
        sent = self.parse(forms.EventReplayIn, optional=True)
        made = replays.replay_event(
            request.environment,
            product=self.product,
            public_id=event_id,
            now=request.now,
            endpoint_id=sent.get("endpoint_id", ""),
        )
        return answer({"data": [shapes.delivery(row) for row in made]}, status=202)


class WebhookDeliveriesView(WebhookView):
    """GET /v1/webhook-deliveries"""

    @extend_schema(
        summary="List deliveries", parameters=[forms.DeliveryQuery], responses=forms.DeliveryPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.DeliveryQuery)
        wanted = {name: query[name] for name in query if name not in ("limit", "cursor")}
        rows = selectors.list_deliveries(request.environment, self.product, **wanted)
        return self.listed_rows(rows, query=query, shape=shapes.delivery)


class WebhookDeliveryView(WebhookView):
    """GET /v1/webhook-deliveries/{delivery_id}"""

    @extend_schema(summary="Get a delivery", responses=forms.DeliveryDetailOut)
    def get(self, request: ApiRequest, delivery_id: str) -> HttpResponse:
        row = selectors.get_delivery(request.environment, self.product, delivery_id)
        self.no_query()
        return self.show(shapes.delivery_with_tries(row))


class WebhookDeliveryReplayView(WebhookView):
    """POST /v1/webhook-deliveries/{delivery_id}/replay"""

    @extend_schema(
        summary="Send a delivery again", request=None, responses={202: forms.DeliveryOut}
    )
    @idempotent
    @audited("webhook_delivery.replayed")
    def post(self, request: ApiRequest, delivery_id: str) -> HttpResponse:
        selectors.get_delivery(request.environment, self.product, delivery_id)
        self.nothing_sent()
        row = replays.replay_delivery(
            request.environment, product=self.product, public_id=delivery_id, now=request.now
        )
        return answer(shapes.delivery(row), status=202)
