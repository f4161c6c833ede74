from typing import ClassVar

from pulse import products

EXPORT_FILE = r"/v1/exports/(?P<export_id>[^/]+)/download/?"


class HrConfig(products.ProductConfig):
    name = "hr"
    product = "hr"
    title = "HR"
    prefixes = ("/v1", "/scim")
    dialect_path = "hr.dialect.HrDialect"
    dialects_below: ClassVar[dict[str, str]] = {"/scim/": "hr.scim.errors.ScimDialect"}
    urls = "hr.urls"
    page_urls = "hr.page_urls"
    navigation = (("People", "/people"),)
    events = "hr.events"
    seed = "hr.samples.seed"
    forget = "hr.services.erasure.forget"
    key_prefixes = ("pk_live_", "pk_test_")
    key_kinds = (
        products.KeyKind(
            name="secret",
            label="API key",
            hint="For your backend.",
            live_prefix="pk_live_",
            test_prefix="pk_test_",
            chosen=("read:*", "write:*"),
            scopes=(
                "read:*",
                "read:employees",
                "read:status_log",
                "read:kudos",
                "read:workload",
                "read:leave",
                "read:webhooks",
                "read:events",
                "read:audit",
                "read:score",
                "read:exports",
                "write:*",
                "write:employees",
                "write:status_log",
                "write:kudos",
                "write:workload",
                "write:leave",
                "write:webhooks",
                "write:events",
                "write:score",
                "write:scim",
                "admin:keys",
                "admin:test",
                "admin:erase",
            ),
            example='"{base}/v1/employees?limit=2" -H "Authorization: Bearer {key}"',
            actor="emp_…",
        ),
    )
    rate_limit_policy = "hr.limits.policy"
    pumps = (products.Pump("hr-leavers", "hr.pumps.offboard_leavers", period_seconds=60),)
    exporters: ClassVar[dict[str, str]] = {
        "employees": "hr.exports.employees",
        "status-log": "hr.exports.status_log",
        "kudos": "hr.exports.kudos",
        "workload-checkins": "hr.exports.workload_checkins",
        "leave": "hr.exports.leave_entries",
    }
    doors = (
        products.Door("HEAD", EXPORT_FILE, "hr.downloads.export_file"),
        products.Door(
            "GET",
            EXPORT_FILE,
            "hr.downloads.export_file",
            path="/v1/exports/{export_id}/download",
            operation={
                "operationId": "getExportFile",
                "summary": "Get an export's file",
                "tags": ["exports"],
                "responses": {
                    "200": {
                        "description": "The file",
                        "content": {
                            "text/csv": {"schema": {"type": "string"}},
                            "application/x-ndjson": {"schema": {"type": "string"}},
                        },
                    },
                    "410": {
                        "description": "It has expired, or could not be written; start it again.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}
                        },
                    },
                },
            },
        ),
    )
    body_limits = (products.BodyLimit(r"/v1/imports/employees/?", 10 * products.MEBIBYTE),)
    accent = "hr"
