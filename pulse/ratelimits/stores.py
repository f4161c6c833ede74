"""Where bucket states live: this process, the database, or Redis. Each take is one atomic step."""

from __future__ import annotations

import threading
import time
from functools import cache
from typing import Protocol

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from pulse.ratelimits.gcra import Decision, Policy, admit, decide, horizon

log = structlog.get_logger(__name__)

REDIS_TIMEOUT_SECONDS = 0.05
COMPLAINT_SECONDS = 60.0
MEMORY_BUCKETS = 100_000


class Store(Protocol):
    def take(self, policy: Policy, now: float) -> Decision: ...

    def refund(self, policy: Policy) -> None: ...


class MemoryStore:
    """One process: a dict and a lock."""

    def __init__(self) -> None:
        self._arrivals: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, policy: Policy, now: float) -> Decision:
        with self._lock:
            arrival = self._arrivals.get(policy.bucket, 0.0)
            following = admit(policy, arrival, now)
            if following is not None:
                self._store(policy.bucket, following, now)
        return decide(
            policy,
            admitted=following is not None,
            arrival=arrival if following is None else following,
            now=now,
        )

    def _store(self, bucket: str, arrival: float, now: float) -> None:
        if len(self._arrivals) >= MEMORY_BUCKETS and bucket not in self._arrivals:
            self._arrivals = {name: at for name, at in self._arrivals.items() if at > now}
        self._arrivals[bucket] = arrival

    def refund(self, policy: Policy) -> None:
        with self._lock:
            if policy.bucket in self._arrivals:
                self._arrivals[policy.bucket] -= policy.period


_ARRIVAL = """
CASE WHEN stored.arrival > %(now)s AND stored.arrival <= %(horizon)s THEN stored.arrival ELSE %(now)s END
"""
_TAKE = f"""
INSERT INTO ratelimits_bucket AS stored (name, arrival) VALUES (%(name)s, %(first)s)
ON CONFLICT (name) DO UPDATE SET arrival = {_ARRIVAL} + %(period)s
WHERE {_ARRIVAL} + %(period)s - %(now)s <= %(capacity)s
RETURNING arrival
"""


class SqlStore:
    """Any number of processes on one database: a row returned is a request admitted."""

    def take(self, policy: Policy, now: float) -> Decision:
        with connection.cursor() as cursor:
            cursor.execute(
                _TAKE,
                {
                    "name": policy.bucket,
                    "now": now,
                    "first": now + policy.period,
                    "period": policy.period,
                    "capacity": policy.capacity,
                    "horizon": horizon(policy, now),
                },
            )
            row = cursor.fetchone()
            if row is None:
                cursor.execute(
                    "SELECT arrival FROM ratelimits_bucket WHERE name = %s", [policy.bucket]
                )
                arrival = cursor.fetchone()[0]
            else:
                arrival = row[0]
        return decide(policy, admitted=row is not None, arrival=arrival, now=now)

    def refund(self, policy: Policy) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ratelimits_bucket SET arrival = arrival - %s WHERE name = %s",
                [policy.period, policy.bucket],
            )


_LUA = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local period, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = tonumber(redis.call('GET', KEYS[1]) or '0')
local following = math.max(arrival, now) + period
if following - now > capacity then return {0, tostring(arrival), tostring(now)} end
redis.call('SET', KEYS[1], string.format('%.6f', following), 'PX', math.ceil((following - now) * 1000) + 1000)
return {1, string.format('%.6f', following), string.format('%.6f', now)}
"""


class RedisStore:
    """Any number of processes on one Redis: one Lua call with the server's clock.

    Fails open and bounded: when Redis does not answer in 50 ms, this process alone counts.
    """

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=REDIS_TIMEOUT_SECONDS, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        )
        self._script = self._client.register_script(_LUA)
        self._fallback = MemoryStore()
        self._complained_at = 0.0

    def take(self, policy: Policy, now: float) -> Decision:
        try:
            admitted, arrival, server_now = self._script(
                keys=[f"pulse:limit:{policy.bucket}"],
                args=[policy.period, policy.capacity],
            )
        except redis.RedisError as error:
            self._complain(error)
            return self._fallback.take(policy, now)
        return decide(
            policy, admitted=bool(admitted), arrival=float(arrival), now=float(server_now)
        )

    def refund(self, policy: Policy) -> None:
        try:
            self._client.incrbyfloat(f"pulse:limit:{policy.bucket}", -policy.period)
        except redis.RedisError as error:
            self._complain(error)

    def _complain(self, error: Exception) -> None:
        if time.monotonic() - self._complained_at > COMPLAINT_SECONDS:
            self._complained_at = time.monotonic()
            log.warning("limiter_without_redis", error=type(error).__name__)


@cache
def store() -> Store:
    """The store of this deployment."""
    if settings.PULSE_REDIS_URL:
        return RedisStore(settings.PULSE_REDIS_URL)
    return MemoryStore() if settings.PULSE_EMBEDDED else SqlStore()


def take(policy: Policy) -> Decision:
    """Ask for one token. A limiter never causes a 500: with its database away it admits."""
    now = time.time()
    try:
        return store().take(policy, now)
    except DatabaseError:
        return decide(policy, admitted=True, arrival=now, now=now)


def refund(policy: Policy) -> None:
    """Give the token back: an answer that costs no quota, such as 304."""
    try:
        store().refund(policy)
    except DatabaseError:
        return
