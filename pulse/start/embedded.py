"""The embedded default: one process, one SQLite file, everything in it."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from pulse import logs
from pulse.doors import health
from pulse.site import login_links
from pulse.start import banner, bootstrap, ports
from pulse.tenancy.models import User

DRAIN_SECONDS = 5


class _Server(uvicorn.Server):
    """Answers 503 on /health from the first signal on, and prints the banner once it listens."""

    announce: Callable[[], None]

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        health.serving(False)
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.announce()


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
    _migrate()
    bootstrap.first_start()
    url = bootstrap.base_url()
    bootstrap.point_keys_at(url)
    bootstrap.mint_missing_keys()
    server = _Server(_config())
    text = "\n".join(banner.lines(url, _sign_in_link()))
    server.announce = lambda: print(text, flush=True)
    sockets = ports.listening_sockets(settings.PULSE_HOST, settings.PULSE_PORT)
    server.run(sockets=sockets)
    lock.close()
    return 0


def _config() -> uvicorn.Config:
    return uvicorn.Config(
        "pulse.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        lifespan="on",
        ws_max_size=1_572_864,
        ws_max_queue=16,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )


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


def _migrate() -> None:
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
    call_command("migrate", interactive=False, verbosity=0)
    path.write_text(stamp)
