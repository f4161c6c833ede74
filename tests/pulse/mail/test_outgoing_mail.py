from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.core.exceptions import ValidationError
from django.core.mail.backends.base import BaseEmailBackend

from pulse.mail import services
from pulse.mail.models import OutgoingMail


class Refusing(BaseEmailBackend):
    """A mail server that answers with the error a test puts here."""

    error: Exception = smtplib.SMTPServerDisconnected("away")

    def send_messages(self, messages):
        raise type(self).error


def enqueue(environment=None, **values):
    values = {"to": "ada@example.com", "subject": "Hello", "text": "Text", **values}
    return services.enqueue(environment=environment, **values)


def test_a_queued_mail_is_sent_with_both_bodies(environment):
    row = enqueue(environment, html="<p>Text</p>", ref="s1")

    assert services.send_due() == 1

    row.refresh_from_db()
    assert row.state == OutgoingMail.State.SENT
    (message,) = outbox.outbox
    assert (message.to, message.subject, message.body) == (["ada@example.com"], "Hello", "Text")
    assert message.alternatives[0][0] == "<p>Text</p>"
    assert services.send_due() == 0


def test_a_line_break_cannot_reach_the_header(db):
    enqueue(subject="Hi\r\nBcc: eve@example.com")
    services.send_due()

    (message,) = outbox.outbox
    assert message.message()["Subject"] == "Hi Bcc: eve@example.com"
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize("to", ["ada@example.com\nBcc: eve@example.com", "nobody", "a@b, c@d.org"])
def test_what_is_not_one_address_is_refused(db, to):
    with pytest.raises(ValidationError):
        enqueue(to=to)

    assert OutgoingMail.objects.count() == 0


def test_a_server_that_is_away_is_tried_again_later(db, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    row = enqueue()

    services.send_due()

    row.refresh_from_db()
    assert (row.state, row.attempts) == (OutgoingMail.State.QUEUED, 1)
    assert row.next_attempt_at > datetime.now(UTC) + timedelta(seconds=50)
    assert services.send_due() == 0


def test_a_refused_recipient_bounces_at_once(db, settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    refused = smtplib.SMTPRecipientsRefused({"ada@example.com": (550, b"no such user")})
    monkeypatch.setattr(Refusing, "error", refused)
    row = enqueue()

    services.send_due()

    row.refresh_from_db()
    assert row.state == OutgoingMail.State.BOUNCED
