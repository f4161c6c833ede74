"""What every view of this product shares: the envelope and the parameters."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse

from analytics import access
from analytics.errors import NotAnObject
from analytics.filters import Parameters
from pulse.errors import MalformedBody
from pulse.http.answers import answer
from pulse.http.requests import ApiRequest
from pulse.http.views import ApiView


class AnalyticsView(ApiView):
    """A query key reads; ``self.parameters`` are all values of all query parameters."""

    product = "analytics"
    required_scope: ClassVar[str | dict[str, str]] = access.QUERY

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS":
            origin = request._request.headers.get("Origin")
            access.check_origin(request.credential, {} if origin is None else {"origin": origin})

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent. Raises NotAnObject, UnsupportedMedia, InvalidInput."""
        try:
            body = super().body()
        except MalformedBody as error:
            raise NotAnObject from error
        if not isinstance(body, dict):
            raise NotAnObject
        return body

    @property
    def parameters(self) -> Parameters:
        return dict(self.request._request.GET.lists())

    @property
    def now_ms(self) -> int:
        return int(self.request.now.timestamp() * 1000)

    def respond(
        self,
        data: Any,
        *,
        status: int = 200,
        meta: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> HttpResponse:
        """``{success, data}``; ``meta`` stands beside them only where ``?meta=1`` asks for it."""
        body: dict[str, Any] = {"success": True, "data": data}
        if meta is not None and self.request._request.GET.get("meta") == "1":
            body["meta"] = meta
        return answer(body, status, headers=headers)
