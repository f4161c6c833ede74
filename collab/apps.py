from pulse import products


class CollabConfig(products.ProductConfig):
    name = "collab"
    product = "collab"
    title = "Collaboration"
    prefixes = ("/api/v1", "/auth", "/files", "/sdk")
    dialect_path = "collab.dialect.CollabDialect"
    urls = "collab.urls"
    key_prefixes = ("sk_", "pk_")
    accent = "collab"
