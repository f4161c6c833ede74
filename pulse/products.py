"""What a product declares about itself. The kernel knows products only through this class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.apps import AppConfig, apps
from django.utils.module_loading import import_string

from pulse.errors import Dialect

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Door:
    """A path and method that a plain ASGI handler answers instead of a Django view.

    ``pattern`` is a full-match regular expression on the path; ``handler`` is the dotted path of what
    ``pulse.doors.plain`` describes. ``operation`` is the OpenAPI operation object, ``path`` the templated
    path it is documented under, so that documents, fuzzing and the cross-tenant walk see the door.
    """

    method: str
    pattern: str
    handler: str
    path: str = ""
    operation: dict[str, Any] = field(default_factory=dict, hash=False)
    body_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Pump:
    """Background work found in the database: ``run`` does what is due and returns how much it did.

    A pump is called every ``period_seconds`` in the server process (embedded) or in every worker of
    ``queue`` (scale), at once again while it returns more than zero, and early when kicked; three times
    rarer where that can wait (``pulse.pump.PATIENCE``).
    """

    name: str
    run: str
    period_seconds: float
    queue: str = "default"
    stop: str = ""
    """Dotted path of ``stop(timeout_seconds)``, called when the process ends and ``run`` has returned."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """A body cap, in bytes before and after inflation, for paths that match ``pattern``."""

    pattern: str
    limit_bytes: int


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A kind of key that people mint in the console.

    The prefix follows from the environment's kind. ``scopes`` are what may be chosen, ``chosen`` what
    is chosen at first; where there is nothing to choose, ``scopes`` is empty. ``example`` is a
    harmless request as curl's arguments, with ``{base}`` and ``{key}`` in it.
    """

    name: str
    label: str
    hint: str
    live_prefix: str
    test_prefix: str
    chosen: tuple[str, ...]
    example: str
    scopes: tuple[str, ...] = ()
    origins: bool = False
    """Whether the key is meant for browsers, and may be bound to web origins."""
    actor: str = ""
    """Form of the ids of the people that a key may act for, such as ``emp_…``; empty: nobody."""

    def prefix(self, *, live: bool) -> str:
        return self.live_prefix if live else self.test_prefix


class ProductConfig(AppConfig):
    """Base of the five products' AppConfigs."""

    product: str = ""
    """Short name: the value stored with keys, webhooks and idempotency rows."""
    title: str = ""
    prefixes: tuple[str, ...] = ()
    """Path prefixes this product answers; the longest match wins."""
    mount: str = ""
    """A path that may stand before ``prefixes``: clients put their endpoint's path in front of all."""
    dialect_path: str = ""
    """Dotted path of the product's Dialect class."""
    dialects_below: ClassVar[dict[str, str]] = {}
    """The start of a path → dotted path of the Dialect class that is spoken there instead."""
    urls: str = ""
    """Module with ``urlpatterns``, mounted at the root: patterns carry their full documented path."""
    page_urls: str = ""
    """Module with ``urlpatterns`` of pages, mounted at the root, outside the API middleware."""
    doors: tuple[Door, ...] = ()
    socket_consumer: str = ""
    """Dotted path of the ASGI application for WebSockets at ``/``; one product has it."""
    pumps: tuple[Pump, ...] = ()
    body_limits: tuple[BodyLimit, ...] = ()
    events: str = ""
    """Module with the frozen dataclasses of everything this product announces."""
    seed: str = ""
    """Dotted path of ``seed(environment)``, which makes the sample data once."""
    key_prefixes: tuple[str, ...] = ()
    accepts_key_header: bool = False
    """Whether ``X-API-Key`` is read where there is no ``Authorization``."""
    basic_below: str = ""
    """The path below which a key may also be the user name of HTTP Basic, for systems that send that."""
    key_kinds: tuple[KeyKind, ...] = ()
    """The kinds of keys the console mints for this product."""
    console_scopes: tuple[str, str] = ("read:webhooks", "write:webhooks")
    """What a key needs to look at the console's lists, and to make endpoints and test events there."""
    key_pair: bool = False
    """Whether its kinds of keys belong together, and are replaced together."""
    plans: tuple[str, ...] = ()
    """Names of the plans an organization can have, the first being the one at the beginning."""
    rate_limit_policy: str = ""
    """Dotted path of ``policy(credential | None, address) -> Policy | None``; empty: no limit."""
    open_credential: str = ""
    """Dotted path of ``credential(headers, peer, host) -> Credential | None``: who is asking when no
    key was sent. ``headers`` is a mapping with lower-case names."""
    user_tokens: str = ""
    """What the Bearer tokens of people are, where some operations take those instead of a key."""
    cors: str = ""
    """Regular expression of the paths that any web origin may call, without credentials."""
    webhook_form: str = "pulse"
    """Which documented form deliveries have: ``pulse`` (HR's headers) or ``pihupulse`` (screening's)."""
    inflates: bool = False
    """Whether bodies packed with gzip or deflate are taken everywhere, not at its doors alone."""
    exporters: ClassVar[dict[str, str]] = {}
    """Kind of export → dotted path of ``rows(environment, parameters) -> Iterator[dict]``."""
    forget: str = ""
    """Dotted path of ``forget(environment, wanted, now) -> int``: erase everybody whose id ``wanted``
    accepts. A restored backup brings people back who were erased after it was taken."""
    gauges: str = ""
    """Dotted path of a function for /metrics: name → (help text, value), such as a queue's lag."""
    navigation: tuple[tuple[str, str], ...] = ()
    """(label, path) of this product's pages for the page frame."""
    accent: str = ""
    """Name of the design token with the product's colour."""

    def __init__(self, app_name: str, app_module: Any) -> None:
        self.verbose_name = self.title  # what the admin calls it
        super().__init__(app_name, app_module)

    def is_catch_all(self, path: str) -> bool:
        """Whether ``path`` is this product's only because it is under a bare version prefix."""
        return not any(path.startswith(prefix) for prefix in self.prefixes if prefix.count("/") > 1)

    @property
    def dialect(self) -> Dialect:
        return _load(self.dialect_path)

    def dialect_at(self, path: str) -> Dialect:
        """The dialect of one of this product's paths."""
        others = self.dialects_below.items()
        other = next((dotted for below, dotted in others if path.startswith(below)), "")
        return _load(other) if other else self.dialect


@cache
def _load(path: str) -> Any:
    loaded = import_string(path)
    return loaded() if isinstance(loaded, type) else loaded


def installed() -> list[ProductConfig]:
    """Every installed product, in the order of INSTALLED_APPS."""
    return [config for config in apps.get_app_configs() if isinstance(config, ProductConfig)]


def by_name(product: str) -> ProductConfig:
    for config in installed():
        if config.product == product:
            return config
    raise LookupError(product)


@cache
def _prefix_table() -> tuple[tuple[str, ProductConfig], ...]:
    rows = [(prefix, config) for config in installed() for prefix in config.prefixes]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


@cache
def _key_table() -> tuple[tuple[str, ProductConfig], ...]:
    return tuple((prefix, config) for config in installed() for prefix in config.key_prefixes)


def for_path(path: str) -> ProductConfig | None:
    """The product whose longest prefix holds ``path``, on segment borders; None for pages."""
    for prefix, config in _prefix_table():
        if path.startswith(prefix) and (
            len(path) == len(prefix) or path[len(prefix)] == "/" or prefix[-1] == "/"
        ):
            return config
    return None


@cache
def mounts() -> tuple[str, ...]:
    return tuple(f"{config.mount}/" for config in installed() if config.mount)


def mount_of(path: str) -> str:
    """The mount path in front of a product's own path, such as ``/collab`` of ``/collab/api/v1/users``."""
    for mount in mounts() if path.startswith(mounts()) else ():
        config = for_path("/" + path[len(mount) :].lstrip("/"))
        if config is not None and mount == f"{config.mount}/" and path.startswith(mount):
            return config.mount
    return ""


def for_key(token: str) -> ProductConfig | None:
    """The product whose key form ``token`` has, by its prefix."""
    for prefix, config in _key_table():
        if token.startswith(prefix):
            return config
    return None


@cache
def _doors() -> tuple[tuple[str, re.Pattern[str], Door], ...]:
    return tuple(
        (door.method, re.compile(door.pattern), door)
        for config in installed()
        for door in config.doors
    )


def open_credential(config: ProductConfig) -> Any:
    """The function that says who a request without a key is."""
    return _imported(config.open_credential)


@cache
def _imported(path: str) -> Any:
    return import_string(path)


def door_for(method: str, path: str) -> Door | None:
    for wanted, pattern, door in _doors():
        if wanted == method and pattern.fullmatch(path):
            return door
    return None


def door_methods(path: str) -> list[str]:
    """The methods that doors answer at ``path``; views add them to their ``Allow``."""
    return [method for method, pattern, _ in _doors() if pattern.fullmatch(path)]


def door_params(door: Door, path: str) -> dict[str, str]:
    """The named groups of the door's pattern in ``path``."""
    if "(?P<" not in door.pattern:
        return {}
    match = re.fullmatch(door.pattern, path)
    return match.groupdict() if match else {}


@cache
def handler_of(door: Door) -> Any:
    return import_string(door.handler)


@cache
def _body_limits() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple(
        (re.compile(limit.pattern), limit.limit_bytes)
        for config in installed()
        for limit in config.body_limits
    )


def body_limit_bytes(path: str, default: int = MEBIBYTE) -> int:
    """How many bytes a body at ``path`` may hold."""
    for pattern, limit_bytes in _body_limits():
        if pattern.fullmatch(path):
            return limit_bytes
    return default


def pumps() -> Iterable[Pump]:
    for config in installed():
        yield from config.pumps
