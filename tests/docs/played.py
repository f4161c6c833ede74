"""The requests of docs/examples, sent one after the other to the sample data of a first start."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pulse.site.examples import FOLDER
from tests.support import contract, limits
from tests.support.api import ABSENT, Api

_BETWEEN = re.compile(r"\n\n(?=# |GET |POST |PUT |PATCH |DELETE )")
MORE = "…"
"""Stands in a recorded answer for what has been left out of it."""
READABLE, LONGEST_TEXT = 2_500, 300
_SECRETS = re.compile(
    r"\b((?:pk|sk|pp|pa|pulse_sk)_(?:[a-z]+_)?|whsec_|eyJ|session_token=)[A-Za-z0-9._%+/=-]{16,}"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One block of a file: the lines before its request line, and its body.

    ``# keep leave_id = id`` remembers a member of the answer, by its path, for ``{leave_id}`` in what
    follows; ``# header Name: value`` is sent too, and a body of another type as it stands,
    with ``\\x00`` for what cannot be written; ``# without key`` sends none; ``# status 404`` is said where a refusal is what there is to show.
    """

    method: str
    path: str
    body: str
    keeps: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    keyless: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    operation: str
    method: str
    path: str
    body: Any
    headers: dict[str, str]
    status: int
    answer: Any
    wrong: bool
    """Whether it was refused though the file does not say so."""


def requests_of(product: str) -> list[Request]:
    text = (FOLDER / f"{product}.http").read_text(encoding="utf-8")
    return [_parsed(block) for block in _BETWEEN.split(text.strip())]


def _parsed(block: str) -> Request:
    lines = block.splitlines()
    said = [line[2:] for line in lines if line.startswith("# ")]
    rest = [line for line in lines if not line.startswith("# ")]
    method, path = rest[0].split(" ")
    return Request(
        method,
        path,
        "\n".join(rest[1:]),
        dict(one[5:].split(" = ") for one in said if one.startswith("keep ")),
        dict(one[7:].split(": ") for one in said if one.startswith("header ")),
        next((int(one[7:]) for one in said if one.startswith("status ")), 0),
        "without key" in said,
    )


def play(
    product: str, client: Api, settle: Callable[[], None], now: datetime, **known: str
) -> Iterator[Played]:
    """Send every request in turn, each when ``settle`` has done what the pumps owe.

    ``known`` are names that stand in braces from the beginning.
    """
    for request in requests_of(product):
        path = re.sub(r"^https?://[^/]+", "", _filled(request.path, known, now))
        headers = {name: _filled(text, known, now) for name, text in request.headers.items()}
        kind = headers.get("Content-Type", "")
        text = _filled(request.body, known, now)
        body = json.loads(text) if text and not kind else ABSENT
        raw = text.replace("\n", "\r\n").encode("latin-1").decode("unicode_escape") if kind else ""
        settle()
        limits.forget_all()
        sender = Api(product) if request.keyless else client
        response = sender.request(
            request.method,
            path,
            body,
            body=raw.encode("latin-1"),
            headers=headers,
            content_type=kind or "application/json",
        )
        answer = _content(response)
        if response.status_code < 400:
            known |= {name: _member(answer, path) for name, path in request.keeps.items()}
        operation = contract.find(product, request.method, path)
        assert operation, f"{request.method} {path} is not in the document"
        yield Played(
            str(operation),
            request.method,
            path,
            text if kind else None if body is ABSENT else _masked(body),
            _masked(headers),
            response.status_code,
            shortened(answer),
            response.status_code >= 400 and response.status_code != request.refused,
        )


def _filled(text: str, known: dict[str, str], now: datetime) -> str:
    """``text`` with what has been kept, and with days from today as ``{day+30}``."""

    def day(found: re.Match[str]) -> str:
        return f"{now + timedelta(days=int(found[1] or 0)):%Y-%m-%d}"

    text = re.sub(r"\{day([+-]\d+)?\}", day, text)
    return re.sub(r"\{([a-z_]+)\}", lambda found: known.get(found[1], "nothing"), text)


def _content(response: Any) -> Any:
    content = response.getvalue() if response.streaming else response.content
    kind = str(response.headers.get("Content-Type", ""))
    if not content:
        return None
    if kind.partition(";")[0].endswith(("/json", "+json")):
        return json.loads(content)
    if kind.startswith("text/") or "ndjson" in kind:
        return content.decode("utf-8", "replace")
    return f"{len(content)} bytes of {kind}"


def _member(answer: Any, path: str) -> str:
    for step in path.split("."):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return str(answer)


def shortened(value: Any) -> Any:
    """What is worth showing of an answer: one of many, and as many levels as can be read."""
    for levels in (6, 5, 4, 3, 2):
        short = _to_the_level(value, levels)
        if len(json.dumps(short)) < READABLE:
            break
    return short


def _masked(value: Any) -> Any:
    return json.loads(_SECRETS.sub(rf"\1{MORE}", json.dumps(value, ensure_ascii=False)))


def _to_the_level(value: Any, levels: int) -> Any:
    if isinstance(value, dict):
        if not levels:
            return MORE if value else value
        return {name: _to_the_level(one, levels - 1) for name, one in value.items()}
    if isinstance(value, list):
        kept = [_to_the_level(one, levels) for one in value[:1]]
        return [*kept, MORE] if len(value) > 1 else kept
    if isinstance(value, str):
        return _masked(value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + MORE)
    return value


def shape(value: Any) -> Any:
    """Names and kinds without the values; ``None`` and what was left out fit everything."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    if value == MORE:
        return None
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else None if value is None else "text"


def fits(recorded: Any, answered: Any) -> bool:
    """Whether two shapes can be of the same thing; an empty list may be of anything."""
    if recorded is None or answered is None:
        return True
    if isinstance(recorded, dict) and isinstance(answered, dict):
        return recorded.keys() == answered.keys() and all(
            fits(one, answered[name]) for name, one in recorded.items()
        )
    if isinstance(recorded, list) and isinstance(answered, list):
        return all(fits(*pair) for pair in zip(recorded, answered, strict=False))
    return bool(recorded == answered)
