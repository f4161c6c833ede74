"""What a product announces: the base of its events, and the catalogue of names one may subscribe to."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

from pulse import products
from pulse.errors import FieldError

MAX_SUBSCRIPTIONS = 50


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact that subscribers hear of; products subclass it once per type and add nothing but names.

    ``data`` is the resource as its product's ``shapes`` spell it at this moment; ``previous`` holds
    the old values of changed members. ``subject_ref`` is the public id of the person or thing that
    the event is about, or several ids with spaces between, so that an erasure finds the stored copy.
    ``resource_path`` is where the resource can be fetched when ``data`` is too large to send.
    ``resource`` names the schema of the product's OpenAPI document that ``data`` has.

    A subclass's docstring says when it is sent. The documentation shows a delivery with ``sample``
    as its ``data`` (where there is a ``resource``: that schema's example with ``sample`` over it),
    ``sample_previous``, and ``sample_at`` as the time of the fact.
    """

    type: ClassVar[str] = ""
    product: ClassVar[str] = ""
    resource: ClassVar[str] = ""
    sample: ClassVar[dict[str, Any]] = {}
    sample_previous: ClassVar[dict[str, Any] | None] = None
    sample_at: ClassVar[datetime] = datetime(2026, 4, 20, 10, 12, 3, tzinfo=UTC)

    data: dict[str, Any]
    subject_ref: str = ""
    previous: dict[str, Any] | None = None
    occurred_at: datetime | None = None
    resource_path: str = ""


@cache
def catalogue(product: str) -> dict[str, type[Event]]:
    """Event type → class, in the order in which the product's events module declares them."""
    path = products.by_name(product).events
    if not path:
        return {}
    return {
        value.type: value
        for value in vars(import_module(path)).values()
        if isinstance(value, type) and issubclass(value, Event) and value.type
    }


def description_of(kind: type[Event]) -> str:
    """The first paragraph of an event's docstring on one line; empty where nobody wrote one."""
    written = inspect.cleandoc(kind.__doc__ or "")
    if written.startswith(f"{kind.__name__}("):  # the signature that dataclasses put there
        return ""
    return " ".join(written.partition("\n\n")[0].replace("``", "").split())


@cache
def aliases(product: str) -> dict[str, str]:
    """Names published elsewhere → the name that is sent: ``ALIASES`` of the product's events module."""
    path = products.by_name(product).events
    return dict(getattr(import_module(path), "ALIASES", {})) if path else {}


def subscription_errors(product: str, names: list[str]) -> list[FieldError]:
    """What is wrong with a list of subscriptions; each entry is a type, ``resource.*`` or ``*``.

    An alias is refused with the right name: accepting it would leave the receiver waiting for a
    ``type`` that never comes.
    """
    if not names:
        return [FieldError("events", "name at least one event, or *", "required")]
    if len(names) > MAX_SUBSCRIPTIONS:
        return [FieldError("events", f"at most {MAX_SUBSCRIPTIONS} names", "too_many")]
    problems = []
    for index, name in enumerate(names):
        reason = _objection(product, name)
        if reason:
            problems.append(FieldError(f"events.{index}", reason, "unknown_event"))
    return problems


def _objection(product: str, name: str) -> str:
    known = catalogue(product)
    families = {f"{one.rpartition('.')[0]}.*" for one in known}
    if name == "*" or name in known or name in families:
        return ""
    proper = aliases(product).get(name)
    near = [proper] if proper else difflib.get_close_matches(name, [*known, *families], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{name!r} is not an event{hint}"


def matches(subscriptions: list[str], event_type: str) -> bool:
    """Whether one of ``subscriptions`` covers ``event_type``."""
    return any(
        one in ("*", event_type) or (one.endswith(".*") and event_type.startswith(one[:-1]))
        for one in subscriptions
    )
