"""Fairness and settings of the account."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http.response import HttpResponseBase

from pulse.errors import FieldError, InvalidInput
from pulse.site.access import PageRequest
from pulse.times import parse_instant
from screening import impact
from screening.account import PLANS, Account, plan_of
from screening.models import PartnerKey
from screening.pages.base import actor_of, done, recruiter_page, show
from screening.selectors import partners as partner_selectors
from screening.selectors import statistics
from screening.selectors import templates as template_selectors
from screening.services import accounts, partner_updates


@recruiter_page("GET")
def fairness(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    basis = "decision" if request.GET.get("basis") == "decision" else "score"
    template_id = request.GET.get("template", "")
    people = statistics.people(
        request.environment,
        template_id=template_id,
        completed_from=_moment(request.GET.get("from", ""), "00:00:00"),
        completed_to=_moment(request.GET.get("to", ""), "23:59:59"),
    )
    made = impact.report(people, basis=basis)
    return show(
        request,
        "fairness",
        "Fairness",
        report=made,
        sections=[
            ("Sex", made["sex"]),
            ("Race or ethnicity", made["ethnicity"]),
            ("Both together", made["intersection"]),
        ],
        templates=template_selectors.list_templates(request.environment, status="all"),
        template_id=template_id,
        basis=basis,
        minimum=impact.MIN_GROUP,
    )


def _moment(day: str, time: str) -> datetime | None:
    """A time of day in UTC, as these pages show times; None for what is no day."""
    try:
        return parse_instant(f"{day}T{time}Z")
    except ValueError:
        return None


@recruiter_page("GET", "POST", level="manage")
def settings(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    if request.method == "POST":
        accounts.change_settings(
            request.environment, changes=_sent(request), actor=actor_of(request)
        )
        _change_keys(request)
        return done(request, "The settings were saved.", "/screening/settings")
    plan = plan_of(request.environment)
    return show(
        request,
        "settings",
        "Settings",
        account=_as_sent(request) if request.POST else Account.of(request.environment),
        partners=_partners(request),
        plan=plan,
        limits=PLANS[plan],
    )


def _as_sent(request: PageRequest) -> dict[str, object]:
    """A form that was refused, as it was sent, by the names of ``Account``."""
    chosen = ("allow_duplicate_email", "fetch_resumes")
    return request.POST.dict() | {name: name in request.POST for name in chosen}


def _partners(request: PageRequest) -> list[dict[str, object]]:
    kept = partner_selectors.partners_with_key(request.environment)
    return [
        {"partner": partner, "name": name, "kept": partner in kept}
        for partner, name in PartnerKey.Partner.choices
    ]


def _change_keys(request: PageRequest) -> None:
    """An empty field keeps what there is; taking a key away is asked for."""
    for partner in PartnerKey.Partner.values:
        secret = request.POST.get(f"key_{partner}", "").strip()
        if secret or f"forget_{partner}" in request.POST:
            partner_updates.change_key(
                request.environment, partner=partner, secret=secret, actor=actor_of(request)
            )


def _sent(request: PageRequest) -> dict[str, object]:
    contact = request.POST.get("contact_email", "").strip()
    months, hours = (
        request.POST.get("retention_months", ""),
        request.POST.get("auto_finalize_hours", ""),
    )
    faults = []
    if contact:
        try:
            EmailValidator()(contact)
        except ValidationError:
            faults.append(FieldError("contact_email", "must be an e-mail address"))
    if not (months.isascii() and months.isdigit() and 1 <= int(months[:4]) <= 120):
        faults.append(FieldError("retention_months", "from 1 to 120"))
    if hours and not (hours.isascii() and hours.isdigit() and 1 <= int(hours[:6]) <= 2000):
        faults.append(FieldError("auto_finalize_hours", "from 1 to 2000, or empty"))
    if faults:
        raise InvalidInput("The settings were not saved", fields=faults)
    return {
        "company": " ".join(request.POST.get("company", "").split())[:200],
        "contact_email": contact,
        "retention_months": int(months),
        "auto_finalize_hours": int(hours) if hours else None,
        "duplicate_email": "allow" if "allow_duplicate_email" in request.POST else "refuse",
        "fetch_resumes": "fetch_resumes" in request.POST,
    }
