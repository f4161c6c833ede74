"""What is known of a request once it has been answered, for the request log and the metrics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Exchange:
    """``route`` is the template of the path, never the path itself where that holds a secret."""

    method: str
    path: str
    request_id: str
    product: str = ""
    route: str = ""
    status: int = 0
    seconds: float = 0.0
    key_id: str = ""
    environment_id: int | None = None
    peer: str = ""


Observer = Callable[[Exchange], None]
_observers: list[Observer] = []


def observe(observer: Observer) -> None:
    """Have ``observer`` called on the event loop after each answer; it must return at once."""
    _observers.append(observer)


def finished(exchange: Exchange) -> None:
    for observer in _observers:
        observer(exchange)
