"""The documentation's requests, answered with the documentation's bodies on the sample data."""

from __future__ import annotations

import pytest
from django.conf import settings

from pulse.webhooks.models import Event
from screening import seed

pytestmark = pytest.mark.django_db

JOHN = {
    "id": "c12345",
    "name": "John Doe",
    "email": "john.doe@example.com",
    "phone": "+1234567890",
    "status": "active",
    "created_at": "2023-01-15T10:30:00Z",
    "updated_at": "2023-01-20T15:45:00Z",
}
JANE = {
    "id": "c12346",
    "name": "Jane Smith",
    "email": "jane.smith@example.com",
    "phone": "+1987654321",
    "status": "active",
    "created_at": "2023-01-16T14:20:00Z",
    "updated_at": "2023-01-16T14:20:00Z",
}


@pytest.fixture
def client(api, environment):
    seed.seed(environment)
    return api("screening")


def test_candidates_are_listed_as_documented(client):
    assert client.get("/v1/candidates").json() == {
        "data": [JOHN, JANE],
        "meta": {"current_page": 1, "total_pages": 1, "total_count": 2, "per_page": 20},
    }


def test_a_candidate_is_shown_as_documented(client):
    assert client.get("/v1/candidates/c12345").json() == {
        "data": {
            "id": "c12345",
            "name": "John Doe",
            "email": "john.doe@example.com",
            "phone": "+1234567890",
            "status": "active",
            "resume_url": f"{settings.PULSE_PUBLIC_URL}/resumes/c12345.pdf",
            "skills": ["JavaScript", "React", "Node.js"],
            "experience_years": 5,
            "education": [
                {
                    "institution": "University of Technology",
                    "degree": "Bachelor of Computer Science",
                    "year": 2018,
                }
            ],
            "screenings": [
                {
                    "id": "s67890",
                    "status": "completed",
                    "score": 85,
                    "completed_at": "2023-01-20T15:45:00Z",
                }
            ],
            "created_at": "2023-01-15T10:30:00Z",
            "updated_at": "2023-01-20T15:45:00Z",
        }
    }


def test_the_documented_creation_gets_the_next_id_and_is_announced(client):
    response = client.post(
        "/v1/candidates",
        {
            "name": "Alex Johnson",
            "email": "alex.johnson@example.com",
            "phone": "+1122334455",
            "resume_url": "https://example.com/resumes/alex_johnson.pdf",
        },
    )

    assert response.status_code == 201
    assert response["Location"] == "/v1/candidates/c12347"
    data = response.json()["data"]
    assert list(data) == [
        "id", "name", "email", "phone", "status", "resume_url", "created_at", "updated_at",
    ]  # fmt: skip
    assert data["resume_url"] == f"{settings.PULSE_PUBLIC_URL}/resumes/c12347.pdf"
    assert data["created_at"] == data["updated_at"]
    event = Event.unscoped.get()
    assert (event.type, event.subject_ref) == ("candidate.created", " c12347 ")


def test_screenings_are_listed_as_documented(client):
    assert client.get("/v1/screenings").json() == {
        "data": [
            {
                "id": "s67890",
                "candidate_id": "c12345",
                "template_id": "t54321",
                "status": "completed",
                "score": 85,
                "started_at": "2023-01-20T15:00:00Z",
                "completed_at": "2023-01-20T15:45:00Z",
            },
            {
                "id": "s67891",
                "candidate_id": "c12346",
                "template_id": "t54321",
                "status": "pending",
                "score": None,
                "started_at": None,
                "completed_at": None,
            },
        ],
        "meta": {"current_page": 1, "total_pages": 1, "total_count": 2, "per_page": 20},
    }


def test_templates_are_listed_as_documented_and_without_meta(client):
    assert client.get("/v1/templates").json() == {
        "data": [
            {
                "id": "t54321",
                "name": "Frontend Developer",
                "description": "Screening for frontend development skills",
                "duration_minutes": 30,
                "question_count": 15,
                "created_at": "2022-12-10T08:30:00Z",
                "updated_at": "2023-01-05T14:20:00Z",
            },
            {
                "id": "t54322",
                "name": "Backend Developer",
                "description": "Screening for backend development skills",
                "duration_minutes": 45,
                "question_count": 20,
                "created_at": "2022-12-15T10:45:00Z",
                "updated_at": "2023-01-10T16:30:00Z",
            },
        ]
    }


def test_the_report_is_the_documented_one(client):
    assert client.get("/v1/screenings/s67890/report").json() == {
        "data": {
            "screening_id": "s67890",
            "candidate_id": "c12345",
            "candidate_name": "John Doe",
            "template_id": "t54321",
            "template_name": "Frontend Developer",
            "score": 85,
            "completion_time_minutes": 38,
            "completed_at": "2023-01-20T15:45:00Z",
            "skill_scores": [
                {"skill": "JavaScript", "score": 90, "max_score": 100},
                {"skill": "React", "score": 85, "max_score": 100},
                {"skill": "CSS", "score": 80, "max_score": 100},
            ],
            "summary": (
                "John demonstrated strong JavaScript and React skills. His CSS knowledge is good but"
                " could be improved. Overall, he shows a solid understanding of frontend development"
                " concepts."
            ),
            "strengths": [
                "Problem-solving approach",
                "Code organization",
                "React component architecture",
            ],
            "areas_for_improvement": ["CSS animations", "Responsive design patterns"],
            "recommendation": "Recommended for next interview stage",
        }
    }


def test_the_documented_screening_is_created_with_a_link(client):
    client.post("/v1/candidates", {"name": "Alex Johnson", "email": "alex@example.com"})

    response = client.post(
        "/v1/screenings",
        {
            "candidate_id": "c12347",
            "template_id": "t54321",
            "job_title": "Senior Frontend Developer",
            "send_invitation": True,
        },
    )

    assert response.status_code == 201
    data = response.json()["data"]
    assert list(data) == [
        "id", "candidate_id", "template_id", "status", "score", "started_at", "completed_at",
        "job_title", "invitation_status", "expires_at", "candidate_url",
    ]  # fmt: skip
    assert (data["id"], data["status"], data["invitation_status"]) == (
        "s67892",
        "pending",
        "queued",
    )
    assert data["candidate_url"].startswith(f"{settings.PULSE_PUBLIC_URL}/s/")
