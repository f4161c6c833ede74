from __future__ import annotations

import pytest
from django.test import Client

from tests.support import tenancy
from tests.traces.samples import make_span, make_trace, post_spans, post_traces
from traces.models import Trace

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def visitor(environment) -> Client:
    client = Client()
    client.force_login(tenancy.make_user(environment.organization))
    return client


def test_pages_need_a_sign_in_and_a_grant(environment):
    stranger = Client()
    assert stranger.get("/traces").status_code == 302
    member = tenancy.make_user(environment.organization, email="m@example.com", role="member")
    stranger.force_login(member)
    assert stranger.get("/traces").status_code == 404
    tenancy.make_grant(member, environment, "traces", "view")
    assert stranger.get("/traces").status_code == 200
    assert stranger.post("/traces/setup").status_code == 404


def test_every_page_opens_empty_and_with_data(api, visitor):
    paths = [
        "/traces",
        "/traces/overview",
        "/traces/sessions",
        "/traces/dead-letters",
        "/traces/setup",
    ]
    for path in paths:
        assert visitor.get(path).status_code == 200, path
    client = api("traces")
    trace = make_trace(session_id="a/b c", error={"message": "no"}, status="error")
    post_traces(client, [trace])
    post_spans(client, [make_span(trace_id="run/1", session_id="a/b c", parent_span_id="x")])
    for path in [
        *paths,
        f"/traces/t/{trace['trace_id']}",
        "/traces/t/run/1",
        "/traces/session?id=a/b+c",
    ]:
        assert visitor.get(path).status_code == 200, path


def test_a_persons_text_is_never_markup(api, visitor):
    hostile = {"messages": [{"role": HOSTILE, "content": HOSTILE}]}
    trace = make_trace(
        request_body=hostile,
        output_text=HOSTILE,
        metadata={"userId": HOSTILE, HOSTILE: HOSTILE},
        model_requested=HOSTILE,
        session_id=HOSTILE,
        error={"m": HOSTILE},
    )
    post_traces(api("traces"), [trace])

    for path in ("/traces?range=all", f"/traces/t/{trace['trace_id']}", "/traces/sessions"):
        assert HOSTILE not in visitor.get(path).content.decode()


def test_filters_of_the_address_apply_and_mistakes_are_said(api, visitor):
    found, other = make_trace(model_requested="findable"), make_trace(model_requested="another")
    post_traces(api("traces"), [found, other])

    page = visitor.get("/traces?range=all&model=findable").content.decode()
    wrong = visitor.get("/traces?min_latency_ms=abc")

    assert found["trace_id"] in page
    assert other["trace_id"] not in page
    assert (wrong.status_code, b"expected number" in wrong.content) == (200, True)


def test_the_set_up_page_stores_a_test_trace_and_shows_it(environment, visitor):
    response = visitor.post("/traces/setup", follow=True)

    stored = Trace.objects.within(environment).get()
    assert response.redirect_chain[-1][0] == f"/traces/t/{stored.trace_id}"
    assert b"Is anybody there?" in response.content


@pytest.mark.parametrize("path", ["/traces/t/nope", "/traces/session?id=nope"])
def test_what_is_not_there_is_not_there(visitor, path):
    assert visitor.get(path).status_code == 404
