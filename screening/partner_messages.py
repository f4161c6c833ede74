"""What is sent to a tracking system about a screening, in the form that it documents."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from pulse import fastjson
from screening import shapes
from screening.models import PartnerKey, PartnerUpdate, Screening

HEADERS = {"Content-Type": "application/json", "User-Agent": "Pulse"}
ASHBY_HEADERS = {"Accept": "application/json; version=1"}


@dataclass(frozen=True, slots=True)
class Message:
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


def told_about(screening: Screening, kind: str) -> bool:
    """Whether the screening's tracking system wants to hear about ``kind`` at all."""
    if screening.partner == PartnerKey.Partner.ASHBY:
        return bool(screening.partner_ref)
    return (
        screening.partner == PartnerKey.Partner.GREENHOUSE
        and kind == PartnerUpdate.Kind.COMPLETED
        and bool(screening.partner_callback_url)
    )


def message(update: PartnerUpdate, secret: str) -> Message:
    """The request that tells ``update``; the screening must be loaded with candidate and template.

    Greenhouse is only told that there is something to fetch: a PATCH without a body. Ashby takes the
    facts themselves. Both take the key as the user name of HTTP Basic.
    """
    screening = update.screening
    user = base64.b64encode(f"{secret}:".encode()).decode()
    headers = HEADERS | {"Authorization": f"Basic {user}"}
    if screening.partner == PartnerKey.Partner.GREENHOUSE:
        return Message("PATCH", screening.partner_callback_url, headers, b"")
    return Message(
        "POST",
        f"{settings.PULSE_ASHBY_URL}/assessment.update",
        headers | ASHBY_HEADERS,
        fastjson.dumps(_ashby_update(update)),
    )


def _ashby_update(update: PartnerUpdate) -> dict[str, Any]:
    """A result ends the assessment at Ashby, a reason cancels it, "Started" notes its start."""
    screening = update.screening
    facts: dict[str, Any] = {
        "assessment_id": screening.partner_ref,
        "timestamp": int(update.occurred_at.timestamp() * 1000),
    }
    if update.kind == PartnerUpdate.Kind.CANCELLED:
        return facts | {
            "cancelled_reason": _value("cancelled_reason", "Reason", "string", screening.status)
        }
    status = "Completed" if update.kind == PartnerUpdate.Kind.COMPLETED else "Started"
    facts |= {
        "assessment_status": _value("assessment_status", "Status", "string", status),
        "assessment_profile_url": _value(
            "assessment_profile_url", "Screening", "url", shapes.screening_page(screening)
        ),
    }
    if update.kind == PartnerUpdate.Kind.COMPLETED:
        facts |= {
            "assessment_result": _value(
                "assessment_result", "Score", "numeric_score", screening.score
            ),
            "metadata": [
                _value(f"skill_{at}", skill["skill"], "numeric_score", skill["score"])
                for at, skill in enumerate(screening.skill_scores, start=1)
            ],
        }
    return facts


def _value(identifier: str, label: str, kind: str, value: Any) -> dict[str, Any]:
    return {"identifier": identifier, "label": label, "type": kind, "value": value}
