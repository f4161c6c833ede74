"""What HR's views share: the list envelope, whom a key acts for, validators, ETags."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse

from hr import representation
from hr.errors import NotYourself, Stale, invalid
from hr.selectors import counts
from hr.shapes import Row
from pulse import pagination, strictjson
from pulse.db import disjoint
from pulse.errors import NotFound
from pulse.headers import names_etag
from pulse.http.answers import answer
from pulse.http.fields import StrictSerializer
from pulse.http.requests import ApiRequest
from pulse.http.views import ApiView, Input
from pulse.times import today

READ = frozenset({"GET", "HEAD"})
PAGING = frozenset({"limit", "cursor", "fields", "expand", "breakdown"})


class HrView(ApiView):
    """A view of HR's; the path says which resource.

    A key that is restricted to one person may call only the methods in ``open_to_restricted``, and
    there names nobody else; what is not opened is closed to it.
    """

    product = "hr"
    reads_carry_etag = True
    open_to_restricted: ClassVar[frozenset[str]] = frozenset()
    query_is_read = False

    def initial(self, request: ApiRequest, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        super().initial(request, *args, **kwargs)
        if not all(map(strictjson.storable, kwargs.values())):
            raise NotFound  # PostgreSQL would not even look for such an id
        if self.public or request.method in (*self.open_to_restricted, "OPTIONS"):
            return
        if request.credential.restricted:
            raise NotYourself

    def query(
        self, serializer: type[Input], context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """The query parameters; one that is given twice is refused, as one of the two would be lost."""
        self.query_is_read = True
        for name, values in self.request._request.GET.lists():
            if len(values) > 1 and strictjson.storable(name):
                raise invalid(name[:60], "is given twice")
        return super().query(serializer, context)

    def parse(self, serializer: type[Input], **options: Any) -> dict[str, Any]:
        """The body; whoever has not read the query by then takes no parameter."""
        if not self.query_is_read:
            self.no_query()
        return super().parse(serializer, **options)

    def no_query(self) -> None:
        """Refuse every query parameter: one that does nothing would pass unnoticed."""
        self.query(StrictSerializer)

    def nothing_sent(self) -> None:
        """Refuse query parameters and members of a body, where an operation takes neither."""
        self.parse(StrictSerializer, optional=True)

    def expect(self, shape: dict[str, Any]) -> None:
        """Refuse an If-Match that does not name the ETag of ``shape``. Raises Stale."""
        header = self.request.headers.get("If-Match", "").strip()
        if header and not names_etag(header, self.show(shape)["ETag"]):
            raise Stale

    @property
    def today(self) -> date:
        return today(self.request.environment.organization, self.request.now)

    def show(self, body: Any, *, etag: str = "") -> HttpResponse:
        """One resource; where it has no version, the validator is a digest of the answer."""
        response = answer(body)
        digest = hashlib.blake2b(response.content, digest_size=16).hexdigest()
        response["ETag"] = etag or f'"{digest}"'
        return response

    def listed(
        self,
        found: Callable[[], QuerySet[Any, Any]],
        *,
        query: dict[str, Any],
        columns: tuple[str, ...],
        shape: Callable[[Row], dict[str, Any]],
        sort: str = "-created_at",
        parts: Callable[[], disjoint.Parts] = tuple,
    ) -> HttpResponse:
        """A page of ``found()`` in the documented envelope; ``sort`` is the default order.

        ``found()`` depends on the environment, the query and the day alone: its SQL is kept.
        ``parts()`` may say where its rows lie (pulse.db.disjoint).
        """
        column = query.get("sort", sort)
        order = (column, "-pk" if column.startswith("-") else "pk")
        filters = sorted((name, str(value)) for name, value in query.items() if name not in PAGING)
        purpose = f"hr {type(self).__name__} {filters}"
        environment = self.request.environment
        about: dict[str, Any] = {
            "environment": environment,
            "purpose": f"{purpose} {self.today}",
        }
        total = counts.kept_total(found, **about)
        page = self._page(
            found, parts, columns, order, query, f"{purpose} {order}", total=total is None
        )
        if total is None:
            total = counts.total_of(found, parts=parts, counted=page.total, **about)
        items = self.represented([shape(row) for row in page.items], query)
        return self.show({"data": items, "next_cursor": page.next_cursor, "total_count": total})

    def _page(
        self,
        found: Callable[[], QuerySet[Any, Any]],
        parts: Callable[[], disjoint.Parts],
        columns: tuple[str, ...],
        order: tuple[str, ...],
        query: dict[str, Any],
        purpose: str,
        total: bool,
    ) -> pagination.Page:
        where: dict[str, Any] = {
            "environment": self.request.environment,
            "order": order,
            "limit": query["limit"],
            "purpose": purpose,
        }
        if query.get("cursor") is None:
            return pagination.first_page(
                lambda: found().values(*columns, "pk"),
                parts=parts,
                day=self.today,
                total=total,
                **where,
            )
        rows = found().values(*columns, "pk")
        return pagination.keyset(rows, parts=parts(), cursor=query["cursor"], total=False, **where)

    def listed_rows(
        self,
        found: QuerySet[Any],
        *,
        query: dict[str, Any],
        shape: Callable[[Any], dict[str, Any]],
        order: tuple[str, ...] = ("-created_at", "-pk"),
    ) -> HttpResponse:
        """The same envelope for rows of the kernel's, newest first unless ``order`` says otherwise."""
        filters = sorted((name, str(value)) for name, value in query.items() if name not in PAGING)
        page = pagination.keyset(
            found,
            environment=self.request.environment,
            order=order,
            limit=query["limit"],
            cursor=query.get("cursor"),
            purpose=f"hr {type(self).__name__} {filters}",
        )
        data = [shape(row) for row in page.items]
        return self.show({"data": data, "next_cursor": page.next_cursor, "total_count": page.total})

    def represented(self, items: list[dict[str, Any]], query: dict[str, Any]) -> Any:
        """``items`` with what ``expand`` asks for, and only the members that ``fields`` names."""
        representation.expand(
            self.request.environment, items, query.get("expand"), today=self.today
        )
        return representation.only(items, query.get("fields"), query.get("expand"))

    def acting(self, named: str | None, field: str = "employee_id") -> str:
        """Whom a write is for: who is named, else whom the key acts for.

        Raises InvalidInput without either, NotYourself where a restricted key names another person.
        """
        actor = self.request.credential.actor
        if named is None and not actor:
            raise invalid(field, "is required, because this key acts for nobody")
        person = named if named is not None else actor
        self.confine(person)
        return person

    @property
    def only_person(self) -> str | None:
        """The one person a restricted key sees rows of; None for all other keys."""
        credential = self.request.credential
        return credential.actor if credential.restricted else None

    def confine(self, employee_id: str | None) -> None:
        """Refuse a restricted key anybody but the person it acts for."""
        if self.only_person not in (None, employee_id):
            raise NotYourself

    def confined(self, query: dict[str, Any]) -> dict[str, Any]:
        """The filters of a list whose rows are private: a restricted key gets its own person's."""
        if self.only_person is not None:
            self.confine(query.setdefault("employee_id", self.only_person))
        return query
