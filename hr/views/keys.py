"""/v1/me, /v1/api-keys"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr.errors import unprocessable
from hr.serializers import operations as forms
from hr.services import keys as services
from hr.views.base import READ, HrView
from pulse.http.answers import answer, nothing
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.requests import ApiRequest
from pulse.keys import selectors as kernel
from pulse.keys import services as kernel_services
from pulse.keys.models import ApiKey
from pulse.times import utc_seconds

NO_STORE = {"Cache-Control": "no-store"}


class MeView(HrView):
    """GET /v1/me"""

    open_to_restricted = READ

    @extend_schema(summary="Get what this key may do", responses=forms.MeOut)
    def get(self, request: ApiRequest) -> HttpResponse:
        self.no_query()
        credential, environment = request.credential, request.environment
        organization = environment.organization
        return self.show(
            {
                "key_id": credential.key_id,
                "key_name": credential.name,
                "workspace": {
                    "id": organization.public_id,
                    "name": organization.name,
                    "time_zone": organization.time_zone,
                },
                "environment": environment.kind,
                "livemode": environment.live,
                "scopes": sorted(credential.scopes),
                "employee_id": credential.actor or None,
                "restricted": credential.restricted,
                "expires_at": utc_seconds(credential.expires_at),
                "rate_limit": {"per_minute": settings.PULSE_HR_RATE_LIMIT or None},
            }
        )


class ApiKeysView(HrView):
    """GET, POST /v1/api-keys"""

    required_scope = "admin:keys"

    @extend_schema(
        summary="List API keys", parameters=[forms.PageQuery], responses=forms.ApiKeyPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.PageQuery)
        rows = kernel.keys_of(request.environment, ["hr"]).order_by()
        return self.listed_rows(rows, query=query, shape=lambda row: _shape(row, request.now))

    @extend_schema(
        summary="Mint an API key", request=forms.ApiKeyIn, responses={201: forms.MintedKeyOut}
    )
    @idempotent
    @audited("api_key.minted")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.ApiKeyIn)
        if values.pop("environment") != request.environment.kind:
            raise unprocessable("a key mints keys of its own environment only", "environment")
        row, token = services.mint_key(
            request.environment, **values, held=request.credential.scopes, now=request.now
        )
        return _minted(row, token, request.now)


class ApiKeyView(HrView):
    """GET, DELETE /v1/api-keys/{key_id}"""

    required_scope = "admin:keys"

    @extend_schema(summary="Get an API key", responses=forms.ApiKeyOut)
    def get(self, request: ApiRequest, key_id: str) -> HttpResponse:
        key = kernel.get_key(request.environment, ["hr"], key_id)
        self.no_query()
        return self.show(_shape(key, request.now))

    @extend_schema(summary="Revoke an API key", request=None, responses={204: None})
    @audited("api_key.revoked")
    def delete(self, request: ApiRequest, key_id: str) -> HttpResponse:
        key = kernel.get_key(request.environment, ["hr"], key_id)
        self.nothing_sent()
        kernel_services.revoke_key(key, now=request.now)
        return nothing()


class ApiKeyRotationView(HrView):
    """POST /v1/api-keys/{key_id}/rotate"""

    required_scope = "admin:keys"

    @extend_schema(
        summary="Replace an API key", request=forms.RotateIn, responses={201: forms.MintedKeyOut}
    )
    @idempotent
    @audited("api_key.rotated")
    def post(self, request: ApiRequest, key_id: str) -> HttpResponse:
        key = kernel.get_key(request.environment, ["hr"], key_id)
        hours = self.parse(forms.RotateIn, optional=True).get("overlap_hours", 0)
        row, token = services.rotate_key(
            key,
            held=request.credential.scopes,
            overlap=timedelta(hours=hours),
            now=request.now,
        )
        return _minted(row, token, request.now)


def _minted(row: ApiKey, token: str, now: datetime) -> HttpResponse:
    headers = NO_STORE | {"Location": f"/v1/api-keys/{row.public_id}"}
    return answer({**_shape(row, now), "key": token}, 201, headers=headers)


def _shape(row: ApiKey, now: datetime) -> dict[str, Any]:
    expired = row.expires_at is not None and row.expires_at <= now
    return {
        "id": row.public_id,
        "name": row.name,
        "environment": row.environment.kind,
        "last4": row.last4,
        "scopes": row.scopes,
        "employee_id": row.actor or None,
        "restricted": row.restricted,
        "status": "revoked" if row.revoked_at else ("expired" if expired else "active"),
        "created_at": utc_seconds(row.created_at),
        "expires_at": utc_seconds(row.expires_at),
        "revoked_at": utc_seconds(row.revoked_at),
        "last_used_at": utc_seconds(row.last_used_at),
    }
