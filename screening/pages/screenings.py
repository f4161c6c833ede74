"""The recruiter's screenings: results, answers, report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from pulse.errors import InvalidInput
from pulse.site.access import PageRequest
from screening import links, narrative, shapes
from screening.models import Screening
from screening.pages.base import actor_of, done, page_of, recruiter_page, show
from screening.pages.candidates import days_of, multiplier_of
from screening.selectors import screenings as selectors
from screening.services import attempts, marking, reports, screenings

TO_REVIEW = "to review"
STATUSES = ("all", *Screening.Status.values, TO_REVIEW)
SIGNAL_LABELS = {
    "tab_hidden": "Left the page",
    "paste": "Pasted",
    "paste_characters": "Characters pasted",
    "reconnects": "Reconnected",
    "other_window": "Other windows",
}


@recruiter_page("GET")
def index(request: PageRequest, *, now: datetime) -> HttpResponseBase:
    status = request.GET.get("status", "all")
    status = status if status in STATUSES else "all"
    rows = (
        selectors.to_review(request.environment)
        if status == TO_REVIEW
        else selectors.list_screenings(request.environment, status=status)
    )
    return show(
        request,
        "screenings",
        "Screenings",
        page=page_of(request, rows.order_by("-created_at", "-pk")),
        statuses=STATUSES,
        status=status,
    )


@recruiter_page("GET")
def detail(request: PageRequest, *, now: datetime, screening_id: str) -> HttpResponseBase:
    screening = selectors.get_screening(request.environment, screening_id)
    made = selectors.ready_report(screening)
    current = selectors.current_report(screening)
    return show(
        request,
        "screening",
        "Screenings",
        screening=screening,
        report=made,
        report_status=current.status if current else "none",
        skills=_skills(screening),
        chart=_chart(screening),
        answers=_answers(screening),
        signals=[
            {"label": label, "count": screening.signals[name]}
            for name, label in SIGNAL_LABELS.items()
            if screening.signals.get(name)
        ],
        link=links.address_of(screening.link_nonce) if screening.open else "",
        remaining=attempts.remaining_seconds(screening, now) // 60,
        active_minutes=round(screening.active_seconds / 60),
        decisions=Screening.Decision.choices,
    )


def _skills(screening: Screening) -> list[dict[str, Any]]:
    return [one | {"band": narrative.band(one["score"])} for one in screening.skill_scores]


def _chart(screening: Screening) -> dict[str, Any]:
    scores = screening.skill_scores
    return {
        "x": [one["skill"] for one in scores],
        "series": [{"label": "Score", "values": [one["score"] for one in scores]}],
    }


def _answers(screening: Screening) -> list[dict[str, Any]]:
    """Each question with what was answered, what was wanted, and what it earned."""
    if screening.status != Screening.Status.COMPLETED:
        return []
    given = selectors.answers_of(screening)
    marks = marking.evaluate(screening).marks
    rows = []
    for number, question in enumerate(attempts.questions_of(screening), start=1):
        answer = given.get(question["id"])
        value = answer.value if answer else None
        own = marks[question["id"]]
        rows.append(
            {
                "number": number,
                "question": question,
                "answer": answer,
                "value": value,
                "given": _in_words(question, value),
                "wanted": _wanted(question),
                "earned": f"{float(own.earned):g}",
                "possible": f"{float(own.possible):g}",
                "open": own.provisional
                and screening.scoring_status == Screening.Scoring.PENDING_REVIEW,
            }
        )
    return rows


def _in_words(question: dict[str, Any], value: Any) -> str:
    if value is None:
        return ""
    if "options" in question:
        texts = {one["id"]: one["text"] for one in question["options"]}
        chosen = value if isinstance(value, list) else [value]
        return "\n".join(texts.get(one, "") for one in chosen)
    if isinstance(value, dict):
        return str(value.get("source", ""))
    return str(value)


def _wanted(question: dict[str, Any]) -> str:
    if "options" in question:
        return _in_words(question, question["correct"])
    if question["type"] == "numeric":
        return f"{question['answer']} {question.get('unit', '')}".strip()
    if question["type"] == "short_text":
        groups = [" or ".join(group) for group in question["keywords"]]
        return "\n".join([*question["accepted"], *groups])
    return ""


@recruiter_page("POST", level="edit")
def act(request: PageRequest, *, now: datetime, screening_id: str, action: str) -> HttpResponseBase:
    """One of the buttons of the page."""
    path = f"/screening/screenings/{screening_id}"
    changed, text = _ACTIONS[action](request, screening_id, now)
    if isinstance(changed, Screening):
        path = f"/screening/screenings/{changed.public_id}"
    return done(request, text, path)


Outcome = tuple[Any, str]


def _invite(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = screenings.invite(request.environment, screening_id=screening_id, now=now)
    return made, "The invitation is on its way."


def _remind(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = screenings.remind(request.environment, screening_id=screening_id, now=now)
    return made, "The reminder is on its way."


def _cancel(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = screenings.cancel(
        request.environment, screening_id=screening_id, now=now, actor=actor_of(request)
    )
    return made, "The screening was cancelled."


def _extend(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    days, multiplier = request.POST.get("days", ""), request.POST.get("multiplier", "")
    if not (days or multiplier):
        raise InvalidInput("Write for how many days, or how many times the usual time")
    made = screenings.extend(
        request.environment,
        screening_id=screening_id,
        now=now,
        expires_in_days=days_of(days) if days else None,
        time_multiplier=multiplier_of(multiplier) if multiplier else None,
    )
    return made, "There is more time now."


def _reset(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = screenings.reset(
        request.environment, screening_id=screening_id, now=now, actor=actor_of(request)
    )
    return made, "A fresh screening was created."


def _regenerate(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = reports.regenerate(request.environment, screening_id=screening_id, now=now)
    return made, "The report is being written."


def _finalize(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    made = marking.finalize(request.environment, screening_id=screening_id, now=now)
    return made, "The provisional points count now."


def _decide(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    decision = request.POST.get("decision", "")
    if decision not in Screening.Decision.values:
        raise InvalidInput("Choose one of the decisions")
    made = marking.decide(
        request.environment,
        screening_id=screening_id,
        decision=decision,
        now=now,
        actor=actor_of(request),
    )
    return made, "The decision was noted."


def _review(request: PageRequest, screening_id: str, now: datetime) -> Outcome:
    try:
        points = Decimal(request.POST.get("points", "").replace(",", "."))
    except InvalidOperation:
        raise InvalidInput("Points must be a number") from None
    if not points.is_finite():
        raise InvalidInput("Points must be a number")
    made = marking.review_answer(
        request.environment,
        screening_id=screening_id,
        question_id=request.POST.get("question", ""),
        points=points.quantize(Decimal("0.001")),
        note=request.POST.get("note", "")[:2000],
        now=now,
        actor=actor_of(request),
    )
    return made, "The points were saved."


_ACTIONS: dict[str, Callable[[PageRequest, str, datetime], Outcome]] = {
    "invite": _invite,
    "remind": _remind,
    "cancel": _cancel,
    "extend": _extend,
    "reset": _reset,
    "regenerate": _regenerate,
    "finalize": _finalize,
    "decide": _decide,
    "review": _review,
}


@recruiter_page("GET")
def report(request: PageRequest, *, now: datetime, screening_id: str) -> HttpResponseBase:
    """The report on one page, for the screen and for paper."""
    screening, made = reports.get_report(request.environment, screening_id=screening_id)
    return show(
        request,
        "report",
        "Screenings",
        report=shapes.report(screening, made),
        screening=screening,
        skills=[one | {"band": narrative.band(one["score"])} for one in made.skill_scores],
        made=made,
    )


@recruiter_page("GET")
def report_as_pdf(request: PageRequest, *, now: datetime, screening_id: str) -> HttpResponseBase:
    screening, made = reports.get_report(request.environment, screening_id=screening_id)
    from screening import report_pdf  # here, because it is wanted seldom and slows every start

    data = report_pdf.write(shapes.report(screening, made))
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="report-{screening_id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
