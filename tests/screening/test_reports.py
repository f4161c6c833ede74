from __future__ import annotations

from datetime import timedelta

import pytest

from pulse.webhooks.models import Event
from screening.models import Report
from screening.services import attempts, reports
from tests.screening.factories import (
    NOW,
    answer,
    make_started,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def types() -> list[str]:
    return list(Event.unscoped.order_by("pk").values_list("type", flat=True))


def test_a_report_that_fails_is_written_later_and_announced_once(environment, monkeypatch):
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    attempts.submit(screening, now=NOW + MINUTE)
    real = reports.narrative.write
    monkeypatch.setattr(reports.narrative, "write", lambda *a, **k: 1 / 0)
    reports.write_due(now=NOW + 2 * MINUTE)
    assert Report.unscoped.get().status == "queued"
    monkeypatch.setattr(reports.narrative, "write", real)

    assert reports.write_due(now=NOW + 3 * MINUTE) == 1
    assert Report.unscoped.get().status == "ready"
    assert types().count("report.generated") == 1


def test_a_writer_that_died_gives_its_report_back_when_the_lease_ends(environment):
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    attempts.submit(screening, now=NOW + MINUTE)
    Report.unscoped.update(status="generating", next_attempt_at=NOW + 3 * MINUTE)

    assert reports.write_due(now=NOW + 2 * MINUTE) == 0
    assert reports.write_due(now=NOW + 4 * MINUTE) == 1


@pytest.mark.parametrize(
    "provider",
    ["tests.screening.providers.hostile", "tests.screening.providers.broken", "no.such.provider"],
)
def test_a_provider_that_misbehaves_leaves_the_deterministic_text(environment, settings, provider):
    settings.PULSE_SCREENING_REPORT_PROVIDER = provider
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    attempts.submit(screening, now=NOW + MINUTE)
    reports.write_due(now=NOW + 2 * MINUTE)

    made = Report.unscoped.get()
    assert (made.status, made.generated_by) == ("ready", "deterministic")
    assert made.summary.endswith("of the topics of Basics.")


def test_a_provider_may_rewrite_prose_and_nothing_else(environment, settings):
    settings.PULSE_SCREENING_REPORT_PROVIDER = "tests.screening.providers.polite"
    screening = make_started(environment)
    answer(screening, "q3", 42, now=NOW + MINUTE)
    attempts.submit(screening, now=NOW + MINUTE)
    reports.write_due(now=NOW + 2 * MINUTE)

    made = Report.unscoped.get()
    assert made.summary == "Ada scored 25, and that is all there is to say."
    assert made.recommendation == "Not recommended at this stage"
