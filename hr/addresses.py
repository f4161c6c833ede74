"""What an email address looks like; whether mail arrives is nobody's business here."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[^\s@\"(),:;<>\[\]\\]{1,64}@[^\W_]([\w-]*\.)*[\w-]*[^\W_]", re.UNICODE)
