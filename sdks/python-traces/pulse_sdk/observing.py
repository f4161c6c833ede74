"""Stand-ins for provider clients: the observed calls are recorded, everything else passes through."""

from __future__ import annotations

import functools
import inspect
import logging
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from pulse_sdk import answers, streams
from pulse_sdk.sending import record

log = logging.getLogger("pulse_sdk")

CALLS = {
    "openai": (
        "chat.completions.create", "chat.completions.parse", "responses.create", "responses.parse",
    ),
    "openrouter": ("chat.completions.create", "chat.completions.parse"),
    "anthropic": ("messages.create",),
}  # fmt: skip
COPIES = ("with_options", "copy")
"""Calls of a client that make another client, which is observed as well."""
OWN_ARGUMENTS = ("extra_headers", "extra_query", "timeout")
"""Arguments that are for the provider's client and no part of the request; headers may be secret."""


def observe(
    client: Any,
    provider: str,
    *,
    session_id: str | None = None,
    metadata: dict[str, Any] | None = None,
) -> Any:
    """A stand-in for ``client`` whose calls are recorded under ``session_id`` with ``metadata``."""
    if provider not in CALLS:
        raise ValueError(f"provider is one of {', '.join(sorted(CALLS))}")
    return _Proxy(client, _Observation(provider, session_id, metadata), ())


class _Observation:
    def __init__(
        self, provider: str, session_id: str | None, metadata: dict[str, Any] | None
    ) -> None:
        self.provider = provider
        self.session_id = session_id
        self.metadata = metadata

    def wrap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def observed(*args: Any, **kwargs: Any) -> Any:
            started = _Started(self, kwargs)
            try:
                answer = call(*args, **kwargs)
            except BaseException as error:
                started.failed(error)
                raise
            if inspect.isawaitable(answer):
                return _awaited(answer, started)
            return _settled(answer, started)

        return observed


class _Proxy:
    """Follows attribute access down to the calls that are observed."""

    def __init__(self, target: Any, observation: _Observation, path: tuple[str, ...]) -> None:
        self.__dict__.update(_target=target, _observation=observation, _path=path)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        path = (*self._path, name)
        dotted = ".".join(path)
        wanted = CALLS[self._observation.provider]
        if dotted in wanted:
            return self._observation.wrap(value)
        if any(one.startswith(dotted + ".") for one in wanted):
            return _Proxy(value, self._observation, path)
        if dotted in COPIES:
            return lambda *args, **kwargs: _Proxy(value(*args, **kwargs), self._observation, ())
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)


def _never_in_the_way(work: Callable[..., None]) -> Callable[..., None]:
    """What cannot be recorded is logged; the call that was to be recorded goes on."""

    @functools.wraps(work)
    def tried(*args: Any) -> None:
        try:
            work(*args)
        except Exception:
            log.exception("A call could not be recorded")

    return tried


class _Started:
    """A call under way."""

    def __init__(self, observation: _Observation, kwargs: dict[str, Any]) -> None:
        self.observation = observation
        self.request = {name: one for name, one in kwargs.items() if name not in OWN_ARGUMENTS}
        self.streaming = bool(kwargs.get("stream"))
        self.at = datetime.now(timezone.utc)
        self.clock = time.perf_counter()

    def _trace(self, status: str, **members: Any) -> None:
        trace: dict[str, Any] = {
            "trace_id": str(uuid.uuid4()),
            "timestamp": self.at.isoformat(),
            "provider": self.observation.provider,
            "model_requested": str(self.request.get("model") or "unknown"),
            "request_body": answers.plain(self.request),
            "status": status,
            "latency_ms": round((time.perf_counter() - self.clock) * 1000, 1),
        }
        if self.observation.session_id:
            trace["session_id"] = self.observation.session_id
        if self.observation.metadata:
            trace["metadata"] = answers.plain(self.observation.metadata)
        trace.update({name: value for name, value in members.items() if value is not None})
        record(trace)

    @_never_in_the_way
    def failed(self, error: BaseException) -> None:
        self._trace("error", error={"name": type(error).__name__, "message": str(error)})

    @_never_in_the_way
    def done(self, answer: Any) -> None:
        members = answers.members(answer)
        if self.observation.provider == "openrouter":
            members["cost_cents"] = answers.cost_cents(members["response_body"])
        self._trace("success", **members)

    @_never_in_the_way
    def streamed(self, chunks: list[Any]) -> None:
        self.done(streams.joined([answers.plain(chunk) for chunk in chunks]))


async def _awaited(answer: Any, started: _Started) -> Any:
    try:
        value = await answer
    except BaseException as error:
        started.failed(error)
        raise
    return _settled(value, started)


def _settled(answer: Any, started: _Started) -> Any:
    if started.streaming and hasattr(answer, "__anext__"):
        return streams.AsyncStream(answer, started.streamed, started.failed)
    if started.streaming and hasattr(answer, "__next__"):
        return streams.Stream(answer, started.streamed, started.failed)
    started.done(answer)
    return answer
