"""One request and its answer for each operation, as the suite has recorded them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

FOLDER = settings.BASE_DIR / "docs" / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """``path`` is the one that was asked for, with its query; ``body`` is None where none was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: str
    answer: Any


@cache
def examples_of(product: str) -> dict[str, Example]:
    """The examples of a product by operation, such as ``GET /v1/employees/{employee_id}``."""
    path = FOLDER / f"{product}.json"
    if not path.is_file():
        return {}
    recorded = json.loads(path.read_text(encoding="utf-8"))
    return {name: Example(**one) for name, one in recorded.items()}
