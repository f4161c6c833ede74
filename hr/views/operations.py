"""/v1/imports, /v1/exports, /v1/audit-log, /v1/test, and a person's rights"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any, ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.serializers import ValidationError

from hr import samples
from hr.errors import invalid
from hr.exports import QUERIES, SCOPES
from hr.selectors import employees as people
from hr.serializers import operations as forms
from hr.services import erasure
from hr.services import imports as services
from hr.views.base import HrView
from pulse.audit import selectors as audit
from pulse.audit.models import Entry
from pulse.errors import FieldError, Forbidden, InvalidInput, MalformedBody, UnsupportedMedia
from pulse.exports import selectors as exports
from pulse.exports import services as export_services
from pulse.exports import shapes as export_shapes
from pulse.exports.models import Export
from pulse.http.answers import answer
from pulse.http.audit import audited
from pulse.http.idempotency import idempotent
from pulse.http.normalize import flatten
from pulse.http.requests import ApiRequest
from pulse.times import utc_seconds

CUSTOM = "custom_fields."
NO_FILTERS = frozenset({"limit", "cursor", "sort", "fields", "expand", "breakdown"})


class EmployeeImportView(HrView):
    """POST /v1/imports/employees, as JSON or as CSV with a header"""

    required_scope = "write:employees"
    content_types: ClassVar[tuple[str, ...]] = ("application/json", "text/json")

    @extend_schema(
        summary="Import employees",
        parameters=[forms.ImportQuery],
        request={"application/json": forms.ImportIn, "text/csv": OpenApiTypes.STR},
        responses={200: forms.ImportOut, 201: forms.ImportOut},
    )
    @idempotent
    @audited("employee.imported")
    def post(self, request: ApiRequest) -> HttpResponse:
        dry_run = self.query(forms.ImportQuery)["dry_run"]
        rows, errors = _validated(self._sent())
        report = services.import_employees(
            request.environment, rows=rows, errors=errors, dry_run=dry_run, now=request.now
        )
        body = {
            "dry_run": dry_run,
            "rows": report.rows,
            "valid": not report.errors,
            "created": report.created,
            "errors": [asdict(one) for one in report.errors],
        }
        return answer(body, 201 if report.created else 200)

    def _sent(self) -> list[Any]:
        kind = (self.request._request.content_type or "").lower()
        if kind == "text/csv":
            return _csv_rows(self.request._request.body)
        if kind not in self.content_types:
            raise UnsupportedMedia("Send application/json or text/csv.")
        listed: list[Any] = self.parse(forms.ImportIn)["employees"]
        return listed


def _csv_rows(body: bytes) -> list[Any]:
    try:
        text = body.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        _check_header(list(reader.fieldnames or ()))
        found = [_csv_row(row) for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise MalformedBody("The body is not CSV in UTF-8.") from error
    if not 1 <= len(found) <= services.MAX_ROWS:
        raise invalid("employees", f"must hold 1 to {services.MAX_ROWS} rows")
    return found


def _check_header(names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise invalid(twice[0][:60], "names two columns")


def _csv_row(row: dict[Any, Any]) -> dict[str, Any]:
    """One line of CSV as a JSON row: empty cells are absent, custom fields have dotted headers."""
    values: dict[str, Any] = {}
    for name, cell in row.items():
        if name is None:
            values["(extra cells)"] = cell
        elif cell and name.startswith(CUSTOM):
            values.setdefault("custom_fields", {})[name.removeprefix(CUSTOM)] = cell
        elif cell:
            values[name] = cell
    return values


def _validated(
    listed: list[Any],
) -> tuple[dict[int, dict[str, Any]], list[services.RowError]]:
    rows: dict[int, dict[str, Any]] = {}
    errors: list[services.RowError] = []
    form = forms.ImportRow()
    for number, values in enumerate(listed, start=1):
        try:
            rows[number] = form.run_validation(values)
        except ValidationError as refusal:
            found = list(flatten(refusal.detail))
            message = "; ".join(f"{one.field} {one.reason}".strip() for one in found)
            errors.append(services.RowError(number, [one.field for one in found], message))
    return rows, errors


class ExportsView(HrView):
    """GET, POST /v1/exports"""

    required_scope = "read:exports"

    @extend_schema(summary="List exports", parameters=[forms.PageQuery], responses=forms.ExportPage)
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.PageQuery)
        rows = exports.list_exports(request.environment, "hr")
        return self.listed_rows(rows, query=query, shape=_export)

    @extend_schema(
        summary="Start an export", request=forms.ExportIn, responses={202: forms.ExportOut}
    )
    @idempotent
    @audited("export.started")
    def post(self, request: ApiRequest) -> HttpResponse:
        values = self.parse(forms.ExportIn)
        kind = values["kind"]
        if not request.credential.allows(SCOPES[kind]):
            raise Forbidden
        filters = _filters(kind, values.get("filters") or {})
        row = export_services.start_export(
            request.environment,
            product="hr",
            kind=kind,
            format=values.get("format", Export.Format.NDJSON),
            parameters=filters,
        )
        return answer(_export(row), 202, headers={"Location": f"/v1/exports/{row.public_id}"})


def _filters(kind: str, sent: dict[str, Any]) -> dict[str, Any]:
    """The list's own filters, checked as the list checks them and stored as they were sent."""
    bound = QUERIES[kind](data=sent)
    if not bound.is_valid():
        found = [FieldError(f"filters.{one.field}", one.reason) for one in flatten(bound.errors)]
        raise InvalidInput(f"{found[0].field}: {found[0].reason}", fields=found)
    return {name: value for name, value in sent.items() if name not in NO_FILTERS}


class ExportView(HrView):
    """GET /v1/exports/{export_id}"""

    required_scope = "read:exports"

    @extend_schema(summary="Get an export", responses=forms.ExportOut)
    def get(self, request: ApiRequest, export_id: str) -> HttpResponse:
        row = exports.get_export(request.environment, "hr", export_id)
        self.no_query()
        return self.show(_export(row))


def _export(row: Export) -> dict[str, Any]:
    return export_shapes.export(row, download_path=f"/v1/exports/{row.public_id}/download")


class AuditLogView(HrView):
    """GET /v1/audit-log"""

    required_scope = "read:audit"

    @extend_schema(
        summary="List the audit log", parameters=[forms.AuditQuery], responses=forms.AuditPage
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        query = self.query(forms.AuditQuery)
        rows = audit.list_entries(
            request.environment,
            products=(self.product, ""),
            actor=query.get("actor", ""),
            action=query.get("action", ""),
            object_ref=query.get("object_id", ""),
            created_from=query.get("created_from"),
            created_to=query.get("created_to"),
        )
        return self.listed_rows(rows, query=query, shape=_audit_entry)


def _audit_entry(row: Entry) -> dict[str, Any]:
    seal = getattr(row, "seal", None)
    return {
        "id": row.public_id,
        "actor": row.actor,
        "action": row.action,
        "object_id": row.object_ref or None,
        "fields": row.fields,
        "request_id": row.request_id or None,
        "ip": row.ip or None,
        "hash": seal.hash if seal else None,
        "previous_hash": seal.previous_hash if seal else None,
        "created_at": utc_seconds(row.created_at),
    }


class TestDataView(HrView):
    """Base of the two operations that only a test environment knows."""

    required_scope = "admin:test"

    def refuse_live(self) -> None:
        if self.request.environment.live:
            raise Forbidden("Test data exists in a test environment only.")


class TestSeedView(TestDataView):
    """POST /v1/test/seed"""

    @extend_schema(summary="Fill the test environment", request=None, responses=forms.TestDataOut)
    @audited("test.seeded")
    def post(self, request: ApiRequest) -> HttpResponse:
        self.refuse_live()
        self.nothing_sent()
        samples.seed(request.environment, now=request.now)
        return answer({"employees": people.employees(request.environment).count()})


class TestResetView(TestDataView):
    """POST /v1/test/reset"""

    @extend_schema(summary="Clear the test environment", request=None, responses=forms.TestDataOut)
    @audited("test.reset")
    def post(self, request: ApiRequest) -> HttpResponse:
        self.refuse_live()
        self.nothing_sent()
        return answer({"employees": samples.reset(request.environment)})


class SubjectExportView(HrView):
    """POST /v1/employees/{employee_id}/export"""

    required_scope = "admin:erase"

    @extend_schema(
        summary="Get everything about a person", request=None, responses=forms.SubjectCopyOut
    )
    @audited("employee.exported")
    def post(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        employee = people.get_employee(request.environment, employee_id)
        self.nothing_sent()
        copy = erasure.subject_copy(request.environment, employee, today=self.today)
        return answer(copy, headers={"Cache-Control": "no-store"})


class SubjectErasureView(HrView):
    """POST /v1/employees/{employee_id}/erase"""

    required_scope = "admin:erase"

    @extend_schema(summary="Erase a person", request=None, responses=forms.ErasedOut)
    @audited("employee.erased")
    def post(self, request: ApiRequest, employee_id: str) -> HttpResponse:
        people.get_employee(request.environment, employee_id)
        self.nothing_sent()
        employee = erasure.erase_employee(
            request.environment, employee_id=employee_id, now=request.now
        )
        return answer(
            {"employee_id": employee.public_id, "erased_at": utc_seconds(employee.erased_at)}
        )
