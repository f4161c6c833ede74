"""The five announcements, as receivers get them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from screening.services import attempts, reports
from tests.screening.factories import NOW, answer, make_candidate, make_screening
from tests.support.announcements import published


@pytest.mark.django_db
def test_each_fact_is_announced_with_the_documented_members(environment):
    with published(
        "candidate.created",
        "screening.created",
        "screening.started",
        "screening.completed",
        "report.generated",
    ) as bodies:
        candidate = make_candidate(environment, name="Zoë")
        screening = make_screening(environment, candidate=candidate, job_title="Engineer")
        attempts.start(screening, now=NOW + timedelta(minutes=1))
        answer(screening, "q3", 42, now=NOW + timedelta(minutes=2))
        attempts.submit(screening, now=NOW + timedelta(minutes=3))
        reports.write_due(now=NOW + timedelta(minutes=4))

    ids = {"screening_id": "s10001", "candidate_id": "c10001", "template_id": "t10001"}
    assert bodies == [
        {
            "event": "candidate.created",
            "created_at": "2026-03-02T09:00:00Z",
            "data": {
                "candidate_id": "c10001",
                "name": "Zoë",
                "email": "ada@example.com",
                "status": "active",
                "created_at": "2026-03-02T09:00:00Z",
            },
        },
        {
            "event": "screening.created",
            "created_at": "2026-03-02T09:00:00Z",
            "data": {
                **ids,
                "status": "pending",
                "job_title": "Engineer",
                "created_at": "2026-03-02T09:00:00Z",
            },
        },
        {
            "event": "screening.started",
            "created_at": "2026-03-02T09:01:00Z",
            "data": {**ids, "started_at": "2026-03-02T09:01:00Z"},
        },
        {
            "event": "screening.completed",
            "created_at": "2026-03-02T09:03:00Z",
            "data": {**ids, "score": 25, "completed_at": "2026-03-02T09:03:00Z"},
        },
        {
            "event": "report.generated",
            "created_at": "2026-03-02T09:04:00Z",
            "data": {
                **ids,
                "score": 25,
                "recommendation": "Not recommended at this stage",
                "generated_at": "2026-03-02T09:04:00Z",
            },
        },
    ]
