"""The fenced blocks of docs/site, with what their info lines ask of the suite."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pulse.site import library
from tests.support.live import LiveServer

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "site"
_FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    page: str
    line: int
    language: str
    words: tuple[str, ...]
    code: str

    def named(self, word: str) -> str:
        """What follows ``word=`` in the info line; "" where it is not there."""
        found = [one.partition("=")[2] for one in self.words if one.startswith(f"{word}=")]
        return found[0] if found else ""

    @property
    def status(self) -> str:
        """The status its requests must get; any 2xx where none is named."""
        return self.named("status") or "2"


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


def pasted(block: Block, server: LiveServer) -> tuple[list[str], str]:
    """What a reader gets who pastes the block: the status of each request, and what is printed."""
    curl = shutil.which("curl")
    assert curl, "install curl: the documentation is written with it"
    code = block.code.replace(library.DOCUMENTED_BASE, server.base_url)
    code = code.replace(library.DOCUMENTED_KEYS, str(server.folder / "data" / "keys.env"))
    telling = f"curl() {{ {curl} -sS -w '%{{stderr}}STATUS:%{{http_code}}\\n' \"$@\"; }}\n"
    done = subprocess.run(
        ["bash", "-c", telling + code], capture_output=True, text=True, timeout=60, check=False
    )
    return re.findall(r"STATUS:(\d+)", done.stderr), done.stdout + done.stderr
