"""Optional rewriting of a report's prose by a provider that the operator names.

A provider is ``rewrite(material: dict) -> {"summary": str}``. It gets no contact data and no answers,
only first name, scores and topics; it can change neither a score nor the recommendation. Whatever it
does wrong, late or not at all, the deterministic text stands.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string
from jsonschema import validate

from pulse import fastjson
from screening.narrative import Narrative
from screening.scoring import Result

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 20.0
DETERMINISTIC = "deterministic"
ANSWER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["summary"],
    "properties": {"summary": {"type": "string", "minLength": 20, "maxLength": 2000}},
}


def rewrite(told: Narrative, result: Result, *, first_name: str) -> tuple[Narrative, str, str]:
    """The text, who made it, and the digest of what a provider was given ("" without one)."""
    path = settings.PULSE_SCREENING_REPORT_PROVIDER
    if path == DETERMINISTIC:
        return told, DETERMINISTIC, ""
    material = {
        "first_name": first_name,
        "score": result.score,
        "skills": [one.as_dict() for one in result.skills],
        "strengths": told.strengths,
        "areas_for_improvement": told.areas_for_improvement,
        "recommendation": told.recommendation,
        "summary": told.summary,
    }
    digest = hashlib.sha256(fastjson.dumps(material)).hexdigest()
    try:
        made = _pool().submit(import_string(path), material).result(TIMEOUT_SECONDS)
        validate(made, ANSWER_SCHEMA)
    except Exception as error:
        log.warning("report_provider_failed", provider=path, error=type(error).__name__)
        return told, DETERMINISTIC, digest
    return replace(told, summary=made["summary"]), path, digest


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="report-prose")
