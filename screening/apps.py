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
    key_kinds = (
        products.KeyKind(
            name="secret",
            label="API key",
            hint="For your backend.",
            live_prefix="pp_live_",
            test_prefix="pp_test_",
            chosen=(
                "candidates:read",
                "candidates:write",
                "screenings:read",
                "screenings:write",
                "templates:read",
                "reports:read",
            ),
            scopes=(
                "candidates:read",
                "candidates:write",
                "candidates:delete",
                "screenings:read",
                "screenings:write",
                "templates:read",
                "templates:write",
                "reports:read",
                "webhooks:manage",
            ),
            example='"{base}/v1/candidates?limit=2" -H "Authorization: Bearer {key}"',
        ),
    )
    webhook_form = "pihupulse"
    accent = "screening"
