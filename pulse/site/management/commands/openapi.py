"""Write the committed OpenAPI documents, or check that they are what the code answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse import products
from pulse.http import openapi


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = settings.BASE_DIR / "docs" / "openapi"
        stale = []
        for config in products.installed():
            path = folder / f"{config.product}.json"
            text = json.dumps(openapi.document_of(config.product), indent=1, sort_keys=True) + "\n"
            if path.exists() and path.read_text() == text:
                continue
            stale.append(str(path.relative_to(settings.BASE_DIR)))
            if not options["check"]:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if stale and options["check"]:
            raise CommandError(
                f"{', '.join(stale)}: not what the code answers. Run: make openapi WRITE=1"
            )
        for written in stale:
            self.stdout.write(written)
