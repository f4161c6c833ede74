"""What the views of the data plane share: who may come in, and how a query is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import unquote

from pulse import strictjson
from pulse.errors import Unauthenticated, UnknownPath
from pulse.http.requests import ApiRequest, bearer_token
from pulse.http.views import ApiView
from traces import queries, shapes
from traces.errors import InvalidKey, MissingAuthorization
from traces.selectors import traces as trace_selectors

READ_TRACES = {"GET": "read:traces"}
READ_SPANS = {"GET": "read:spans"}


class TracesView(ApiView):
    """A view of the data plane: the project comes from the key, and only from it."""

    product = "traces"

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        if request.method == "OPTIONS":
            raise UnknownPath
        try:
            super().initial(request, *args, **kwargs)
        except Unauthenticated:
            sent = bearer_token(request._request.META.get("HTTP_AUTHORIZATION", ""))
            raise (InvalidKey if sent else MissingAuthorization) from None

    def body(self) -> Any:
        """The JSON body, whatever its Content-Type. Raises MalformedBody, InvalidInput."""
        return strictjson.loads(self.request._request.body, free_form=self.free_form)

    @property
    def parameters(self) -> dict[str, str]:
        return {name: values[0] for name, values in self.request._request.GET.lists()}

    @property
    def project_id(self) -> str:
        return self.request.environment.public_id

    @property
    def may_read(self) -> bool:
        """Whether who is asking may see what is stored, and not only what this request adds."""
        return self.request.credential.allows("read:traces")

    @property
    def default_spelling(self) -> str:
        chosen = self.request.environment.settings.get("traces", {}).get("spelling", "both")
        return chosen if chosen in shapes.SPELLINGS else "both"

    def spelling(self) -> str:
        return queries.spelling(self.parameters, self.default_spelling)

    def trace_rows(self, rows: Sequence[dict[str, Any]], spelling: str) -> list[dict[str, Any]]:
        """Rows as they are written; derived ones with their spans."""
        derived = [row["trace_id"] for row in rows if row["derived"]]
        spans = trace_selectors.spans_of(self.request.environment, derived) if derived else {}
        return [
            shapes.trace_row(
                row,
                project_id=self.project_id,
                spelling=spelling,
                spans=spans.get(row["trace_id"], []) if row["derived"] else None,
            )
            for row in rows
        ]

    def span_rows(self, rows: Sequence[dict[str, Any]], spelling: str) -> list[dict[str, Any]]:
        return [shapes.span_row(row, project_id=self.project_id, spelling=spelling) for row in rows]


class Beneath(TracesView):
    """What lies beneath an id, which may hold slashes: one that was sent as %2F belongs to the id."""

    above: ClassVar[type[TracesView]]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        raw_path = (request.META.get("RAW_PATH") or request.path).partition("?")[0]
        _, encoded, name = unquote(raw_path.rpartition("/")[2]).rpartition("/")
        if not encoded:
            return super().dispatch(request, *args, **kwargs)
        ((parameter, parent),) = kwargs.items()
        return self.above.as_view()(request, **{parameter: f"{parent}/{name}"})
