"""Who a key is, without a framework: shared by Django views, the plain ASGI doors and the sockets.

Digest → credential is cached in the process for 30 seconds. A revocation moves a counter in the
database that every process reads every 2 seconds, so a revoked key stops working everywhere within
5. While the database is unreachable cached keys stay good for 10 minutes, but never one seen revoked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from pulse.keys import forms
from pulse.keys.models import ApiKey, RevocationMark
from pulse.tenancy.models import Environment

FRESH_SECONDS = 30.0
STRETCHED_SECONDS = 600.0
UNKNOWN_SECONDS = 5.0
POLL_SECONDS = 2.0
USED_SECONDS = 60.0
CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Credential:
    """A verified key: whose it is and what it opens."""

    key_id: str
    product: str
    environment: Environment
    scopes: frozenset[str]
    prefix: str = ""
    actor: str = ""
    restricted: bool = False
    origins: tuple[str, ...] = ()
    name: str = ""
    expires_at: datetime | None = None
    key_pk: int = 0

    def allows(self, scope: str) -> bool:
        """Whether this key holds ``verb:resource``; ``verb:*`` covers all resources but ``admin``'s."""
        if not scope or scope in self.scopes:
            return True
        verb = scope.partition(":")[0]
        return verb != "admin" and f"{verb}:*" in self.scopes


@dataclass(slots=True)
class _Entry:
    credential: Credential | None
    read_at: float
    used_at: float = 0.0


class _Cache:
    def __init__(self) -> None:
        self.entries: dict[str, _Entry] = {}
        self.lock = threading.Lock()
        self.version = -1
        self.polled_at = 0.0

    def clear(self) -> None:
        with self.lock:
            self.entries.clear()
            self.version = -1
            self.polled_at = 0.0


_cache = _Cache()


def identify(token: str, prefixes: Iterable[str]) -> Credential | None:
    """The credential of ``token`` if it is a live key with one of these prefixes, else None.

    May query the database; the doors call ``cached()`` first and come here in a thread.
    """
    prefix = next((one for one in prefixes if token.startswith(one)), None)
    if prefix is None or not forms.plausible(token, prefix):
        return None
    digest = forms.digest(token)
    now = time.monotonic()
    _drop_revoked(now)
    entry = _cache.entries.get(digest)
    if entry is None or now - entry.read_at > (
        FRESH_SECONDS if entry.credential else UNKNOWN_SECONDS
    ):
        entry = _read(digest, entry, now)
    credential = entry.credential
    if credential is None or _expired(credential):
        return None
    _note_use(credential, entry, now)
    return credential


def cached(token: str) -> Credential | None:
    """The credential if it is known, fresh and in use: no query, safe on the event loop."""
    now = time.monotonic()
    if now - _cache.polled_at > POLL_SECONDS:
        return None
    entry = _cache.entries.get(forms.digest(token))
    if entry is None or entry.credential is None or now - entry.read_at > FRESH_SECONDS:
        return None
    if now - entry.used_at > USED_SECONDS or _expired(entry.credential):
        return None
    return entry.credential


def known(token: str) -> bool:
    """Whether a token is in the cache as good; the failed-authentication limiter never blocks those."""
    entry = _cache.entries.get(forms.digest(token))
    return entry is not None and entry.credential is not None


def forget_all() -> None:
    """Empty the cache: after a revocation in this process, and in tests."""
    _cache.clear()


def _expired(credential: Credential) -> bool:
    return credential.expires_at is not None and credential.expires_at <= datetime.now(UTC)


def _read(digest: str, entry: _Entry | None, now: float) -> _Entry:
    try:
        row = (
            ApiKey.unscoped.select_related("environment__organization")
            .filter(digest=digest, revoked_at=None)
            .first()
        )
    except DatabaseError:
        if (
            entry is not None
            and entry.credential is not None
            and now - entry.read_at < STRETCHED_SECONDS
        ):
            return entry
        raise
    fresh = _Entry(_credential(row) if row else None, now)
    with _cache.lock:
        if len(_cache.entries) >= CACHE_SIZE:
            _cache.entries.clear()
        _cache.entries[digest] = fresh
    return fresh


def _credential(row: ApiKey) -> Credential:
    return Credential(
        key_id=row.public_id,
        product=row.product,
        environment=row.environment,
        scopes=frozenset(row.scopes),
        prefix=row.prefix,
        actor=row.actor,
        restricted=row.restricted,
        origins=tuple(row.origins),
        name=row.name,
        expires_at=row.expires_at,
        key_pk=row.pk,
    )


def _drop_revoked(now: float) -> None:
    if now - _cache.polled_at <= POLL_SECONDS:
        return
    try:
        version = RevocationMark.objects.values_list("version", flat=True).filter(pk=1).first() or 0
    except DatabaseError:
        return
    with _cache.lock:
        if version != _cache.version:
            _cache.entries.clear()
            _cache.version = version
        _cache.polled_at = now


def _note_use(credential: Credential, entry: _Entry, now: float) -> None:
    """Write ``last_used_at`` at most once a minute and process, and never inside a transaction."""
    if now - entry.used_at <= USED_SECONDS or connection.in_atomic_block:
        return
    entry.used_at = now
    try:
        ApiKey.unscoped.filter(pk=credential.key_pk).update(last_used_at=datetime.now(UTC))
    except DatabaseError:
        return
