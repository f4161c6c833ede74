from collab import operations
from pulse import products

FILE = r"/files/(?P<environment>[^/]+)/(?P<file>[^/]+)"
SCRIPT = r"/sdk/pulse\.js"
STATE = r"/api/v1/rooms/.+/p2p/state"


class CollabConfig(products.ProductConfig):
    name = "collab"
    product = "collab"
    title = "Collaboration"
    prefixes = ("/api/v1", "/auth", "/files", "/sdk")
    mount = "/collab"
    dialect_path = "collab.dialect.CollabDialect"
    urls = "collab.urls"
    page_urls = "collab.page_urls"
    navigation = (("Live demo", "/collab/demo"),)
    events = "collab.events"
    seed = "collab.seed.seed"
    forget = "collab.services.erasure.forget"
    socket_consumer = "collab.consumers.socket.CollabConsumer"
    doors = (
        products.Door(
            "POST",
            r"/api/v1/upload/?",
            "collab.doors.uploads.upload",
            path="/api/v1/upload",
            operation=operations.UPLOAD,
        ),
        products.Door(
            "GET",
            FILE,
            "collab.doors.files.file",
            path="/files/{environment}/{file}",
            operation=operations.FILE,
        ),
        products.Door("HEAD", FILE, "collab.doors.files.file"),
        products.Door("GET", SCRIPT, "collab.doors.files.script"),
        products.Door("HEAD", SCRIPT, "collab.doors.files.script"),
        products.Door(
            "GET",
            r"/api/v1/turn-credentials/?",
            "collab.doors.peers.turn_credentials",
            path="/api/v1/turn-credentials",
            operation=operations.TURN,
        ),
        products.Door(
            "GET",
            STATE,
            "collab.doors.peers.get_state",
            path="/api/v1/rooms/{room}/p2p/state",
            operation=operations.GET_STATE,
        ),
        products.Door("HEAD", STATE, "collab.doors.peers.get_state"),
        products.Door(
            "PUT",
            STATE,
            "collab.doors.peers.put_state",
            path="/api/v1/rooms/{room}/p2p/state",
            operation=operations.PUT_STATE,
            body_limit_bytes=8 * products.MEBIBYTE,
        ),
    )
    pumps = (
        products.Pump("collab-retention", "collab.services.retention.sweep", period_seconds=300),
    )
    key_prefixes = ("sk_", "pk_")
    key_kinds = (
        products.KeyKind(
            name="secret",
            label="Secret key",
            hint="For your backend only: it reads and writes everything of the environment.",
            live_prefix="sk_",
            test_prefix="sk_",
            chosen=("read:*", "write:*"),
            scopes=("read:*", "write:*", "admin:erase"),
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
    key_pair = True
    user_tokens = operations.TOKEN_HINT
    cors = r"/(api/v1|files|sdk)/.*"
    accent = "collab"
