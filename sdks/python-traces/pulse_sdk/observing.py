"""Stand-ins for provider clients: the observed calls are recorded, everything else passes through."""

from __future__ import annotations

import inspect
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pulse_sdk.sending import record

CALLS = {
    "openai": ("chat.completions.create", "responses.create"),
    "openrouter": ("chat.completions.create",),
    "anthropic": ("messages.create",),
}
FINISHED = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
}


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
            return _settled(answer, started, bool(kwargs.get("stream")))

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
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._target, name, value)


class _Started:
    """A call under way."""

    def __init__(self, observation: _Observation, kwargs: dict[str, Any]) -> None:
        self.observation = observation
        self.request = dict(kwargs)
        self.at = datetime.now(UTC)
        self.clock = time.perf_counter()

    def _trace(self, status: str, **members: Any) -> None:
        trace: dict[str, Any] = {
            "trace_id": str(uuid.uuid4()),
            "timestamp": self.at.isoformat(),
            "provider": self.observation.provider,
            "model_requested": str(self.request.get("model") or "unknown"),
            "request_body": _plain(self.request),
            "status": status,
            "latency_ms": round((time.perf_counter() - self.clock) * 1000, 1),
        }
        if self.observation.session_id:
            trace["session_id"] = self.observation.session_id
        if self.observation.metadata:
            trace["metadata"] = _plain(self.observation.metadata)
        trace.update({name: value for name, value in members.items() if value is not None})
        record(trace)

    def failed(self, error: BaseException) -> None:
        self._trace("error", error={"name": type(error).__name__, "message": str(error)})

    def done(self, answer: Any) -> None:
        body = _plain(answer)
        body = body if isinstance(body, dict) else {"value": body}
        usage = body.get("usage") or {}
        self._trace(
            "success",
            response_body=body,
            model_used=body.get("model"),
            provider_request_id=body.get("id"),
            input_tokens=_count(usage, "prompt_tokens", "input_tokens"),
            output_tokens=_count(usage, "completion_tokens", "output_tokens"),
            output_text=_text(body),
            finish_reason=_finish(body),
            cost_cents=_cost(usage) if self.observation.provider == "openrouter" else None,
        )

    def streamed(self, chunks: list[Any]) -> None:
        self.done(_joined([_plain(chunk) for chunk in chunks]))


async def _awaited(answer: Any, started: _Started) -> Any:
    try:
        value = await answer
    except BaseException as error:
        started.failed(error)
        raise
    return _settled(value, started, hasattr(value, "__aiter__"))


def _settled(answer: Any, started: _Started, streaming: bool) -> Any:
    if streaming and hasattr(answer, "__aiter__"):
        return _async_stream(answer, started)
    if streaming and hasattr(answer, "__iter__"):
        return _stream(answer, started)
    started.done(answer)
    return answer


def _stream(answer: Any, started: _Started) -> Any:
    chunks: list[Any] = []
    try:
        for chunk in answer:
            chunks.append(chunk)
            yield chunk
    except Exception as error:
        started.failed(error)
        raise
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    started.streamed(chunks)


async def _async_stream(answer: Any, started: _Started) -> Any:
    chunks: list[Any] = []
    try:
        async for chunk in answer:
            chunks.append(chunk)
            yield chunk
    except Exception as error:
        started.failed(error)
        raise
    started.streamed(chunks)


def _plain(value: Any, depth: int = 0) -> Any:
    """Provider objects as JSON; what is none is written as its representation."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if depth > 30:
        return repr(value)
    if isinstance(value, dict):
        return {str(key): _plain(one, depth + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one, depth + 1) for one in value]
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return _plain(dump(), depth + 1)
    if hasattr(value, "__dict__"):
        return _plain(
            {key: one for key, one in vars(value).items() if not key.startswith("_")}, depth + 1
        )
    return repr(value)


def _count(usage: Any, *names: str) -> int | None:
    found = (usage.get(name) for name in names) if isinstance(usage, dict) else ()
    return next((one for one in found if isinstance(one, int)), None)


def _cost(usage: Any) -> float | None:
    cost = usage.get("cost") if isinstance(usage, dict) else None
    return cost * 100 if isinstance(cost, (int, float)) else None


def _text(body: dict[str, Any]) -> str | None:
    if isinstance(body.get("output_text"), str):
        return body["output_text"]
    choices = body.get("choices")
    if isinstance(choices, list) and choices:
        message = choices[0].get("message") or {}
        return message.get("content") if isinstance(message.get("content"), str) else None
    for name in ("content", "output"):
        if isinstance(body.get(name), list):
            texts = [part for block in body[name] for part in _texts(block)]
            return "".join(texts) or None
    return None


def _texts(block: Any) -> list[str]:
    if not isinstance(block, dict):
        return []
    if isinstance(block.get("text"), str):
        return [block["text"]]
    nested = block.get("content")
    return [text for one in nested for text in _texts(one)] if isinstance(nested, list) else []


def _finish(body: dict[str, Any]) -> str | None:
    choices = body.get("choices")
    if isinstance(choices, list) and choices:
        return choices[0].get("finish_reason")
    reason = body.get("stop_reason")
    return FINISHED.get(reason, reason) if isinstance(reason, str) else None


def _joined(chunks: list[Any]) -> dict[str, Any]:
    """A stream's chunks as the answer they add up to, for either provider."""
    answer: dict[str, Any] = {"usage": {}}
    texts: list[str] = []
    for chunk in chunks:
        if not isinstance(chunk, dict):
            continue
        whole = chunk.get("message") if isinstance(chunk.get("message"), dict) else chunk
        for name in ("id", "model"):
            answer.setdefault(name, whole.get(name)) if whole.get(name) else None
        for source in (whole, chunk):
            if isinstance(source.get("usage"), dict):
                answer["usage"].update({k: v for k, v in source["usage"].items() if v is not None})
        for choice in chunk.get("choices") or []:
            texts.append((choice.get("delta") or {}).get("content") or "")
            answer["finish_reason"] = choice.get("finish_reason") or answer.get("finish_reason")
        delta = chunk.get("delta")
        if isinstance(delta, dict):
            texts.append(delta.get("text") or "")
            answer["stop_reason"] = delta.get("stop_reason") or answer.get("stop_reason")
        elif isinstance(delta, str):
            texts.append(delta)
    answer["output_text"] = "".join(texts)
    if answer.get("finish_reason"):
        answer["choices"] = [{"finish_reason": answer.pop("finish_reason")}]
    return answer
