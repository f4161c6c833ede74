"""Backup and restore: one file with the database, the uploads and, embedded, the secrets.

A sealed value without its secret is lost, so the secrets belong in the file; it is as precious as
the server, and readable by its owner only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from pulse.erasure import again
from pulse.erasure import selectors as erasures

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE, DUMP = "pulse.sqlite3", "database.dump"
BESIDE = ("secrets.json", "keys.env", "migrations.stamp")
"""Files of the data folder that go along on the embedded default."""


class BackupFailed(Exception):
    """Nothing was changed; the text says why."""


def write_backup(target: Path) -> int:
    """Write a consistent backup while the server runs; returns its size in bytes.

    Raises BackupFailed.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists; a backup is never written over another.")
    with tempfile.TemporaryDirectory(prefix="pulse-backup-", dir=target.parent) as folder:
        database = _dump(Path(folder))
        draft = Path(folder) / "backup.tar"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(_manifest(Path(folder), database.name), MANIFEST)
            tar.add(database, database.name)
            if settings.MEDIA_ROOT.exists():
                tar.add(settings.MEDIA_ROOT, "files")
            for name in BESIDE if settings.PULSE_EMBEDDED else ():
                if (settings.DATA_DIR / name).exists():
                    tar.add(settings.DATA_DIR / name, name)
        draft.replace(target)
    return target.stat().st_size


def _manifest(folder: Path, database: str) -> Path:
    path = folder / MANIFEST
    made = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    path.write_text(json.dumps({"format": FORMAT, "database": database, "created_at": made}))
    return path


def _dump(folder: Path) -> Path:
    if connection.vendor == "sqlite":
        path = folder / SQLITE
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        return path
    path = folder / DUMP
    _run(["pg_dump", "--format=custom", "--no-owner", f"--file={path}"])
    return path


def _run(command: list[str]) -> None:
    url = urlsplit(settings.PULSE_DATABASE_URL)
    if shutil.which(command[0]) is None:
        raise BackupFailed(
            f"{command[0]} is not in PATH; install PostgreSQL's client programs "
            "(Debian: apt-get install postgresql-client)."
        )
    environment = os.environ | {
        "PGHOST": url.hostname or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.path.lstrip("/"),
    }
    done = subprocess.run(  # noqa: S603 - the command is one of the two above and below
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(f"{command[0]} failed: {done.stderr.strip()[-500:]}")


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside`` is where what was there has moved to, ``forgotten`` how many were erased again."""

    aside: Path | None
    forgotten: int


def read_backup(source: Path, *, now: datetime) -> Restored:
    """Put a backup back and bring its tables up to date.

    Whoever was erased since it was taken is erased again: the database that it replaces says who.
    Raises BackupFailed.
    """
    with contextlib.ExitStack() as stack:
        if settings.PULSE_EMBEDDED:
            stack.enter_context(_server_stopped())
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="pulse-restore-", dir=settings.DATA_DIR)
            )
        )
        database = _unpack(source, folder)
        erased = _known_erasures()
        if connection.vendor != "sqlite":
            _restore_dump(database)
        connection.close()
        aside = _swap(folder)
        call_command("migrate", verbosity=0)
        return Restored(aside, again.forget_again(erased, now=now))


def _restore_dump(database: Path) -> None:
    """Fill an empty schema and drop the old one, which comes back should that fail.

    ``pg_restore --clean`` cannot do it: the constraints of partitions are not dropped one by one.
    """
    aside = f"before_restore_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA public RENAME TO {aside}")
        cursor.execute("CREATE SCHEMA public")
    try:
        _run(["pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
              f"--dbname={_database_name()}", str(database)])  # fmt: skip
    except BackupFailed:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f"ALTER SCHEMA {aside} RENAME TO public")
        raise
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {aside} CASCADE")


def _known_erasures() -> again.Ledger:
    """The ledger of the database that is there; empty where there is none yet, or a broken one."""
    if connection.vendor == "sqlite" and not (settings.DATA_DIR / SQLITE).exists():
        return {}
    try:
        return erasures.ledger()
    except DatabaseError:
        return {}
    finally:
        connection.close()


def _database_name() -> str:
    return urlsplit(settings.PULSE_DATABASE_URL).path.lstrip("/")


@contextlib.contextmanager
def _server_stopped() -> Iterator[None]:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (settings.DATA_DIR / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupFailed("The server is running; stop it first.") from error
        yield


def _unpack(source: Path, folder: Path) -> Path:
    """Check a backup and unpack it; the path of its database."""
    try:
        with tarfile.open(source) as tar:
            tar.extractall(folder, filter="data")
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, tarfile.TarError, ValueError) as error:
        raise BackupFailed(f"{source} is not a backup of Pulse: {error}") from error
    wanted = SQLITE if connection.vendor == "sqlite" else DUMP
    if manifest.get("format") != FORMAT or manifest.get("database") != wanted:
        raise BackupFailed(
            f"{source} holds {manifest.get('database')}, and this deployment needs {wanted}."
        )
    (folder / wanted).chmod(0o600)
    return folder / wanted


def _swap(folder: Path) -> Path | None:
    """Move what is there aside, and what was unpacked into its place."""
    names = [path.name for path in folder.iterdir() if path.name not in (MANIFEST, DUMP)]
    extra = [f"{SQLITE}-wal", f"{SQLITE}-shm"] if SQLITE in names else []
    present = [name for name in [*names, *extra] if (settings.DATA_DIR / name).exists()]
    aside = settings.DATA_DIR / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    if present:
        aside.mkdir(mode=0o700)
        for name in present:
            shutil.move(settings.DATA_DIR / name, aside / name)
    for name in names:
        shutil.move(folder / name, settings.DATA_DIR / name)
    return aside if present else None
