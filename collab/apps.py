from pulse import products


class CollabConfig(products.ProductConfig):
    name = "collab"
    product = "collab"
    title = "Collaboration"
    prefixes = ("/api/v1", "/auth", "/files", "/sdk")
    dialect_path = "collab.dialect.CollabDialect"
    urls = "collab.urls"
    events = "collab.events"
    seed = "collab.seed.seed"
    socket_consumer = "collab.consumers.socket.CollabConsumer"
    key_prefixes = ("sk_", "pk_")
    key_kinds = (
        products.KeyKind(
            name="secret",
            label="Secret key",
            hint="For your backend only: it reads and writes everything of the environment.",
            live_prefix="sk_",
            test_prefix="sk_",
            chosen=("read:*", "write:*"),
            example='"{base}/api/v1/rooms" -H "Authorization: Bearer {key}"',
        ),
        products.KeyKind(
            name="publishable",
            label="Publishable key",
            hint="For the browser: it opens the socket together with a person's token.",
            live_prefix="pk_",
            test_prefix="pk_",
            chosen=("connect:rooms",),
            example='"{base}/health" -H "Authorization: Bearer {key}"',
            origins=True,
        ),
    )
    cors = r"/(api/v1|files|sdk)/.*"
    accent = "collab"
