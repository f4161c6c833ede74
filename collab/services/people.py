"""The people of an environment: made when a token is minted for them, refreshed when they connect."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from collab.models import Participant, palette_color
from collab.selectors import people
from pulse.tenancy.models import Environment


def handle_of(name: str) -> str:
    """A name as the mention picker spells it, for comparison: ``Bob Smith`` → ``bob_smith``."""
    return people.underscored(name).casefold()[:200]


@transaction.atomic
def keep_person(
    environment: Environment,
    *,
    external_id: str,
    name: str,
    avatar: str = "",
    now: datetime,
    seen: bool = False,
) -> Participant:
    """Create the person or bring name and avatar up to date; ``seen`` says they are here now."""
    fresh = {"name": name, "avatar": avatar, "handle": handle_of(name)}
    row, created = Participant.unscoped.get_or_create(
        environment=environment,
        external_id=external_id,
        defaults={
            **fresh,
            "color": palette_color(external_id),
            "created_at": now,
            "last_seen_at": now if seen else None,
        },
    )
    if created:
        return row
    changed = [field for field, value in fresh.items() if getattr(row, field) != value]
    for field in changed:
        setattr(row, field, fresh[field])
    if seen:
        row.last_seen_at = now
        changed.append("last_seen_at")
    if changed:
        row.save(update_fields=changed)
    return row


def block_person(person: Participant, *, blocked: bool) -> None:
    """Keep a person out, or let them in again; open sockets close within 5 seconds."""
    person.blocked = blocked
    person.save(update_fields=["blocked"])
