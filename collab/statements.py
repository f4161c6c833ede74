"""SQL that only one database speaks; every name here has a function in the selectors around it."""

from __future__ import annotations

# Shared with others who write to or about the same people; Django spells only the exclusive locks.
HOLD_PEOPLE = (
    "SELECT id FROM collab_participant WHERE environment_id = %s AND id = ANY(%s) FOR KEY SHARE"
)
