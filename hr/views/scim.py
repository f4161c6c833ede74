"""/scim/v2: Users and Groups for identity providers, in SCIM's own form"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr.models import Department, Employee
from hr.scim import documents, patching, schemas
from hr.scim.errors import MEDIA_TYPE, ScimInvalid
from hr.selectors import scim as selectors
from hr.serializers import scim as forms
from hr.services import scim as services
from hr.views.base import HrView
from pulse import fastjson, strictjson
from pulse.errors import NotFound
from pulse.http.answers import nothing
from pulse.http.audit import audited
from pulse.http.requests import ApiRequest

FILTER = re.compile(r'\s*([$\w.:]+)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*', re.IGNORECASE)
ALWAYS = frozenset({"schemas", "id"})
Source = tuple[QuerySet[Any], Callable[[Any], dict[str, Any]]]


class ScimView(HrView):
    """Base of the SCIM views: their scope, media type and refusals."""

    required_scope = "write:scim"
    reads_carry_etag = False
    content_types: ClassVar[tuple[str, ...]] = (MEDIA_TYPE, "application/json")

    @cached_property
    def wanted(self) -> dict[str, Any]:
        """What to answer with: the query string, or the body of a search (section 3.4.3)."""
        if not self.request.path.rstrip("/").endswith("/.search"):
            return {name: values[0] for name, values in self.request._request.GET.lists()}
        body = self.body()
        if not isinstance(body, dict):
            raise ScimInvalid("the body must be an object", "invalidSyntax")
        return {
            name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in body.items()
        }

    @property
    def base(self) -> str:
        return f"{settings.PULSE_PUBLIC_URL}/scim/v2"

    def reply(self, body: Any, status: int = 200, *, location: str = "") -> HttpResponse:
        response = HttpResponse(fastjson.dumps(body), status=status, content_type=MEDIA_TYPE)
        if location:
            response["Location"] = location
        return response

    def resource(self, body: dict[str, Any], status: int = 200) -> HttpResponse:
        return self.reply(self.chosen(body), status, location=body["meta"]["location"])

    def chosen(self, body: dict[str, Any]) -> dict[str, Any]:
        """What ``attributes`` asks for, or all but ``excludedAttributes``."""
        if self.wanted.get("attributes"):
            kept = _names(self.wanted["attributes"]) | ALWAYS
            return {name: value for name, value in body.items() if name in kept}
        gone = _names(self.wanted.get("excludedAttributes", "")) - ALWAYS
        return {name: value for name, value in body.items() if name not in gone}

    def page(self, *sources: Source) -> HttpResponse:
        """A page over the sources, one after the other."""
        start = max(1, self._number("startIndex", 1))
        count = min(max(0, self._number("count", 100)), schemas.MAX_RESULTS)
        skipped, total = start - 1, 0
        resources: list[dict[str, Any]] = []
        for found, resource in sources:
            size = found.count()
            room = count - len(resources)
            rows = found.order_by("pk")[skipped : skipped + room] if skipped < size else []
            resources += [self.chosen(resource(row)) for row in rows]
            skipped = max(0, skipped - size)
            total += size
        return self.listing(resources, start=start, total=total)

    def listing(
        self, resources: list[dict[str, Any]], *, start: int = 1, total: int
    ) -> HttpResponse:
        return self.reply(
            {
                "schemas": [schemas.LIST],
                "totalResults": total,
                "startIndex": start,
                "itemsPerPage": len(resources),
                "Resources": resources,
            }
        )

    def described(self, rows: list[dict[str, Any]]) -> HttpResponse:
        return self.listing([_at_its_address(one) for one in rows], total=len(rows))

    def description(self, rows: list[dict[str, Any]], name: str) -> HttpResponse:
        found = next((one for one in rows if one["id"] == name), None)
        if found is None:
            raise NotFound
        return self.reply(_at_its_address(found))

    def users(self) -> Source:
        known: dict[str, Callable[[Any], Q]] = {
            "username": lambda value: selectors.named(str(value)),
            "externalid": lambda value: Q(external_id=value),
            "id": lambda value: Q(public_id=value),
            "emails.value": lambda value: Q(email=str(value).lower()),
            "emails": lambda value: Q(email=str(value).lower()),
            "active": lambda value: Q(offboarded_at__isnull=bool(value)),
        }
        found = selectors.users(self.request.environment).filter(self.filtered(known))
        return found, lambda row: documents.user_resource(row, self.base)

    def groups(self) -> Source:
        known: dict[str, Callable[[Any], Q]] = {
            "displayname": lambda value: Q(name=value),
            "externalid": lambda value: Q(external_id=value),
            "id": lambda value: Q(public_id=value),
        }
        environment = self.request.environment
        services.list_departments(environment)
        found = selectors.departments(environment).filter(self.filtered(known))
        return found, lambda row: documents.group_resource(
            row, selectors.members(environment, row), self.base
        )

    def filtered(self, known: dict[str, Callable[[Any], Q]]) -> Q:
        """The ``filter`` parameter: one attribute, ``eq``, one value."""
        text = self.wanted.get("filter", "")
        if not text:
            return Q()
        found = FILTER.fullmatch(text)
        name = found[1].rpartition(":")[2].lower() if found else ""
        if found is None or name not in known:
            raise ScimInvalid('filter must be like userName eq "ada"', "invalidFilter")
        value = patching.literal(found[2])
        if isinstance(value, str) and not strictjson.storable(value):
            raise ScimInvalid("filter compares with what cannot be stored", "invalidFilter")
        return known[name](value)

    def _number(self, name: str, default: int) -> int:
        text = self.wanted.get(name, str(default))
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
            raise ScimInvalid(f"{name} must be an integer")
        return int(text)


def _names(text: str) -> set[str]:
    """Top-level names of a comma-separated list; a sub-attribute stands for its whole attribute."""
    names: set[str] = set()
    for part in text.split(","):
        name = part.strip()
        for urn in (schemas.USER, schemas.GROUP):
            name = name.removeprefix(f"{urn}:")
        if name.startswith(schemas.ENTERPRISE):
            names.add(schemas.ENTERPRISE)
        elif name:
            names.add(patching.canonical(name.partition(".")[0]))
    return names


class ScimUsersView(ScimView):
    """GET, POST /scim/v2/Users"""

    @extend_schema(
        summary="List users",
        **forms.operation(answers=forms.page_of(forms.USER_OUT), parameters=forms.PAGE),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.page(self.users())

    @extend_schema(
        summary="Create a user",
        **forms.operation(sent=forms.USER_IN, answers=forms.USER_OUT, status=201),
    )
    @audited("scim.user_created")
    def post(self, request: ApiRequest) -> HttpResponse:
        document = documents.written(self.body())
        employee = services.create_user(request.environment, document=document, now=request.now)
        return self.resource(documents.user_resource(employee, self.base), 201)


class ScimSearchView(ScimView):
    """POST /scim/v2/.search"""

    @extend_schema(
        summary="Search users and groups",
        **forms.operation(
            sent=forms.SEARCH, answers=forms.page_of(forms.USER_OUT, forms.GROUP_OUT)
        ),
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        """A filter on an attribute that one kind lacks finds nothing of that kind."""
        sources, refusals = [], []
        for source in (self.users, self.groups):
            try:
                sources.append(source())
            except ScimInvalid as refusal:
                refusals.append(refusal)
        if not sources:
            raise refusals[0]
        return self.page(*sources)


class ScimUserSearchView(ScimView):
    """POST /scim/v2/Users/.search"""

    @extend_schema(
        summary="Search users",
        **forms.operation(sent=forms.SEARCH, answers=forms.page_of(forms.USER_OUT)),
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return self.page(self.users())


class ScimGroupSearchView(ScimView):
    """POST /scim/v2/Groups/.search"""

    @extend_schema(
        summary="Search groups",
        **forms.operation(sent=forms.SEARCH, answers=forms.page_of(forms.GROUP_OUT)),
    )
    def post(self, request: ApiRequest) -> HttpResponse:
        return self.page(self.groups())


class ScimUserView(ScimView):
    """GET, PUT, PATCH, DELETE /scim/v2/Users/{user_id}"""

    @extend_schema(
        summary="Get a user", **forms.operation(answers=forms.USER_OUT, parameters=forms.CHOSEN)
    )
    def get(self, request: ApiRequest, user_id: str) -> HttpResponse:
        return self._answer(selectors.get_user(request.environment, user_id))

    @extend_schema(
        summary="Replace a user", **forms.operation(sent=forms.USER_IN, answers=forms.USER_OUT)
    )
    @audited("scim.user_replaced")
    def put(self, request: ApiRequest, user_id: str) -> HttpResponse:
        employee = selectors.get_user(request.environment, user_id)
        document = documents.written(self.body())
        return self._replace(user_id, documents.with_manager_of(document, employee))

    @extend_schema(
        summary="Change a user", **forms.operation(sent=forms.OPERATIONS, answers=forms.USER_OUT)
    )
    @audited("scim.user_patched")
    def patch(self, request: ApiRequest, user_id: str) -> HttpResponse:
        employee = selectors.get_user(request.environment, user_id)
        changed = patching.apply(documents.user_document(employee), _operations(self.body()))
        return self._replace(user_id, documents.written(changed))

    @extend_schema(summary="Delete a user", **forms.operation(status=204))
    @audited("scim.user_deleted")
    def delete(self, request: ApiRequest, user_id: str) -> HttpResponse:
        services.delete_user(request.environment, employee_id=user_id, now=request.now)
        return nothing()

    def _replace(self, user_id: str, document: dict[str, Any]) -> HttpResponse:
        request = self.request
        employee = services.replace_user(
            request.environment, employee_id=user_id, document=document, now=request.now
        )
        return self._answer(employee)

    def _answer(self, employee: Employee) -> HttpResponse:
        return self.resource(documents.user_resource(employee, self.base))


class ScimGroupsView(ScimView):
    """GET, POST /scim/v2/Groups"""

    @extend_schema(
        summary="List groups",
        **forms.operation(answers=forms.page_of(forms.GROUP_OUT), parameters=forms.PAGE),
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.page(self.groups())

    @extend_schema(
        summary="Create a group",
        **forms.operation(sent=forms.GROUP_IN, answers=forms.GROUP_OUT, status=201),
    )
    @audited("scim.group_created")
    def post(self, request: ApiRequest) -> HttpResponse:
        services.list_departments(request.environment)
        department = services.write_group(
            request.environment, department=None, document=_group(self.body()), now=request.now
        )
        members = selectors.members(request.environment, department)
        return self.resource(documents.group_resource(department, members, self.base), 201)


class ScimGroupView(ScimView):
    """GET, PUT, PATCH, DELETE /scim/v2/Groups/{group_id}"""

    @extend_schema(
        summary="Get a group", **forms.operation(answers=forms.GROUP_OUT, parameters=forms.CHOSEN)
    )
    def get(self, request: ApiRequest, group_id: str) -> HttpResponse:
        return self._answer(selectors.get_department(request.environment, group_id))

    @extend_schema(
        summary="Replace a group", **forms.operation(sent=forms.GROUP_IN, answers=forms.GROUP_OUT)
    )
    @audited("scim.group_replaced")
    def put(self, request: ApiRequest, group_id: str) -> HttpResponse:
        department = selectors.get_department(request.environment, group_id)
        return self._write(department, _group(self.body()))

    @extend_schema(
        summary="Change a group", **forms.operation(sent=forms.OPERATIONS, answers=forms.GROUP_OUT)
    )
    @audited("scim.group_patched")
    def patch(self, request: ApiRequest, group_id: str) -> HttpResponse:
        department = selectors.get_department(request.environment, group_id)
        members = selectors.members(request.environment, department)
        held = documents.group_document(department, members)
        return self._write(department, patching.apply(held, _operations(self.body())))

    @extend_schema(summary="Delete a group", **forms.operation(status=204))
    @audited("scim.group_deleted")
    def delete(self, request: ApiRequest, group_id: str) -> HttpResponse:
        department = selectors.get_department(request.environment, group_id)
        services.delete_group(request.environment, department=department, now=request.now)
        return nothing()

    def _write(self, department: Department, document: dict[str, Any]) -> HttpResponse:
        request = self.request
        department = services.write_group(
            request.environment, department=department, document=document, now=request.now
        )
        return self._answer(department)

    def _answer(self, department: Department) -> HttpResponse:
        members = selectors.members(self.request.environment, department)
        return self.resource(documents.group_resource(department, members, self.base))


def _at_its_address(described: dict[str, Any]) -> dict[str, Any]:
    """What a discovery endpoint answers, with the address that others reach it at."""
    meta = described["meta"]
    return {
        **described,
        "meta": {**meta, "location": f"{settings.PULSE_PUBLIC_URL}{meta['location']}"},
    }


def _operations(body: Any) -> Any:
    if not isinstance(body, dict):
        raise ScimInvalid("the body must be an object", "invalidSyntax")
    return next((value for name, value in body.items() if name.lower() == "operations"), None)


def _group(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ScimInvalid("the body must be an object", "invalidSyntax")
    normal: dict[str, Any] = patching.normal(body)
    return normal


class ScimConfigView(ScimView):
    """GET /scim/v2/ServiceProviderConfig"""

    @extend_schema(summary="Get what this server supports", **forms.operation(answers=forms.OPEN))
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.reply(_at_its_address(schemas.service_provider_config()))


class ScimSchemasView(ScimView):
    """GET /scim/v2/Schemas"""

    @extend_schema(summary="List schemas", **forms.operation(answers=forms.page_of(forms.OPEN)))
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.described(schemas.schemas())


class ScimSchemaView(ScimView):
    """GET /scim/v2/Schemas/{urn}"""

    @extend_schema(summary="Get a schema", **forms.operation(answers=forms.OPEN))
    def get(self, request: ApiRequest, urn: str) -> HttpResponse:
        return self.description(schemas.schemas(), urn)


class ScimResourceTypesView(ScimView):
    """GET /scim/v2/ResourceTypes"""

    @extend_schema(
        summary="List resource types", **forms.operation(answers=forms.page_of(forms.OPEN))
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        return self.described(schemas.resource_types())


class ScimResourceTypeView(ScimView):
    """GET /scim/v2/ResourceTypes/{name}"""

    @extend_schema(summary="Get a resource type", **forms.operation(answers=forms.OPEN))
    def get(self, request: ApiRequest, name: str) -> HttpResponse:
        return self.description(schemas.resource_types(), name)


class ScimNowhereView(ScimView):
    """Any other path below /scim: a refusal in SCIM's form"""

    schema = None

    def get(self, request: ApiRequest, **_: str) -> HttpResponse:
        raise NotFound("Nothing is served at this path.")

    post = put = patch = delete = get
