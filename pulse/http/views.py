"""The base of every API view: who may come in, what was sent, and nothing else."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.http import HttpRequest, HttpResponse
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from pulse import products, strictjson
from pulse.db import rls
from pulse.errors import (
    FieldError,
    Forbidden,
    InvalidInput,
    MalformedBody,
    MethodNotAllowed,
    Unauthenticated,
    UnsupportedMedia,
)
from pulse.http import forms
from pulse.http.normalize import normalize
from pulse.http.requests import ApiRequest

Input = TypeVar("Input", bound=BaseSerializer[Any])


class ApiView(APIView):
    """One resource of one product. The gate has verified the key; this checks its scope.

    ``required_scope`` is one scope for all methods or a mapping by method; "" admits any key of the
    product. ``public`` views need none.
    """

    product: ClassVar[str] = ""
    required_scope: ClassVar[str | dict[str, str]] = ""
    public: ClassVar[bool] = False
    reads_carry_etag: ClassVar[bool] = False
    """Whether every GET answers with an ETag, and is documented so."""
    free_form: ClassVar[tuple[str, ...]] = ()
    """Members of the body that may hold any JSON; NUL and lone surrogates in them become U+FFFD."""

    request: ApiRequest

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        raw = request._request
        request.now = raw.now  # type: ignore[attr-defined]
        request.request_id = raw.request_id  # type: ignore[attr-defined]
        credential = raw.credential or self._without_key(raw)  # type: ignore[attr-defined]
        if credential is not None:
            request.credential = credential
            request.environment = credential.environment
            raw.credential = credential  # type: ignore[attr-defined]
            raw.environment = credential.environment  # type: ignore[attr-defined]
        if self.public:
            rls.lift()  # a session or a secret address says whose rows these are
            return
        if credential is None or credential.product != self.product:
            raise Unauthenticated
        method = request.method or ""
        if method == "OPTIONS":
            return
        if method.lower() not in self.http_method_names or not hasattr(self, method.lower()):
            raise MethodNotAllowed(headers=self._allow())
        if not credential.allows(self._scope_of(method)):
            raise Forbidden

    @property
    def actor(self) -> str:
        """Who is asking, as the audit log names them."""
        return f"key:{self.request.credential.key_id}"

    def _without_key(self, raw: HttpRequest) -> Any:
        """Who is asking when no key was sent; a key that was sent is always checked."""
        config = products.by_name(self.product)
        sent = "HTTP_AUTHORIZATION" in raw.META or (
            config.accepts_key_header and "HTTP_X_API_KEY" in raw.META
        )
        if sent or not config.open_credential:
            return None
        headers = {name.lower(): value for name, value in raw.headers.items()}
        peer = raw.META.get("REMOTE_ADDR", "")
        return products.open_credential(config)(headers, peer, raw.META.get("HTTP_HOST", ""))

    def _scope_of(self, method: str) -> str:
        if isinstance(self.required_scope, str):
            return self.required_scope
        return self.required_scope.get("GET" if method == "HEAD" else method, "")

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        """Answers are JSON whatever Accept says, so there is nothing to negotiate."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def _allow(self) -> dict[str, str]:
        """Methods of this view and of the doors that stand before it at the same path."""
        doors = products.door_methods(self.request.path)
        return {"Allow": ", ".join([*self.allowed_methods, *doors])}

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: DRF's Allow does not know the doors, and belongs to OPTIONS and 405 alone."""
        return {}

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raise MethodNotAllowed(headers=self._allow())

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = HttpResponse(status=204, headers=self._allow())
        del response["Content-Type"]
        return response

    def handle_exception(self, exc: Exception) -> Any:
        """Refusals and bugs alike go up to the gate, which knows the dialect."""
        raise normalize(exc) or exc

    def body(self) -> Any:
        """The JSON body, strictly parsed. Raises UnsupportedMedia, MalformedBody, InvalidInput."""
        raw = self.request._request
        kind = (raw.content_type or "").lower()
        if kind not in self.content_types and not kind.endswith("+json"):
            raise UnsupportedMedia("The request body must be application/json.")
        return strictjson.loads(raw.body, free_form=self.free_form)

    content_types: ClassVar[tuple[str, ...]] = ("application/json", "text/json")

    def parse(
        self,
        serializer: type[Input],
        *,
        partial: bool = False,
        optional: bool = False,
        context: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The validated body as a dict. ``partial`` leaves out what was not sent; ``optional`` takes
        no body at all for an empty object."""
        data = {} if optional and not self.request._request.body else self.body()
        if not isinstance(data, dict):
            raise MalformedBody("The request body must be a JSON object.")
        return self._validated(serializer, data, partial, context)

    def query(
        self, serializer: type[Input], context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The validated query parameters as a dict; of a repeated one the first counts."""
        data = {name: values[0] for name, values in self.request._request.GET.lists()}
        for name, value in data.items():
            if not (strictjson.storable(name) and strictjson.storable(value)):
                shown = strictjson.clean(name)[:60]
                reason = "contains a character that cannot be stored"
                raise InvalidInput(f"{shown}: {reason}", fields=[FieldError(shown, reason)])
        return self._validated(serializer, data, False, context)

    def _validated(
        self,
        serializer: type[Input],
        data: dict[str, Any],
        partial: bool,
        context: dict[str, Any] | None,
    ) -> dict[str, Any]:
        context = {"request": self.request, **(context or {})}
        return forms.validate(serializer, data, partial=partial, context=context)
