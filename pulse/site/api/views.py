"""/developers/api/: requests, events, endpoints at the sink and deliveries of the key's product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse

from pulse import pagination, products
from pulse.errors import Forbidden, Unauthenticated
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.requests import ApiRequest
from pulse.http.views import ApiView
from pulse.requestlog import selectors as requestlog
from pulse.requestlog.models import LoggedRequest
from pulse.site.api import forms
from pulse.times import utc_millis
from pulse.webhooks import selectors, services, shapes


class ConsoleView(ApiView):
    """A view for keys of every product; each sees its own product in its own environment.

    A key that acts for one person only may not look at what others do.
    """

    schema = None  # no product's document tells of these; docs/site/command-line.md does

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        credential = request._request.credential  # type: ignore[attr-defined]
        if credential is None:
            raise Unauthenticated
        reads, writes = products.by_name(credential.product).console_scopes
        self.product = credential.product  # type: ignore[misc]
        self.required_scope = {"GET": reads, "POST": writes, "DELETE": writes}  # type: ignore[misc]
        super().initial(request, *args, **kwargs)
        if credential.restricted:
            raise Forbidden

    def listed(
        self,
        rows: QuerySet[Any],
        *,
        query: dict[str, Any],
        shape: Callable[[Any], dict[str, Any]],
        order: tuple[str, ...] = ("-created_at", "-pk"),
    ) -> HttpResponse:
        """A page, newest first, as ``{"data": […], "next_cursor": …}``."""
        filters = sorted((name, str(query[name])) for name in query.keys() - {"limit", "cursor"})
        page = pagination.keyset(
            rows,
            environment=self.request.environment,
            order=order,
            limit=query["limit"],
            cursor=query.get("cursor"),
            purpose=f"console {self.product} {type(self).__name__} {filters}",
            total=False,
        )
        return answer({"data": [shape(row) for row in page.items], "next_cursor": page.next_cursor})


def _wanted(query: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if name not in ("limit", "cursor")}


def _logged(row: LoggedRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "at": utc_millis(row.at),
        "method": row.method,
        "path": row.path,
        "status": row.status,
        "duration_ms": row.duration_ms,
        "request_id": row.request_id,
        "key_id": row.key_id or None,
    }


class RequestsView(ConsoleView):
    """GET /developers/api/requests"""

    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.RequestQuery)
        rows = requestlog.requests(
            request.environment, products=[self.product], **_wanted(query)
        ).order_by()
        return self.listed(rows, query=query, shape=_logged, order=("-id",))


class EventsView(ConsoleView):
    """GET /developers/api/events"""

    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.EventQuery)
        rows = selectors.list_events(request.environment, self.product, **_wanted(query))
        return self.listed(rows, query=query, shape=shapes.event)


class EndpointsView(ConsoleView):
    """GET, POST /developers/api/endpoints"""

    def get(self, request: ApiRequest) -> HttpResponse:
        rows = selectors.endpoints(request.environment, self.product)
        return self.listed(rows, query=self.query(forms.Paging), shape=shapes.endpoint)

    @audited("webhook_endpoint.created")
    def post(self, request: ApiRequest) -> HttpResponse:
        """At the sink only: in some products this takes no more than a key that reads."""
        sent = self.parse(forms.SinkEndpointIn)
        row, secret = services.create_endpoint(
            request.environment,
            product=self.product,
            url=services.SINK_URL,
            subscriptions=sent["events"],
            description=sent.get("description", ""),
            now=request.now,
        )
        return answer(shapes.endpoint(row) | {"secret": secret}, status=201)


class EndpointView(ConsoleView):
    """DELETE /developers/api/endpoints/{endpoint_id}"""

    @audited("webhook_endpoint.deleted")
    def delete(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        row = selectors.get_endpoint(request.environment, self.product, endpoint_id)
        if row.url != services.SINK_URL:
            raise Forbidden
        services.delete_endpoint(
            request.environment, product=self.product, public_id=endpoint_id, now=request.now
        )
        return nothing()


class EndpointTestView(ConsoleView):
    """POST /developers/api/endpoints/{endpoint_id}/test"""

    def post(self, request: ApiRequest, endpoint_id: str) -> HttpResponse:
        sent = self.parse(forms.TestIn, optional=True)
        row = services.send_test_event(
            request.environment,
            product=self.product,
            public_id=endpoint_id,
            now=request.now,
            event_type=sent.get("type", ""),
        )
        return answer(shapes.delivery(row), status=202)


class DeliveriesView(ConsoleView):
    """GET /developers/api/deliveries"""

    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.DeliveryQuery)
        rows = selectors.list_deliveries(request.environment, self.product, **_wanted(query))
        return self.listed(rows, query=query, shape=shapes.delivery)


class DeliveryView(ConsoleView):
    """GET /developers/api/deliveries/{delivery_id}"""

    def get(self, request: ApiRequest, delivery_id: str) -> HttpResponse:
        row = selectors.get_delivery(request.environment, self.product, delivery_id)
        return answer(shapes.delivery_with_tries(row))
