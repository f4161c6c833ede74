from typing import ClassVar

from pulse import products
from pulse.products import MEBIBYTE, BodyLimit, Door, Pump

from . import openapi

PREFIX = "/api/v1/pulse"


class AnalyticsConfig(products.ProductConfig):
    name = "analytics"
    product = "analytics"
    title = "Event analytics"
    prefixes = (PREFIX,)
    dialect_path = "analytics.dialect.AnalyticsDialect"
    urls = "analytics.urls"
    console_scopes = ("query", "query")
    page_urls = "analytics.page_urls"
    navigation = (("Analytics", "/analytics"),)
    doors = (
        Door(
            "POST",
            rf"{PREFIX}/events/?",
            "analytics.ingest.track",
            path=f"{PREFIX}/events",
            operation=openapi.TRACK,
            body_limit_bytes=MEBIBYTE,
        ),
        Door(
            "POST",
            rf"{PREFIX}/events/batch/?",
            "analytics.ingest.batch",
            path=f"{PREFIX}/events/batch",
            operation=openapi.BATCH,
            body_limit_bytes=5 * MEBIBYTE,
        ),
        Door(
            "GET",
            rf"{PREFIX}/live/?",
            "analytics.live.stream",
            path=f"{PREFIX}/live",
            operation=openapi.LIVE,
        ),
        Door(
            "GET",
            rf"{PREFIX}/exports/(?P<export_id>exp_[0-9A-Z]+)/download/?",
            "analytics.ingest.download_export",
            path=f"{PREFIX}/exports/{{export_id}}/download",
            operation=openapi.DOWNLOAD,
        ),
        Door(
            "HEAD",
            rf"{PREFIX}/exports/(?P<export_id>exp_[0-9A-Z]+)/download/?",
            "analytics.ingest.download_export",
        ),
        Door(
            "POST",
            rf"{PREFIX}/segment/v1/(?P<kind>track|page|screen|identify|group|alias|[tpsiga])/?",
            "analytics.segment.call",
            path=f"{PREFIX}/segment/v1/{{kind}}",
            operation=openapi.SEGMENT_CALL,
        ),
        Door(
            "POST",
            rf"{PREFIX}/segment/v1/(batch|b|import)/?",
            "analytics.segment.batch",
            path=f"{PREFIX}/segment/v1/batch",
            operation=openapi.SEGMENT_BATCH,
            body_limit_bytes=5 * MEBIBYTE,
        ),
    )
    body_limits = (
        BodyLimit(rf"{PREFIX}/(events/batch|segment/v1/(batch|b|import))/?", 5 * MEBIBYTE),
    )
    pumps = (
        Pump("analytics-erasures", "analytics.tasks.erase", period_seconds=30),
        Pump("analytics-upkeep", "analytics.tasks.keep_up", period_seconds=600),
    )
    events = "analytics.events"
    inflates = True
    seed = "analytics.sample.seed"
    forget = "analytics.services.forget"
    exporters: ClassVar[dict[str, str]] = {"events": "analytics.exports.rows"}
    key_prefixes = ("pa_write_", "pa_query_")
    key_kinds = (
        products.KeyKind(
            name="write",
            label="Write key",
            hint="Sends events and nothing else, so it may live in a browser.",
            live_prefix="pa_write_",
            test_prefix="pa_write_",
            chosen=("ingest",),
            example=(
                '-X POST "{base}/api/v1/pulse/events" -H "Authorization: Bearer {key}"'
                ' -H "Content-Type: application/json" -d \'{{"name": "page.viewed"}}\''
            ),
            origins=True,
        ),
        products.KeyKind(
            name="query",
            label="Query key",
            hint="Reads events and reports.",
            live_prefix="pa_query_",
            test_prefix="pa_query_",
            chosen=("query",),
            example='"{base}/api/v1/pulse/reports/top-events" -H "Authorization: Bearer {key}"',
        ),
        products.KeyKind(
            name="admin",
            label="Admin key",
            hint="Reads, and erases what is known of a user; for servers only.",
            live_prefix="pa_query_",
            test_prefix="pa_query_",
            chosen=("query", "admin"),
            example='"{base}/api/v1/pulse/settings" -H "Authorization: Bearer {key}"',
        ),
    )
    accepts_key_header = True
    open_credential = "analytics.access.open_credential"
    cors = rf"{PREFIX}/(events(/batch)?|segment/v1/[a-z]+)/?"
    accent = "analytics"
