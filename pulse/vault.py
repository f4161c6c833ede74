"""Secrets at rest: encrypted with the newest of PULSE_FERNET_KEYS, readable with any of them."""

from __future__ import annotations

from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.PULSE_FERNET_KEYS])


def encrypt(plain: bytes) -> bytes:
    return _fernet().encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """Raises ``cryptography.fernet.InvalidToken`` when no configured key made ``token``."""
    return _fernet().decrypt(bytes(token))


def reencrypt(token: bytes) -> bytes:
    """The same secret under the newest key; what a key rotation runs over every row."""
    return _fernet().rotate(bytes(token))
