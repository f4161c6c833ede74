"""Reads of what an environment allows."""

from __future__ import annotations

from typing import Any

from collab.models import EnvironmentConfig
from pulse.tenancy.models import Environment


def config_of(environment: Environment) -> EnvironmentConfig:
    """The environment's configuration; an unsaved row of defaults when nobody changed any."""
    row = EnvironmentConfig.objects.within(environment).first()
    return row or EnvironmentConfig(environment=environment)


def flags(config: EnvironmentConfig) -> dict[str, Any]:
    """Every flag the client type has, but the TURN secret, which mints credentials and stays here."""
    return {
        "allowImages": config.allow_images,
        "allowAudio": config.allow_audio,
        "allowVideo": config.allow_video,
        "maxFileSizeMb": config.max_file_size_mb,
        "maxAttachmentsPerComment": config.max_attachments_per_comment,
        "allowReactions": config.allow_reactions,
        "allowDrawing": config.allow_drawing,
        "allowMentions": config.allow_mentions,
        "showCursors": config.show_cursors,
        "showPresence": config.show_presence,
        "showTypingIndicators": config.show_typing_indicators,
        "allowP2P": config.allow_p2p,
        "p2pMeshLimit": config.p2p_mesh_limit,
        "p2pPersistIntervalMs": config.p2p_persist_interval_ms,
        "p2pStateTTLDays": config.p2p_state_ttl_days,
        "p2pMaxStateBytes": config.p2p_max_state_bytes,
        "maxSharedObjects": config.max_shared_objects,
        "allowP2PBinary": config.allow_p2p_binary,
        "turnServerUrl": config.turn_server_url or None,
    }


def p2p_config(config: EnvironmentConfig) -> dict[str, Any] | None:
    """What the client needs to start sharing; None while it is off."""
    if not config.allow_p2p:
        return None
    return {
        "meshLimit": config.p2p_mesh_limit,
        "persistIntervalMs": config.p2p_persist_interval_ms,
        "maxSharedObjects": config.max_shared_objects,
    }
