"""A candidate's link: derived from a nonce, so that it can be mailed again but not read from the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

NONCE_BYTES = 16


def new_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


def token_of(nonce: str) -> str:
    """256 bits in URL-safe base 64, from the nonce and this deployment's secret."""
    key = hashlib.sha256(b"screening.link\0" + settings.SECRET_KEY.encode()).digest()
    made = hmac.new(key, nonce.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def digest_of(token: str) -> str:
    """What is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(nonce: str) -> str:
    return f"{settings.PULSE_PUBLIC_URL}/s/{token_of(nonce)}"
