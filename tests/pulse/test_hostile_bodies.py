"""Bodies that no honest client sends, at every operation that takes one."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pulse import products
from tests.pulse.test_cross_tenant import ADMINISTRATION, filled
from tests.support import contract, limits, tenancy
from tests.support.api import Api
from tests.support.tenants import samples_of

PRODUCTS = [
    config.product for config in products.installed() if contract.operations(config.product)
]
HOSTILE = {
    "empty": b"",
    "cut off": b'{"name": "x',
    "deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "not a number": b'{"name": NaN}',
    "infinite": b'{"name": 1e400}',
    "huge integer": b'{"name": ' + b"9" * 5_000 + b"}",
    "beyond 64 bits": b'{"name": 18446744073709551616}',
    "NUL": b'{"name": "a\\u0000b", "email": "a\\u0000@b.c"}',
    "lone surrogate": b'{"name": "\\ud800", "metadata": {"\\ud800": 1}}',
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "byte order mark": b'\xef\xbb\xbf{"name": "x"}',
    "an array": b"[]",
    "array of nulls": b"[null]",
    "a text": b'"x"',
    "null": b"null",
    "everything null": b'{"name": null, "email": null, "events": null, "body": null}',
    "nested where flat": b'{"name": {"a": []}, "email": [[]], "events": {}, "body": {}}',
}
LIMIT_BYTES = 64 * 1024 * 1024


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("product", PRODUCTS)
def test_no_body_whatever_is_answered_with_an_error_of_ours(product, environment):
    samples = samples_of(product, environment)
    scopes = [*tenancy.FORMS[product].scopes, *ADMINISTRATION.get(product, [])]
    client = Api(product, tenancy.make_key(product, environment, scopes=scopes))
    broken = {}
    for operation in contract.operations(product):
        if operation.method in ("GET", "DELETE"):
            continue
        for name, body in HOSTILE.items():
            limits.forget_all()
            response = client.request(
                operation.method,
                filled(operation, samples),
                body=body,
                headers=samples.headers.get(str(operation), {}),
                validate=False,
            )
            if response.status_code >= 500:
                broken[f"{operation}: {name}"] = response.status_code
    assert broken == {}


def _post(live, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    request = urllib.request.Request(f"{live.base_url}{path}", body, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def _announce(live, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body of the answer to a body of LIMIT_BYTES of which nothing is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=10)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(LIMIT_BYTES))
    connection.endheaders()
    with contextlib.closing(connection), connection.getresponse() as answer:
        return answer.status, answer.read()


POSTS = {
    "PULSE_HR_KEY": "/v1/employees",
    "PULSE_COLLAB_SECRET_KEY": "/auth/token",
    "PULSE_SCREENING_KEY": "/v1/candidates",
    "PULSE_ANALYTICS_WRITE_KEY": "/api/v1/pulse/events/batch",
    "PULSE_TRACES_KEY": "/v1/traces/batch",
}


@pytest.mark.parametrize("variable", POSTS)
def test_a_body_announced_above_the_cap_is_refused_before_it_is_sent(live_server, variable):
    headers = {"Authorization": f"Bearer {live_server.keys[variable]}"}

    status, body = _announce(
        live_server, POSTS[variable], headers | {"Content-Type": "application/json"}
    )

    assert status == 413
    assert json.loads(body)


@pytest.mark.parametrize("variable", POSTS)
def test_an_unknown_content_encoding_is_refused(live_server, variable):
    status, _ = _post(
        live_server,
        POSTS[variable],
        b"{}",
        {
            "Authorization": f"Bearer {live_server.keys[variable]}",
            "Content-Type": "application/json",
            "Content-Encoding": "br",
        },
    )
    assert status == 415


@pytest.mark.parametrize(
    ("variable", "path", "status"),
    [
        ("PULSE_ANALYTICS_QUERY_KEY", "/api/v1/pulse/reports/funnel", 200),
        ("PULSE_TRACES_KEY", "/v1/traces/batch", 202),
        ("PULSE_HR_KEY", "/v1/leave", 415),
    ],
)
def test_packed_bodies_are_taken_by_the_whole_of_a_product_or_refused(
    live_server, variable, path, status
):
    trace = {
        "trace_id": "7d9f3c1e-5b1a-4b6e-9a57-2f0c6a3b8d41", "timestamp": "2026-11-20T10:00:00Z", "provider": "openai",
        "model_requested": "m", "request_body": {}, "latency_ms": 1, "status": "success",
    }  # fmt: skip
    funnel = {"steps": [{"name": "a"}, {"name": "b"}]}
    body = [trace] if variable == "PULSE_TRACES_KEY" else funnel
    headers = {
        "Authorization": f"Bearer {live_server.keys[variable]}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }

    assert _post(live_server, path, gzip.compress(json.dumps(body).encode()), headers)[0] == status


def test_a_form_that_is_too_large_is_not_taken_for_an_empty_one(live_server):
    status, body = _announce(
        live_server, "/accounts/login/", {"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert status == 413
    assert b"Nothing was saved" in body


def test_no_key_is_ever_written_to_a_log_or_to_the_database(live_server):
    for variable, path in POSTS.items():
        token = live_server.keys[variable]
        for headers in (
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            {"X-API-Key": token, "Content-Type": "text/plain"},
            {"Authorization": f"Bearer {token[:-1]}", "Content-Type": "application/json"},
        ):
            _post(live_server, path, b"{}", headers)
    time.sleep(1.5)  # the request log is written in batches

    secrets = {
        name: value.rpartition("_")[2][4:-6]  # without prefix, shown beginning and checksum
        for name, value in live_server.keys.items()
        if name.endswith("_KEY")
    }
    folder = Path(live_server.environment["PULSE_DATA_DIR"])
    texts = {name: live_server.log(name).encode() for name in live_server.processes}
    texts |= {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "keys.env"
    }
    assert [
        f"{name} in {place}"
        for name, secret in secrets.items()
        for place, content in texts.items()
        if secret.encode() in content
    ] == []
