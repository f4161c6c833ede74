from pulse import products


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
    accent = "traces"
