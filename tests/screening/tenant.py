"""One of everything in an environment, for the walk of a stranger."""

from __future__ import annotations

from datetime import timedelta

from pulse.tenancy.models import Environment
from screening.models import Sequence
from screening.services import attempts, reports, resumes
from tests.screening.factories import NOW, RIGHT, answer, make_candidate, make_started
from tests.support.tenants import Samples
from tests.support.webhooks import make_endpoint, publish_sample


def samples(environment: Environment) -> Samples:
    for kind in "cst":  # ids count per environment; these must not exist next door
        Sequence.objects.create(
            environment=environment, kind=kind, last=20_000 + environment.pk * 100
        )
    marker = f"Marker{environment.pk}"
    candidate = make_candidate(environment, name=f"{marker} Person", email=f"{marker}@example.com")
    resumes.store_upload(
        environment,
        candidate_id=candidate.public_id,
        name="cv.txt",
        data=b"A life in letters",
        now=NOW,
    )
    screening = make_started(environment, candidate=candidate, job_title=f"{marker} job")
    for question_id, value in RIGHT.items():
        answer(screening, question_id, value, now=NOW + timedelta(minutes=1))
    attempts.submit(screening, now=NOW + timedelta(minutes=2))
    reports.write_due(now=NOW + timedelta(minutes=3))
    template_id = screening.template.public_id
    url = f"https://example.com/hook-{environment.pk}"
    endpoint, _ = make_endpoint(environment, url, product="screening")
    publish_sample(environment, product="screening")
    delivery = endpoint.deliveries.get()
    return Samples(
        parameters={
            "candidate_id": candidate.public_id,
            "screening_id": screening.public_id,
            "template_id": template_id,
            "question_id": "q1",
            "name": f"{candidate.public_id}.pdf",
            "webhook_id": endpoint.public_id,
            "delivery_id": delivery.public_id,
        },
        bodies={
            "POST /v1/screenings": {
                "candidate_id": candidate.public_id,
                "template_id": template_id,
            },
            "POST /v1/screenings/{screening_id}/extend": {"expires_in_days": 3},
            "POST /v1/screenings/{screening_id}/answers/{question_id}/review": {"points": 1},
            "PATCH /v1/candidates/{candidate_id}": {"name": "Taken"},
            "PATCH /v1/templates/{template_id}": {"name": "Taken"},
            "POST /v1/templates/{template_id}/questions": {
                "type": "numeric",
                "prompt": "1 + 1",
                "skill": "Counting",
                "answer": 2,
            },
            "POST /partners/greenhouse/send_test": {
                "partner_test_id": template_id,
                "candidate": {"first_name": "A", "email": "a@example.com"},
            },
            "PATCH /v1/webhooks/{webhook_id}": {"description": "Mallory's"},
        },
        queries={
            "GET /partners/greenhouse/test_status": f"partner_interview_id={screening.public_id}"
        },
        markers=frozenset({marker, endpoint.public_id, delivery.public_id, url}),
    )
