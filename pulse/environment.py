"""The environment variables of a deployment, read in one place and checked for typing mistakes."""

from __future__ import annotations

import difflib
import json
import os
import secrets
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

KNOWN = {
    "PULSE_ALLOWED_HOSTS": "host names this server answers for, comma separated",
    "PULSE_DATABASE_URL": "postgresql://… ; absent: SQLite in the data folder",
    "PULSE_DATA_DIR": "folder for the database, files and secrets of the embedded default",
    "PULSE_DEMO": "0 leaves the sample data out",
    "PULSE_EMAIL_URL": "smtp://user:password@host:587/?tls=True ; absent: printed in the log",
    "PULSE_EMAIL_FROM": "sender of outgoing mail",
    "PULSE_EVENT_RETENTION_DAYS": "how long webhook events are kept (30)",
    "PULSE_FAILED_KEYS_PER_MINUTE": "wrong keys an address may send before it waits (30; 0 is any)",
    "PULSE_FERNET_KEYS": "keys for secrets at rest, newest first, comma separated",
    "PULSE_FILES_ORIGIN": "another origin that serves uploaded files",
    "PULSE_HR_RATE_LIMIT": "requests a minute and key for HR (1000; 0 is unlimited)",
    "PULSE_HOST": "address to listen on (127.0.0.1)",
    "PULSE_INSECURE_HTTP": "1 when this deployment knowingly runs without TLS",
    "PULSE_LOG_LEVEL": "debug, info, warning or error",
    "PULSE_METRICS_TOKEN": "bearer token that opens /metrics",
    "PULSE_OIDC_CLIENT_ID": "OpenID Connect sign-in",
    "PULSE_OIDC_CLIENT_SECRET": "OpenID Connect sign-in",
    "PULSE_OIDC_ISSUER": "OpenID Connect sign-in",
    "PULSE_OIDC_NAME": "what its button says after 'Sign in with'",
    "PULSE_PORT": "port to listen on (3000)",
    "PULSE_PUBLIC_URL": "address that links in mails and feeds start with",
    "PULSE_REDIS_URL": "redis://… ; absent: everything in one process",
    "PULSE_RLS": "1 turns PostgreSQL row-level security on",
    "PULSE_ASHBY_URL": "where Ashby takes updates (https://api.ashbyhq.com)",
    "PULSE_SCREENING_CODE_RUNNER": "dotted path that sends code answers to a sandbox (none: reviewed)",
    "PULSE_SCREENING_REPORT_PROVIDER": "dotted path of the prose provider (deterministic)",
    "PULSE_SECRET_KEY": "signing key of sessions and cursors",
    "PULSE_SIGNUP": "open or closed",
    "PULSE_SOCKET_AUTH_SECONDS": "how long a socket may take to say who it is (10)",
    "PULSE_SOCKET_SILENT_SECONDS": "how long a person without heartbeat stays online (66)",
    "PULSE_TRUSTED_PROXIES": "CIDRs whose X-Forwarded-For is believed, comma separated",
    "PULSE_WEBHOOK_ALLOW_CIDRS": "private networks that webhooks may call, comma separated; absent: on the"
    " embedded default a test environment may call this machine",
    "PULSE_WEB_THREADS": "Django threads a web process (4)",
}
CLIENTS_OWN = {"PULSE_API_KEY", "PULSE_API_BASE", "PULSE_BASE_URL"}


def unknown_names(environment: dict[str, str]) -> list[str]:
    """A warning for each PULSE_* name nobody reads, with the nearest known one."""
    warnings = []
    for name in sorted(environment):
        if (
            not name.startswith("PULSE_")
            or name in KNOWN
            or name in CLIENTS_OWN
            or name.startswith("PULSE_TEST_")
        ):
            continue
        near = difflib.get_close_matches(name, KNOWN, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        warnings.append(f"{name} is set, but Pulse reads no such variable{hint}")
    return warnings


def _number(least: float, most: float = float("inf")) -> Callable[[str], bool]:
    return lambda text: least <= int(text) <= most


def _each(holds: Callable[[str], Any]) -> Callable[[str], bool]:
    """Whether a check that raises ValueError passes for all of a list."""

    def check(text: str) -> bool:
        for part in text.split(","):
            if part.strip():
                holds(part.strip())
        return True

    return check


def _one_of(*choices: str) -> Callable[[str], bool]:
    return lambda text: text.lower() in choices


def _address(*schemes: str) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        url = urlsplit(text)
        return url.scheme in schemes and (bool(url.netloc) or url.scheme == "unix")

    return holds


_seconds = ("a number of seconds above 0", lambda text: 0 < float(text) < float("inf"))
_switch = (
    "1 or 0",
    _one_of("1", "0", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"),
)
_networks = ("networks like 10.0.0.0/8", _each(lambda part: ip_network(part, strict=False)))
_web = ("an address that begins with https:// or http://", _address("https", "http"))
_FORMS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "PULSE_ASHBY_URL": _web,
    "PULSE_DATABASE_URL": ("a postgresql:// address", _address("postgresql", "postgres")),
    "PULSE_DEMO": _switch,
    "PULSE_EMAIL_URL": (
        "an address like smtp://user:password@host:587/?tls=True",
        lambda text: "://" in text,
    ),
    "PULSE_EVENT_RETENTION_DAYS": ("a number of days from 1 on", _number(1)),
    "PULSE_FAILED_KEYS_PER_MINUTE": ("a number from 0 on", _number(0)),
    "PULSE_FERNET_KEYS": (
        "keys made with cryptography.fernet.Fernet.generate_key",
        _each(Fernet),
    ),
    "PULSE_FILES_ORIGIN": _web,
    "PULSE_HR_RATE_LIMIT": ("a number from 0 on", _number(0)),
    "PULSE_INSECURE_HTTP": _switch,
    "PULSE_LOG_LEVEL": (
        "debug, info, warning or error",
        _one_of("debug", "info", "warning", "error", "critical"),
    ),
    "PULSE_OIDC_ISSUER": _web,
    "PULSE_PORT": ("a port from 1 to 65535", _number(1, 65535)),
    "PULSE_PUBLIC_URL": _web,
    "PULSE_REDIS_URL": ("a redis:// address", _address("redis", "rediss", "unix")),
    "PULSE_RLS": _switch,
    "PULSE_SIGNUP": ("open or closed", lambda text: text in ("open", "closed")),
    "PULSE_SOCKET_AUTH_SECONDS": _seconds,
    "PULSE_SOCKET_SILENT_SECONDS": _seconds,
    "PULSE_TRUSTED_PROXIES": _networks,
    "PULSE_WEBHOOK_ALLOW_CIDRS": _networks,
    "PULSE_WEB_THREADS": ("a number from 1 on", _number(1)),
}
"""What a variable must look like, in words and as a check; any other text is taken as it is."""


def wrong_values(environment: dict[str, str]) -> list[str]:
    """A sentence for each variable that cannot be what it says; it never repeats the value."""
    wrong = []
    for name, (form, holds) in _FORMS.items():
        text = environment.get(name, "")
        if not text:
            continue
        try:
            good = holds(text)
        except (ValueError, TypeError):
            good = False
        if not good:
            wrong.append(f"{name} must be {form}.")
    return wrong


def embedded_secrets(folder: Path) -> dict[str, str]:
    """The secrets of the embedded default, made once, kept in the data folder, its owner's only."""
    path = folder / "secrets.json"
    if path.exists():
        return dict(json.loads(path.read_text()))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = {
        "secret_key": secrets.token_urlsafe(48),
        "fernet_key": Fernet.generate_key().decode(),
        "metrics_token": secrets.token_urlsafe(24),
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    return made


def single_sign_on(
    issuer: str, client_id: str, client_secret: str, name: str
) -> dict[str, dict[str, Any]]:
    """The provider of people's accounts, as allauth reads it; nothing without an issuer."""
    if not issuer:
        return {}
    app = {
        "provider_id": "sso",
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
