from pulse import products


class AnalyticsConfig(products.ProductConfig):
    name = "analytics"
    product = "analytics"
    title = "Event analytics"
    prefixes = ("/api/v1/pulse",)
    dialect_path = "analytics.dialect.AnalyticsDialect"
    urls = "analytics.urls"
    key_prefixes = ("pa_write_", "pa_query_")
    accent = "analytics"
