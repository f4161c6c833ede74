"""Every documented path of this product; a trailing slash is accepted, undocumented, and never needed."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from screening import webhook_urls
from screening.views import ashby, candidates, greenhouse, reports, resumes, screenings, templates

CANDIDATE = "v1/candidates/<str:candidate_id>"
SCREENING = "v1/screenings/<str:screening_id>"
TEMPLATE = "v1/templates/<str:template_id>"


def both(route: str, view: Any, **options: Any) -> list[URLPattern]:
    return [
        path(route, view.as_view(**options)),
        path(f"{route}/", view.as_view(schema=None, **options)),
    ]


urlpatterns: list[URLPattern] = [
    *both("v1/candidates", candidates.CandidatesView),
    *both(CANDIDATE, candidates.CandidateView),
    *both(f"{CANDIDATE}/export", candidates.CandidateExportView),
    *both(f"{CANDIDATE}/archive", candidates.CandidateArchiveView),
    *both(f"{CANDIDATE}/unarchive", candidates.CandidateUnarchiveView),
    *both(f"{CANDIDATE}/resume", resumes.ResumeUploadView),
    *both("v1/screenings", screenings.ScreeningsView),
    *both(SCREENING, screenings.ScreeningView),
    *both(f"{SCREENING}/invite", screenings.InviteView),
    *both(f"{SCREENING}/remind", screenings.RemindView),
    *both(f"{SCREENING}/cancel", screenings.CancelView),
    *both(f"{SCREENING}/reset", screenings.ResetView),
    *both(f"{SCREENING}/finalize", screenings.FinalizeView),
    *both(f"{SCREENING}/extend", screenings.ExtendView),
    *both(f"{SCREENING}/answers/<str:question_id>/review", screenings.AnswerReviewView),
    *both(f"{SCREENING}/report", screenings.ReportView),
    *both(f"{SCREENING}/report/regenerate", screenings.ReportRegenerateView),
    *both("v1/templates", templates.TemplatesView),
    *both(TEMPLATE, templates.TemplateView),
    *both(f"{TEMPLATE}/questions", templates.TemplateQuestionsView),
    *both(f"{TEMPLATE}/archive", templates.TemplateArchiveView),
    *both(f"{TEMPLATE}/unarchive", templates.TemplateUnarchiveView),
    *both("v1/reports/adverse-impact", reports.AdverseImpactView),
    *webhook_urls.urlpatterns,
    path("partners/greenhouse/list_tests", greenhouse.ListTestsView.as_view()),
    path("partners/greenhouse/send_test", greenhouse.SendTestView.as_view()),
    path("partners/greenhouse/test_status", greenhouse.TestStatusView.as_view()),
    path("partners/greenhouse/response_error", greenhouse.ResponseErrorView.as_view()),
    path("partners/ashby/assessment.list", ashby.ListAssessmentsView.as_view()),
    path("partners/ashby/assessment.start", ashby.StartAssessmentView.as_view()),
    path("partners/ashby/assessment.cancel", ashby.CancelAssessmentView.as_view()),
    path("resumes/<str:name>", resumes.ResumeFileView.as_view()),
]
