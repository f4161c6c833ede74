"""The hot door's group commit: requests that arrive together share one durable transaction."""

from pulse.ingest.group_commit import GroupCommit

__all__ = ["GroupCommit"]
