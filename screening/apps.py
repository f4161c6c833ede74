from pulse import products


class ScreeningConfig(products.ProductConfig):
    name = "screening"
    product = "screening"
    title = "Screening"
    prefixes = (
        "/v1/candidates",
        "/v1/screenings",
        "/v1/templates",
        "/v1/reports",
        "/v1/webhooks",
        "/resumes",
    )
    dialect_path = "screening.dialect.ScreeningDialect"
    urls = "screening.urls"
    key_prefixes = ("pp_live_", "pp_test_")
    accent = "screening"
