from django.db.models.signals import post_migrate

from pulse import products
from pulse.products import MEBIBYTE
from traces import levels, operations


class TracesConfig(products.ProductConfig):
    name = "traces"
    product = "traces"
    title = "LLM traces"
    prefixes = (
        "/v1/traces",
        "/v1/spans",
        "/v1/sessions",
        "/v1/analytics",
        "/v1/auth",
        "/dashboard/api",
        "/api/auth",
    )
    dialect_path = "traces.dialect.TracesDialect"
    urls = "traces.urls"
    page_urls = "traces.page_urls"
    doors = (
        products.Door(
            "GET",
            r"/v1/traces/export",
            "traces.export.traces",
            "/v1/traces/export",
            operations.STREAM_TRACES,
        ),
        products.Door("HEAD", r"/v1/traces/export", "traces.export.traces"),
        products.Door("POST", r"/v1/traces", "traces.ingest.otlp", "/v1/traces", operations.EXPORT),
        products.Door(
            "POST",
            r"/v1/traces/async",
            "traces.ingest.traces_async",
            "/v1/traces/async",
            operations.QUEUE_TRACES,
        ),
        products.Door(
            "POST",
            r"/v1/spans/async",
            "traces.ingest.spans_async",
            "/v1/spans/async",
            operations.QUEUE_SPANS,
        ),
    )
    events = "traces.events"
    # A refused body is lost: the published clients empty their buffer before they send.
    body_limits = (products.BodyLimit(r"(/v1|/dashboard/api)/(traces|spans)(/.*)?", 32 * MEBIBYTE),)
    pumps = (
        products.Pump("traces-digest", "traces.digest.pump.run_paced", 1, queue="ingest"),
        products.Pump("traces-search", "traces.digest.search.run_paced", 2, queue="ingest"),
        products.Pump("traces-upkeep", "traces.services.alerting.pump", 60),
    )
    inflates = True
    seed = "traces.samples.seed"
    forget = "traces.services.deletion.forget"
    key_prefixes = ("pulse_sk_",)
    key_kinds = (
        products.KeyKind(
            name="secret",
            label="API key",
            hint="For the SDKs, the proxy and OpenTelemetry exporters.",
            live_prefix="pulse_sk_",
            test_prefix="pulse_sk_",
            chosen=("read:*", "write:*"),
            scopes=("read:*", "write:*"),
            example='"{base}/v1/traces?limit=2" -H "Authorization: Bearer {key}"',
        ),
    )
    gauges = "traces.selectors.upkeep.gauges"
    navigation = (("Traces", "/traces"),)
    accent = "traces"

    def ready(self) -> None:
        post_migrate.connect(levels.install, sender=self, dispatch_uid="traces.levels")
