"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

from datetime import UTC, datetime

from pulse.keys.services import mint_key
from pulse.tenancy.models import Environment
from tests.support import contract, tenancy
from tests.support.api import Api
from tests.support.tenants import Samples
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces.models import DeadLetter
from traces.services import accounts, alerting, scoring, upkeep

RANGE = "date_from=2026-01-01T00:00:00Z&date_to=2026-02-01T00:00:00Z"
PUBLIC = {
    "POST /v1/auth/login": "2: always 200, it says whether the key is good",
    "POST /api/auth/sign-up/email": "4: always 403",
    "POST /api/auth/sign-in/email": "4: it is how one gets in",
    "GET /api/auth/get-session": "4: null for who is not signed in",
    "POST /api/auth/sign-out": "4: success for who is not signed in",
    "POST /dashboard/api/signup": "4: open to everybody where sign-up is open",
    "POST /dashboard/api/local-login-token": "4: checks the key of its body",
    "GET /dashboard/api/local-login": "4: the one-time token is the key",
}


def samples(environment: Environment) -> Samples:
    now = datetime.now(UTC)
    client = Api("traces", tenancy.make_key("traces", environment))
    marker = f"marker-of-{environment.pk}"
    trace = make_trace(
        session_id=marker, output_text=marker, metadata={"userId": marker, "tags": [marker]}
    )
    span = make_span(session_id=marker, trace_id=f"run-{marker}", tool_name=marker)
    post_traces(client, [trace])
    post_spans(client, [span])
    score = scoring.add_score(
        environment,
        trace_id=trace["trace_id"],
        name=marker,
        value=1,
        comment=marker,
        source="api",
        author="",
        now=now,
    )
    alert = alerting.create_alert(
        environment, now=now, name=marker, measure="requests", threshold=1, window_minutes=5
    )
    price = upkeep.set_price(
        environment,
        provider="",
        model=marker,
        valid_from_ms=0,
        input_micro_cents=1,
        cached_input_micro_cents=None,
        output_micro_cents=1,
    )
    letter = DeadLetter.objects.create(
        environment=environment,
        kind="traces",
        received_ms=1,
        reason=marker,
        item=b'{"session_id":"%s"}' % marker.encode(),
    )
    key, _ = mint_key(environment, product="traces", prefix="pulse_sk_", name=marker, scopes=[])
    person = tenancy.make_user(environment.organization, email=f"{marker}@example.com", name=marker)
    bystander = tenancy.make_user(
        environment.organization, email=f"by.{marker}@example.com", role="member"
    )
    tenancy.make_grant(bystander, environment, "traces", "view")
    signed_in = accounts.open_session(user=person, key=None, ip="", user_agent="", now=now)
    return Samples(
        parameters={
            "trace_id": trace["trace_id"],
            "span_id": span["span_id"],
            "session_id": marker,
            "score_id": score.public_id,
            "alert_id": alert.public_id,
            "price_id": str(price.pk),
            "letter_id": str(letter.pk),
            "key_id": key.public_id,
            "user_id": str(bystander.pk),
            "project_id": environment.public_id,
        },
        bodies={
            "POST /v1/traces/async": [make_trace()],
            "POST /v1/traces/batch": [make_trace()],
            "POST /v1/spans/async": [make_span()],
            "POST /v1/spans/batch": [make_span()],
            "POST /v1/traces": {"resourceSpans": []},
            "POST /v1/traces/{trace_id}/scores": {"name": "helpful", "value": 1},
            "PATCH /v1/analytics/alerts/{alert_id}": {"active": False},
            "POST /v1/analytics/dead-letters/replay": {"ids": [letter.pk]},
            "PATCH /dashboard/api/projects/{project_id}": {"name": "taken over"},
            "PATCH /dashboard/api/api-keys/{key_id}": {"name": "taken over"},
            "PATCH /dashboard/api/users/{user_id}": {"role": "admin"},
        },
        queries={
            str(operation): RANGE
            for operation in contract.operations("traces")
            if operation.method == "GET"
            and operation.path.endswith(("/analytics", "/analytics/spans", "/overview-extended"))
        }
        | {
            "GET /v1/traces": f"session_id={marker}",
            "DELETE /v1/traces": f"session_id={marker}",
            "DELETE /dashboard/api/traces": f"session_id={marker}",
        },
        headers={
            str(operation): {
                "Cookie": f"better-auth.session_token={signed_in.cookie}",
                "X-Project-Id": environment.public_id,
            }
            for operation in contract.operations("traces")
            if operation.path.startswith("/dashboard/api/")
        },
        markers=frozenset({marker, trace["trace_id"], span["span_id"]}),
        public=PUBLIC,
        own={"GET /dashboard/api/local-login": "a one-time token belongs to nobody's rows"},
    )
