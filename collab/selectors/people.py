"""Reads of the people who collaborate."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet

from collab import statements
from collab.errors import UserNotFound
from collab.models import Participant
from pulse.tenancy.models import Environment


def list_people(environment: Environment) -> QuerySet[Participant]:
    return Participant.objects.within(environment)


def external_form(environment: Environment, user_id: str) -> str:
    """The external id in ``user_id``, which may be namespaced (``env_9:user-1``) or bare."""
    return user_id.removeprefix(f"{environment.public_id}:")


def find_person(environment: Environment, user_id: str) -> Participant | None:
    """Whoever has this id, in either form; an id that happens to look namespaced wins as it is."""
    forms = {user_id, external_form(environment, user_id)}
    found = list(Participant.objects.within(environment).filter(external_id__in=forms))
    return max(found, key=lambda one: one.external_id == user_id, default=None)


def get_person(environment: Environment, user_id: str) -> Participant:
    """Raises UserNotFound."""
    row = find_person(environment, user_id)
    if row is None:
        raise UserNotFound
    return row


def hold_people(environment: Environment, pks: Collection[int]) -> set[int]:
    """Those of ``pks`` who are not forgotten, and will not be before this transaction ends.

    On SQLite a transaction that writes is alone anyway.
    """
    if connection.vendor != "postgresql":
        return {one.pk for one in people_by_pk(environment, pks)}
    with connection.cursor() as cursor:
        cursor.execute(statements.HOLD_PEOPLE, [environment.pk, list(pks)])
        return {pk for (pk,) in cursor.fetchall()}


def lock_person(environment: Environment, pk: int) -> Participant:
    """The person's row, so that nobody writes in their name or to them. Raises UserNotFound."""
    row = Participant.objects.within(environment).select_for_update().filter(pk=pk).first()
    if row is None:
        raise UserNotFound
    return row


_SPACES = re.compile(r"\s+")


def underscored(name: str) -> str:
    """A name as the mention picker writes it: ``Bob Smith`` → ``Bob_Smith``."""
    return _SPACES.sub("_", name.strip())


MENTION_SIGN = r"(?<![0-9A-Za-z_+])@"
"""An ``@`` that is not inside an e-mail address; scripts without spaces may stand before it."""


MAX_HANDLE = 60
"""How much of a text after an ``@`` is looked at for a name."""


def handles_at(text: str) -> list[str]:
    """What ``text`` may begin with, longest first: a name ends before what no name continues with."""
    ends = [
        end
        for end in range(len(text), 0, -1)
        if end == len(text) or not (text[end].isalnum() or text[end] == "_")
    ]
    return [text[:end] for end in ends]


def people_by_handle(
    environment: Environment, handles: Collection[str]
) -> dict[str, list[Participant]]:
    """Everyone whose name is spelled as one of ``handles``, grouped by that spelling."""
    found: dict[str, list[Participant]] = {}
    rows = Participant.objects.within(environment).filter(handle__in=handles).order_by("pk")
    for row in rows:
        found.setdefault(row.handle, []).append(row)
    return found


def unnamed(
    environment: Environment, person: Participant, body: str, *, mentioned: Collection[str], by: str
) -> str:
    """``body`` with ``by`` where it names this person, by ``@`` and the name or the id.

    It stays where that only begins somebody's longer name (``@Anne-Marie`` is not Anne), and where
    somebody else of the same name is among the ``mentioned`` ids instead. The handle is casefolded,
    which ignoring the case does not undo: ``ß`` is ``ss`` there.
    """

    def spelled(match: re.Match[str]) -> str:
        begins = match.start() + 1
        said = body[begins : begins + MAX_HANDLE].split()[0].casefold()
        name = match.group()[1:].casefold()
        longer = [one for one in handles_at(said) if len(one) > len(name)]
        named = people_by_handle(environment, {*longer, name})
        theirs = [one.external_id for one in named.pop(name, []) if one.pk != person.pk]
        instead = person.external_id not in mentioned and not set(theirs).isdisjoint(mentioned)
        return match.group() if named or instead else by

    known = {underscored(person.name), person.handle, person.external_id}
    forms = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    return re.sub(rf"{MENTION_SIGN}(?:{forms})(?!\w)", spelled, body, flags=re.IGNORECASE)


def people_by_external_id(
    environment: Environment, external_ids: Collection[str]
) -> dict[str, Participant]:
    rows = Participant.objects.within(environment).filter(external_id__in=external_ids)
    return {row.external_id: row for row in rows}


def recent_people(environment: Environment, limit: int) -> list[Participant]:
    """Those seen last, at most ``limit``; who was never here only where there is room left.

    Two queries, because the databases disagree on where the never seen belong in one order.
    """
    rows = Participant.objects.within(environment)
    seen = list(rows.exclude(last_seen_at=None).order_by("-last_seen_at", "-pk")[:limit])
    return seen + list(rows.filter(last_seen_at=None).order_by("-pk")[: limit - len(seen)])


def people_by_pk(environment: Environment, pks: Collection[int]) -> list[Participant]:
    return list(Participant.objects.within(environment).filter(pk__in=pks))


def environment_called(environment_id: str) -> Environment | None:
    """The environment that a user's token names; the token's signature is checked against it."""
    rows = Environment.objects.select_related("organization")
    return rows.filter(public_id=environment_id).first()


def welcome_pks(pks: Collection[int]) -> set[int]:
    """Those of ``pks`` who may be connected: neither blocked nor forgotten.

    For the watch over open sockets of all environments.
    """
    rows = Participant.unscoped.filter(pk__in=pks, blocked=False)
    return set(rows.values_list("pk", flat=True))
