"""Write the OpenAPI documents, or say that the committed ones are stale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse import products
from pulse.http import openapi


class Command(BaseCommand):
    help = "Write docs/openapi/<product>.json; with --check fail if one differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        folder: Path = settings.BASE_DIR / "docs" / "openapi"
        stale = []
        for config in products.installed():
            text = (
                json.dumps(openapi.document_of(config.product), indent=1, ensure_ascii=False) + "\n"
            )
            path = folder / f"{config.product}.json"
            if check and (not path.exists() or path.read_text() != text):
                stale.append(path.name)
            elif not check:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        if stale:
            raise CommandError(
                f"stale: {', '.join(stale)}; run `make openapi WRITE=1` and read the diff"
            )
