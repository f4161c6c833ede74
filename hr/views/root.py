"""/v1/openapi.json"""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from hr.views.base import HrView
from pulse.http.openapi import document_of
from pulse.http.requests import ApiRequest


class DocumentView(HrView):
    """GET /v1/openapi.json"""

    public = True

    @extend_schema(summary="Get this document", responses={200: {"type": "object"}})
    def get(self, request: ApiRequest) -> HttpResponse:
        self.no_query()
        return self.show(document_of("hr"))
