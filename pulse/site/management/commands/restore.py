"""Put a backup back; what is there is moved aside."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse.site import backups


class Command(BaseCommand):
    help = "Restore a file written by backup. Stop the server first."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own annotation

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="the backup")

    def handle(self, *args: Any, source: Path, **options: Any) -> None:
        try:
            restored = backups.read_backup(source, now=datetime.now(UTC))
        except backups.BackupFailed as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Start the server now.")
        if restored.forgotten:
            self.stdout.write(f"Erased again, as since the backup: {restored.forgotten}.")
        if restored.aside is not None:
            self.stdout.write(f"What was there is in {restored.aside}.")
