"""Streams as they are handed on, and the answer that their chunks add up to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Ended = Callable[[list], None]
Failed = Callable[[BaseException], None]


class _Watched:
    """A stand-in for a provider's stream, which tells once what came and how it ended.

    It ends when it is exhausted, closed, or left: by a ``with`` block, or by nobody holding it.
    """

    def __init__(self, stream: Any, ended: Ended, failed: Failed) -> None:
        self._stream = stream
        self._ended = ended
        self._failed = failed
        self._chunks: list[Any] = []
        self._open = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __del__(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._ended(self._chunks)

    def _fail(self, error: BaseException) -> None:
        if self._open:
            self._open = False
            self._failed(error)


class Stream(_Watched):
    """Of a synchronous client."""

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> Any:
        try:
            chunk = next(self._stream)
        except StopIteration:
            self._end()
            raise
        except BaseException as error:
            self._fail(error)
            raise
        self._chunks.append(chunk)
        return chunk

    def __enter__(self) -> Stream:
        self._stream.__enter__()
        return self

    def __exit__(self, *raised: Any) -> Any:
        try:
            return self._stream.__exit__(*raised)
        finally:
            self._end()

    def close(self) -> None:
        self._stream.close()
        self._end()


class AsyncStream(_Watched):
    """Of an asynchronous client."""

    def __aiter__(self) -> AsyncStream:
        return self

    async def __anext__(self) -> Any:
        try:
            chunk = await self._stream.__anext__()
        except StopAsyncIteration:
            self._end()
            raise
        except BaseException as error:
            self._fail(error)
            raise
        self._chunks.append(chunk)
        return chunk

    async def __aenter__(self) -> AsyncStream:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> Any:
        try:
            return await self._stream.__aexit__(*raised)
        finally:
            self._end()

    async def close(self) -> None:
        await self._stream.close()
        self._end()


def joined(chunks: list[Any]) -> dict[str, Any]:
    """A stream's chunks (JSON) as the answer they add up to, in the form of its provider."""
    known = [chunk for chunk in chunks if isinstance(chunk, dict)]
    if any(isinstance(chunk.get("choices"), list) for chunk in known):
        return _completion(known)
    if any(isinstance(chunk.get("response"), dict) for chunk in known):
        return _response(known)
    return _message(known)


def _completion(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """OpenAI's chat completions, and OpenRouter's."""
    answer: dict[str, Any] = {"choices": []}
    choices: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        answer.update({name: chunk[name] for name in ("id", "model", "usage") if chunk.get(name)})
        for piece in chunk.get("choices") or []:
            choice = choices.setdefault(
                piece.get("index") or 0, {"message": {"role": "assistant", "content": ""}}
            )
            _add_delta(choice["message"], piece.get("delta") or {})
            if piece.get("finish_reason"):
                choice["finish_reason"] = piece["finish_reason"]
    answer["choices"] = [choices[index] for index in sorted(choices)]
    return answer


def _add_delta(message: dict[str, Any], delta: dict[str, Any]) -> None:
    message["content"] += delta.get("content") or ""
    for piece in delta.get("tool_calls") or []:
        calls = message.setdefault("tool_calls", [])
        index = piece.get("index") or 0
        while len(calls) <= index:
            calls.append({"type": "function", "function": {"name": "", "arguments": ""}})
        if piece.get("id"):
            calls[index]["id"] = piece["id"]
        for name, value in (piece.get("function") or {}).items():
            calls[index]["function"][name] = calls[index]["function"].get(name, "") + (value or "")


def _response(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """OpenAI's Responses: its last event holds the whole answer, unless the stream was left before."""
    whole = [chunk["response"] for chunk in chunks if isinstance(chunk.get("response"), dict)]
    answer = dict(whole[-1])
    if not answer.get("output"):
        texts = [
            chunk["delta"] for chunk in chunks if chunk.get("type") == "response.output_text.delta"
        ]
        answer["output"] = [
            {"type": "message", "content": [{"type": "output_text", "text": "".join(texts)}]}
        ]
    return answer


def _message(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """Anthropic's messages."""
    answer: dict[str, Any] = {"usage": {}}
    blocks: dict[int, dict[str, Any]] = {}
    for chunk in chunks:
        begun = chunk.get("message") if isinstance(chunk.get("message"), dict) else {}
        answer.update({name: begun[name] for name in ("id", "model") if begun.get(name)})
        for usage in (begun.get("usage"), chunk.get("usage")):
            answer["usage"].update({k: v for k, v in (usage or {}).items() if v is not None})
        block = blocks.setdefault(chunk.get("index") or 0, {})
        block.update(chunk.get("content_block") or {})
        delta = chunk.get("delta") or {}
        for name, piece in (("text", "text"), ("thinking", "thinking"), ("json", "partial_json")):
            if delta.get(piece):
                block[name] = block.get(name, "") + delta[piece]
        if delta.get("stop_reason"):
            answer["stop_reason"] = delta["stop_reason"]
    answer["content"] = [_finished(blocks[index]) for index in sorted(blocks) if blocks[index]]
    return answer


def _finished(block: dict[str, Any]) -> dict[str, Any]:
    """A block whose input, if it is a tool's, has come in pieces of JSON."""
    if "json" in block:
        text = block.pop("json")
        try:
            block["input"] = json.loads(text)
        except ValueError:
            block["input"] = text
    return block
