"""The attempt itself: start, save, submit, run out of time. The server's clock is the only clock."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from pulse.errors import NotFound
from pulse.tenancy.models import Environment
from pulse.webhooks.services import publish
from screening import links, shapes
from screening.errors import AttemptClosed
from screening.events import ScreeningStarted
from screening.models import Answer, PartnerUpdate, Screening
from screening.questions import Question, check_answer
from screening.selectors import screenings as selectors
from screening.selectors import templates as template_selectors
from screening.services import code_runs, marking, partner_updates

GRACE = timedelta(seconds=10)
"""How long after the deadline a save that was on its way is still taken."""
NOTICE_VERSION = "2026-01"
CLOCK_SLACK = timedelta(seconds=5)
UNSEEN_CAP = timedelta(minutes=5)
"""Without a script's count, a pause longer than this is not time spent on the page."""
SIGNALS = ("tab_hidden", "paste", "paste_characters", "reconnects", "other_window")
MAX_SIGNAL = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One answer on its way in. ``revision`` orders saves of one question; milliseconds of server time.

    Without a question it carries time and signals only.
    """

    question_id: str = ""
    value: Any = None
    revision: int = 0
    base: int | None = None
    active_seconds: int | None = None
    question_seconds: int = 0
    signals: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What is stored now. ``stored`` is false for a save older than what is there; ``superseded`` tells
    that another window or device had saved this question since the sender last looked."""

    answer: Answer
    stored: bool
    superseded: bool
    remaining_seconds: int


def remaining_seconds(screening: Screening, now: datetime) -> int:
    """Whole seconds until the deadline, begun ones included: at zero the time is over, not before."""
    if screening.deadline_at is None:
        return 0
    return max(0, math.ceil((screening.deadline_at - now).total_seconds()))


def open_link(token: str, *, now: datetime) -> Screening:
    """The screening of a candidate's link, ended first if its time is over. Raises NotFound."""
    screening = selectors.by_link(links.digest_of(token))
    if screening is None:
        raise NotFound("This link is not valid")
    return settle(screening, now=now)


def note_opened(screening: Screening, *, now: datetime) -> None:
    """A person has pressed a button on the page: the invitation certainly arrived."""
    Screening.unscoped.filter(pk=screening.pk, opened_at=None).update(
        opened_at=now, invitation_status=Screening.Invitation.OPENED
    )


@transaction.atomic
def start(screening: Screening, *, now: datetime) -> Screening:
    """Start the attempt, pin the questions and announce it; a second start finds the first.

    The template's row is locked before the screening's: an edit either comes first or makes the
    next version. Raises AttemptClosed.
    """
    template = template_selectors.lock_template(screening.environment, screening.template.public_id)
    screening = selectors.lock_again(screening)
    if screening.status == Screening.Status.IN_PROGRESS:
        return screening
    if screening.status != Screening.Status.PENDING or screening.expires_at <= now:
        raise closed(screening)
    version = template_selectors.current_version(template)
    if not version.questions:  # emptied in the instant of the invitation
        raise AttemptClosed(details={"reason": "empty", "status": screening.status})
    if version.pinned_at is None:
        version.pinned_at = now
        version.save(update_fields=["pinned_at"])
    limit = timedelta(minutes=template.duration_minutes) * float(screening.time_multiplier)
    screening.status = Screening.Status.IN_PROGRESS
    screening.template_version = version
    screening.started_at = screening.seen_at = screening.consented_at = now
    screening.deadline_at = now + limit
    screening.notice_version = NOTICE_VERSION
    screening.shuffle_seed = secrets.randbelow(2**31)
    screening.invitation_status = Screening.Invitation.OPENED
    screening.opened_at = screening.opened_at or now
    screening.updated_at = now
    screening.save()
    event = ScreeningStarted(
        data=shapes.start_announced(screening),
        subject_ref=f"{screening.public_id} {screening.candidate.public_id}",
        occurred_at=now,
        resource_path=f"/v1/screenings/{screening.public_id}",
    )
    publish(screening.environment, event)
    partner_updates.note(screening, PartnerUpdate.Kind.STARTED, now=now)
    return screening


def questions_of(screening: Screening) -> list[Question]:
    """The questions this attempt was started with; empty before the start."""
    return list(screening.template_version.questions) if screening.template_version else []


def save_answer(screening: Screening, save: Save, *, now: datetime) -> Saved:
    """Store an answer unless a later revision is already there.

    Saves are taken until ten seconds after the deadline. Raises AttemptClosed, NotFound for a
    question that is not in this screening, AnswerRefused.
    """
    screening = settle(screening, now=now)
    with transaction.atomic():
        screening = selectors.lock_again(screening)
        _check_running(screening)
        saved = _store(screening, save, now)
        _spend(screening, save, now)
    return saved


def save_by_link(token: str, save: Save, *, now: datetime) -> tuple[Screening, Saved | None]:
    """What the page's script sends: an answer, or time and signals alone when it names no question.

    Every candidate does this every few seconds, so the row is found and locked in one query, with the
    few columns that a save needs. Raises as ``save_answer`` does, and NotFound for a link that opens
    nothing.
    """
    with transaction.atomic():
        screening = selectors.lock_by_link(links.digest_of(token))
        if screening is None:
            raise NotFound("This link is not valid")
        if not _over(screening, now):
            _check_running(screening)
            saved = _store(screening, save, now) if save.question_id else None
            _spend(screening, save, now)
            return screening, saved
    raise closed(settle(screening, now=now))


def _check_running(screening: Screening) -> None:
    if screening.status != Screening.Status.IN_PROGRESS:
        raise closed(screening)


def closed(screening: Screening) -> AttemptClosed:
    """Why it takes nothing: an attempt that ran out of time is another thing than a link that did."""
    reason = {
        Screening.Status.COMPLETED: screening.completion_reason,
        Screening.Status.PENDING: "not_started",
        Screening.Status.EXPIRED: "time_expired" if screening.deadline_at else "expired",
    }.get(Screening.Status(screening.status), screening.status)
    return AttemptClosed(details={"reason": reason, "status": screening.status})


def _store(screening: Screening, save: Save, now: datetime) -> Saved:
    question = next((one for one in questions_of(screening) if one["id"] == save.question_id), None)
    if question is None:
        raise NotFound("This question is not part of the screening")
    value = check_answer(question, save.value)
    # A device with a clock that is ahead must not lock the others out.
    revision = min(save.revision, int((now + CLOCK_SLACK).timestamp() * 1000))
    standing = selectors.lock_answer(screening, save.question_id)
    if standing is not None and standing.revision >= revision:
        same = standing.revision == revision and standing.value == value
        return Saved(
            answer=standing,
            stored=same,
            superseded=not same,
            remaining_seconds=remaining_seconds(screening, now),
        )
    superseded = (
        standing is not None
        and save.base is not None
        and standing.revision != save.base
        and standing.value != value
    )
    answer = standing or Answer(
        environment_id=screening.environment_id, screening=screening, question_id=save.question_id
    )
    answer.revision, answer.value, answer.saved_at = revision, value, now
    answer.seconds += max(0, min(save.question_seconds, 3600))
    answer.save()
    return Saved(
        answer=answer,
        stored=True,
        superseded=superseded,
        remaining_seconds=remaining_seconds(screening, now),
    )


def _spend(screening: Screening, save: Save, now: datetime) -> None:
    """Add the time the page was looked at: what its script counted, at most what went by."""
    since = max(timedelta(0), now - (screening.seen_at or now))
    if save.active_seconds is None:
        spent = int(min(since, UNSEEN_CAP).total_seconds())
    else:
        spent = max(0, min(save.active_seconds, int(since.total_seconds()) + 1))
    screening.active_seconds += spent
    screening.seen_at = now
    for name, count in (save.signals or {}).items():
        if name in SIGNALS and 0 < count <= MAX_SIGNAL:
            screening.signals[name] = screening.signals.get(name, 0) + count
    screening.save(update_fields=["active_seconds", "seen_at", "signals"])


def submit(screening: Screening, *, now: datetime) -> Screening:
    """Hand in. A second submit finds the first; from the deadline on it is the time that ends it.

    Raises AttemptClosed when the attempt ended in another way.
    """
    screening = settle(screening, now=now)
    with transaction.atomic():
        screening = selectors.lock_with_candidate(screening)
        if screening.status == Screening.Status.COMPLETED:
            return screening
        _check_running(screening)
        spent = min(max(timedelta(0), now - (screening.seen_at or now)), UNSEEN_CAP)
        screening.active_seconds += int(spent.total_seconds())
        if remaining_seconds(screening, now) == 0:
            return _run_out(screening, now)
        return _complete(screening, Screening.Reason.SUBMITTED, now, now)


def _complete(screening: Screening, reason: str, at: datetime, now: datetime) -> Screening:
    done = marking.complete(screening, reason=reason, at=at, now=now)
    code_runs.queue_runs(done, now=now)
    return done


def settle(screening: Screening, *, now: datetime) -> Screening:
    """End the screening if its time is over; otherwise leave it. Safe to call on every read."""
    if not _over(screening, now):
        return screening
    with transaction.atomic():
        screening = selectors.lock_with_candidate(screening)
        if not _over(screening, now):
            return screening
        return _run_out(screening, now)


def _run_out(screening: Screening, now: datetime) -> Screening:
    """End what ran out of time: an attempt with an answer is complete, anything else has expired."""
    answered = any(one.value is not None for one in selectors.answers_of(screening).values())
    if screening.deadline_at and answered:
        return _complete(screening, Screening.Reason.TIME_EXPIRED, screening.deadline_at, now)
    screening.closed_at = screening.deadline_at or screening.expires_at
    screening.status = Screening.Status.EXPIRED
    screening.updated_at = now
    screening.save(update_fields=["status", "closed_at", "updated_at", "active_seconds"])
    partner_updates.note(screening, PartnerUpdate.Kind.CANCELLED, now=now)
    return screening


def _over(screening: Screening, now: datetime) -> bool:
    if screening.status == Screening.Status.PENDING:
        return screening.expires_at <= now
    if screening.status != Screening.Status.IN_PROGRESS or screening.deadline_at is None:
        return False
    return screening.deadline_at + GRACE <= now


def settle_all(*, now: datetime, environment: Environment | None = None, limit: int = 200) -> int:
    """End every screening whose time is over, of one environment or of all; returns how many.

    Every read of the API calls this, so a worker that was away leaves no attempt open.
    """
    rows = selectors.overdue(now, now - GRACE)
    if environment is not None:
        rows = rows.filter(environment=environment)
    due = list(rows.select_related("environment__organization", "template_version")[:limit])
    for screening in due:
        settle(screening, now=now)
    return len(due)
