from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pulse.webhooks.models import Event
from screening.models import Candidate
from tests.screening.factories import make_candidate, make_screening
from tests.support.races import together
from tests.support.webhooks import make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(api, environment):
    return api("screening")


def refusal(response) -> tuple:
    error = response.json()["error"]
    assert error["status"] == response.status_code
    return response.status_code, error["code"], error["details"]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({}, {"name": ["is required"], "email": ["is required"]}),
        ({"name": "A", "email": "nope"}, {"email": ["must be an e-mail address"]}),
        ({"name": " ", "email": "a@example.com"}, {"name": ["must not be blank"]}),
        (
            {"name": "x" * 201, "email": "a@example.com"},
            {"name": ["must be at most 200 characters"]},
        ),
        (
            {"name": "A", "email": "a@example.com", "phone": "12"},
            {"phone": ["must look like +14155550100"]},
        ),
        (
            {"name": "A", "email": "a@example.com", "resume_url": "ftp://x/y"},
            {"resume_url": ["must be an http or https address"]},
        ),
    ],
)
def test_a_candidate_with_faults_is_refused_and_not_stored(client, environment, body, details):
    assert refusal(client.post("/v1/candidates", body)) == (400, "invalid_request", details)
    assert Candidate.unscoped.count() == 0
    assert Event.unscoped.count() == 0


def test_names_and_addresses_of_the_whole_world_are_kept_as_written(client):
    sent = {
        "name": "<b>Łukasz</b> O’Brien‑محمد",
        "email": "Lukasz.OBrien+jobs@müller.example",
        "phone": "+48 (22) 555-01-00",
    }
    data = client.post("/v1/candidates", sent).json()["data"]
    assert (data["name"], data["email"]) == (sent["name"], sent["email"])
    assert data["phone"] == "+48225550100"


def test_unknown_and_read_only_members_are_ignored(client):
    sent = {"name": "A", "email": "a@example.com", "id": "c1", "favourite": "blue"}
    assert client.post("/v1/candidates", sent).json()["data"]["id"] == "c10001"


def test_an_active_address_is_taken_without_regard_to_case(client, environment):
    holder = make_candidate(environment)

    response = client.post("/v1/candidates", {"name": "B", "email": "ADA@Example.com"})

    assert refusal(response) == (409, "conflict", {"candidate_id": holder.public_id})
    assert Candidate.unscoped.count() == 1


def test_an_account_may_allow_duplicate_addresses(client, environment):
    environment.settings = {"screening": {"duplicate_email": "allow"}}
    environment.save()
    make_candidate(environment)
    assert (
        client.post("/v1/candidates", {"name": "B", "email": "ada@example.com"}).status_code == 201
    )


def test_archiving_frees_the_address_and_restoring_takes_it_back_only_if_free(client, environment):
    first = make_candidate(environment)
    client.post(f"/v1/candidates/{first.public_id}/archive")
    second = make_candidate(environment)

    response = client.post(f"/v1/candidates/{first.public_id}/unarchive")

    assert refusal(response) == (409, "conflict", {"candidate_id": second.public_id})


@pytest.mark.django_db(transaction=True)
def test_two_creations_with_one_address_at_once_give_one_candidate(api, environment):
    clients = [api("screening"), api("screening")]
    answers = together(
        *[
            lambda one=one: one.post("/v1/candidates", {"name": "A", "email": "a@example.com"})
            for one in clients
        ]
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
    assert Candidate.unscoped.count() == 1


def test_a_change_that_changes_nothing_leaves_updated_at_alone(client, environment):
    candidate = make_candidate(environment, phone="+48225550100")
    path = f"/v1/candidates/{candidate.public_id}"
    before = client.get(path).json()["data"]["updated_at"]

    assert client.patch(path, {"name": "Ada Byron"}).json()["data"]["updated_at"] == before
    changed = client.patch(path, {"phone": None}).json()["data"]
    assert (changed["phone"], changed["updated_at"] == before) == (None, False)


def test_name_and_address_cannot_be_cleared(client, environment):
    path = f"/v1/candidates/{make_candidate(environment).public_id}"
    assert refusal(client.patch(path, {"name": None, "email": None})) == (
        400,
        "invalid_request",
        {"name": ["must not be null"], "email": ["must not be null"]},
    )


def test_the_list_filters_by_status_address_text_and_time(client, environment):
    ada = make_candidate(environment)
    make_candidate(environment, name="Björn Åker", email="bjorn@example.com")
    client.post(f"/v1/candidates/{ada.public_id}/archive")

    def names(**query) -> list[str]:
        return [one["name"] for one in client.get("/v1/candidates", query).json()["data"]]

    assert names() == ["Björn Åker"]
    assert names(status="archived") == ["Ada Byron"]
    assert names(status="all") == ["Ada Byron", "Björn Åker"]
    assert names(status="all", email="ADA@example.com") == ["Ada Byron"]
    assert names(q="BJÖRN å") == ["Björn Åker"]
    assert names(created_after="2030-01-01T00:00:00Z") == []


def test_pages_have_the_documented_meta_at_their_borders(client, environment):
    for index in range(21):
        make_candidate(environment, name=f"N{index}", email=f"n{index}@example.com")

    def page(**query) -> tuple:
        body = client.get("/v1/candidates", query).json()
        return len(body["data"]), body["meta"]

    def meta(current, pages, per_page=20) -> dict:
        return {
            "current_page": current,
            "total_pages": pages,
            "total_count": 21,
            "per_page": per_page,
        }

    assert page(page=2) == (1, meta(2, 2))
    assert page(page=3) == (0, meta(3, 2))
    assert page(limit=101) == (21, meta(1, 1, 100))
    assert page(limit=7, page=3) == (7, meta(3, 3, 7))


@pytest.mark.parametrize("path", ["/v1/candidates", "/v1/webhooks"])
def test_numbers_beyond_counting_mean_the_largest_page_and_limit(client, environment, path):
    make_candidate(environment)
    make_endpoint(environment, "https://example.com/hook", product="screening")
    many = "9" * 23
    body = client.get(path, {"limit": many}).json()
    assert (len(body["data"]), body["meta"]["per_page"]) == (1, 100)
    body = client.get(path, {"page": many}).json()
    assert (body["data"], body["meta"]["current_page"]) == ([], 10**15)
    assert client.get(path, {"page": f"-{many}"}).status_code == 400


def test_an_address_fits_as_it_is_compared(client):
    square = "\u337f" * 60  # one letter here, four as it is compared
    body = {"name": "\ufdfa" * 200, "email": f"a@{square}.{square}.org"}
    assert refusal(client.post("/v1/candidates", body))[2] == {
        "email": ["must be at most 254 characters"]
    }
    assert client.post("/v1/candidates", body | {"email": f"a@{square}.org"}).status_code == 201


def test_no_experience_is_known_and_a_degree_may_be_null_as_a_year_may(client):
    school = {"institution": "Evening school", "degree": None, "year": None}
    body = {"name": "A", "email": "a@example.com", "education": [school], "experience_years": 0}
    made = client.post("/v1/candidates", body).json()["data"]["id"]
    stored = client.get(f"/v1/candidates/{made}").json()["data"]
    assert stored["experience_years"] == 0
    (told,) = stored["education"]
    assert list(told.items()) == [("institution", "Evening school"), ("degree", ""), ("year", None)]


@pytest.mark.parametrize(
    ("path", "name"),
    [("/v1/candidates", "q"), ("/v1/candidates", "email"), ("/v1/screenings", "candidate_id")],
)
def test_a_query_that_cannot_be_stored_is_refused_by_name(client, path, name):
    assert refusal(client.get(f"{path}?{name}=%00")) == (
        400,
        "invalid_request",
        {name: ["contains a character that cannot be stored"]},
    )


def test_created_after_is_compared_in_whole_seconds(client, environment):
    make_candidate(environment, now=datetime(2026, 3, 2, 9, 0, 0, 700_000, tzinfo=UTC))

    def found(after: str) -> int:
        return len(client.get("/v1/candidates", {"created_after": after}).json()["data"])

    assert found("2026-03-02T08:59:59Z") == 1
    assert found("2026-03-02T09:00:00Z") == 0


@pytest.mark.parametrize("query", [{"page": "0"}, {"limit": "-1"}, {"page": "1.5"}, {"limit": ""}])
def test_page_and_limit_must_be_positive_integers(client, query):
    response = client.get("/v1/candidates", query)
    assert (response.status_code, list(response.json()["error"]["details"])) == (400, list(query))


@pytest.mark.parametrize(
    "wanted", ["xyz", "c99999999999999999999", "c0", "C10001", "c10001%00", "s10001"]
)
def test_an_id_of_no_candidate_is_404(client, environment, wanted):
    make_candidate(environment)
    assert client.get(f"/v1/candidates/{wanted}").status_code == 404


def test_another_account_sees_nothing(api, environment, other_environment):
    candidate = make_candidate(environment)
    screening = make_screening(environment, candidate=candidate)
    stranger = api("screening", environment=other_environment)

    assert stranger.get("/v1/candidates").json()["data"] == []
    assert stranger.get(f"/v1/candidates/{candidate.public_id}").status_code == 404
    assert stranger.get(f"/v1/screenings/{screening.public_id}").status_code == 404
    assert stranger.get(f"/v1/templates/{screening.template.public_id}").status_code == 404
    assert stranger.delete(f"/v1/candidates/{candidate.public_id}").status_code == 404


def test_a_key_without_the_scope_is_forbidden_and_no_key_is_unauthorized(api, environment):
    reader = api("screening", scopes=["candidates:read"])
    body = {"name": "A", "email": "a@example.com"}
    assert refusal(reader.post("/v1/candidates", body)) == (403, "forbidden", {})
    nobody = api("screening", token="")
    response = nobody.get("/v1/candidates")
    assert refusal(response) == (401, "unauthorized", {})
    assert response["WWW-Authenticate"] == "Bearer"


def test_bodies_that_are_no_json_objects_are_refused(client):
    assert client.post("/v1/candidates", body=b"{bad").status_code == 400
    assert client.post("/v1/candidates", [1]).status_code == 400
    response = client.post("/v1/candidates", body=b"name=A", content_type="text/plain")
    assert refusal(response)[:2] == (415, "unsupported_media_type")


def test_a_repeated_creation_with_one_idempotency_key_is_replayed(client):
    body = {"name": "A", "email": "a@example.com"}
    first = client.post("/v1/candidates", body, headers={"Idempotency-Key": "k1"})
    again = client.post("/v1/candidates", body, headers={"Idempotency-Key": "k1"})

    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert Candidate.unscoped.count() == 1
    other = client.post("/v1/candidates", {**body, "name": "B"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 409
