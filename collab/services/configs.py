"""Changing what an environment allows."""

from __future__ import annotations

from django.db.models import F

from collab.models import EnvironmentConfig
from pulse import vault


def set_turn_secret(config: EnvironmentConfig, *, secret: str) -> None:
    """Keep the secret shared with the TURN server, encrypted."""
    config.turn_secret = vault.encrypt(secret.encode())
    config.save(update_fields=["turn_secret"])


def withdraw_tokens(config: EnvironmentConfig) -> None:
    """Kill every user token minted so far; open sockets close within 5 seconds."""
    config.token_generation = F("token_generation") + 1
    config.save(update_fields=["token_generation"])
