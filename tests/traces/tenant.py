"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

import uuid

from pulse.tenancy.models import Environment
from tests.support import contract, tenancy
from tests.support.api import Api
from tests.support.tenants import Samples
from tests.traces.samples import digest, make_span, make_trace, post_spans, post_traces
from traces.models import DeadLetter


def samples(environment: Environment) -> Samples:
    client = Api("traces", tenancy.make_key("traces", environment))
    secret = f"secret-of-{environment.pk}"
    session = str(uuid.uuid4())
    trace = make_trace(session_id=session, service_name=secret, user_id=secret)
    span = make_span(session_id=session, tool_name=secret)
    post_traces(client, [trace])
    post_spans(client, [span])
    digest()
    score = client.post(
        f"/v1/traces/{trace['trace_id']}/scores", {"name": secret, "value": 1}
    ).json()
    alert = client.post(
        "/v1/analytics/alerts",
        {"name": secret, "measure": "requests", "threshold": 1, "windowMinutes": 60},
    ).json()
    price = client.post(
        "/v1/analytics/prices", {"model": secret, "inputPerMillion": 1, "outputPerMillion": 2}
    ).json()
    letter = DeadLetter.objects.create(
        environment=environment, kind="traces", received_ms=1, item=b"{}", reason=secret
    )
    email = f"owner{environment.pk}@example.com"
    user = tenancy.make_user(environment.organization, email=email)
    as_person = _signed_in(email) | {"X-Project-Id": environment.public_id}
    key = client.get("/dashboard/api/api-keys", headers=as_person).json()["keys"][0]
    return Samples(
        parameters={
            "trace_id": trace["trace_id"],
            "span_id": span["span_id"],
            "session_id": session,
            "score_id": str(score["id"]),
            "alert_id": alert["id"],
            "price_id": str(price["id"]),
            "letter_id": str(letter.pk),
            "key_id": str(key["id"]),
            "project_id": environment.public_id,
            "user_id": str(user.pk),
        },
        bodies={
            "POST /v1/traces": {},
            "POST /v1/traces/async": [make_trace()],
            "POST /v1/traces/batch": [make_trace()],
            "POST /v1/spans/async": [make_span()],
            "POST /v1/spans/batch": [make_span()],
            "POST /v1/traces/{trace_id}/scores": {"name": "helpful", "value": 0.5},
            "PATCH /v1/analytics/alerts/{alert_id}": {"threshold": 7},
            "PATCH /dashboard/api/api-keys/{key_id}": {"name": "Mallory's"},
            "PATCH /dashboard/api/projects/{project_id}": {"name": "Mallory's"},
            "PATCH /dashboard/api/users/{user_id}": {"role": "user"},
        },
        queries=dict.fromkeys(
            (
                f"GET {base}/{report}"
                for base in ("/v1", "/dashboard/api")
                for report in ("analytics", "analytics/spans", "analytics/overview-extended")
            ),
            "date_from=2026-01-01T00:00:00Z&date_to=2026-02-01T00:00:00Z&group_by=day",
        ),
        headers={
            str(operation): as_person
            for operation in contract.operations("traces")
            if operation.path.startswith("/dashboard/")
        },
        markers=frozenset({secret, trace["trace_id"], span["span_id"], session}),
        own={"GET /dashboard/api/local-login": "it takes a link that works once"},
        public={
            "POST /v1/auth/login": "it answers whether a key is good, 200 either way",
            "GET /api/auth/get-session": "it answers null without a session",
            "POST /api/auth/sign-in/email": "it takes a password",
            "POST /api/auth/sign-out": "it ends whatever session there is",
            "POST /api/auth/sign-up/email": "always 403",
            "POST /dashboard/api/signup": "where sign-up is open, anybody may; its environment is new",
            "GET /dashboard/api/local-login": "it takes a link that works once",
            "POST /dashboard/api/local-login-token": "it takes a key in its body",
        },
    )


def _signed_in(email: str) -> dict[str, str]:
    """The headers of a person with a session."""
    response = Api("traces").post(
        "/api/auth/sign-in/email", {"email": email, "password": tenancy.PASSWORD}
    )
    return {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}
