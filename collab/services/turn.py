"""Short-lived TURN credentials, in coturn's REST form."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from collab.models import EnvironmentConfig
from pulse import vault

LIFETIME = timedelta(hours=1)


def ice_servers(config: EnvironmentConfig, *, user_id: str, now: datetime) -> list[dict[str, Any]]:
    """What a browser needs to reach the TURN server; empty where none is configured."""
    if not config.turn_server_url or not config.turn_secret:
        return []
    secret = vault.decrypt(bytes(config.turn_secret))
    username = f"{int((now + LIFETIME).timestamp())}:{user_id}"
    digest = hmac.new(secret, username.encode(), hashlib.sha1).digest()  # coturn's choice
    return [
        {
            "urls": config.turn_server_url,
            "username": username,
            "credential": base64.b64encode(digest).decode(),
        }
    ]
