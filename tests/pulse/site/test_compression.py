from __future__ import annotations

import gzip

import pytest
from django.test import Client

from tests.support.tenancy import make_user

pytestmark = pytest.mark.django_db
TEXTS = ("/static/site/pulse.css", "/static/site/icons.svg", "/static/site/frame.js")


def body(response) -> bytes:
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("path", TEXTS)
def test_static_text_is_compressed_for_whoever_accepts_it(path):
    plain = Client().get(path)
    first, again = (Client().get(path, headers={"Accept-Encoding": "br, gzip"}) for _ in range(2))

    assert "Content-Encoding" not in plain
    assert first["Content-Encoding"] == "gzip"
    assert gzip.decompress(first.content) == body(plain) == gzip.decompress(again.content)
    assert {one["Vary"] for one in (plain, first)} == {"Accept-Encoding"}
    assert first["Content-Type"] == plain["Content-Type"]


def test_a_client_that_refuses_gzip_gets_none():
    response = Client().get(TEXTS[0], headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert "Content-Encoding" not in response
    assert body(response).startswith(b"/* Pulse")


def test_an_unchanged_file_is_not_sent_again():
    known = Client().get(TEXTS[0], headers={"Accept-Encoding": "gzip"})["ETag"]

    response = Client().get(TEXTS[0], headers={"Accept-Encoding": "gzip", "If-None-Match": known})

    assert response.status_code == 304


def test_a_page_is_compressed(environment):
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(make_user(environment.organization))

    response = client.get("/developers")

    assert response["Content-Encoding"] == "gzip"
    assert b"Test environment" in gzip.decompress(response.content)
