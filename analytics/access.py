"""Who may come in without a key: nobody, except on one's own machine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address

import structlog
from django.conf import settings

from analytics.selectors import environments
from pulse.errors import Forbidden
from pulse.keys.bearer import Credential
from pulse.tenancy.models import Environment

log = structlog.get_logger(__name__)

INGEST, QUERY, ADMIN = "ingest", "query", "admin"
"""Scopes of this product's keys: write keys may live in browsers and only add events."""

FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def open_credential(headers: Mapping[str, str], peer: str, host: str) -> Credential | None:
    """The test environment, for a caller on this machine of an embedded server bound to loopback.

    A proxy on this machine, another site's page in this machine's browser, and a DNS name rebound to
    loopback are all told apart from the person who runs the server.
    """
    if not _opens():
        return None
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    if not _loopback(peer) or not _loopback(name.strip("[]")):
        return None
    if any(header in headers for header in FORWARDING):
        return None
    if headers.get("origin") not in (None, f"http://{host}"):
        return None
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return None
    environment = environments.first_test_environment()
    if environment is None:
        return None
    _say_open()
    return Credential(
        key_id="",
        product="analytics",
        environment=environment,
        scopes=frozenset((INGEST, QUERY)),
        name="without a key",
    )


def is_open_to(environment: Environment) -> bool:
    """Whether requests without a key come into ``environment``, for the notice on the page."""
    return _opens() and environment == environments.first_test_environment()


def _opens() -> bool:
    return bool(settings.PULSE_EMBEDDED and settings.PULSE_ON_LOOPBACK)


def check_origin(credential: Credential, headers: Mapping[str, str]) -> None:
    """A key with a list of web origins works from those only. Raises Forbidden."""
    origin = headers.get("origin")
    if origin is not None and credential.origins and origin not in credential.origins:
        raise Forbidden("This key may not be used from this origin.")


@cache
def _say_open() -> None:
    log.warning("analytics_open_without_key", why="embedded default, bound to loopback")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
