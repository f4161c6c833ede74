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
    accent = "traces"
