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
        "/partners",
    )
    dialect_path = "screening.dialect.ScreeningDialect"
    urls = "screening.urls"
    forget = "screening.services.erasure.forget"
    key_prefixes = ("pp_live_", "pp_test_")
    basic_below = "/partners/"
    plans = ("starter", "professional", "enterprise")
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
    console_scopes = ("webhooks:manage", "webhooks:manage")
    page_urls = "screening.page_urls"
    pumps = (
        products.Pump("screening-time", "screening.pumps.keep_time", period_seconds=15),
        products.Pump("screening-mail", "screening.pumps.note_deliveries", period_seconds=3),
        products.Pump("screening-reports", "screening.pumps.write_reports", period_seconds=1),
        products.Pump("screening-resumes", "screening.pumps.fetch_resumes", period_seconds=10),
        products.Pump("screening-code", "screening.pumps.run_code", period_seconds=10),
        products.Pump("screening-partners", "screening.pumps.tell_partners", period_seconds=10),
        products.Pump("screening-retention", "screening.pumps.forget", period_seconds=3600),
    )
    body_limits = (
        products.BodyLimit(r"/v1/candidates/[^/]+/resume/?", 10 * products.MEBIBYTE + 64 * 1024),
        # All answers of a test in one form, for a candidate without JavaScript.
        products.BodyLimit(r"/s/[^/]+/.*", 8 * products.MEBIBYTE),
    )
    events = "screening.events"
    seed = "screening.seed.seed"
    rate_limit_policy = "screening.account.rate_limit"
    webhook_form = "pihupulse"
    navigation = (("Screening", "/screening"),)
    accent = "screening"
