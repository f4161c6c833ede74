"""Validating input without building its serializer anew for each request.

DRF copies every declared field into every serializer instance, which costs more than checking a
query does. A thread keeps one instance per class and hands it the next input.
"""

from __future__ import annotations

import threading
from typing import Any

from rest_framework.serializers import BaseSerializer

_kept = threading.local()


def validate(
    serializer: type[BaseSerializer[Any]],
    data: dict[str, Any],
    *,
    partial: bool,
    context: dict[str, Any],
) -> dict[str, Any]:
    """The validated members of ``data``. Raises DRF's ValidationError."""
    form = _form(serializer, partial)
    form.initial_data = data
    form._context = context
    try:
        return dict(form.run_validation(data))
    finally:
        form.initial_data = form._context = {}


def _form(serializer: type[BaseSerializer[Any]], partial: bool) -> Any:
    forms: dict[Any, Any] | None = getattr(_kept, "forms", None)
    if forms is None:
        forms = _kept.forms = {}
    form = forms.get((serializer, partial))
    if form is None:
        form = forms[serializer, partial] = serializer(data={}, partial=partial)
    return form
