"""Pages: the candidate's under /s, the recruiter's under /screening."""

from __future__ import annotations

from django.urls import URLPattern, path

from screening.pages import attempt

urlpatterns: list[URLPattern] = [
    path("s/<str:token>", attempt.landing),
    path("s/<str:token>/start", attempt.start),
    path("s/<str:token>/questions/<int:number>", attempt.question),
    path("s/<str:token>/review", attempt.review),
    path("s/<str:token>/submit", attempt.submit),
    path("s/<str:token>/done", attempt.done),
    path("s/<str:token>/about-you", attempt.about_you),
    path("s/<str:token>/answers/<str:question_id>", attempt.autosave),
]
