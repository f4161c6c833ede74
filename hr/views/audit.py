"""``@audited`` as HR's views know it: the kernel's."""

from __future__ import annotations

from pulse.http.audit import audited

__all__ = ["audited"]
