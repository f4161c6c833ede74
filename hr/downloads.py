"""The files of exports."""

from __future__ import annotations

from pulse.doors import downloads

export_file = downloads.download("read:exports")
