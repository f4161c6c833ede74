"""How an export is spelled in answers."""

from __future__ import annotations

from typing import Any

from pulse.exports.models import Export
from pulse.times import utc_seconds


def export(row: Export, *, download_path: str) -> dict[str, Any]:
    """``download_path`` is the product's path of the file; it is shown once there is one."""
    done = row.state == Export.State.DONE
    return {
        "id": row.public_id,
        "kind": row.kind,
        "format": row.format,
        "status": row.state,
        "rows": row.rows,
        "size_bytes": row.size_bytes,
        "download_url": download_path if done else None,
        "error": row.error or None,
        "created_at": utc_seconds(row.created_at),
        "finished_at": utc_seconds(row.finished_at),
        "expires_at": utc_seconds(row.expires_at),
    }
