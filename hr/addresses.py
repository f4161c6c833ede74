"""What an email address looks like; whether mail arrives is nobody's business here."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 254
EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@[^\W_]([\w-]*\.)*[\w-]*[^\W_]", re.UNICODE)


def normal_email(email: str) -> str:
    """One spelling per mailbox: composed and lower case, which can be longer than what was sent."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def storable(email: str) -> bool:
    """Whether its one spelling fits the column."""
    return len(normal_email(email)) <= LONGEST
