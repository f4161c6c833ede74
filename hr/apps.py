from pulse import products


class HrConfig(products.ProductConfig):
    name = "hr"
    product = "hr"
    title = "HR"
    prefixes = ("/v1", "/scim")
    dialect_path = "hr.dialect.HrDialect"
    urls = "hr.urls"
    key_prefixes = ("pk_live_", "pk_test_")
    accent = "hr"
