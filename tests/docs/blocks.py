"""The fenced blocks of docs/site, with what their info lines ask of the suite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "site"
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    page: str
    line: int
    language: str
    words: tuple[str, ...]
    code: str

    @property
    def status(self) -> str:
        """The status its requests must get; any 2xx where none is named."""
        named = [word.partition("=")[2] for word in self.words if word.startswith("status=")]
        return named[0] if named else "2"


def blocks(language: str = "", word: str = "") -> list[Block]:
    found = []
    for path in sorted(FOLDER.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        for match in _FENCE.finditer(text):
            block = Block(
                path.stem,
                text[: match.start()].count("\n") + 1,
                match[1],
                tuple(match[2].split()),
                match[3],
            )
            if (not language or block.language == language) and (not word or word in block.words):
                found.append(block)
    return found


def name(block: Block) -> str:
    return f"{block.page}:{block.line}"
