"""Write everything to one file while the server runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse.site import backups


class Command(BaseCommand):
    help = "Back up the database, uploads and (embedded) secrets to one file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", nargs="?", type=Path, help="the file to write")

    def handle(self, *args: Any, target: Path | None, **options: Any) -> None:
        name = f"pulse-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
        path = (target or settings.DATA_DIR / "backups" / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            size_bytes = backups.write_backup(path)
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{path} ({size_bytes / 2**20:.1f} MiB)")
