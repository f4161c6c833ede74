from __future__ import annotations

import gzip
import json

import pytest

from analytics import exports
from pulse.exports import services
from pulse.exports.models import Export
from tests.analytics.support import BASE, refusal, track

pytestmark = pytest.mark.django_db(transaction=True)


def export(api, query):
    started = api.post(f"{BASE}/exports?{query}", body=b"")
    assert started.status_code == 202, started.content
    while services.write_next():
        pass
    job = api.get(f"{BASE}/exports/{started.json()['data']['id']}").json()["data"]
    assert job["status"] == "done"
    return job, api.get(job["downloadUrl"], validate=False)


def test_an_export_holds_what_the_list_shows(api):
    client = api("analytics")
    first = track(client, "a", userId="u", properties={"x": [1]}, timestamp="2026-01-01")
    track(client, "b")

    job, file = export(client, "name=a")

    assert job["rows"] == 1
    assert json.loads(file.content) == {**first, "sessionId": None}


def test_an_export_of_many_pages_holds_each_event_once(api, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 2)
    client = api("analytics")
    for name in "abcde":
        track(client, name, timestamp="2026-01-01")

    _, file = export(client, "")

    assert [json.loads(line)["name"] for line in file.content.splitlines()] == list("edcba")


def test_a_table_runs_no_formula(api):
    client = api("analytics")
    track(client, "=cmd()", userId="@u", timestamp="2026-01-01")

    _, file = export(client, "format=csv")

    assert file["Content-Type"] == "text/csv; charset=utf-8"
    lines = file.content.decode().split("\r\n")
    assert lines[0] == '"id","name","properties","userId","sessionId","timestamp"'
    assert lines[1].endswith('"\'=cmd()","{}","\'@u","","2026-01-01T00:00:00.000Z"')


@pytest.mark.parametrize(
    "query", ["a%00b=1", "x=%00", "from=%00&from=2026-01-01", "prop.a=b&%F4%8F=c"]
)
def test_what_nobody_reads_is_not_kept_with_an_export(api, query):
    client = api("analytics")
    track(client, "kept", properties={"a": "b"}, timestamp="2026-02-01")

    job, _ = export(client, f"name=kept&{query}")

    assert job["rows"] == 1


@pytest.mark.parametrize(("query", "field"), [("format=xlsx", "format"), ("from=x", "from")])
def test_a_wrong_export_is_refused(api, query, field):
    found = refusal(api("analytics").post(f"{BASE}/exports?{query}", body=b""))

    assert (found["status"], found["details"]["field"]) == (400, field)


@pytest.mark.parametrize("state", [Export.State.EXPIRED, Export.State.FAILED])
def test_the_file_of_an_expired_export_is_gone(api, state):
    client = api("analytics")
    job, _ = export(client, "")
    Export.unscoped.update(state=state)

    found = refusal(client.get(job["downloadUrl"], validate=False))

    assert (found["status"], found["code"]) == (410, "NOT_FOUND")


@pytest.mark.parametrize("state", [Export.State.QUEUED, Export.State.RUNNING])
def test_a_file_that_is_still_being_written_is_there_soon(api, state):
    client = api("analytics")
    started = client.post(f"{BASE}/exports", body=b"").json()["data"]
    Export.unscoped.update(state=state)

    early = client.get(f"{BASE}/exports/{started['id']}/download", validate=False)

    assert (refusal(early)["code"], early["Retry-After"]) == ("CONFLICT", "1")


def test_a_file_is_compressed_for_who_takes_gzip(api):
    client = api("analytics")
    track(client, "a", timestamp="2026-01-01")
    job, plain = export(client, "")

    def fetch(accepted):
        return client.get(job["downloadUrl"], headers={"Accept-Encoding": accepted}, validate=False)

    packed = fetch("br, gzip;q=0.8")
    assert (packed["Content-Encoding"], packed["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.content) == plain.content
    for accepted in ("identity", "gzip;q=0", "x-gzipped"):
        assert "Content-Encoding" not in fetch(accepted)
        assert fetch(accepted).content == plain.content


def test_the_head_of_a_file_is_answered_without_it(api):
    client = api("analytics")
    track(client)
    job, file = export(client, "")

    head = client.request("HEAD", job["downloadUrl"], validate=False)

    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(file.content))


def test_the_filters_of_an_export_may_be_the_members_of_its_body(api):
    client = api("analytics")
    for name in ("a", "b", "c"):
        track(client, name, properties={"n": 1, "on": name != "b"}, timestamp="2026-02-01")
    body = {"format": "csv", "name": ["a", "b"], "from": "2026-01-01", "prop.n": 1, "prop.on": True}

    started = client.post(f"{BASE}/exports", body)
    while services.write_next():
        pass

    assert started.json()["data"]["format"] == "csv"
    job = client.get(f"{BASE}/exports/{started.json()['data']['id']}").json()["data"]
    assert job["rows"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"format":"xlsx"}', "format"),
        (b'{"format":["csv"]}', "format"),
        (b'{"names":"a"}', "names"),
        (b'{"name":{"a":1}}', "name"),
        (b'{"userId":null,"from":"soon"}', "from"),
    ],
)
def test_a_wrong_member_of_an_export_is_named(api, body, field):
    found = refusal(api("analytics").post(f"{BASE}/exports", body=body))

    assert (found["status"], found["details"]["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_an_export_asked_for_with_no_object_is_refused(api, body):
    found = refusal(api("analytics").post(f"{BASE}/exports", body=body))

    assert (found["status"], found["message"]) == (400, "Request body must be a JSON object")


def test_a_strangers_export_does_not_exist(api, key, other_environment):
    client = api("analytics")
    track(client)
    job, _ = export(client, "")
    stranger = api("analytics", token=key("analytics", other_environment))

    assert refusal(stranger.get(f"{BASE}/exports/{job['id']}"))["code"] == "NOT_FOUND"
    assert refusal(stranger.get(job["downloadUrl"]))["code"] == "NOT_FOUND"
    assert stranger.get(f"{BASE}/exports").json()["data"] == []
