"""The embedded default: one process, one SQLite file, everything in it."""

from __future__ import annotations

import fcntl
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from pulse import logs
from pulse.site import login_links
from pulse.start import banner, bootstrap, ports, server
from pulse.tenancy.models import User
from pulse.webhooks import claims

DRAIN_SECONDS = 5


def serve() -> int:
    """Migrate, make what a first start makes, and serve until a signal."""
    os.umask(0o077)
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    logs.configure()
    lock = _only_one_process()
    if lock is None:
        print(
            f"Another Pulse runs on {settings.DATA_DIR}. The embedded default is one process; "
            "for more, see docs/scaling.md.",
            file=sys.stderr,
        )
        return 2
    migrate()
    bootstrap.first_start()
    claims.void_leases(datetime.now(UTC))
    url = bootstrap.base_url()
    bootstrap.point_keys_at(url)
    bootstrap.mint_missing_keys()
    text = "\n".join(banner.lines(url, _sign_in_link()))
    server.run(
        ports.listening_sockets(settings.PULSE_HOST, settings.PULSE_PORT),
        drain_seconds=DRAIN_SECONDS,
        announce=lambda: print(text, flush=True),
    )
    lock.close()
    return 0


def _sign_in_link() -> str:
    operator = User.objects.filter(operator=True, is_active=True).order_by("pk").first()
    return login_links.create(operator) if operator is not None else ""


def _only_one_process() -> Any:
    """A lock on the data folder; it falls with the process, however that ends."""
    file = (settings.DATA_DIR / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _stamp() -> str:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return "\n".join(sorted(f"{app}.{name}" for app, name in loader.disk_migrations))


def _synchronous(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA synchronous={mode}")


def migrate() -> None:
    """Migrate when the migrations on disk are not those of the last start; back up before."""
    path: Path = settings.DATA_DIR / "migrations.stamp"
    stamp = _stamp()
    database = settings.DATA_DIR / "pulse.sqlite3"
    if database.exists() and path.exists() and path.read_text() == stamp:
        return
    if database.exists() and path.exists():
        backup = settings.DATA_DIR / f"before-migration-{os.getpid()}.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(backup)])
        print(f"Kept a copy of the database before migrating: {backup}")
    new = not path.exists()
    if new:  # nothing to lose yet: a first start that is cut off is made again
        _synchronous("OFF")
    call_command("migrate", interactive=False, verbosity=0)
    if new:
        _synchronous("FULL")
    path.write_text(stamp)
