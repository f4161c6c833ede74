"""Text as the words that the index holds: words for spaced scripts, bigrams for the others.

Both sides of a search go through here, so that neither database's idea of a word matters. Everything
is NFKC-casefolded. Members of metadata are indexed as digests of ``name=value``.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

MAX_TEXT_BYTES = 2048
MAX_WORD = 40
MAX_MEMBERS = 50

_UNSPACED = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f"
    r"\U00020000-\U0003134f"
)
_RUN = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")


def normal(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold()


def first_bytes(text: str, limit: int = MAX_TEXT_BYTES) -> str:
    return text[:limit].encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore")


def words_of(text: str) -> set[str]:
    """The words that ``text`` is found by."""
    found: set[str] = set()
    for run in set(_RUN.findall(normal(text))):
        if run.isascii() or not _IS_UNSPACED.match(run):
            found.add(run[:MAX_WORD])
        else:
            found.update(_bigrams(run))
    return found


def _bigrams(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for position in range(len(run) - 1):
        yield run[position : position + 2]


def sought(query: str) -> list[tuple[str, bool]]:
    """The words a search asks for, all of them, each with whether its beginning is enough."""
    found: dict[tuple[str, bool], None] = {}
    for match in _RUN.finditer(normal(query)):
        run = match.group()
        if _IS_UNSPACED.match(run):
            found.update(((word, len(run) == 1), None) for word in _bigrams(run))
        else:
            starred = query[match.end() : match.end() + 1] == "*"
            found[(run[:MAX_WORD], starred)] = None
    return list(found)


def member_word(name: str, value: Any) -> str:
    """The word of one member of metadata."""
    text = value if isinstance(value, str) else _spelled(value)
    digest = hashlib.blake2b(f"{name}={text}".encode(), digest_size=8).hexdigest()
    return f"m{digest}"


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def member_words(metadata: Any) -> set[str]:
    """The words of metadata's scalar members; those of a list, such as ``tags``, one by one."""
    if not isinstance(metadata, dict):
        return set()
    found = set()
    for name, value in list(metadata.items())[:MAX_MEMBERS]:
        for one in value[:MAX_MEMBERS] if isinstance(value, list) else [value]:
            if isinstance(one, str | int | float):
                found.add(member_word(name, one))
    return found


def prompt_of(body: Any) -> str:
    """What was asked, from a request's body in any provider's form."""
    if not isinstance(body, dict):
        return ""
    pieces: list[str] = []
    for name in ("messages", "input", "prompt", "contents", "system", "instructions"):
        _texts(body.get(name), pieces, depth=0)
    return first_bytes("\n".join(pieces))


def answer_of(output_text: str | None, body: Any) -> str:
    """What was answered."""
    if output_text:
        return first_bytes(output_text)
    if not isinstance(body, dict):
        return ""
    pieces: list[str] = []
    for name in ("content", "output_text", "output", "choices", "messages", "candidates"):
        _texts(body.get(name), pieces, depth=0)
    return first_bytes("\n".join(pieces))


_TEXT_MEMBERS = ("content", "text", "message", "parts", "input_text", "output_text")


def _texts(value: Any, pieces: list[str], depth: int) -> None:
    if isinstance(value, str):
        pieces.append(value)
    elif depth < 6 and isinstance(value, list):
        for one in value:
            _texts(one, pieces, depth + 1)
    elif depth < 6 and isinstance(value, dict):
        for name in _TEXT_MEMBERS:
            _texts(value.get(name), pieces, depth + 1)


def joined(words: Iterable[str]) -> str:
    return " ".join(sorted(words))
