from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from pulse.webhooks import signing

SECRET = "whsec_test_0123456789abcdef0123456789abcdef"
OLD_SECRET = "whsec_old__0123456789abcdef0123456789abcdef"
AT = datetime.fromtimestamp(1745148720, UTC)
BODY = (
    '{"id":"evt_01HTESTVECTOR","type":"leave.approved","created_at":"2026-04-20T10:12:03Z",'
    '"data":{"id":"lv_1","note":"café"}}'
).encode()
V1 = "29748b26434d2f0e1bd08e7e1ae17ef37424e159a35fe0310cb80e37862f7b5e"
OLD_V1 = "894d416cb73f10ec1cf37e86fd0046d67d5b4c1162d0d08b36702ce521dae29d"


def test_the_known_answer_of_the_timed_form():
    assert len(BODY) == 122
    assert signing.timed_signature([SECRET], BODY, AT) == f"t=1745148720,v1={V1}"


def test_during_a_rotation_the_new_signature_comes_first_and_the_old_one_last():
    header = signing.timed_signature([SECRET, OLD_SECRET], BODY, AT)

    assert header == f"t=1745148720,v1={V1},v1={OLD_V1}"
    assert signing.verify_timed_signature(header, SECRET, BODY, now=AT)
    assert signing.verify_timed_signature(header, OLD_SECRET, BODY, now=AT)


def test_the_known_answer_of_the_body_form():
    body = (
        b'{"event":"screening.completed","created_at":"2023-01-20T15:45:00Z",'
        b'"data":{"screening_id":"s67890","score":85}}'
    )

    assert len(body) == 111
    assert signing.hex_hmac(SECRET, body) == (
        "75b13c41efb048456a285cd5166ef27f256e174f9a20d66ffd95b0246d644c91"
    )


def test_the_known_answer_of_standard_webhooks():
    signature = signing.standard_signature(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=b'{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC),
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "header",
    [
        f"t=1745148720,v1={OLD_V1}",
        f"v1={V1}",
        f"t=1745148721,v1={V1}",
        f"t=1745148720,t=1745148720,v1={V1}",
        f"t=x,v1={V1}",
        "t=1745148720",
        f"t=1745148720,v0={V1}",
        f"t=1745148720,v1={V1[:-1]}",
        "t=1745148720,v1=é",
        "",
    ],
)
def test_a_wrong_header_is_not_verified(header):
    assert not signing.verify_timed_signature(header, SECRET, BODY, now=AT)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_future_signature_is_not_verified(seconds):
    header = signing.timed_signature([SECRET], BODY, AT)

    now = AT + timedelta(seconds=seconds)

    assert not signing.verify_timed_signature(header, SECRET, BODY, now=now)
    assert signing.verify_timed_signature(header, SECRET, BODY, now=AT + timedelta(seconds=300))


@given(st.binary(), st.integers(min_value=0, max_value=2**33))
def test_whatever_is_signed_is_verified_and_one_byte_more_is_not(body, stamp):
    secret, at = signing.new_secret(), datetime.fromtimestamp(stamp, UTC)

    header = signing.timed_signature([secret], body, at)

    assert signing.verify_timed_signature(header, secret, body, now=at)
    assert not signing.verify_timed_signature(header, secret, body + b"x", now=at)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_reference_library_signs_alike(text):
    secret, at = signing.new_secret(), datetime.now(UTC)

    ours = signing.standard_signature([secret], message_id="evt_1", body=text.encode(), at=at)

    assert ours == Webhook(secret).sign("evt_1", at, text)


def test_a_new_secret_is_32_random_bytes():
    secret = signing.new_secret()

    assert secret.startswith("whsec_")
    assert len(signing.standard_key(secret)) == 32
    assert secret != signing.new_secret()
