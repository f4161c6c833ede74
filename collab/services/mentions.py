"""Who is meant by ``@Bob_Smith``: the published client sends display names, and cuts some short."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from collab.frames import person_pk, room_group
from collab.models import Participant, Room, Thread
from collab.selectors import people, threads
from collab.services.people import handle_of
from pulse.realtime.presence import present
from pulse.tenancy.models import Environment

MAX_MENTIONS = 50
_AT = re.compile(rf"{people.MENTION_SIGN}(\S{{1,{people.MAX_HANDLE}}})")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said; it decides between people of the same name."""

    room: Room
    thread: Thread | None = None


def by_id(environment: Environment, ids: Iterable[str]) -> list[str]:
    """External ids of mentions given by id in either form; unknown ones stay as they were given."""
    listed = list(dict.fromkeys(ids))[:MAX_MENTIONS]
    forms = {one: people.external_form(environment, one) for one in listed}
    known = people.people_by_external_id(environment, {*forms.keys(), *forms.values()})
    return list(dict.fromkeys(one if one in known else forms[one] for one in listed))


def by_name(
    environment: Environment, *, body: str, tokens: Iterable[str], place: Place
) -> list[str]:
    """External ids of everyone a socket's comment mentions.

    The body is searched for names, longest first, because the client's tokens stop at the first
    character outside ``\\w``: ``@Anne-Marie`` arrives as ``Anne``. A token is then tried as an id and
    as a name, unless all its occurrences in the body belong to such longer names or to e-mail
    addresses, of which the client makes tokens too.
    """
    found, covered = _names_in(environment, body, place)
    tokens = [one for one in dict.fromkeys(tokens) if one][:MAX_MENTIONS]
    tokens = [one for one in tokens if not _only_in_addresses(one, body)]
    known = people.people_by_external_id(
        environment, {people.external_form(environment, one) for one in tokens} | set(tokens)
    )
    handles = {one: handle_of(one) for one in tokens}
    named = people.people_by_handle(environment, set(handles.values()))
    for token in tokens:
        person = known.get(token) or known.get(people.external_form(environment, token))
        if person is None and handles[token] not in covered:
            person = _choose(environment, named.get(handles[token], []), place)
        if person is not None:
            found.append(person.external_id)
    return list(dict.fromkeys(found))[:MAX_MENTIONS]


def _names_in(environment: Environment, body: str, place: Place) -> tuple[list[str], set[str]]:
    """The people named in ``body``, and the prefixes of their names that must not count again."""
    candidates = [
        people.handles_at(match.group(1).casefold())
        for match in list(_AT.finditer(body))[:MAX_MENTIONS]
    ]
    every = {prefix for prefixes in candidates for prefix in prefixes}
    named = people.people_by_handle(environment, every) if every else {}
    found: list[str] = []
    covered: set[str] = set()
    for prefixes in candidates:
        handle = next((prefix for prefix in prefixes if prefix in named), None)
        if handle is None:
            continue
        covered.update(handle[:end] for end in range(1, len(handle) + 1))
        person = _choose(environment, named[handle], place)
        if person is not None:
            found.append(person.external_id)
    return found, covered


def _only_in_addresses(token: str, body: str) -> bool:
    spelled = re.escape(token)
    return (
        re.search(f"@{spelled}", body) is not None
        and re.search(f"{people.MENTION_SIGN}{spelled}", body) is None
    )


def _choose(
    environment: Environment, people_named: Collection[Participant], place: Place
) -> Participant | None:
    """The one person of that name; of several, the only one present or in the thread; else nobody."""
    if len(people_named) <= 1:
        return next(iter(people_named), None)
    near = {person_pk(entry.user) for entry in present(room_group(place.room.pk))}
    if place.thread is not None:
        near |= threads.author_pks(environment, place.thread)
    close = [person for person in people_named if person.pk in near]
    return close[0] if len(close) == 1 else None
