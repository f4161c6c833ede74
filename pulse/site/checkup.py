"""What the doctor looks at: each check says what it found and, where wrong, the line that mends it."""

from __future__ import annotations

import os
import shutil
import smtplib
import sqlite3
import ssl
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core import checks
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pulse import environment
from pulse.audit import services as audit
from pulse.tenancy.models import Environment

MINIMUM_SQLITE = (3, 35, 0)
SCARCE_BYTES = 1024**3
CLOCK_SKEW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """``mend`` is empty where all is well."""

    subject: str
    text: str
    mend: str = ""

    @property
    def healthy(self) -> bool:
        return not self.mend


def findings() -> Iterator[Finding]:
    """Run every check; none of them changes anything."""
    every: list[Callable[[], Iterator[Finding]]] = [
        _settings,
        _database,
        _migrations,
        _audit,
        _clock,
        _redis,
        _disk,
        _data_folder,
        _mail,
    ]
    for check in every:
        yield from check()


def _settings() -> Iterator[Finding]:
    for warning in environment.unknown_names(dict(os.environ)):
        yield Finding("settings", warning, "correct the name or remove the variable")
    for problem in checks.run_checks(include_deployment_checks=True):
        if not problem.is_silenced():
            yield Finding("settings", f"{problem.id}: {problem.msg}", str(problem.hint or "see it"))
    mode = "embedded" if settings.PULSE_EMBEDDED else "scale"
    yield Finding("settings", f"{mode} mode, public address {settings.PULSE_PUBLIC_URL}")
    if not settings.PULSE_ON_LOOPBACK and urlsplit(settings.PULSE_PUBLIC_URL).scheme != "https":
        yield Finding(
            "settings",
            "the server is reachable, but not by https",
            "set PULSE_PUBLIC_URL=https://…",
        )


def _database() -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT sqlite_version()"
                if connection.vendor == "sqlite"
                else "SHOW server_version"
            )
            version = str(cursor.fetchone()[0])
    except DatabaseError as error:
        yield Finding("database", f"unreachable: {error}", "start it, or mend PULSE_DATABASE_URL")
        return
    if connection.vendor == "sqlite":
        good = sqlite3.sqlite_version_info >= MINIMUM_SQLITE
        yield Finding("database", f"SQLite {version}", "" if good else "use a newer Python")
        yield from _integrity()
    else:
        good = int(version.split(".")[0]) >= 15
        yield Finding("database", f"PostgreSQL {version}", "" if good else "upgrade to 15 or later")


def _integrity() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        answer = str(cursor.fetchone()[0])
    yield Finding("database", f"check: {answer}", "" if answer == "ok" else "restore a backup")


def _migrations() -> Iterator[Finding]:
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError:
        return
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    mend = "run manage.py migrate" if plan else ""
    yield Finding("migrations", f"{len(plan)} waiting" if plan else "all applied", mend)


def _audit() -> Iterator[Finding]:
    try:
        broken = [audit.broken_link(one) for one in Environment.objects.order_by("pk")]
    except DatabaseError:
        return
    for entry in filter(None, broken):
        yield Finding(
            "audit log",
            f"entry {entry.public_id} is not as it was written",
            "compare it with a backup, and find out who may change the database",
        )
    if not any(broken):
        yield Finding("audit log", "every entry is as it was written")


def _clock() -> Iterator[Finding]:
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        skew = abs(float(cursor.fetchone()[0]) - time.time())
    mend = "" if skew < CLOCK_SKEW_SECONDS else "synchronize the clocks (chrony, systemd-timesyncd)"
    yield Finding("clock", f"{skew:.1f} s from the database's", mend)


def _redis() -> Iterator[Finding]:
    if not settings.PULSE_REDIS_URL:
        if not settings.PULSE_EMBEDDED:
            yield Finding("redis", "not set", "set PULSE_REDIS_URL for more than one process")
        return
    try:
        client = redis.Redis.from_url(settings.PULSE_REDIS_URL, socket_timeout=3)
        version = client.info("server")["redis_version"]
        policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
    except redis.RedisError as error:
        yield Finding("redis", f"unreachable: {error}", "start it, or mend PULSE_REDIS_URL")
        return
    good = policy == "noeviction"
    yield Finding(
        "redis", f"{version}, {policy}", "" if good else "set maxmemory-policy noeviction"
    )


def _disk() -> Iterator[Finding]:
    place = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR
    free = shutil.disk_usage(place).free
    mend = "" if free > SCARCE_BYTES else "free some space: ingest stops before the disk is full"
    yield Finding("disk", f"{free / 2**30:.1f} GiB free at {place}", mend)


def _data_folder() -> Iterator[Finding]:
    if not settings.PULSE_EMBEDDED:
        return
    for path in (settings.DATA_DIR, settings.DATA_DIR / "secrets.json"):
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        mend = f"chmod go-rwx {path}" if mode & 0o077 else ""
        yield Finding("data folder", f"{path} has mode {mode:o}", mend)


def _mail() -> Iterator[Finding]:
    if "console" in settings.EMAIL_BACKEND:
        yield Finding("mail", "is printed in the log (PULSE_EMAIL_URL is not set)")
        return
    server = get_connection(fail_silently=False)
    try:
        server.open()
        server.close()
    except (TimeoutError, OSError, smtplib.SMTPException, ssl.SSLError) as error:
        yield Finding("mail", f"the server does not answer: {error}", "mend PULSE_EMAIL_URL")
    else:
        yield Finding("mail", "the server answers")
