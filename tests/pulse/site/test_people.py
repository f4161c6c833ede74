from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from pulse.audit import services as audit
from pulse.audit.models import Entry
from pulse.errors import NotFound
from pulse.keys.models import ApiKey
from pulse.mail.models import OutgoingMail
from pulse.site.models import Invitation
from pulse.tenancy import services
from pulse.tenancy.models import Environment, Grant, Member, User
from tests.support.tenancy import make_environment, make_key, make_user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(environment):
    return make_user(environment.organization)


@pytest.fixture
def page(owner):
    return client_of(owner)


def invite(page: Client, email: str = "new@example.com", role: str = "member") -> str:
    """Invite somebody and give the path in the mail; "" when no mail went out."""
    page.post("/settings/people/invite", {"email": email, "role": role})
    mail = OutgoingMail.objects.order_by("-pk").first()
    return re.search(r"(/invitations/\S+)", mail.text).group(1) if mail else ""


def test_an_invited_person_sets_a_password_and_is_in(page, environment):
    path = invite(page, role="support")
    guest = Client()

    assert "Join Acme" in guest.get(path).content.decode()
    form = {"name": "Grace", "password": "a long enough phrase"}
    assert guest.post(path, form)["Location"] == "/"

    member = Member.objects.get(user__email="new@example.com")
    assert (member.role, member.organization) == ("support", environment.organization)
    assert guest.get("/developers").status_code == 200
    assert Client().get(path).status_code == 410


def test_a_weak_password_is_refused_and_the_invitation_stays_open(page):
    path = invite(page)

    assert Client().post(path, {"password": "password"}).status_code == 400
    assert not User.objects.filter(email="new@example.com").exists()
    assert Client().get(path).status_code == 200


def test_a_newer_invitation_and_a_withdrawal_kill_the_link(page):
    older = invite(page)
    newer = invite(page)
    assert Client().get(older).status_code == 410

    page.post(f"/settings/people/invitations/{Invitation.objects.latest('pk').pk}/withdraw")

    assert Client().get(newer).status_code == 410


def test_an_invitation_ends_after_a_week(page):
    path = invite(page)
    Invitation.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))

    assert Client().post(path, {"password": "a long enough phrase"}).status_code == 410


def test_an_invitation_does_not_sign_in_or_change_an_account_that_exists(page, environment):
    other = make_user(make_environment(name="x").organization, email="new@example.com")
    path = invite(page)
    guest = Client()

    guest.post(path, {"password": "taken over by me"})

    assert "_auth_user_id" not in guest.session
    other.refresh_from_db()
    assert other.check_password("correct horse battery staple")
    assert Member.objects.filter(user=other, organization=environment.organization).exists()


def test_an_address_with_a_line_break_is_refused(page):
    assert invite(page, email="a@example.com\nBcc: b@example.com") == ""
    assert Invitation.objects.count() == 0


def test_the_last_owner_can_neither_leave_nor_step_down(page, owner, environment):
    mine = Member.objects.get(user=owner)

    page.post(f"/settings/people/{mine.pk}", {"role": "member"})
    page.post(f"/settings/people/{mine.pk}/remove")

    mine.refresh_from_db()
    assert mine.role == "owner"


def test_an_admin_cannot_touch_owners(environment, owner):
    admin = client_of(
        make_user(environment.organization, email="admin@example.com", role=Member.Role.ADMIN)
    )
    owners = Member.objects.get(user=owner)
    own = Member.objects.get(user__email="admin@example.com")

    admin.post(f"/settings/people/{owners.pk}/remove")
    admin.post(f"/settings/people/{owners.pk}", {"role": "member"})
    admin.post(f"/settings/people/{own.pk}", {"role": "owner"})

    owners.refresh_from_db()
    own.refresh_from_db()
    assert (owners.role, own.role) == ("owner", "admin")
    assert invite(admin, role="owner") == ""


def test_grants_are_set_and_taken_away(page, environment):
    make_user(environment.organization, email="m@example.com", role=Member.Role.MEMBER)
    member = Member.objects.get(user__email="m@example.com")
    name = f"grant-{environment.pk}-hr"

    page.post(f"/settings/people/{member.pk}", {"role": "member", name: "edit"})
    grant = Grant.objects.get(member=member)
    assert (grant.product, grant.level) == ("hr", "edit")

    page.post(f"/settings/people/{member.pk}", {"role": "member", name: "none"})
    assert not Grant.objects.filter(member=member).exists()


def test_no_grant_leads_into_another_organizations_environment(environment, other_environment):
    make_user(environment.organization, email="m@example.com", role=Member.Role.MEMBER)
    member = Member.objects.get(user__email="m@example.com")

    with pytest.raises(NotFound):
        services.set_grant(
            environment.organization,
            member_pk=member.pk,
            environment=other_environment,
            product="hr",
            level="view",
        )

    assert not Grant.objects.exists()


@pytest.mark.parametrize("role", ["support", "member"])
def test_pages_of_owners_and_admins_do_not_exist_for_others(environment, owner, role):
    client = client_of(make_user(environment.organization, email="r@example.com", role=role))
    member = Member.objects.get(user=owner)

    assert client.get("/settings/people").status_code == 200
    assert client.get(f"/settings/people/{member.pk}").status_code == 404
    assert client.get("/settings/environments").status_code == 404
    for path in (
        "people/invite",
        f"people/{member.pk}/remove",
        "environments/create",
        "environments/plans",
        f"environments/{environment.public_id}/delete",
    ):
        assert client.post(f"/settings/{path}").status_code == 404, path


def test_another_organizations_people_and_environments_do_not_exist(page, other_environment):
    make_user(other_environment.organization, email="o@example.com")
    stranger = Member.objects.get(user__email="o@example.com")

    assert page.get(f"/settings/people/{stranger.pk}").status_code == 404
    page.post(f"/settings/people/{stranger.pk}/remove")
    path = f"/settings/environments/{other_environment.public_id}/delete"
    assert page.post(path, {"name": other_environment.name}).status_code == 404
    assert Member.objects.filter(pk=stranger.pk).exists()
    assert Environment.objects.filter(pk=other_environment.pk).exists()


def test_deleting_an_environment_needs_its_name_and_takes_everything_along(page, environment):
    doomed = make_environment(environment.organization, name="Old")
    make_key("hr", doomed)
    audit.record(doomed, actor="system", action="key.minted")
    path = f"/settings/environments/{doomed.public_id}/delete"

    page.post(path, {"name": "old"})
    assert Environment.objects.filter(pk=doomed.pk).exists()
    page.post(path, {"name": "Old"})

    doomed.refresh_from_db()
    assert (doomed.name, doomed.deleted_at is not None) == (f"deleted {doomed.public_id}", True)
    assert doomed.public_id not in page.get("/settings/environments").content.decode()
    assert Entry.objects.within(doomed).count() == 1
    assert ApiKey.unscoped.count() == 0


def test_the_last_environment_stays(page, environment):
    path = f"/settings/environments/{environment.public_id}/delete"

    page.post(path, {"name": environment.name})

    assert Environment.objects.filter(pk=environment.pk).exists()


def test_environments_are_created_and_renamed_once_per_name(page, environment):
    page.post("/settings/environments/create", {"name": "Staging", "kind": "test"})
    made = Environment.objects.get(name="Staging")
    page.post("/settings/environments/create", {"name": "Staging", "kind": "live"})
    page.post(f"/settings/environments/{made.public_id}/rename", {"name": environment.name})

    made.refresh_from_db()
    assert made.name == "Staging"
    assert Environment.objects.filter(organization=environment.organization).count() == 2


def test_a_plan_is_changed_and_an_unknown_one_is_not(page, environment):
    page.post("/settings/environments/plans", {"screening": "enterprise"})
    page.post("/settings/environments/plans", {"screening": "free for ever"})

    environment.organization.refresh_from_db()
    assert environment.organization.plans == {"screening": "enterprise"}
