"""People of an organization: roles, grants and invitations. Owners and admins only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pulse import products
from pulse.site import access, accounts, invitations
from pulse.site import selectors as site
from pulse.site.access import PageRequest
from pulse.site.pages.console import shell
from pulse.tenancy import selectors, services
from pulse.tenancy.models import Environment, Member, Organization

ROLES = (
    ("owner", "Owner", "manages everything, and other owners"),
    ("admin", "Admin", "manages everything but owners"),
    ("support", "Support", "looks at everything, changes nothing"),
    ("member", "Member", "sees only what is granted below"),
)
PAGE = "/settings/people"


def _organization(request: HttpRequest) -> Organization:
    return shell.environment_of(request).organization


def _by_owner(request: HttpRequest) -> bool:
    member = selectors.member_of(access.person(request), _organization(request))
    return member is not None and member.role == Member.Role.OWNER


@access.require()
@require_safe
def list_people(request: HttpRequest) -> HttpResponse:
    """GET /settings/people; a member without the right sees whom to ask."""
    organization = _organization(request)
    members = sorted(
        selectors.members_of(organization),
        key=lambda row: (list(Member.Role.values).index(row.role), row.user.email),
    )
    manages = access.administers(cast(PageRequest, request))
    context: dict[str, Any] = {
        "organization": organization,
        "members": members,
        "manages": manages,
        "roles": ROLES,
        "by_owner": _by_owner(request),
        "invitations": site.open_invitations(organization, now=datetime.now(UTC))
        if manages
        else [],
    }
    return render(request, "settings/people.html", context)


@access.require_admin
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """GET, POST /settings/people/{pk}; POST sets the role and the grants."""
    organization = _organization(request)
    row = selectors.members_of(organization).filter(pk=pk).first()
    if row is None:
        raise Http404(str(pk))
    environments = list(selectors.environments_in(organization))
    if request.method == "POST":
        with shell.refusals_as_messages(request):
            services.change_role(
                organization,
                member_pk=pk,
                role=request.POST.get("role", ""),
                by_owner=_by_owner(request),
            )
            for environment in environments:
                _set_grants(request, organization, pk, environment)
            shell.record(request, "member.changed", f"member:{pk}", ["role", "grants"])
            messages.success(request, "Saved.")
        return redirect(f"{PAGE}/{pk}")
    held = {(grant.environment_id, grant.product): grant.level for grant in row.grants.all()}
    rows = [
        {
            "environment": environment,
            "cells": [
                {
                    "product": config,
                    "name": f"grant-{environment.pk}-{config.product}",
                    "level": held.get((environment.pk, config.product), "none"),
                }
                for config in products.installed()
            ],
        }
        for environment in environments
    ]
    context = {
        "member": row,
        "roles": ROLES,
        "rows": rows,
        "products": products.installed(),
        "levels": selectors.LEVELS,
        "by_owner": _by_owner(request),
    }
    return render(request, "settings/member.html", context)


def _set_grants(
    request: HttpRequest, organization: Organization, pk: int, environment: Environment
) -> None:
    for config in products.installed():
        level = request.POST.get(f"grant-{environment.pk}-{config.product}")
        if level is not None:
            services.set_grant(
                organization,
                member_pk=pk,
                environment=environment,
                product=config.product,
                level=level,
            )


@access.require_admin
@require_POST
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/people/{pk}/remove"""
    with shell.refusals_as_messages(request):
        user = services.remove_member(
            _organization(request), member_pk=pk, by_owner=_by_owner(request)
        )
        shell.record(request, "member.removed", f"member:{pk}")
        messages.success(request, f"{user.email} no longer belongs to this organization.")
    return redirect(PAGE)


@access.require_admin
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """POST /settings/people/invite"""
    with shell.refusals_as_messages(request):
        invitation = invitations.invite(
            _organization(request),
            email=request.POST.get("email", "").strip(),
            role=request.POST.get("role", ""),
            by=access.person(request),
            by_owner=_by_owner(request),
            now=datetime.now(UTC),
        )
        shell.record(request, "member.invited", f"invitation:{invitation.pk}", ["role"])
        messages.success(request, f"An invitation is on its way to {invitation.email}.")
    return redirect(PAGE)


@access.require_admin
@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """POST /settings/people/invitations/{pk}/withdraw"""
    with shell.refusals_as_messages(request):
        invitations.withdraw(_organization(request), pk=pk, now=datetime.now(UTC))
        shell.record(request, "invitation.withdrawn", f"invitation:{pk}")
        messages.success(request, "Withdrawn: the link in the mail no longer works.")
    return redirect(PAGE)


@sensitive_variables("token", "password")
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """GET, POST /invitations/{token}"""
    now = datetime.now(UTC)
    invitation = site.open_invitation(token, now=now)
    if invitation is None:
        return render(request, "settings/invitation.html", {"invitation": None}, status=410)
    known = selectors.user_by_email(invitation.email) is not None
    context: dict[str, Any] = {"invitation": invitation, "known": known, "errors": []}
    if request.method == "POST":
        password = request.POST.get("password", "")
        context["errors"] = [] if known else _objections(password)
        if not context["errors"]:
            name = request.POST.get("name", "")
            user = invitations.accept(token, name=name, password=password, now=now)
            if user is not None and not known:
                accounts.sign_in(request, user)
            return redirect("/")
    status = 400 if context["errors"] else 200
    return render(request, "settings/invitation.html", context, status=status)


def _objections(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as error:
        return list(error.messages)
    return []
