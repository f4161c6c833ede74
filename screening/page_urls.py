"""Pages: the candidate's under /s, the recruiter's under /screening."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from screening.pages import account, attempt, candidates, screenings, templates

CANDIDATE = "screening/candidates/<str:candidate_id>"
SCREENING = "screening/screenings/<str:screening_id>"
TEMPLATE = "screening/templates/<str:template_id>"
ACTIONS = "invite|remind|cancel|extend|reset|regenerate|finalize|decide|review"

urlpatterns: list[URLPattern] = [
    path("s/<str:token>", attempt.landing),
    path("s/<str:token>/", attempt.landing),
    path("s/<str:token>/start", attempt.start),
    path("s/<str:token>/questions/<int:number>", attempt.question),
    path("s/<str:token>/review", attempt.review),
    path("s/<str:token>/submit", attempt.submit),
    path("s/<str:token>/done", attempt.done),
    path("s/<str:token>/about-you", attempt.about_you),
    path("s/<str:token>/answers/<str:question_id>", attempt.autosave),
    path("s/<path:rest>", attempt.unknown),
    path("screening", candidates.index),
    path("screening/candidates/new", candidates.add),
    path(CANDIDATE, candidates.detail),
    path(f"{CANDIDATE}/edit", candidates.edit),
    path(f"{CANDIDATE}/screenings", candidates.invite),
    path(f"{CANDIDATE}/export.zip", candidates.export),
    path(f"{CANDIDATE}/status", candidates.set_status),
    path(f"{CANDIDATE}/resume", candidates.upload),
    path(f"{CANDIDATE}/erase", candidates.erase),
    path("screening/screenings", screenings.index),
    path(SCREENING, screenings.detail),
    path(f"{SCREENING}/report", screenings.report),
    path(f"{SCREENING}/report.pdf", screenings.report_as_pdf),
    re_path(
        rf"^screening/screenings/(?P<screening_id>[^/]+)/(?P<action>{ACTIONS})$", screenings.act
    ),
    path("screening/templates", templates.index),
    path("screening/templates/new", templates.add),
    path(TEMPLATE, templates.detail),
    path(f"{TEMPLATE}/save", templates.save),
    path(f"{TEMPLATE}/questions/<str:question_id>", templates.question),
    path("screening/fairness", account.fairness),
    path("screening/settings", account.settings),
]
