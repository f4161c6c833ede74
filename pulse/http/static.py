"""Static files from where the applications keep them, found once a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """Every handler has a middleware chain of its own (each client of a test makes one), and looking
    through the folders of all applications takes 0.1 s."""

    found: ClassVar[dict[str, Any]] = {}

    def add_files_from_finders(self) -> None:
        if not self.found:
            super().add_files_from_finders()
            self.found.update(self.files)
        self.files.update(self.found)

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        if Path(root).is_dir():  # where collectstatic has been run
            super().add_files(root, prefix)
