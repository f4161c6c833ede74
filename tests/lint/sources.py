"""The repository's own Python, parsed once for all rules."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTS = ("hr", "collab", "screening", "analytics", "traces")
PACKAGES = ("pulse", *PRODUCTS)


@dataclass(frozen=True, slots=True)
class Source:
    path: str
    """Relative to the repository, with forward slashes."""
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    def within(self, *nouns: str) -> bool:
        """Whether the file is one of these modules, or lies in a package of that name."""
        parts = self.path.removesuffix(".py").split("/")
        return any(noun in parts for noun in nouns)


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the repository that git would take, relative to its root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return tuple(path for path in listed.stdout.splitlines() if (ROOT / path).is_file())
    hidden = {".venv", ".git", "node_modules", "pulse-data", "build", "__pycache__"}
    return tuple(
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)
    )


@cache
def python(*packages: str) -> tuple[Source, ...]:
    """The sources of these packages (all six by default), migrations left out."""
    wanted = packages or PACKAGES
    return tuple(
        _parsed(path)
        for path in tracked()
        if path.endswith(".py") and path.split("/")[0] in wanted and "/migrations/" not in path
    )


@cache
def _parsed(path: str) -> Source:
    text = (ROOT / path).read_text()
    return Source(path, text, ast.parse(text))
