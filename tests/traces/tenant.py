"""One of everything in an environment, for the walk with a stranger's key."""

from __future__ import annotations

import uuid

from pulse.tenancy.models import Environment
from tests.support import tenancy
from tests.support.api import Api
from tests.support.tenants import Samples
from tests.traces.samples import digest, make_span, make_trace, post_spans, post_traces


def samples(environment: Environment) -> Samples:
    client = Api("traces", tenancy.make_key("traces", environment))
    secret = f"secret-of-{environment.pk}"
    session = str(uuid.uuid4())
    trace = make_trace(session_id=session, service_name=secret, user_id=secret)
    span = make_span(session_id=session, tool_name=secret)
    post_traces(client, [trace])
    post_spans(client, [span])
    digest()
    return Samples(
        parameters={
            "trace_id": trace["trace_id"],
            "span_id": span["span_id"],
            "session_id": session,
        },
        bodies={
            "POST /v1/traces/async": [make_trace()],
            "POST /v1/traces/batch": [make_trace()],
            "POST /v1/spans/async": [make_span()],
            "POST /v1/spans/batch": [make_span()],
        },
        markers=frozenset({secret, trace["trace_id"], span["span_id"], session}),
        public={"POST /v1/auth/login": "it answers whether a key is good, 200 either way"},
    )
