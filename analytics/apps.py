from pulse import products


class AnalyticsConfig(products.ProductConfig):
    name = "analytics"
    product = "analytics"
    title = "Event analytics"
    prefixes = ("/api/v1/pulse",)
    dialect_path = "analytics.dialect.AnalyticsDialect"
    urls = "analytics.urls"
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
    )
    accent = "analytics"
