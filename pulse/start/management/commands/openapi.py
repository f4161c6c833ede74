"""Write what is generated from the code, or say that the committed files are stale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pulse import products
from pulse.http import openapi
from pulse.site import bruno


class Command(BaseCommand):
    help = (
        "Write docs/openapi/<product>.json and the Bruno collections of docs/bruno;"
        " with --check fail if one differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        documents = settings.BASE_DIR / "docs" / "openapi"
        collections = settings.BASE_DIR / "docs" / "bruno"
        stale = []
        for config in products.installed():
            path = documents / f"{config.product}.json"
            text = _document(config.product)
            if check:
                stale += [path.name] if not path.exists() or path.read_text() != text else []
                folder = collections / config.product
                stale += [f"bruno/{name}" for name in bruno.stale(folder, config.product)]
            else:
                documents.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                _write_collection(collections / config.product, config.product)
        if stale:
            raise CommandError(
                f"stale: {', '.join(stale)}; run `make openapi WRITE=1` and read the diff"
            )


def _document(product: str) -> str:
    return json.dumps(openapi.document_of(product), indent=1, ensure_ascii=False) + "\n"


def _write_collection(folder: Path, product: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in bruno.collection(product).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
