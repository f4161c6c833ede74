from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import escape

from screening import seed
from screening.models import Candidate, Screening, Template, TemplateVersion
from tests.support import tenancy

pytestmark = pytest.mark.django_db
PAGES = (
    "/screening",
    "/screening?status=all&q=doe",
    "/screening/candidates/new",
    "/screening/candidates/c12345",
    "/screening/candidates/c12345/edit",
    "/screening/screenings",
    "/screening/screenings?status=to+review",
    "/screening/screenings?status=pending",
    "/screening/screenings/s67890",
    "/screening/screenings/s67891",
    "/screening/screenings/s67890/report",
    "/screening/screenings/s67890/report.pdf",
    "/screening/templates",
    "/screening/templates/t54321",
    "/screening/templates/t54321/questions/q1",
    "/screening/templates/t54321/questions/new?type=long_text",
    "/screening/fairness",
    "/screening/settings",
)


@pytest.fixture
def owner(environment, settings, tmp_path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    seed.seed(environment)
    client = Client()
    client.force_login(tenancy.make_user(environment.organization))
    return client


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens(owner, path):
    assert owner.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_member_without_a_grant_finds_no_page_and_a_visitor_is_asked_to_sign_in(
    owner, environment, path
):
    member = Client()
    member.force_login(
        tenancy.make_user(environment.organization, email="m@example.com", role="member")
    )
    assert member.get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_a_grant_to_view_shows_and_changes_nothing(owner, environment):
    user = tenancy.make_user(environment.organization, email="v@example.com", role="member")
    tenancy.make_grant(user, environment, "screening", "view")
    viewer = Client()
    viewer.force_login(user)
    assert viewer.get("/screening/candidates/c12345").status_code == 200
    assert (
        viewer.post("/screening/candidates/c12345/status", {"status": "archived"}).status_code
        == 404
    )
    assert Candidate.unscoped.get(number=12345).status == "active"


def test_names_are_never_markup(owner, environment):
    Candidate.unscoped.filter(number=12345).update(name="<img src=x onerror=alert(1)>")
    for path in PAGES:
        assert b"<img src=x" not in owner.get(path).content


def test_a_candidate_is_added_invited_extended_and_cancelled(owner):
    owner.post("/screening/candidates/new", {"name": "New One", "email": "new@example.com"})
    owner.post(
        "/screening/candidates/c12347/screenings",
        {"template": "t54321", "days": "7", "multiplier": "1.5", "send": "yes"},
    )
    made = Screening.unscoped.get(number=67892)
    assert (made.invitation_status, float(made.time_multiplier)) == ("queued", 1.5)
    owner.post("/screening/screenings/s67892/extend", {"days": "30", "multiplier": "2"})
    owner.post("/screening/screenings/s67892/cancel")
    made.refresh_from_db()
    assert (made.status, float(made.time_multiplier)) == ("cancelled", 2.0)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/screening/candidates/c12345/screenings", {"template": "t1", "days": "7"}),
        ("/screening/candidates/c12345/screenings", {"template": "t54321", "days": "x"}),
        ("/screening/candidates/c12345/erase", {"confirm": "c1"}),
        ("/screening/screenings/s67890/cancel", {}),
        ("/screening/screenings/s67890/review", {"question": "q1", "points": "NaN"}),
        ("/screening/screenings/s67890/review", {"question": "q1", "points": "5"}),
        ("/screening/screenings/s67891/extend", {"multiplier": "9"}),
        ("/screening/templates/new", {"name": "", "duration_minutes": "0"}),
        ("/screening/templates/t54321/save", {"name": "X", "duration_minutes": "481"}),
        ("/screening/screenings/s67891/extend", {}),
        ("/screening/screenings/s67891/extend", {"days": "1000"}),
    ],
)
def test_what_is_refused_is_said_and_nothing_changes(owner, path, form):
    before = [list(model.unscoped.values()) for model in (Candidate, Screening, Template)]
    response = owner.post(path, {**form, "back": "/screening"}, follow=True)
    assert response.status_code == 200
    assert [str(one.level_tag) for one in response.context["messages"]] == ["error"]
    assert [list(model.unscoped.values()) for model in (Candidate, Screening, Template)] == before


QUESTION = {
    "type": "multiple_choice",
    "prompt": "Which of these?",
    "options": "one\ntwo",
    "skill": "Words",
    "points": "2",
    "topics": "a, b",
    "all_or_nothing": "on",
}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("candidates/new", {"name": "New <One>", "email": "new@example.com", "phone": "0171"}),
        ("candidates/new", {"name": "New One", "email": "john.doe@example.com"}),
        ("candidates/c12345/edit", {"name": "X", "email": "x@example.com", "phone": "0171"}),
        ("candidates/c12345/edit", {"name": "X", "email": "jane.smith@example.com"}),
        ("templates/t54321/questions/new", QUESTION),
        ("templates/t54321/questions/q1", QUESTION),
        ("settings", {"company": "ACME", "contact_email": "a@b", "retention_months": "7"}),
    ],
)
def test_a_form_that_is_refused_keeps_what_was_written(owner, environment, path, form):
    before = [list(model.unscoped.values()) for model in (Candidate, Template, TemplateVersion)]
    response = owner.post(f"/screening/{path}", form)
    assert (response.status_code, len(response.context["messages"])) in ((400, 1), (409, 1))
    for value in form.values():
        assert escape(value) in response.content.decode()
    assert b"questions." not in response.content
    stored = [list(model.unscoped.values()) for model in (Candidate, Template, TemplateVersion)]
    environment.refresh_from_db()
    assert (stored, environment.settings.get("screening")) == (before, None)


def test_a_candidate_is_put_right(owner):
    owner.post(
        "/screening/candidates/c12345/edit", {"name": "John D. Doe", "email": "jd@example.com"}
    )
    changed = Candidate.unscoped.get(number=12345)
    assert (changed.name, changed.email, changed.phone) == ("John D. Doe", "jd@example.com", "")
    assert changed.skills == ["JavaScript", "React", "Node.js"]


def test_what_waits_for_a_review_is_found(owner):
    path = "/screening/screenings?status=to+review"
    assert b"s67890" not in owner.get(path).content
    Screening.unscoped.filter(number=67890).update(scoring_status="pending_review")
    assert b"s67890" in owner.get(path).content


def test_the_last_day_of_a_period_is_part_of_it(owner):
    path = "/screening/fairness?from=2023-01-20&to="
    assert owner.get(f"{path}2023-01-20").context["report"]["total"] == 1
    assert owner.get(f"{path}2023-01-19").context["report"]["total"] == 0


def test_a_multiplier_may_have_a_decimal_comma(owner):
    owner.post("/screening/screenings/s67891/extend", {"multiplier": "1,25"})
    assert float(Screening.unscoped.get(number=67891).time_multiplier) == 1.25


def test_a_review_changes_the_score_and_writes_another_report(owner):
    owner.post("/screening/screenings/s67890/review", {"question": "q14", "points": "4"})
    changed = Screening.unscoped.get(number=67890)
    assert (changed.score, changed.reports.count()) == (88, 2)


def test_questions_are_added_edited_and_removed_in_a_new_version(owner):
    form = {
        "type": "multiple_choice",
        "prompt": "Which?",
        "skill": "Words",
        "points": "2",
        "options": "* one\n two\n*three",
        "topics": "a, b",
    }
    owner.post("/screening/templates/t54321/questions/new", form)
    template = Template.unscoped.get(number=54321)
    version = template.versions.latest("version")
    added = version.questions[-1]
    assert (version.version, template.question_count) == (2, 16)
    assert [one["text"] for one in added["options"]] == ["one", "two", "three"]
    assert added["correct"] == ["o1", "o3"]

    edited = {**form, "options": "three\n* two\nfour"}
    owner.post(f"/screening/templates/t54321/questions/{added['id']}", edited)
    changed = template.versions.latest("version").questions[-1]
    assert [one["id"] for one in changed["options"]] == ["o3", "o2", "o4"]
    owner.post(f"/screening/templates/t54321/questions/{added['id']}", {"delete": "yes"})
    assert len(template.versions.latest("version").questions) == 15
    assert len(template.versions.get(version=1).questions) == 15


def test_the_library_gives_a_whole_template(owner):
    owner.post("/screening/templates/new", {"library": "devops-engineer"})
    assert Template.unscoped.get(number=54323).question_count == 12


def test_settings_are_kept(owner, environment):
    owner.post(
        "/screening/settings",
        {"company": "ACME", "contact_email": "hr@example.com", "retention_months": "6"},
    )
    environment.refresh_from_db()
    assert environment.settings["screening"]["retention_months"] == 6
    assert environment.settings["screening"]["company"] == "ACME"
