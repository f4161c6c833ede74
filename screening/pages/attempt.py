"""The candidate's pages at /s/<token>. The link is the credential: no cookie, no session, no CSRF
token, which browsers could not send under ``Referrer-Policy: no-referrer`` anyway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from pulse import fastjson, strictjson
from pulse.errors import ApiError, InvalidInput, NotFound
from screening.account import Account
from screening.errors import AttemptClosed
from screening.models import Screening
from screening.pages import answer_forms
from screening.questions import AnswerRefused
from screening.selectors import screenings as selectors
from screening.services import attempts, self_identification

Page = Callable[..., HttpResponseBase]


def candidate_page(*methods: str) -> Callable[[Page], Page]:
    """Open the link, or say in a page of its own why it does not open."""

    def decorate(view: Page) -> Page:
        @csrf_exempt
        @wraps(view)
        def opened(request: HttpRequest, token: str, **more: Any) -> HttpResponseBase:
            if request.method in ("GET", "HEAD") and "GET" not in methods:
                return _private(HttpResponseRedirect(f"/s/{token}"))  # a form's address, typed in
            if request.method not in (*methods, "HEAD"):
                return _private(HttpResponseNotAllowed([*methods, "HEAD"]))
            now = datetime.now(UTC)
            try:
                screening = attempts.open_link(token, now=now)
                response = view(request, screening, token=token, now=now, **more)
            except AttemptClosed as closed:
                response = _closed_page(request, closed, token)
            except NotFound:
                response = render(request, "screening/attempt/unknown.html", status=404)
            return _private(response)

        return opened

    return decorate


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """The address holds the key, whatever the answer: it is not kept, listed or passed on."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@csrf_exempt
def unknown(request: HttpRequest, rest: str) -> HttpResponseBase:
    """What is no page below /s: most likely a link that was cut or that something was added to."""
    return _private(render(request, "screening/attempt/unknown.html", status=404))


def _closed_page(request: HttpRequest, closed: AttemptClosed, token: str) -> HttpResponse:
    """Why nothing more is taken; what was just sent stays on the page, to be copied."""
    reason = closed.details.get("reason", "")
    texts = answer_forms.texts_of(request.POST) if request.method == "POST" else []
    context = {
        "reason": reason,
        "handed_in": closed.details.get("status") == Screening.Status.COMPLETED,
        "unsaved": texts,
        "token": token,
    }
    status = 410 if request.method in ("GET", "HEAD") else 409
    return render(request, "screening/attempt/closed.html", context, status=status)


def _refuse_closed(screening: Screening) -> None:
    if not screening.open:
        raise attempts.closed(screening)


def _context(screening: Screening, token: str, now: datetime, **more: Any) -> dict[str, Any]:
    account = Account.of(screening.environment)
    minutes = screening.template.duration_minutes * float(screening.time_multiplier)
    return {
        "token": token,
        "company": account.company,
        "contact": account.contact_email,
        "role": screening.job_title or screening.template.name,
        "minutes": round(minutes),
        "remaining_seconds": attempts.remaining_seconds(screening, now),
        "remaining_words": in_words(attempts.remaining_seconds(screening, now)),
        **more,
    }


def in_words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest:02d} s"


@candidate_page("GET")
def landing(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    """What awaits the candidate. Opening this page changes nothing: mail scanners open it too."""
    if screening.status == Screening.Status.IN_PROGRESS:
        return HttpResponseRedirect(f"/s/{token}/questions/1")
    _refuse_closed(screening)
    context = _context(screening, token, now, count=screening.template.question_count)
    return render(request, "screening/attempt/landing.html", context)


@candidate_page("POST")
def start(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    if request.POST.get("consent") != "yes" and screening.status == Screening.Status.PENDING:
        attempts.note_opened(screening, now=now)
        context = _context(
            screening, token, now, count=screening.template.question_count, consent_missing=True
        )
        return render(request, "screening/attempt/landing.html", context, status=400)
    attempts.start(screening, now=now)
    return HttpResponseRedirect(f"/s/{token}/questions/1#question")


@candidate_page("GET", "POST")
def question(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime, number: int
) -> HttpResponseBase:
    """One question, or with number 0 all of them."""
    if screening.status == Screening.Status.PENDING:
        return HttpResponseRedirect(f"/s/{token}")
    asked = attempts.questions_of(screening)
    if number > len(asked):
        raise NotFound("There is no such question")
    errors: dict[str, str] = {}
    notes: list[str] = []
    if request.method == "POST":
        errors, notes = _save_form(request, screening, now)
    _refuse_closed(screening)
    if request.method == "POST" and not errors and not notes:
        return HttpResponseRedirect(_next_page(request, token, number, len(asked)))
    shown = asked if number == 0 else [asked[number - 1]]
    answers = selectors.answers_of(screening)
    context = _context(
        screening,
        token,
        now,
        number=number,
        count=len(asked),
        questions=answer_forms.rows(
            shown,
            answers,
            shuffle_seed=screening.shuffle_seed,
            first=number or 1,
            errors=errors,
            sent=request.POST if errors else None,
        ),
        steps=answer_forms.steps(asked, answers),
        errors=errors,
        notes=notes,
    )
    return render(
        request, "screening/attempt/question.html", context, status=400 if errors else 200
    )


def _save_form(
    request: HttpRequest, screening: Screening, now: datetime
) -> tuple[dict[str, str], list[str]]:
    """Save every answer of the form that differs; what is wrong comes back by question."""
    asked = {one["id"]: one for one in attempts.questions_of(screening)}
    answers = selectors.answers_of(screening)
    errors: dict[str, str] = {}
    notes: list[str] = []
    for sent in answer_forms.read(request.POST, asked):
        standing = answers.get(sent.question_id)
        if (standing.value if standing else None) == sent.value:
            continue
        save = attempts.Save(
            question_id=sent.question_id,
            value=sent.value,
            revision=int(now.timestamp() * 1000),
            base=sent.base,
        )
        try:
            saved = attempts.save_answer(screening, save, now=now)
        except AnswerRefused as refused:
            errors[sent.question_id] = str(refused)
            continue
        if saved.superseded:
            notes.append(asked[sent.question_id]["prompt"][:80])
    return errors, notes


def _next_page(request: HttpRequest, token: str, number: int, count: int) -> str:
    go = request.POST.get("go", "next")
    if go == "review" or (go == "next" and (number == 0 or number >= count)):
        return f"/s/{token}/review"
    if go.startswith("to-") and go[3:].isascii() and go[3:].isdigit():
        wanted = min(int(go[3:9]), count)
    elif number == 0 or "clear" in request.POST:
        wanted = number
    else:
        wanted = max(1, number + {"next": 1, "previous": -1}.get(go, 0))
    return f"/s/{token}/questions/{wanted}#question"


@candidate_page("GET")
def review(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    """Every question with whether it is answered, and the button that hands in."""
    if screening.status == Screening.Status.PENDING:
        return HttpResponseRedirect(f"/s/{token}")
    _refuse_closed(screening)
    steps = answer_forms.steps(attempts.questions_of(screening), selectors.answers_of(screening))
    context = _context(
        screening,
        token,
        now,
        steps=steps,
        count=len(steps),
        open_count=sum(not one["answered"] for one in steps),
        required_open=[one for one in steps if one["required"] and not one["answered"]],
    )
    return render(request, "screening/attempt/review.html", context)


@candidate_page("POST")
def submit(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    attempts.submit(screening, now=now)
    return HttpResponseRedirect(f"/s/{token}/done")


@candidate_page("GET")
def done(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    if screening.open:
        return HttpResponseRedirect(f"/s/{token}")
    if screening.status != Screening.Status.COMPLETED:
        _refuse_closed(screening)
    asked = not self_identification.given(screening)
    context = _context(
        screening,
        token,
        now,
        timed_out=screening.completion_reason == Screening.Reason.TIME_EXPIRED,
        ask_statistics=asked,
        sexes=self_identification.SEXES,
        ethnicities=self_identification.ETHNICITIES,
    )
    return render(request, "screening/attempt/done.html", context)


@candidate_page("POST")
def about_you(
    request: HttpRequest, screening: Screening, *, token: str, now: datetime
) -> HttpResponseBase:
    """Voluntary statements for statistics, taken once and after the end only."""
    if screening.status == Screening.Status.COMPLETED:
        self_identification.give(
            screening, sex=request.POST.get("sex", ""), ethnicity=request.POST.get("ethnicity", "")
        )
    return HttpResponseRedirect(f"/s/{token}/done")


@csrf_exempt
def autosave(request: HttpRequest, token: str, question_id: str) -> HttpResponseBase:
    """PUT /s/<token>/answers/<question>: one answer as JSON, from the page's script.

    Body: ``{"value", "revision", "base"?, "active_seconds"?, "seconds"?, "signals"?}``. A body without
    ``value`` only reports time and signals; the question id is then ``-``.
    """
    if request.method not in ("PUT", "POST"):
        return _private(HttpResponseNotAllowed(["PUT", "POST"]))
    now = datetime.now(UTC)
    try:
        body = strictjson.loads(request.body, free_form=("value",))
        if not isinstance(body, dict):
            raise InvalidInput("The body must be a JSON object")
        save = _save(question_id, body) if "value" in body else attempts.Save(**_presence(body))
        screening, saved = attempts.save_by_link(token, save, now=now)
    except AnswerRefused as refused:
        return _json({"error": "refused", "message": str(refused)}, 400)
    except ApiError as error:
        return _json(
            {"error": error.details.get("reason", error.code), "message": error.message},
            error.status,
        )
    if saved is None:
        return _json(_clock(screening, now))
    return _json(
        _clock(screening, now)
        | {
            "stored": saved.stored,
            "superseded": saved.superseded,
            "revision": saved.answer.revision,
            "value": saved.answer.value if saved.superseded and not saved.stored else None,
        }
    )


def _save(question_id: str, body: dict[str, Any]) -> attempts.Save:
    revision, base = body.get("revision"), body.get("base")
    if isinstance(revision, bool) or not isinstance(revision, int) or not 0 < revision < 2**53:
        raise InvalidInput("revision must be a positive integer")
    return attempts.Save(
        question_id=question_id,
        value=body["value"],
        revision=revision,
        base=base if isinstance(base, int) else None,
        question_seconds=_count(body.get("seconds")),
        **_presence(body),
    )


def _presence(body: dict[str, Any]) -> dict[str, Any]:
    signals = body.get("signals")
    return {
        "active_seconds": _count(body.get("active_seconds")),
        "signals": {name: _count(count) for name, count in signals.items()}
        if isinstance(signals, dict)
        else {},
    }


def _count(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= 86_400 else 0


def _clock(screening: Screening, now: datetime) -> dict[str, Any]:
    return {
        "remaining_seconds": attempts.remaining_seconds(screening, now),
        "server_time": int(now.timestamp() * 1000),
        "status": screening.status,
    }


def _json(body: dict[str, Any], status: int = 200) -> HttpResponseBase:
    return _private(
        HttpResponse(fastjson.dumps(body), status=status, content_type="application/json")
    )
